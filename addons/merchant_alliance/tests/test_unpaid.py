from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_staff import StaffCommon

KEY = "0123456789abcdef"


@tagged("post_install", "-at_install")
class TestUnpaid(StaffCommon, HttpCase):
    """Without the money nothing is shown as paid, nothing is confirmed and nothing leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._make_user("unpaid_seller", "base.group_user,sales_team.group_sale_manager")
        cls.on_site = cls.env.ref("website_sale_collect.payment_provider_on_site")
        cls.wire = cls.env["payment.provider"].search([
            ("custom_mode", "=", "wire_transfer"), ("company_id", "=", cls.company.id)], limit=1)
        cls.wire.write({"state": "enabled", "is_published": True})

    def setUp(self):
        super().setUp()
        self.authenticate("staff_shopper", "staff_shopper")

    def _begin_scan(self):
        return self.env["sale.order"]._create_scan_order(self.east, self.shopper, 50_000, KEY)

    def _begin_cart(self):
        order = self._collect(self._order(self.product))
        self.assertFalse(order.require_payment, "Odoo's default for its websites")
        return order

    def _start(self, order, provider, route=None, **params):
        values = self.make_jsonrpc_request(route or f"/alliance/pay/{order.id}/transaction", {
            "provider_id": provider.id, "payment_method_id": provider.payment_method_ids[:1].id, "token_id": None,
            "flow": "redirect", "tokenization_requested": False, "landing_route": "/", **params})
        return self.env["payment.transaction"].search([("reference", "=", values["reference"])])

    def _start_as_of_an_order(self, order, provider, amount):
        return self._start(order, provider, f"/my/orders/{order.id}/transaction", amount=amount,
                           access_token=order._portal_ensure_token())

    def assertRefused(self, call, *args, **kwargs):
        with mute_logger("odoo.http"), self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            call(*args, **kwargs)

    def _desk(self):
        """Return what the store's people see."""
        self.authenticate("market_owner", "market_owner")
        return self.url_open("/my/store/payments").text + self.url_open("/my/store/pickups").text

    # -- ways to pay that are none ---------------------------------------------------------------------

    def test_a_way_to_pay_that_is_not_offered(self):
        order = self._begin_scan()
        for vals in ({"state": "disabled"}, {"state": "test", "is_published": False}):
            with self.subTest(vals=vals):
                self.provider.write(vals)
                self.assertRefused(self._start, order, self.provider)
                self.assertRefused(self._start_as_of_an_order, order, self.provider, 500.0)
        for provider in (self.on_site, self.wire):
            self.assertRefused(self._start, order, provider)
        self.assertRefused(self._start_as_of_an_order, order, self.on_site, 500.0)
        self.assertFalse(order.transaction_ids)

    def test_nothing_at_the_counter_waits_for_a_wire_transfer(self):
        page = self.url_open(f"/alliance/pay/{self._begin_scan().id}").text
        self.assertIn(f'data-provider-id="{self.provider.id}"', page)
        self.assertNotIn(f'data-provider-id="{self.wire.id}"', page)
        self.authenticate("market_owner", "market_owner")
        page = self.url_open(f"/my/deposit/{self.market.id}/pay?amount=500").text
        self.assertIn(f'data-provider-id="{self.provider.id}"', page)
        self.assertNotIn(f'data-provider-id="{self.wire.id}"', page)

    def test_the_choice_to_pay_on_site_pays_nothing(self):
        """Even where an operator offers it."""
        self.on_site.write({"state": "enabled", "is_published": True})
        for order in (self._begin_scan(), self._begin_cart()):
            tx = self._start_as_of_an_order(order, self.on_site, order.amount_total)
            self.url_open("/payment/custom/process", data={"reference": tx.reference})
            self.make_jsonrpc_request("/payment/status/poll", {})
            self.assertEqual((tx.state, order.state, order.pickup_code), ("pending", "sent", False))
            self.assertNotIn("scan_receipt", self.url_open(f"/alliance/pay/{order.id}").text)

    # -- a part of the money ---------------------------------------------------------------------------

    def test_one_cent_confirms_nothing(self):
        order = self._begin_cart()
        tx = self._start_as_of_an_order(order, self.provider, 0.01)
        self.assertEqual(tx.amount, 0.01)
        tx._process("demo", {"reference": tx.reference, "payment_details": "1", "simulated_state": "done"})
        tx._post_process()
        self.assertEqual((order.state, order.pickup_code), ("draft", False))
        self._pay(order, 99.99)
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.pickup_code)

    def test_of_what_no_store_sells_odoo_decides(self):
        self.website.alliance_store_id = False
        order = self._order(self.product)
        self._pay(order, 0.01)
        self.assertEqual(order.state, "sale")

    # -- confirmed, and not paid -----------------------------------------------------------------------

    def test_confirmed_by_the_server_it_stays_where_it_is(self):
        """Whatever confirmed them: such orders were made before this was refused."""
        scan, cart = self._begin_scan(), self._begin_cart()
        (scan | cart).action_confirm()
        self.assertIn("scan_unpaid", self.url_open(f"/alliance/pay/{scan.id}").text)
        self.assertNotIn(cart.pickup_code, self.url_open(f"/my/orders/{cart.id}").text)
        with self.assertRaisesRegex(UserError, "not to be collected"):
            cart._hand_over(cart.pickup_code)
        desk = self._desk()
        self.assertNotIn(scan.name, desk)
        self.assertNotIn(cart.name, desk)
        self._pay(scan)
        self._pay(cart)
        desk = self._desk()
        self.assertIn(scan.name, desk)
        self.assertIn(cart.name, desk)

    def test_the_store_is_not_told(self):
        told = []
        self.patch(type(self.env["res.partner"]), "_bus_send", lambda partner, kind, *_args: told.append(kind))
        order = self._begin_scan()
        order.action_confirm()
        self.assertNotIn("alliance.scan_payment", told)
        self._pay(self.env["sale.order"]._create_scan_order(self.east, self.shopper, 50_000, KEY[::-1]))
        self.assertIn("alliance.scan_payment", told)

    def test_the_back_office_may_send_goods_off_to_be_paid_by_invoice(self):
        order = self._begin_cart()
        order.with_user(self.seller).action_confirm()
        self.assertTrue(order.confirmed_unpaid)
        self.assertIn(order.pickup_code, self.url_open(f"/my/orders/{order.id}").text)
        self.assertIn(order.name, self._desk())
        order._hand_over(order.pickup_code)
        self.assertTrue(order.handed_over_on)

    def test_paid_before_the_back_office_confirms(self):
        order = self._begin_cart()
        self._new_tx(order, order.amount_total)._set_done()
        order.with_user(self.seller).action_confirm()
        self.assertFalse(order.confirmed_unpaid)

    def test_a_provider_that_is_open_pays(self):
        order = self._begin_scan()
        tx = self._start(order, self.provider, flow="direct")
        self.assertEqual((tx.provider_id, tx.amount), (self.provider, 500.0))
        with self.assertRaises(ValidationError):
            self._new_tx(order, 500.0, provider_id=self.on_site.id)
