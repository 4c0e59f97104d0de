"""What a policy would do over years: many scenarios at once, period by period, with numpy.

Amounts are floating-point cents: a forecast, not a ledger. The order of things within a period is that of
the real settlement: concessions come in, refunds are paid, vouchers are spent, the old ones expire, and what
the pool holds then is released to the cohorts of age 1 to N; those under way go on to their own last age.
Nothing here reads or writes records.
"""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Rules:
    """A policy in plain numbers; shares are of the concession, 0 to 1."""

    steps: tuple  # m(n) - m(n-1) for n = 1 .. N
    base: float  # base value of shopper and merchant together
    pool: float
    shopping: float
    reserve: float
    payout: float = 1.0
    ring_fenced: bool = False
    deduction_life: int = 52  # periods
    shopping_life: int = 13


@dataclass(frozen=True)
class Opening:
    """Where the platform stands; cents. Cohorts from the oldest to the newest, each with its own policy's curve."""

    bases: tuple = ()
    ages: tuple = ()  # for each cohort, how many of its periods are over; empty: one after the other, the newest 0
    steps: tuple = ()  # for each cohort, its own curve's steps from age 1 to its last; empty: those of the rules
    released: tuple = ()  # for each cohort, the multiple released so far
    concessions: tuple = ()  # for each cohort
    pool: float = 0.0
    outstanding: float = 0.0
    reserve: float = 0.0


@dataclass(frozen=True)
class Scenario:
    """What happens in each of the periods to come: arrays of one length."""

    key: str
    concessions: np.ndarray  # funded, cents
    spending: np.ndarray  # share of the vouchers outstanding that is spent, 0 to 1
    refunds: np.ndarray  # share of the latest periods' concessions that is given back, 0 to 1


@dataclass
class Result:
    """Figures of each scenario and period (arrays S × T), and of each cohort."""

    coverage: np.ndarray
    due: np.ndarray
    released: np.ndarray
    pool: np.ndarray
    outstanding: np.ndarray
    bank: np.ndarray  # what has come in less what has been paid to merchants
    owed: np.ndarray  # pool + outstanding + due to merchants + reserve
    expired: np.ndarray  # so far
    spent: np.ndarray  # so far
    multiples: np.ndarray  # S × cohorts: released for one unit of base value (nan: it has none); opening first
    first: int = 0  # index of the first cohort that is not of the opening
    matured: int = 0  # index after the last cohort that has had all its periods
    keys: list = field(default_factory=list)


REFUND_PERIODS = 4  # how far back a wave of refunds reaches


def simulate(rules, scenarios, opening=None):
    """Run ``scenarios`` (of one length T) under ``rules`` from ``opening``; return a ``Result``.

    :raise ValueError: scenarios of different lengths, or an opening with a cohort that has had all its periods
    """
    opening = opening or Opening()
    periods = len(scenarios[0].concessions)
    if any(len(scenario.concessions) != periods for scenario in scenarios):
        raise ValueError("simulate: all scenarios must have the same number of periods")
    state = _State(rules, scenarios, opening, periods)
    for period in range(periods):
        state.take_in(period)
        state.refund(period)
        state.spend(period)
        state.release(period)
        state.note(period)
    return state.get_result()


class _State:
    """Column ``j`` of the arrays is the cohort of period ``j - width``, ``width`` being the longest life of any.

    Those of the opening come first, each where its age puts it; a column without a cohort is all zero.
    """

    def __init__(self, rules, scenarios, opening, periods):
        size, known, self.rules = len(scenarios), len(opening.bases), rules
        self.keys = [scenario.key for scenario in scenarios]
        self.concessions = np.array([scenario.concessions for scenario in scenarios], dtype=float)
        self.spending = np.array([scenario.spending for scenario in scenarios], dtype=float)
        self.refunds = np.array([scenario.refunds for scenario in scenarios], dtype=float)
        ages, curves = opening.ages or range(known - 1, -1, -1), opening.steps or (rules.steps,) * known
        if any(age >= len(steps) for age, steps in zip(ages, curves, strict=True)):
            raise ValueError("simulate: a cohort of the opening has had all its periods")
        self.width = max(map(len, (rules.steps, *curves)))
        cohorts = self.width + periods
        self.bases, self.index, self.conceded, self.money = (np.zeros((size, cohorts)) for _i in range(4))
        self.steps = np.tile(self._pad(rules.steps), (cohorts, 1))
        if known:
            under_way = self.width - 1 - np.array(ages)
            self.bases[:, under_way] = opening.bases
            self.index[:, under_way] = opening.released or np.zeros(known)
            self.conceded[:, under_way] = opening.concessions or np.zeros(known)
            self.steps[under_way] = [self._pad(steps) for steps in curves]
            self.money[:, under_way] = (self.conceded * rules.pool - self.bases * self.index)[:, under_way].clip(0)
        self.deduction = np.zeros((size, rules.deduction_life))  # by age, the newest first
        self.shopping = np.zeros((size, rules.shopping_life + 1))  # given before its first period is over
        self.deduction[:, 0] = opening.outstanding
        self.pool = np.full(size, float(opening.pool))
        self.reserve = np.full(size, float(opening.reserve))
        self.bank = self.pool + opening.outstanding + self.reserve
        self.to_merchants, self.expired, self.spent = (np.zeros(size) for _i in range(3))
        self.notes = {name: np.zeros((size, periods)) for name in (
            "coverage", "due", "released", "pool", "outstanding", "bank", "owed", "expired", "spent")}

    def _pad(self, steps):
        return np.pad(np.array(steps, dtype=float), (0, self.width - len(steps)))

    def take_in(self, period):
        """Concessions are funded: a new cohort, shopping vouchers at once; last period's merchants are paid."""
        rules, new = self.rules, self.concessions[:, period]
        self.bank -= self.to_merchants
        self.to_merchants = np.zeros_like(self.to_merchants)
        cohort = self.width + period
        self.conceded[:, cohort] = new
        self.bases[:, cohort] = rules.base * new
        self.money[:, cohort] = rules.pool * new
        self.pool += rules.pool * new
        self.reserve += rules.reserve * new
        self.shopping[:, 0] += rules.shopping * new
        self.bank += (rules.pool + rules.shopping + rules.reserve) * new

    def refund(self, period):
        """Purchases are given back, as far as the pool can pay; what their points released is taken out of vouchers."""
        if not self.refunds[:, period].any():
            return
        rules, end = self.rules, self.width + period + 1
        latest = slice(max(end - REFUND_PERIODS, 0), end)
        taken = self.refunds[:, period, None] * self.conceded[:, latest]
        needed = (rules.pool + rules.shopping) * taken.sum(axis=1)
        part = np.minimum(1.0, _divide(self.pool, needed, 1.0))
        taken *= part[:, None]
        back = taken.sum(axis=1)
        share = _divide(taken, self.conceded[:, latest], 0.0)
        gone = self.bases[:, latest] * share
        claim = (gone * self.index[:, latest]).sum(axis=1) + rules.shopping * back
        self.bases[:, latest] -= gone
        self.conceded[:, latest] -= taken
        self.money[:, latest] = (self.money[:, latest] - rules.pool * taken).clip(0)
        self.pool -= (rules.pool + rules.shopping) * back
        paid_reserve = np.minimum(self.reserve, rules.reserve * back)
        self.reserve -= paid_reserve
        self.bank -= (rules.pool + rules.shopping) * back + paid_reserve
        left = self._get_outstanding()
        clawed = np.minimum(claim, left)  # the rest was spent: owed, and not counted on
        keep = 1.0 - _divide(clawed, left, 0.0)
        self.deduction *= keep[:, None]
        self.shopping *= keep[:, None]
        self.pool += clawed

    def spend(self, period):
        """A share of all vouchers is spent; what has reached the end of its life goes back to the pool."""
        share = self.spending[:, period, None]
        for lots in (self.deduction, self.shopping):
            used = (lots * share).sum(axis=1)
            lots *= 1.0 - share
            self.spent += used
            self.to_merchants += used
            over = lots[:, -1].copy()
            lots[:, 1:] = lots[:, :-1].copy()
            lots[:, 0] = 0.0
            self.pool += over
            self.expired += over

    def release(self, period):
        """What the pool may pay meets what is due, by cohort of age ``width`` … 1."""
        rules, cohorts = self.rules, np.arange(period, period + self.width)
        steps = self.steps[cohorts, self.width - 1 - np.arange(self.width)]
        due = self.bases[:, cohorts] * steps
        if rules.ring_fenced:
            coverage = np.minimum(1.0, _divide(rules.payout * self.money[:, cohorts], due, 1.0))
        else:
            whole = due.sum(axis=1, keepdims=True)
            coverage = np.minimum(1.0, _divide(rules.payout * self.pool[:, None], whole, 1.0)) * np.ones_like(due)
        paid = due * coverage
        self.index[:, cohorts] += coverage * steps
        self.money[:, cohorts] = (self.money[:, cohorts] - paid).clip(0)
        released = paid.sum(axis=1)
        self.pool = (self.pool - released).clip(0)
        self.deduction[:, 0] += released
        self.notes["due"][:, period] = due.sum(axis=1)
        self.notes["released"][:, period] = released
        self.notes["coverage"][:, period] = _divide(released, due.sum(axis=1), 1.0)

    def note(self, period):
        outstanding = self._get_outstanding()
        for name, values in {
                "pool": self.pool, "outstanding": outstanding, "bank": self.bank, "expired": self.expired,
                "spent": self.spent,
                "owed": self.pool + outstanding + self.to_merchants + self.reserve}.items():
            self.notes[name][:, period] = values

    def _get_outstanding(self):
        return self.deduction.sum(axis=1) + self.shopping.sum(axis=1)

    def get_result(self):
        periods = self.concessions.shape[1]
        return Result(
            **self.notes, multiples=np.where(self.bases > 0, self.index, np.nan), first=self.width,
            matured=self.width + max(periods - len(self.rules.steps), 0), keys=self.keys)


def _divide(numerator, denominator, otherwise):
    """Return numerator / denominator, ``otherwise`` where the denominator is not above zero."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    result = np.full(numerator.shape, float(otherwise))
    return np.divide(numerator, denominator, out=result, where=denominator > 0)


# -- scenarios -------------------------------------------------------------------------------------------------------

GROWTH = {"growth": 0.15, "flat": 0.0, "decline": -0.20}


def build_scenarios(concession, periods, period_days, spending, refunds=0.0, start=0.2):
    """Return the usual scenarios: three ways for sales to go on, a stop, and three kinds of trouble.

    Trouble begins after ``start`` of the time.

    :param float concession: cents funded in each period at the beginning
    :param float spending: share of the vouchers outstanding that is spent in each period
    :param float refunds: share of the latest periods' concessions given back in each period
    """
    years = np.arange(periods) * period_days / 365
    level, spend, back = (np.full(periods, value, dtype=float) for value in (concession, spending, refunds))
    begin, year = int(periods * start), max(round(365 / period_days), 1)
    scenarios = [Scenario(key, concession * (1 + rate) ** years, spend, back) for key, rate in GROWTH.items()]
    scenarios.append(Scenario("stop", _change(level, begin, periods, 0.0), spend, back))
    scenarios.append(Scenario("run", level, _change(spend, begin, begin + 2, 1.0), back))
    scenarios.append(Scenario("refund_wave", level, spend, _change(back, begin, begin + REFUND_PERIODS, 0.3)))
    scenarios.append(Scenario("default", _change(level, begin, begin + year, 0.5 * concession), spend, back))
    return scenarios


def _change(values, begin, end, value):
    changed = values.copy()
    changed[begin:end] = value
    return changed
