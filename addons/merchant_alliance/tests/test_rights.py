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

    def test_closing_and_other_merchants_buttons_are_the_operator_s(self):
        for user in (self.owner, self.buyer, self.cashier, self.auditor):
            with self.assertRaises(AccessError):
                self.merchant.with_user(user).action_close()
        for user in (self.owner, self.buyer, self.cashier):
            record = self.env["alliance.deposit.wizard"].create(
                {"merchant_id": self.merchant.id, "amount": 10, "reference": "bank"})
            with self.assertRaises(AccessError):
                record.with_user(user).action_record()
        self.assertEqual(self.merchant.deposit_entry_ids.mapped("kind").count("topup"), 1)

    def test_only_operators_link_tills_and_websites_to_stores(self):
        """A till's store decides whose deposit pays."""
        manager = self._make_user("pos_boss", "base.group_user,point_of_sale.group_pos_manager")
        designer = self._make_user("web_boss", "base.group_user,website.group_website_designer")
        both = self._make_user(
            "links", "merchant_alliance.group_operator,point_of_sale.group_pos_manager,website.group_website_designer")
        config = self.env["pos.config"].create({"name": "Till"})
        website = self.env["website"].search([("company_id", "=", self.company.id)], limit=1)
        for user, record in ((manager, config), (designer, website)):
            with self.assertRaisesRegex(AccessError, "operator"):
                record.with_user(user).alliance_store_id = self.store
            record.with_user(user).write({"name": "Other", "alliance_store_id": False})  # nothing changes
        with self.assertRaisesRegex(AccessError, "operator"):
            self.env["pos.config"].with_user(manager).create({
                "name": "T", "journal_id": config.journal_id.id, "payment_method_ids": [],  # may make no journals
                "alliance_store_id": self.store.id})
        for record in (config, website):
            record.with_user(both).alliance_store_id = self.store
            self.assertEqual(record.alliance_store_id, self.store)
        self.assertFalse(config.copy().alliance_store_id)

    def test_other_people_s_merchants_are_refused_by_id(self):
        rival = self._make_user("rival", "base.group_portal", self.env["res.partner"].create(
            {"name": "Rival", "parent_id": self.other.partner_id.id}))
        self.env.invalidate_all()
        for records in (self.merchant, self.store, self.merchant.contract_ids, self.merchant.contract_ids.line_ids,
                        self.merchant.qualified_sale_ids, self.merchant.deposit_entry_ids,
                        self.merchant.qualified_sale_ids.funding_id):
            self.assertTrue(records)
            with self.assertRaises(AccessError):
                records.with_user(rival).read(["display_name"])
