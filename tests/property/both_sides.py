"""A test case with people and shops that the platform and the model both know."""

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import new_test_user

from odoo.addons.merchant_alliance.tests.common_promoter import PromoterMixin
from odoo.addons.voucher_settlement.tests.common import SettlementCommon

from tests.model.platform import Platform
from tests.model.policy import Policy


def get_policy_vals(policy: Policy) -> dict:
    """Return the values of ``green.points.policy`` that say the same as the model's ``policy``."""
    parts = ("weight_pool", "weight_shopping", "weight_commission", "weight_reserve", "weight_fee")
    return {
        **{name: float(weight) for name, weight in zip(parts, policy.weights, strict=True)},
        "beta": float(policy.beta), "gamma": float(policy.gamma), "period_count": policy.periods,
        "max_multiple": float(policy.highest), "curve": policy.curve, "curve_growth": float(policy.growth),
        "curve_stages": policy.stages, "payout_ratio": float(policy.ratio), "ring_fenced": policy.fenced,
        "deduction_life_days": policy.deduction_days, "shopping_life_days": policy.shopping_days}


class BothSidesCase(PromoterMixin, SettlementCommon):
    """What is in capitals is a subclass's to say."""

    START: datetime
    RATES: dict  # merchant -> percent
    SCENES: dict
    OWN, SPLITTERS, OWN_VOUCHERS = (), (), ()
    SHOPPERS: tuple
    PROMOTERS: dict  # name -> (share of the commission's weight, days for which a binding earns)
    REFUND_DAYS: int
    POLICY: Policy
    PERIOD_DAYS = None  # a period ends when it is closed

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})  # nobody reads who changed what here
        cls.company = cls.env.company
        cls.company.partner_id.tz = "UTC"
        cls._use_policy(period_days=cls.PERIOD_DAYS or 300, **get_policy_vals(cls.POLICY))
        limits = cls.env["risk.policy"]._get_policy(cls.company)
        limits.write({"shopper_sales_per_hour": 1000, "shopper_sales_per_day": 1000, "shopper_cash_per_day": 1e9})
        cls.analyst = new_test_user(
            cls.env, "machine_analyst", groups="base.group_user,risk_controls.group_risk_analyst")
        cls.merchants = {name: cls._make_bare_merchant(name) for name in cls.RATES}
        cls.stores = {name: merchant.store_ids for name, merchant in cls.merchants.items()}
        cls.people = {name: cls._make_partner(name) for name in cls.SHOPPERS} | {
            name: merchant.partner_id for name, merchant in cls.merchants.items()}
        cls._make_promoters()

    @classmethod
    def _make_bare_merchant(cls, name):
        """Return a merchant at its rate, without a deposit."""
        merchant = cls.env["alliance.merchant"].create({
            "name": name, "partner_id": cls._make_partner(name).id, "scene": cls.SCENES[name], "state": "active",
            "company_id": cls.company.id, "is_platform": name in cls.OWN,
            "funding_method": "split" if name in cls.SPLITTERS else "deposit",
            "store_ids": [(0, 0, {"name": name, "scene": cls.SCENES[name]})]})
        cls.env["alliance.contract"].create({
            "merchant_id": merchant.id, "date_start": "2020-01-01",
            "line_ids": [(0, 0, {
                "rate": float(cls.RATES[name]), "own_vouchers": name in cls.OWN_VOUCHERS})]})._activate("Test")
        return merchant

    @classmethod
    def _make_promoters(cls):
        """Everybody has a phone, and is a household, of his own; promoters have their agreements."""
        cls.company.promoter_refund_days = cls.REFUND_DAYS
        cls.people |= {name: cls._make_partner(name) for name in cls.PROMOTERS if name not in cls.people}
        owners = dict.fromkeys((*cls.SHOPPERS, *cls.PROMOTERS))
        cls.phones = {name: f"+86 139 0000 {1000 + number}" for number, name in enumerate(owners)}
        for name, phone in cls.phones.items():
            cls.people[name].phone = phone
        with freeze_time(cls.START - timedelta(days=4)):
            cls.promoters = {
                name: cls._make_promoter(f"machine_{name}", float(share * 100), days, partner=cls.people[name])
                for name, (share, days) in cls.PROMOTERS.items()}

    def _run_clock(self):
        """Stop the clock at the beginning: one clock for all that is to come."""
        clock = freeze_time(self.START)  # starting one looks through every module there is
        self.clock = clock.start()
        self.addCleanup(clock.stop)

    def _make_model(self, today):
        model = Platform(self.RATES, self.SCENES, today, self.POLICY, self.PERIOD_DAYS, self.OWN, self.SPLITTERS,
                         self.OWN_VOUCHERS)
        model.set_promoters(self.PROMOTERS, self.REFUND_DAYS)
        return model
