"""Ordered in the web mall on the phone, collected in a supermarket for the code that the shopper shows."""

from odoo.tests import HttpCase, tagged

from odoo.addons.merchant_alliance.tests.common_pickup import PickupCommon

from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestPickupTour(PicturedTours, PickupCommon, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_from_the_shop_to_the_counter(self):
        self.env["delivery.carrier"].search([("id", "!=", self.carrier.id)]).active = False
        self._make_user("pickup_shopper", "base.group_portal", partner=self.shopper)
        self._make_user("pickup_boss", "base.group_portal", partner=self.market.partner_id)
        self.shopper.write({
            "street": "1 Hubin Road", "city": "Hangzhou", "zip": "310000", "phone": "+86 571 0000 0000",
            "email": "lin@example.com", "country_id": self.env.ref("base.cn").id,
            "state_id": self.env.ref("base.state_cn_ZJ").id})
        self.start_tour(self.product.website_url, "pickup_shopper", login="pickup_shopper", timeout=180,
                        picture="pickup_ordered")
        order = self.env["sale.order"].search([("partner_id", "=", self.shopper.id), ("state", "=", "sale")])
        sale = self._sales(order)
        self.assertEqual((sale.store_id, sale.scene, sale.cash_amount), (self.market.store_ids, "supermarket", 100.0))
        self.start_tour(f"/my/store#{order.pickup_code}", "pickup_store", login="pickup_boss", timeout=180,
                        picture="pickup_handed_over")
        self.assertTrue(order.handed_over_on)
        self.start_tour(f"/my/orders/{order.id}", "pickup_shopper_collected", login="pickup_shopper", timeout=180,
                        picture="pickup_collected")
