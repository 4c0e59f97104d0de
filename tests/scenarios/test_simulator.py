"""The simulator against the independent model that the real settlement is compared with, and against the settlement's
own arithmetic: sixty periods of uneven sales, vouchers expiring."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from odoo.addons.green_points.tools.simulation import Rules, Scenario, simulate
from odoo.addons.voucher_settlement.tools.release import get_coverage, get_increment

from tests.model.platform import Platform
from tests.model.policy import Policy

PERIODS, LIFE, DEDUCTION_DAYS, SHOPPING_DAYS, DAYS = 60, 40, 70, 35, 7
CENT = 1.0


def get_concessions():
    """Return the concession of each period in cents: up, down, and a month without any."""
    return [0 if 25 <= period < 29 else 100_000 + 37_000 * (period % 7) - 900 * period for period in range(PERIODS)]


def run_simulator(concessions):
    rules = Rules(
        steps=(5 / LIFE,) * LIFE, base=1.0, pool=0.65, shopping=0.10, reserve=0.05,
        deduction_life=DEDUCTION_DAYS // DAYS + 1, shopping_life=SHOPPING_DAYS // DAYS + 1)
    nothing = np.zeros(PERIODS)
    return simulate(rules, [Scenario("same", np.array(concessions, dtype=float), nothing, nothing)])


def test_like_the_model_that_the_platform_agrees_with():
    concessions = get_concessions()
    platform = Platform(
        {"shop": Fraction(10)}, {"shop": "alliance"}, date(2026, 3, 2),
        Policy(periods=LIFE, deduction_days=DEDUCTION_DAYS, shopping_days=SHOPPING_DAYS))
    platform.deposits["shop"] = 10**9
    result = run_simulator(concessions)
    for period, concession in enumerate(concessions):
        if concession:
            platform.sell("ann", "shop", 10 * concession)
            platform.fund("shop")
        platform.pass_days(0, [])
        platform.settle()
        platform.credit_all()
        figures = platform.pool, platform.outstanding, platform.bank
        found = result.pool[0, period], result.outstanding[0, period], result.bank[0, period]
        assert all(abs(a - b) <= CENT * (period + 2) for a, b in zip(figures, found, strict=True)), (
            period, figures, found)
        platform.pass_days(DAYS, [])
    for number in range(1, PERIODS):
        if concessions[number - 1]:
            released = float(platform.index(number))
            assert abs(result.multiples[0, result.first + number - 1] - released) < 1e-5, number


def test_like_the_settlements_own_arithmetic():
    """The first forty periods, before anything but releases happens to the pool, in exact decimals."""
    concessions = get_concessions()[:12]
    rules = Rules(steps=(0.125,) * LIFE, base=1.0, pool=0.65, shopping=0.0, reserve=0.0, deduction_life=99)
    nothing = np.zeros(12)
    result = simulate(rules, [Scenario("same", np.array(concessions, dtype=float), nothing, nothing)])
    pool, bases, index, step = Decimal(0), [], [], Decimal("0.125")
    for period, concession in enumerate(concessions):
        pool += Decimal(concession) * Decimal("0.65")
        due = sum((base * step for base in bases), Decimal(0))
        coverage = get_coverage(pool, due)
        increment = get_increment(coverage, step)
        index = [value + increment for value in index] + [Decimal(0)]
        pool -= sum((base * increment for base in bases), Decimal(0))
        bases.append(Decimal(concession))
        assert abs(result.coverage[0, period] - float(coverage)) < 1e-9
        assert abs(result.pool[0, period] - float(pool)) < 1e-3
    np.testing.assert_allclose(result.multiples[0, LIFE:], [float(value) for value in index], atol=1e-9)
