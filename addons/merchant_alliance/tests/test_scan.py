from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import AllianceCommon

KEY = "0123456789abcdef"


class TestScanOrder(AllianceCommon):
    def _begin(self, cents=5_850, key=KEY, partner=None, **vals):
        return self.env["sale.order"]._create_scan_order(self.store, partner or self.shopper, cents, key, **vals)

    def test_an_amount_becomes_an_order_of_the_store(self):
        order = self._begin(note=" table 5 ")
        self.assertEqual(
            (order.partner_id, order.scan_store_id, order.amount_total, order.amount_tax, order.client_order_ref),
            (self.shopper, self.store, 58.5, 0.0, "table 5"))
        self.assertFalse(order.website_id, "else it would be taken for a cart")
        self.assertEqual(order._get_alliance_store(), self.store)

    def test_a_form_sent_twice_makes_one_order(self):
        order = self._begin()
        self.assertEqual(self._begin(cents=99_900), order)
        self.assertEqual(order.amount_total, 58.5)
        self.assertNotEqual(self._begin(partner=self.env["res.partner"].create({"name": "Another"})), order)

    def test_too_much_is_refused(self):
        with self.assertRaisesRegex(UserError, "Amount: at most"):
            self._begin(cents=10_000_001)

    def test_only_the_page_says_which_store(self):
        seller = self._make_user("scan_seller", "base.group_user,sales_team.group_sale_manager")
        orders = self.env["sale.order"].with_user(seller)
        with self.assertRaisesRegex(AccessError, "Paid in Store"):
            orders.create({"partner_id": self.shopper.id, "scan_store_id": self.store.id})
        with self.assertRaisesRegex(AccessError, "Paid in Store"):
            orders.create({"partner_id": self.shopper.id}).write({"scan_store_id": self.store.id})

    def test_the_platform_invoices_nothing_that_a_merchant_sells(self):
        order = self._begin()
        order.action_confirm()
        self.assertEqual(order.order_line._filter_sold_by_merchants(), order.order_line)
        self.assertFalse(order._get_invoiceable_lines())
        self.merchant.is_platform = True
        self.assertFalse(order.order_line._filter_sold_by_merchants())

    def test_what_is_not_paid_is_cancelled_after_a_day(self):
        old, young = self._begin(), self._begin(key=KEY[::-1])
        self.env.cr.execute("UPDATE sale_order SET create_date = %s WHERE id = %s", (
            fields.Datetime.now() - timedelta(days=2), old.id))
        self.env["sale.order"]._gc_scan_orders()
        self.assertEqual((old.state, young.state), ("cancel", "draft"))


class TestCollected(AllianceCommon):
    """What the platform collected is split off, although the merchant's own tills draw on its deposit."""

    def test_collected_sales_need_no_deposit(self):
        till = self._sell(10_000, key="till,1")
        paid = self._sell(10_000, key="scan,1", collected=True)
        self._fund()
        self.assertEqual((till.state, paid.state, paid.funding_id.method), ("pending", "funded", "split"))
        self.merchant._deposit("topup", 5_000, "test,topup", "Test")
        self._fund()
        self.assertEqual((till.state, till.funding_id.method), ("funded", "deposit"))
        self.assertEqual(self.merchant.deposit_balance, 40.0)

    def test_a_refund_goes_back_the_same_way(self):
        paid = self._sell(10_000, key="scan,1", collected=True)
        self._fund()
        refund = self._sell(-4_000, key="scan,2", origin=paid)
        self.assertTrue(refund.collected)
        self._fund()
        self.assertEqual((refund.state, refund.funding_id.method), ("funded", "split"))
        self.assertEqual(self.merchant.deposit_balance, 0.0)

    def test_it_is_kept_as_it_was(self):
        with self.assertRaises(UserError):
            self._sell(10_000).write({"collected": True})


@tagged("post_install", "-at_install")
class TestScanPages(AllianceCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._make_user("scan_shopper", "base.group_portal")
        cls.boss = cls._make_user("scan_boss", "base.group_portal")
        cls.boss.partner_id.parent_id = cls.merchant.partner_id
        cls.demo = cls.env["payment.provider"].search([
            ("code", "=", "demo"), ("company_id", "=", cls.company.id)], limit=1)
        cls.demo.write({"state": "test", "is_published": True})

    def setUp(self):
        super().setUp()
        self.path = f"/alliance/store/{self.store.id}/pay"
        self.authenticate("scan_shopper", "scan_shopper")

    def _begin(self, amount="58.50", key=KEY, **data):
        return self.url_open(f"{self.path}/begin", data={
            "csrf_token": self.session_csrf(), "amount": amount, "key": key, **data})

    def session_csrf(self):
        return self.url_open(self.path).text.split('name="csrf_token" value="')[1].split('"')[0]

    def _get_order(self):
        return self.env["sale.order"].search([("scan_store_id", "=", self.store.id)])

    def _start(self, order, **params):
        return self.make_jsonrpc_request(f"/alliance/pay/{order.id}/transaction", {
            "provider_id": self.demo.id, "payment_method_id": self.demo.payment_method_ids[:1].id, "token_id": None,
            "flow": "direct", "tokenization_requested": False, "landing_route": "/elsewhere", "access_token": None,
            **params})

    def _pay(self, order):
        tx = self.env["payment.transaction"].search([("reference", "=", self._start(order)["reference"])])
        tx._process("demo", {"reference": tx.reference, "payment_details": "1234", "simulated_state": "done"})
        tx._post_process()
        return tx

    def test_a_visitor_is_asked_to_sign_in(self):
        self.authenticate(None, None)
        page = self.url_open(self.path).text
        self.assertIn("scan_login", page)
        self.assertNotIn("scan_amount", page)

    def test_what_people_type(self):
        for typed, total in (("58.50", 58.5), ("58,5", 58.5), ("￥58", 58.0), (" 1 ", 1.0), ("0.01", 0.01)):
            with self.subTest(typed=typed):
                self._begin(typed, key=f"{KEY}{typed}")
                self.assertEqual(self._get_order()[:1].amount_total, total)

    def test_bad_amounts_keep_the_form(self):
        for typed in ("", "abc", "0", "-5", "1.234", "nan", "inf", "1e9", "1000000"):
            with self.subTest(typed=typed):
                page = self._begin(typed, note="table 5").text
                self.assertIn("scan_error", page)
                self.assertIn("table 5", page)
        self.assertIn("scan_error", self._begin(key="short").text)
        self.assertFalse(self._get_order())

    def test_the_amount_is_the_servers(self):
        self._begin()
        order = self._get_order()
        tx = self.env["payment.transaction"].search([("reference", "=", self._start(order, amount=0.01)["reference"])])
        self.assertEqual((tx.amount, tx.partner_id, tx.landing_route),
                         (58.5, self.user.partner_id, f"/alliance/pay/{order.id}"))

    def test_paid_is_a_qualified_sale_split_off(self):
        self._begin()
        order = self._get_order()
        self._pay(order)
        sale = self.env["alliance.qualified.sale"].search([("sale_order_id", "=", order.id)])
        self.assertEqual(
            (order.state, sale.partner_id, sale.store_id, sale.cash_amount, sale.concession_amount, sale.collected),
            ("sale", self.user.partner_id, self.store, 58.5, 5.85, True))
        self.assertFalse(order.invoice_ids)
        self.assertFalse(order.message_ids.filtered("mail_ids"), "the receipt is on the phone")
        self.assertIn("scan_receipt", self.url_open(f"/alliance/pay/{order.id}").text)
        with mute_logger("odoo.http"), self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self._start(order)

    def test_while_one_is_on_its_way_no_other_begins(self):
        self._begin()
        order = self._get_order()
        tx = self.env["payment.transaction"].search([("reference", "=", self._start(order)["reference"])])
        tx._set_pending()
        self.assertIn("scan_waiting", self.url_open(f"/alliance/pay/{order.id}").text)
        with mute_logger("odoo.http"), self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self._start(order)

    def test_a_failed_one_can_be_tried_again(self):
        self._begin()
        order = self._get_order()
        tx = self.env["payment.transaction"].search([("reference", "=", self._start(order)["reference"])])
        tx._set_canceled()
        self.assertIn("The payment was not made", self.url_open(f"/alliance/pay/{order.id}").text)
        self._pay(order)
        self.assertEqual(order.state, "sale")

    def test_what_is_anothers_is_not_there(self):
        self._begin()
        order = self._get_order()
        self._make_user("scan_other", "base.group_portal")
        for login in ("scan_other", "scan_boss"):
            self.authenticate(login, login)
            self.assertEqual(self.url_open(f"/alliance/pay/{order.id}").status_code, 404)
            with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                self._start(order)
        self.assertFalse(order.transaction_ids)

    def test_other_orders_are_not_paid_here(self):
        order = self.env["sale.order"].create({"partner_id": self.user.partner_id.id})
        self.assertEqual(self.url_open(f"/alliance/pay/{order.id}").status_code, 404)

    def test_the_store_sees_its_payments_only(self):
        self._begin(note="table 5")
        order = self._get_order()
        self._pay(order)
        self.authenticate("scan_boss", "scan_boss")
        page = self.url_open("/my/store/payments").text
        self.assertIn(order.name, page)
        self.assertIn("table 5", page)
        other = self._make_user("scan_rival", "base.group_portal")
        other.partner_id.parent_id = self._make_merchant("Rival").partner_id
        for login in ("scan_rival", "scan_shopper"):
            self.authenticate(login, login)
            self.assertNotIn(order.name, self.url_open("/my/store/payments").text)
