from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_staff import StaffCommon


@tagged("post_install", "-at_install")
class TestOwnerView(StaffCommon):
    """Who leaves a merchant's company sees nothing of it from then on; Odoo keeps the domains of rules."""

    def setUp(self):
        super().setUp()
        self.market._deposit("topup", 50_000, "top,market", "bank")
        self.company_s = [self.market, self.market.contract_ids[0], self.market.deposit_entry_ids[0], self.east]
        for record in self.company_s:
            self.assertTrue(self._may(self.owner, record), record)

    def _assert_nothing_left(self):
        for record in self.company_s:
            self.assertFalse(self._may(self.owner, record), record)
            self.assertFalse(self.env[record._name].with_user(self.owner).search([("id", "=", record.id)]), record)
        self.assertFalse(self.owner._get_stores())
        self.assertFalse(self.owner._get_owned_merchants())

    def test_a_contact_that_leaves_the_company(self):
        self.owner.partner_id.parent_id = False
        self._assert_nothing_left()

    def test_a_contact_that_goes_to_another_merchant(self):
        theirs = self.merchant.contract_ids[0]
        self.assertFalse(self._may(self.owner, theirs))
        self.owner.partner_id.parent_id = self.merchant.partner_id
        self.assertFalse([record for record in self.company_s if self._may(self.owner, record)])
        self.assertTrue(self._may(self.owner, theirs))

    def test_a_contact_that_is_merged_into_another(self):
        theirs = self.merchant.contract_ids[0]
        other = self.env["res.partner"].create({"name": "Market Owner", "parent_id": self.merchant.partner_id.id})
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((self.owner.partner_id | other).ids, other)
        self.env.invalidate_all()
        self.assertEqual(self.owner.partner_id, other)
        self.assertFalse([record for record in self.company_s if self._may(self.owner, record)])
        self.assertTrue(self._may(self.owner, theirs))

    def test_documents_of_the_company_too(self):
        """Odoo's own rules for the portal ask the same."""
        invoice = self.env["account.move"].create({
            "move_type": "out_invoice", "partner_id": self.market.partner_id.id,
            "invoice_line_ids": [(0, 0, {"name": "Fee", "price_unit": 10.0})]})
        invoice.action_post()
        self.assertTrue(self._may(self.owner, invoice))
        self.owner.partner_id.parent_id = False
        self.assertFalse(self._may(self.owner, invoice))

    def test_before_a_login_no_rule_is_in_the_way(self):
        """Pages that ask for no login work without a user, as the superuser."""
        before = self.env(user=False, su=True)["ir.rule"]
        self.assertTrue(before._compute_domain("alliance.qualified.sale").is_true())

    def test_reports_refuse_before_they_render(self):
        reports = self.env["ir.actions.report"]
        contract, bill = self.market.contract_ids[0], self.env["account.move"].create({
            "move_type": "in_invoice", "partner_id": self.market.partner_id.id})
        html, _kind = reports.with_user(self.owner)._render_qweb_html(
            "merchant_alliance.contract_document", contract.ids)
        self.assertIn(contract.name.encode(), html)
        for user, name, record in (
                (self.other_owner, "merchant_alliance.contract_document", contract),
                (self.worker, "merchant_alliance.contract_document", contract),
                (self.other_owner, "account.report_original_vendor_bill", bill)):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                reports.with_user(user)._render_qweb_html(name, record.ids)
