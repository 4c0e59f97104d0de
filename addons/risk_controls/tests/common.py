from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user


class RiskCommon(TransactionCase):
    """A merchant with a full deposit, and limits that are easy to reach."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.policy = cls.env["risk.policy"]._get_policy(cls.company)
        cls.policy.write({
            "shopper_sales_per_hour": 3, "shopper_sales_per_day": 5, "shopper_cash_per_day": 1000,
            "platform_concession_per_day": 1000})
        cls.shopper, cls.other = cls.env["res.partner"].create([{"name": "Lin"}, {"name": "Wu"}])
        cls.merchant = cls.env["alliance.merchant"].create({
            "name": "House", "state": "active",
            "partner_id": cls.env["res.partner"].create({"name": "House", "is_company": True}).id,
            "store_ids": [Command.create({"name": "House Store"})]})
        cls.env["alliance.contract"].create({
            "merchant_id": cls.merchant.id, "date_start": "2020-01-01",
            "line_ids": [Command.create({"rate": 10.0})]})._activate("Boss")
        cls.merchant._deposit("topup", 100_000_000, "top", "bank")
        cls.analyst = new_test_user(cls.env, "analyst_t", groups="risk_controls.group_risk_analyst")
        cls.number = 0

    @classmethod
    def _register_sale(cls, cents, partner=None, minutes=0, **vals):
        cls.number += 1
        moment = fields.Datetime.subtract(fields.Datetime.now(), minutes=minutes)
        return cls.env["alliance.qualified.sale"]._register_sales([{
            "idempotency_key": f"risk,{cls.number}", "partner": partner or cls.shopper,
            "store": cls.merchant.store_ids, "sale_datetime": moment, "cash_cents": cents, **vals}])

    @classmethod
    def _sell(cls, cents, **kwargs):
        sale = cls._register_sale(cents, **kwargs)
        cls.env["alliance.funding"]._fund_pending(cls.merchant)
        return sale

    @classmethod
    def _hold_one(cls):
        """Return a sale whose rewards the velocity rule holds."""
        for _i in range(cls.policy.shopper_sales_per_hour):
            cls._sell(1000)
        return cls._sell(10000)
