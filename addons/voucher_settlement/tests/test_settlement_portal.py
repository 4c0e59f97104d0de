from odoo.tests import HttpCase, new_test_user, tagged

from .common import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementPortal(SettlementCommon, HttpCase):
    """What a shopper sees of vouchers, and what nobody else's page shows."""

    def setUp(self):
        super().setUp()
        self.user = new_test_user(
            self.env, "portal_shopper", groups="base.group_portal", name="Portal Shopper",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        self.stranger = new_test_user(
            self.env, "portal_stranger", groups="base.group_portal", name="Portal Stranger",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        self._sell(1000, shopper=self.user.partner_id)
        self._settle()
        self._settle()

    def _get_page(self, login):
        self.authenticate(login, login)
        response = self.url_open("/my/green-points")
        self.assertEqual(response.status_code, 200)
        return response.text

    def test_own_vouchers_and_multiple(self):
        """Opening the page credits the wallet; no job has run."""
        self.assertFalse(self._wallet(self.user.partner_id).credited)
        page = self._get_page("portal_shopper")
        self.assertIn("7.50", page)
        self.assertIn("10.00", page)
        self.assertIn("0.1250", page)

    def test_not_those_of_others(self):
        page = self._get_page("portal_stranger")
        self.assertNotIn("7.50", page)
        self.assertNotIn("voucher_lot", page)

    def test_records_of_others_are_not_readable(self):
        for model in ("voucher.wallet", "voucher.lot", "voucher.entry"):
            self.assertTrue(self.env[model].with_user(self.user).search([]), model)
            self.assertFalse(self.env[model].with_user(self.stranger).search([]), model)
