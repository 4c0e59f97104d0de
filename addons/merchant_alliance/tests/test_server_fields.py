from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AllianceCommon
from .common_application import CODES

DAY = "2026-01-01 00:00:00"


@tagged("post_install", "-at_install")
class TestServerFields(AllianceCommon):
    """What the server alone sets comes in neither by the caller's context nor by the caller's own defaults."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._make_user("defaulting", "base.group_user,merchant_alliance.group_operator")
        cls.promoter = cls.env["alliance.promoter"].create(cls._prepare_promoter("Bound"))

    @classmethod
    def _prepare_promoter(cls, name):
        return {
            "partner_id": cls.env["res.partner"].create({"name": name}).id,
            "motivation": "My neighbours and my reading circle.", "phone": "+8613800138000", "bank_name": "Bank",
            "bank_account": "6222020200112233"}

    def assertKept(self, name, prepare, **forged):
        """A record made of ``prepare()`` (values) by an operator has none of what is ``forged``."""
        model = self.env[name].with_user(self.operator)
        fresh = model.create(prepare())
        expected = {fname: fresh[fname] for fname in forged}
        made = model.with_context(**{f"default_{fname}": value for fname, value in forged.items()}).create(prepare())
        self.assertEqual({fname: made[fname] for fname in forged}, expected)
        for fname, value in forged.items():
            self.env["ir.default"].with_user(self.operator).set(name, fname, value, user_id=True)
        made = model.create(prepare())
        self.assertEqual({fname: made[fname] for fname in forged}, expected)

    def test_contract(self):
        self.assertKept(
            "alliance.contract", lambda: {"merchant_id": self.merchant.id},
            state="sent", signed_on=DAY, sent_on=DAY, version=7, previous_id=self.merchant.contract_ids.id,
            signed_ip="10.0.0.1", signed_user_id=self.operator.id, document_hash="0" * 64)

    def test_promoter(self):
        numbers = iter(range(9))
        self.assertKept(
            "alliance.promoter", lambda: self._prepare_promoter(f"Promoter {next(numbers)}"),
            state="approved", decision_reason="Fine", decided_on=DAY)

    def test_agreement(self):
        self.assertKept(
            "alliance.promoter.agreement", lambda: {"promoter_id": self.promoter.id, "rate": 5},
            state="ended", accepted_by="Nobody", accepted_on=DAY, end_reason="Over", signed_ip="10.0.0.1")

    def test_application(self):
        codes = iter(CODES)
        self.assertKept(
            "alliance.application", lambda: {
                "legal_name": "Noodles Ltd", "uscc": next(codes), "contact_name": "Li",
                "contact_phone": "+8613800138000", "contact_email": "li@example.com", "store_name": "Noodles",
                "street": "Road 1", "city": "Shanghai",
                "bank_name": "Bank", "bank_account": "6222020200112233", "scene": "alliance", "rate": 10},
            state="approved", merchant_id=self.merchant.id, decision_reason="Fine", decided_on=DAY)

    def test_rate_change(self):
        self.assertKept("alliance.rate.change", lambda: {"method": "set", "value": 10}, state="done")

    def test_ledgers(self):
        """Of rows that nobody makes by hand no field at all; their own defaults stay."""
        forged = {"default_state": "funded", "default_collected": True, "default_date": "2020-01-01"}
        self.merchant.with_context(default_date="2020-01-01")._deposit("topup", 100_000, "top", "bank")
        self.assertNotEqual(str(self.merchant.deposit_entry_ids.date), "2020-01-01")
        sales = self.env["alliance.qualified.sale"].with_context(**forged)
        self.assertEqual(sales._register_sales([{
            "idempotency_key": "forged", "partner": self.shopper, "store": self.store,
            "sale_datetime": fields.Datetime.now(), "cash_cents": 10000}]).state, "pending")
        for name, fname in (("alliance.funding", "amount"), ("alliance.deposit.entry", "amount"),
                            ("alliance.consent", "partner_id"), ("alliance.account.closure", "partner_id")):
            model = self.env[name].with_context(default_amount=5.0, default_partner_id=self.shopper.id)
            self.assertEqual(model.default_get([fname]), {}, name)

    def test_paid_and_claimed(self):
        """Of Odoo's own documents the fields that we add."""
        for name, forged in (
                ("payment.transaction", {"deposit_merchant_id": self.merchant.id}),
                ("pos.order", {"claim_partner_id": self.shopper.id, "claimed_on": DAY}),
                ("sale.order", {"scan_store_id": self.store.id, "scan_key": "forged"}),
                ("sale.order.line", {"alliance_coupon_id": 1})):
            model = self.env[name].with_context(**{f"default_{fname}": value for fname, value in forged.items()})
            self.assertFalse(set(model.default_get([*forged])) & set(forged), name)

    def test_links_of_stores(self):
        """Who is no operator links no store by a default either."""
        editor = self._make_user(
            "editing", "base.group_user,point_of_sale.group_pos_manager,website.group_website_designer,"
                       "product.group_product_manager,account.group_account_manager,base.group_system")
        store = self._make_merchant("Brand", scene="brand_mall").store_ids
        for name, fname in (("pos.config", "alliance_store_id"), ("website", "alliance_store_id"),
                            ("product.template", "brand_store_id")):
            model = self.env[name].with_user(editor)
            self.assertFalse(model.create({"name": "Without"})[fname])
            with self.assertRaises(AccessError), self.cr.savepoint():
                model.with_context(**{f"default_{fname}": store.id}).create({"name": "By context"})
            self.env["ir.default"].with_user(editor).set(name, fname, store.id, user_id=True)
            with self.assertRaises(AccessError), self.cr.savepoint():
                model.create({"name": "By default"})

    def test_named_is_refused_as_ever(self):
        contracts = self.env["alliance.contract"].with_user(self.operator)
        with self.assertRaises(UserError), self.cr.savepoint():
            contracts.create({"merchant_id": self.merchant.id, "state": "active"})
