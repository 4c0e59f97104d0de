"""A test case that runs the money machine, for a share of its examples."""

import itertools
import logging
import os
from collections import Counter
from datetime import timedelta

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.policy import Policy
from tests.property.both_sides import BothSidesCase
from tests.property.machine import (
    DEDUCTION_DAYS,
    OWN_VOUCHERS,
    PERIODS,
    RATES,
    SCENES,
    SHOPPERS,
    SHOPPING_DAYS,
    START,
    MoneyMachine,
)
from tests.property.machine_promoters import BOUND, PROMOTERS, REFUND_DAYS
from tests.property.real import Real

_logger = logging.getLogger(__name__)
# What every part of the examples must come across. Which examples there are depends on the modules that are loaded
# (Hypothesis takes constants out of them), so that of what is rare a part may miss a little.
OFTEN = ("released", "covered in part", "refund waiting", "expired", "matured", "waiting for a deposit",
         "rewards pending", "rewards held", "rewards active", "rewards rejected", "rewards cancelled",
         "exchanged", "points owed", "bound", "binding refused", "commission earned", "commission refunded",
         "commission forfeited", "kept to one merchant")
RARELY = ("debt", "refund after release", "given back", "binding over", "with the promoter", "commission paid",
          "commission owed")
MAY_MISS = 2
STEPS = 15
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "10000" if DEEP else "500"))
PARTS = 4


class MoneyMachineCase(BothSidesCase):
    """What both sides have lived through when an example begins."""

    START, RATES, SCENES, SHOPPERS = START, RATES, SCENES, SHOPPERS
    PROMOTERS, REFUND_DAYS, OWN_VOUCHERS = PROMOTERS, REFUND_DAYS, OWN_VOUCHERS
    POLICY = Policy(periods=PERIODS, deduction_days=DEDUCTION_DAYS, shopping_days=SHOPPING_DAYS)

    def _live_before(self):
        """Both sides live through three periods, so that every example begins in the midst of things."""
        real = Real(self, START - timedelta(days=3), prefix="before")
        model = self._make_model(real.today)
        for shopper, promoter in BOUND.items():
            for side in (model, real):
                self.assertTrue(side.bind(shopper, promoter))
        self.sales = []
        for merchant in RATES:
            model.deposits[merchant] = 60_000
            real.deposit(merchant, 60_000)
        for number in range(3):
            for index, (shopper, merchant) in enumerate(zip(itertools.cycle(SHOPPERS[:3]), RATES, strict=False)):
                cash = 40_000 + 7_777 * index + 1_234 * number
                model.sell(shopper, merchant, cash)
                self.sales.append(real.sell(shopper, merchant, cash))
                for side in (model, real):
                    side.fund(merchant)
            for side in (model, real):
                side.settle()
        model.pass_days(3, [])
        real.pass_days(3)
        self.model = model
        real.end(rollback=False)

    def _run_part(self, number):
        """Run one of ``PARTS`` equal parts of the examples; each has other ones."""
        self._run_clock()
        self._live_before()
        machine = type("MoneyMachine", (MoneyMachine,), {"case": self, "reached": Counter()})
        if not DEEP:  # else every run has new ones
            machine = seed(number)(machine)
        run_state_machine_as_test(machine, settings=settings(
            settings.default, max_examples=EXAMPLES // PARTS, stateful_step_count=STEPS))
        self.assertFalse([what for what in OFTEN if not machine.reached[what]], machine.reached)
        missed = [what for what in RARELY if not machine.reached[what]]
        self.assertLessEqual(len(missed), MAY_MISS, machine.reached)
        _logger.info("reached, in %s examples: %s", EXAMPLES // PARTS, dict(machine.reached))
