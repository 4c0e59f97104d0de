from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import AllianceCommon

MODELS = ["alliance.merchant", "alliance.store", "alliance.contract", "alliance.contract.line",
          "alliance.qualified.sale", "alliance.deposit.entry", "alliance.funding"]


@tagged("post_install", "-at_install")
class TestRights(AllianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_merchant("Other House")
        cls.owner = cls._make_user("owner", "base.group_portal", cls.env["res.partner"].create(
            {"name": "Owner", "parent_id": cls.merchant.partner_id.id}))
        cls.buyer = cls._make_user("buyer", "base.group_portal", cls.shopper)
        cls.cashier = cls._make_user("till", "point_of_sale.group_pos_user")
        cls.operator = cls._make_user("oper", "merchant_alliance.group_operator")
        cls.auditor = cls._make_user("audit", "merchant_alliance.group_auditor")

    def setUp(self):
        super().setUp()
        for merchant in (self.merchant, self.other):
            merchant._deposit("topup", 5000, f"top,{merchant.id}", "bank")
            self._sell(10000, key=f"k,{merchant.id}", store=merchant.store_ids)
        self._fund(self.merchant + self.other)

    def test_a_merchant_sees_its_own_only(self):
        for model in MODELS:
            found = self.env[model].with_user(self.owner).search([])
            self.assertTrue(found, model)
            merchants = {
                "alliance.merchant": lambda r: r, "alliance.contract.line": lambda r: r.contract_id.merchant_id,
            }.get(model, lambda r: r.merchant_id)(found.sudo())
            self.assertEqual(merchants, self.merchant, model)
            with self.assertRaises(AccessError):
                found[0].write({"display_name": "x"})

    def test_a_shopper_sees_own_purchases_and_no_merchant(self):
        self.assertEqual(len(self.env["alliance.qualified.sale"].with_user(self.buyer).search([])), 2)
        for model in set(MODELS) - {"alliance.qualified.sale"}:
            self.assertFalse(self.env[model].with_user(self.buyer).search([]), model)
        stranger = self._make_user("stranger", "base.group_portal")
        self.assertFalse(self.env["alliance.qualified.sale"].with_user(stranger).search([]))

    def test_cashiers_have_no_access(self):
        for model in MODELS:
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.cashier).search([])

    def test_auditors_read_and_change_nothing(self):
        for model in MODELS:
            record = self.env[model].with_user(self.auditor).search([], limit=1)
            self.assertTrue(record)
            for mode in ("write", "create", "unlink"):
                self.assertFalse(record.has_access(mode), (model, mode))

    def test_nobody_writes_ledgers(self):
        for model in ("alliance.qualified.sale", "alliance.deposit.entry", "alliance.funding"):
            for user in (self.operator, self.owner, self.buyer):
                for mode in ("write", "create", "unlink"):
                    self.assertFalse(self.env[model].with_user(user).has_access(mode), (model, user.login, mode))

    def test_the_buttons_refuse_those_who_may_not(self):
        contract = self.merchant.contract_ids
        for user in (self.owner, self.buyer, self.cashier, self.auditor):
            for call in (contract.with_user(user).action_terminate, contract.with_user(user).action_activate,
                         self.merchant.with_user(user).action_suspend, self.merchant.with_user(user).action_activate):
                with self.assertRaises(AccessError):
                    call()
        self.assertEqual((contract.state, self.merchant.state), ("active", "active"))
