"""A test case that runs the money machine, for a share of its examples."""

import gc
import itertools
import logging
import os
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from hypothesis import seed, settings
from hypothesis.internal.conjecture import providers
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
# In how many of the examples of a part what must be come across, at least.
OFTEN, RARELY = 10, 3
WANTED = {
    **dict.fromkeys((
        "released", "covered in part", "refund waiting", "expired", "matured", "waiting for a deposit",
        "rewards pending", "rewards held", "rewards active", "rewards rejected", "rewards cancelled", "exchanged",
        "points owed", "bound", "binding refused", "commission earned", "commission refunded", "commission forfeited",
        "kept to one merchant", "held and given back in part"), OFTEN),
    **dict.fromkeys((
        "debt", "refund after release", "given back", "binding over", "with the promoter", "commission paid",
        "commission owed"), RARELY)}
USUAL = 125  # examples of a part, for these numbers
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
        gc.collect()
        gc.freeze()  # what is loaded by now stays; looking through it again and again costs time
        self.addCleanup(gc.unfreeze)
        began = time.process_time()
        with no_local_constants():
            run_state_machine_as_test(machine, settings=settings(
                settings.default, max_examples=EXAMPLES // PARTS, stateful_step_count=STEPS))
        _logger.info("reached, in %s examples, %.2f s of this processor's time each: %s", EXAMPLES // PARTS,
                     (time.process_time() - began) / (EXAMPLES // PARTS), dict(sorted(machine.reached.items())))
        part = min(EXAMPLES // PARTS, USUAL)
        self.assertEqual({}, {
            what: machine.reached[what] for what, least in WANTED.items()
            if machine.reached[what] < least * part // USUAL}, machine.reached)


@contextmanager
def no_local_constants():
    """Let a seed give the same examples in every process.

    Hypothesis also tries the constants that it finds in those of our modules that happen to be loaded, and keeps them.
    """
    with (mock.patch.object(providers, "_get_local_constants", providers.Constants),
          mock.patch.object(providers, "CONSTANTS_CACHE", type(providers.CONSTANTS_CACHE)(1024))):
        yield
