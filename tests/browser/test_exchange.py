"""A merchant offers a service on the phone, a shopper gives points for it, the merchant provides it for the code."""

from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.voucher_settlement.tests.common import SettlementCommon

from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestExchangeTour(PicturedTours, SettlementCommon, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def _tour(self, name, login, url):
        self.start_tour(url, name, login=login, timeout=180, picture=name)

    def test_from_the_offer_to_the_service(self):
        for login, partner in (("exchange_boss", self.merchant.partner_id), ("exchange_lin", self.shopper)):
            new_test_user(self.env, login, groups="base.group_portal", password=login, partner_id=partner.id)
        self._sell(600)
        self._settle()
        self._sell(500)
        self._tour("exchange_offer", "exchange_boss", "/my/store")
        self._tour("exchange_shopper", "exchange_lin", "/my/green-points")
        booking = self.env["green.points.exchange"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((booking.points, sorted(booking.line_ids.mapped("base"))), (40.0, [4.0, 36.0]))
        self._tour("exchange_provide", "exchange_boss", f"/my/store/services#{booking.code}")
        self.env.invalidate_all()
        self.assertEqual(booking.state, "provided")
