import json

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.website_sale.tests.common import MockRequest

from .common_pickup import PickupCommon


@tagged("post_install", "-at_install")
class TestPickup(PickupCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_user("market_owner", "base.group_portal", partner=cls.market.partner_id)
        cls._make_user("other_owner", "base.group_portal", partner=cls.merchant.partner_id)
        cls._make_user("pickup_shopper", "base.group_portal", partner=cls.shopper)

    def _ordered(self):
        order = self._collect(self._order(self.product))
        self._pay(order)
        return order

    def test_collected_there_it_is_the_supermarkets_sale(self):
        order = self._ordered()
        sale = self._sales(order)
        self.assertEqual((sale.store_id, sale.scene, sale.rate, sale.cash_amount), (
            self.market.store_ids, "supermarket", 6.0, 100.0))

    def test_delivered_it_is_the_malls(self):
        order = self._order(self.product)
        self._collect(order)
        order._set_delivery_method(self.env["delivery.carrier"].create({
            "name": "Courier", "product_id": self.carrier.product_id.id}), rate={"success": True, "price": 0.0})
        self.assertFalse(order.pickup_store_id)
        self.assertEqual(order.order_line.filtered(lambda line: not line.is_delivery).alliance_store_id,
                         self.mall.store_ids)

    def test_not_in_a_store_that_is_not_offered(self):
        """The shopper's browser says where: it would choose who is paid."""
        elsewhere = self.env["stock.warehouse"].create({"name": "Noodles", "code": "NOO"})
        self.store.warehouse_id = elsewhere
        order = self._collect(self._order(self.product))
        with self.assertRaisesRegex(UserError, "that are offered"), self.env.cr.savepoint():
            order._set_pickup_location(json.dumps({"id": elsewhere.id}))
        self.assertEqual(order.pickup_store_id, self.market.store_ids)
        order._set_pickup_location(json.dumps({"id": self.warehouse.id}))
        self.assertEqual(order.pickup_store_id, self.market.store_ids)

    def test_no_page_asks_a_map_service(self):
        """It may be out of reach, and would keep shoppers waiting; tests have no network either."""
        self.warehouse.partner_id.write({"partner_latitude": 0, "partner_longitude": 0})
        self.shopper.write({"street": "2 West Gate", "city": "Shanghai"})
        with MockRequest(self.env, website=self.website, sale_order_id=self._order(self.product).id):
            asking = self.carrier.with_context(force_geo_localize=True)
            locations = asking._in_store_get_close_locations(self.shopper.with_context(force_geo_localize=True))
            with self.assertRaises(UserError):
                self.shopper.with_context(force_geo_localize=True).geo_localize()
        self.assertEqual([location["city"] for location in locations], ["Shanghai"])

    def test_handed_over_for_the_code(self):
        order = self._ordered()
        self.assertRegex(order.pickup_code, r"^\d{6}$")
        order._hand_over(f" {order.pickup_code} ")
        self.assertTrue(order.handed_over_on)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"done"})
        self.assertEqual(order.picking_ids.location_id.warehouse_id, self.warehouse)
        self.assertEqual(self.product.with_context(warehouse_id=self.warehouse.id).qty_available, 9)
        first = order.handed_over_on
        order._hand_over("whatever")
        self.assertEqual(order.handed_over_on, first, "a second time changes nothing")

    def test_what_cannot_be_delivered_is_not_handed_over(self):
        order = self._ordered()
        self.product.tracking = "serial"  # and no number is there to deliver
        self.authenticate("market_owner", "market_owner")
        self.assertIn("pickup_error", self._post(order, order.pickup_code).text)
        self.assertFalse(order.handed_over_on)
        self.assertNotIn("done", order.picking_ids.mapped("state"))
        self.assertFalse(order.message_ids.filtered(lambda message: "Handed over" in (message.body or "")))
        self.assertIn(order.name, self.url_open("/my/store/pickups").text, "it still waits")
        self._post(order, self._wrong(order))
        self.assertEqual(order.pickup_tries, 1, "wrong codes are counted all the same")

    def test_not_before_it_is_paid_nor_what_is_delivered(self):
        order = self._collect(self._order(self.product))
        with self.assertRaisesRegex(UserError, "not to be collected"):
            order._hand_over("123456")
        delivered = self._order(self.product)
        self._pay(delivered)
        with self.assertRaisesRegex(UserError, "not to be collected"):
            delivered._hand_over("")

    def _post(self, order, code):
        token = self.url_open("/my/store/payments").text.split('csrf_token: "')[1].split('"')[0]
        return self.url_open(f"/my/store/pickups/{order.id}/hand-over", data={"csrf_token": token, "code": code})

    def _wrong(self, order):
        return "000000" if order.pickup_code != "000000" else "111111"

    def test_the_desk(self):
        order = self._ordered()
        self.authenticate("market_owner", "market_owner")
        self.assertIn(order.name, self.url_open("/my/store/pickups").text)
        self.assertIn("pickup_error", self._post(order, self._wrong(order)).text)
        self.assertEqual((order.pickup_tries, order.handed_over_on), (1, False))
        page = self._post(order, order.pickup_code).text
        self.assertIn("pickup_done", page)
        self.assertIn("pickup_empty", page)
        self.assertTrue(order.handed_over_on)

    def test_a_code_is_not_guessed(self):
        order = self._ordered()
        self.authenticate("market_owner", "market_owner")
        for _try in range(10):
            self._post(order, self._wrong(order))
        self.assertIn("Too many wrong codes", self._post(order, order.pickup_code).text)
        self.assertFalse(order.handed_over_on)

    def test_other_merchants_and_shoppers_see_nothing(self):
        order = self._ordered()
        for login in ("other_owner", "pickup_shopper"):
            self.authenticate(login, login)
            self.assertNotIn(order.name, self.url_open("/my/store/pickups").text)
            self.assertEqual(self._post(order, order.pickup_code).status_code, 404)
        self.assertFalse(order.handed_over_on)

    def test_the_shopper_alone_sees_the_code(self):
        order = self._ordered()
        self.authenticate("pickup_shopper", "pickup_shopper")
        self.assertIn(order.pickup_code, self.url_open(f"/my/orders/{order.id}").text)
        seller = self._make_user("pickup_seller", "base.group_user,sales_team.group_sale_manager")
        self.assertNotIn("pickup_code", order.with_user(seller).read()[0])
