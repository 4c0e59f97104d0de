"""A test case that runs the money machine, for a share of its examples."""

import logging
import os
from collections import Counter
from datetime import timedelta

from freezegun import freeze_time
from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from odoo.tests import new_test_user

from odoo.addons.merchant_alliance.tests.common_promoter import PromoterMixin
from odoo.addons.voucher_settlement.tests.common import SettlementCommon

from tests.model.platform import Platform
from tests.property.machine import (
    DEDUCTION_DAYS,
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
         "commission forfeited")
RARELY = ("debt", "refund after release", "given back", "binding over", "with the promoter", "commission paid",
          "commission owed")
MAY_MISS = 2
STEPS = 15
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "10000" if DEEP else "500"))
PARTS = 4


class MoneyMachineCase(PromoterMixin, SettlementCommon):
    """The people and shops of the machine; what both sides have lived through when an example begins."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._use_policy(period_count=PERIODS, deduction_life_days=DEDUCTION_DAYS, shopping_life_days=SHOPPING_DAYS,
                        period_days=300)
        limits = cls.env["risk.policy"]._get_policy(cls.company)
        limits.write({"shopper_sales_per_hour": 1000, "shopper_sales_per_day": 1000, "shopper_cash_per_day": 1e9})
        cls.analyst = new_test_user(
            cls.env, "machine_analyst", groups="base.group_user,risk_controls.group_risk_analyst")
        cls.merchants = {name: cls._make_bare_merchant(name) for name in RATES}
        cls.stores = {name: merchant.store_ids for name, merchant in cls.merchants.items()}
        cls.people = {name: cls._make_partner(name) for name in SHOPPERS} | {
            name: merchant.partner_id for name, merchant in cls.merchants.items()}
        cls._make_promoters()

    @classmethod
    def _make_bare_merchant(cls, name):
        """Return a merchant at its rate, without a deposit."""
        merchant = cls.env["alliance.merchant"].create({
            "name": name, "partner_id": cls._make_partner(name).id, "scene": SCENES[name], "state": "active",
            "company_id": cls.company.id, "store_ids": [(0, 0, {"name": name, "scene": SCENES[name]})]})
        cls.env["alliance.contract"].create({
            "merchant_id": merchant.id, "date_start": "2020-01-01",
            "line_ids": [(0, 0, {"rate": float(RATES[name])})]})._activate("Test")
        return merchant

    @classmethod
    def _make_promoters(cls):
        """Everybody has a phone, and is a household, of his own; promoters have their agreements."""
        cls.company.promoter_refund_days = REFUND_DAYS
        cls.people |= {name: cls._make_partner(name) for name in PROMOTERS if name not in cls.people}
        cls.phones = {name: f"+86 139 0000 {1000 + number}" for number, name in enumerate((*SHOPPERS, *PROMOTERS))}
        for name, phone in cls.phones.items():
            cls.people[name].phone = phone
        with freeze_time(START - timedelta(days=4)):
            cls.promoters = {
                name: cls._make_promoter(f"machine_{name}", float(share * 100), days, partner=cls.people[name])
                for name, (share, days) in PROMOTERS.items()}

    def _live_before(self):
        """Both sides live through three periods, so that every example begins in the midst of things."""
        real = Real(self, START - timedelta(days=3), prefix="before")
        model = Platform(RATES, SCENES, real.today, PERIODS, DEDUCTION_DAYS, SHOPPING_DAYS)
        model.set_promoters(PROMOTERS, REFUND_DAYS)
        for shopper, promoter in BOUND.items():
            for side in (model, real):
                self.assertTrue(side.bind(shopper, promoter))
        self.sales = []
        for merchant in RATES:
            model.deposits[merchant] = 60_000
            real.deposit(merchant, 60_000)
        for number in range(3):
            for index, (shopper, merchant) in enumerate(zip(SHOPPERS, RATES, strict=False)):
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
        clock = freeze_time(START)  # one for all examples: starting one looks through every module there is
        self.clock = clock.start()
        self.addCleanup(clock.stop)
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
