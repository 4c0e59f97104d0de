from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user


class AllianceCommon(TransactionCase):
    """A merchant with a store, a 10 % contract and a shopper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.currency = cls.company.currency_id
        cls.shopper = cls.env["res.partner"].create({"name": "Shopper Lin"})
        cls.merchant = cls._make_merchant("Noodle House")
        cls.store = cls.merchant.store_ids

    @classmethod
    def _make_merchant(cls, name, rate=10.0, scene="alliance", sign=True, **vals):
        partner = cls.env["res.partner"].create({"name": name, "is_company": True})
        merchant = cls.env["alliance.merchant"].create({
            "name": name, "partner_id": partner.id, "scene": scene, "state": "active",
            "store_ids": [Command.create({"name": f"{name} Store", "scene": scene})], **vals})
        if sign:
            cls._make_contract(merchant, rate)._activate("Boss")
        return merchant

    @classmethod
    def _make_contract(cls, merchant, rate=10.0, start="2020-01-01", **vals):
        return cls.env["alliance.contract"].create({
            "merchant_id": merchant.id, "date_start": start,
            "line_ids": [Command.create({"rate": rate})], **vals})

    @classmethod
    def _make_user(cls, login, groups, partner=None):
        return new_test_user(
            cls.env, login, groups=groups, password=login, **({"partner_id": partner.id} if partner else {}))

    def _sell(self, cents, key="test,1", store=None, **vals):
        return self.env["alliance.qualified.sale"]._register_sales([{
            "idempotency_key": key, "partner": self.shopper, "store": store or self.store,
            "sale_datetime": fields.Datetime.now(), "cash_cents": cents, **vals}])

    def _fund(self, merchant=None):
        return self.env["alliance.funding"]._fund_pending(merchant or self.merchant)

    def _begin_payment(self, amount, **vals):
        """Begin a payment through ``self.provider``, as the server does for who pays."""
        return self.env["payment.transaction"].create({
            "provider_id": self.provider.id, "payment_method_id": self.provider.payment_method_ids[:1].id,
            "amount": amount, "operation": "online_direct", **vals})

    def _give_back(self, tx, amount):
        """Let the provider give ``amount`` of a payment back; return the refund."""
        refund = tx._create_child_transaction(amount, is_refund=True)
        refund._set_done()
        refund._post_process()
        return refund
