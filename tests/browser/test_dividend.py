"""A dividend from profit, and one refused without it: operator, approver and shareholder in a browser."""

from datetime import date

from odoo.tests import HttpCase, tagged

from odoo.addons.merchant_alliance.tests.test_shares import SharesCommon

from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestDividendTour(PicturedTours, SharesCommon, HttpCase):
    def test_from_profit_to_the_shareholder(self):
        an, bo, _chen = self.people
        self._move(60, an)
        self._move(40, bo)
        self._earn(1000)
        self.start_tour("/odoo", "dividend_operator", login="share_operator", timeout=180, picture="dividend_declared")
        dividend = self.env["alliance.dividend"].search([("store_id", "=", self.market.id)])
        self.assertEqual((dividend.state, dividend.amount, dividend.date_from), ("submitted", 1000.0, date(2026, 1, 1)))
        self.start_tour(f"/odoo/action-merchant_alliance.action_dividend/{dividend.id}", "dividend_approver",
                        login="share_approver", timeout=180, picture="dividend_approved")
        self.assertEqual((dividend.state, dividend.move_id.state), ("approved", "posted"))
        self._make_user("share_an", "base.group_portal", partner=an)
        self.browser_size, self.touch_enabled = "375x667", True
        self.start_tour("/my/shares", "dividend_shareholder", login="share_an", timeout=180,
                        picture="dividend_shareholder")
