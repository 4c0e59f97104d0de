from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.merchant_alliance.tools.money import to_cents

from .common import SettlementCommon


@tagged("post_install", "-at_install")
class TestDashboard(SettlementCommon, HttpCase):
    """What voucher_settlement and green_points add to the merchant's dashboard."""

    def _live(self):
        """A period with sales and 12.34 of vouchers accepted, of which 2.00 were given back."""
        self._sell(1000)
        self._sell(500)
        self._give_vouchers(50.0)
        hold = self._wallet()._authorize(1_234, self.store, "dashboard,1")
        hold._capture()
        hold._restore(200, "dashboard,2")
        self.env.flush_all()

    def test_vouchers_accepted_and_what_is_owed(self):
        self._live()
        span = self.merchant._get_dashboard_span("day")
        vouchers = self.merchant._get_voucher_figures(span)
        self.assertEqual((vouchers["current"], vouchers["previous"]), (1_034, 0))
        self.assertEqual(self.merchant._get_voucher_figures(span, self.store)["current"], 1_034)
        self.assertEqual(self.merchant._get_voucher_figures(span, self.mall)["current"], 0)
        self.assertEqual(self.merchant._get_owed_cents()["voucher"], 1_034)

    def test_owed_is_what_a_statement_would_end_with(self):
        self._live()
        owed = self.merchant._get_owed_cents()
        tomorrow = fields.Date.today() + timedelta(days=1)
        statement = self.env["merchant.statement"]._issue(self.merchant, tomorrow)
        self.assertTrue(statement)
        self.assertEqual(owed, {
            account: to_cents(statement[f"{account}_closing"], self.currency) for account in ("voucher", "account")})
        self.assertEqual(self.merchant._get_owed_cents(), owed, "nothing is new since")

    def test_the_period_is_a_range(self):
        self.assertNotIn("period", self.merchant._get_dashboard_ranges())
        period = self._open_period()
        self.assertIn("period", self.merchant._get_dashboard_ranges())
        span = self.merchant._get_dashboard_span("period")
        self.assertEqual((span.start, span.previous_start), (period.date_start, period.date_start - timedelta(days=7)))

    def test_points_earned_are_those_of_the_ledger(self):
        self._live()
        entries = self.env["green.points.entry"].search(
            [("partner_id", "=", self.merchant.partner_id.id), ("holder_kind", "=", "merchant")])
        self.assertTrue(entries)
        span = self.merchant._get_dashboard_span("day")
        self.assertAlmostEqual(float(self.merchant._get_points_figures(span)["current"]), sum(entries.mapped("points")))
        self.assertFalse(self.merchant._get_points_figures(span, self.mall)["current"])

    def test_the_page_shows_them(self):
        self._live()
        owner = self.env["res.partner"].create({"name": "Owner", "parent_id": self.merchant.partner_id.id})
        self.env["res.users"].with_context(no_reset_password=True).create({
            "name": "Owner", "login": "owner_v", "password": "owner_v", "partner_id": owner.id,
            "group_ids": [fields.Command.set(self.env.ref("base.group_portal").ids)]})
        self.authenticate("owner_v", "owner_v")
        page = self.url_open("/my/store/dashboard?span=period").text
        for key in ("vouchers", "owed_vouchers", "owed_account", "points", "points_active"):
            self.assertIn(f'data-card="{key}"', page)
        self.assertIn("10.34", page)
        self.assertIn('data-chart-name="vouchers"', page)
