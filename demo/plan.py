"""What happens in the demo world, as plain data: no database here, one seed, always the same."""

import random
from dataclasses import dataclass, field

SEED = 20260101
PERIODS = 45
DAYS = 7
REFUND_SHARE = 0.03
REDEEM_SHARE = 0.30
# Somebody rings up the same shopper again and again within one hour, in the last two periods.
BURST_MERCHANT, BURST_SHOPPER, BURST_DAY, BURST_COUNT = "bakery", 23, 2, 14


@dataclass
class Sale:
    """One sale: ``at`` is minutes after the period's first midnight, ``cents`` the cash paid."""

    key: str
    merchant: str
    shopper: int
    at: int
    cents: int
    refund_share: float = 0.0  # part of the cash given back later in the same period


@dataclass
class Week:
    """All sales of one period, and who tries to spend vouchers where."""

    number: int
    sales: list = field(default_factory=list)
    redemptions: list = field(default_factory=list)  # (merchant key, shopper, share of the balance)


def build_weeks(merchants, shopper_count, periods=PERIODS, seed=SEED):
    """Return one :class:`Week` for each period.

    Trade grows by about a fifth over the year, dips once (weeks 17 to 20) and peaks before the end;
    each shopper has a few favourite merchants, so that repurchase rates differ as they do in life.

    :param list merchants: rows of ``names.MERCHANTS``
    :param int shopper_count: how many shoppers there are
    """
    rng = random.Random(seed)
    favourites = {
        m[0]: rng.sample(range(shopper_count), k=min(shopper_count, max(8, shopper_count // 3)))
        for m in merchants
    }
    weeks = []
    for number in range(1, periods + 1):
        week = Week(number)
        trade = 1 + 0.2 * number / periods
        trade *= 0.7 if 17 <= number <= 20 else 1.25 if 38 <= number <= 41 else 1
        for key, _name, _scene, ticket, per_week, *_rest in merchants:
            count = max(1, round(rng.gauss(per_week * trade, per_week * 0.2)))
            for index in range(count):
                week.sales.append(_build_sale(rng, number, key, ticket, index, favourites[key], shopper_count))
        if number > periods - 2:
            week.sales += _build_burst(number)
        week.sales.sort(key=lambda sale: sale.at)
        physical = [m[0] for m in merchants]
        week.redemptions = [
            (rng.choice(physical), shopper, rng.choice((0.3, 0.5, 1.0)))
            for shopper in range(shopper_count)
            if rng.random() < REDEEM_SHARE
        ]
        weeks.append(week)
    return weeks


def _build_sale(rng, number, key, ticket, index, regulars, shopper_count):
    shopper = rng.choice(regulars) if rng.random() < 0.8 else rng.randrange(shopper_count)
    day = rng.choices(range(DAYS), weights=(9, 9, 10, 10, 13, 18, 16))[0]
    hour = rng.choices(range(9, 21), weights=(4, 6, 10, 14, 9, 6, 6, 8, 12, 14, 8, 3))[0]
    cents = max(500, round(rng.lognormvariate(0, 0.35) * ticket * 100))
    refund = rng.choice((0.5, 1.0)) if rng.random() < REFUND_SHARE else 0.0
    at = (day * 24 + hour) * 60 + rng.randrange(60)
    return Sale(f"demo,{number:02d},{key},{index:03d}", key, shopper, at, cents, refund)


def _build_burst(number):
    """Return sales that follow each other faster than any shopper buys."""
    first = (BURST_DAY * 24 + 15) * 60
    return [
        Sale(f"demo,{number:02d},burst,{index:03d}", BURST_MERCHANT, BURST_SHOPPER, first + 3 * index, 8800)
        for index in range(BURST_COUNT)]
