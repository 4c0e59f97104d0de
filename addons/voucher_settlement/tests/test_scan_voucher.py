from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_payments import VoucherPaymentsCommon

KEY = "0123456789abcdef"


@tagged("post_install", "-at_install")
class TestScanVoucher(VoucherPaymentsCommon, HttpCase):
    """58.50 to pay in the Teahouse, 60.00 of vouchers in the wallet, the rest through Demo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls.env["payment.provider"].search([
            ("code", "=", "demo"), ("company_id", "=", cls.company.id)], limit=1)
        cls.demo.write({"state": "test", "is_published": True})

    def setUp(self):
        super().setUp()
        self._give_vouchers(60.0)
        self.order = self.env["sale.order"]._create_scan_order(self.store, self.shopper, 5_850, KEY)
        self.path = f"/alliance/pay/{self.order.id}"
        self.authenticate("limei", "limeilimei")

    def _apply(self, amount):
        return self.make_jsonrpc_request(f"{self.path}/vouchers/apply", {"amount": amount})

    def _start(self, **params):
        values = self.make_jsonrpc_request(f"{self.path}/transaction", {
            "provider_id": self.demo.id, "payment_method_id": self.demo.payment_method_ids[:1].id, "token_id": None,
            "flow": "direct", "tokenization_requested": False, "landing_route": "/", **params})
        return self.env["payment.transaction"].search([("reference", "=", values["reference"])])

    def _pay(self):
        tx = self._start()
        tx._process("demo", {"reference": tx.reference, "payment_details": "1234", "simulated_state": "done"})
        tx._post_process()
        return tx

    def _confirm(self):
        form = self.url_open(f"/alliance/store/{self.store.id}/pay").text
        token = form.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(f"{self.path}/vouchers/confirm", data={"csrf_token": token})

    def _sale(self):
        return self.env["alliance.qualified.sale"].search([("sale_order_id", "=", self.order.id)])

    def assertRefused(self, call, *args):
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            call(*args)

    def test_a_part_with_vouchers(self):
        self.assertIn("o_voucher_checkout", self.url_open(self.path).text)
        self.assertEqual(self._apply(20), {"applied": 20.0, "due": 38.5})
        self.assertIn('data-amount="38.5"', self.url_open(self.path).text)
        self._pay()
        self.assertEqual((self.order.state, self._balance()), ("sale", (40.0, 0.0)))
        self.assertEqual(self._sale().cash_amount, 38.5, "what vouchers paid earns nothing")
        [redeemed] = self.env["voucher.entry"].search([("kind", "=", "redeem")])
        self.assertEqual((redeemed.amount, redeemed.hold_id.store_id), (-20.0, self.store))

    def test_all_with_vouchers(self):
        self.assertEqual(self._apply(58.5), {"applied": 58.5, "due": 0.0})
        self.assertRefused(self._start)
        self.assertIn("scan_receipt", self._confirm().text)
        self.assertEqual((self.order.state, self._balance()), ("sale", (1.5, 0.0)))
        self.assertFalse(self._sale())

    def test_confirming_needs_all_of_it(self):
        self._apply(58)
        self.assertIn("o_voucher_applied", self._confirm().text)
        self.assertEqual(self.order.state, "draft")

    def test_taken_back(self):
        self._apply(20)
        self.assertEqual(
            self.make_jsonrpc_request(f"{self.path}/vouchers/remove"), {"applied": 0, "due": 58.5})
        self.assertEqual(self._balance(), (60.0, 0.0))

    def test_begun_and_not_gone_on_with(self):
        self._apply(20)
        self.order._action_cancel()
        self.assertEqual(self._balance(), (60.0, 0.0))
        self.assertIn("Begin again", self.url_open(self.path).text)
        self.assertRefused(self._apply, 20)

    def test_nobody_elses(self):
        self._apply(20)
        other = self._create_shopper("Wu Jun", "wujun")
        self._give_vouchers(60.0, partner=other)
        self.authenticate("wujun", "wujunwujun")
        self.assertRefused(self._apply, 20)
        self.assertRefused(self.make_jsonrpc_request, f"{self.path}/vouchers/remove")
        self.assertEqual(self.url_open(self.path).status_code, 404)
        self.assertEqual((self._balance(), self._balance(other)), ((60.0, 20.0), (60.0, 0.0)))

    def test_not_after_it_is_paid(self):
        self._pay()
        self.assertRefused(self._apply, 20)
        self.assertEqual(self._balance(), (60.0, 0.0))

    def test_money_begun_before_a_coupon_and_vouchers_pays_alone(self):
        merchant, today = self.store.merchant_id, fields.Date.today()
        self.env["alliance.consent"]._give(merchant, self.shopper, "store")
        campaign = self.env["alliance.campaign"].create({
            "name": "Autumn", "body": "x", "merchant_id": merchant.id, "kind": "coupon", "discount": "amount",
            "discount_amount": 8.5, "valid_from": today, "valid_to": today})
        campaign._start()
        campaign._send_batch()
        tx = self._start()
        self.order._apply_coupon(campaign.coupon_ids.code)
        self.assertEqual(self._apply(20), {"applied": 20.0, "due": 30.0})
        tx._process("demo", {"reference": tx.reference, "payment_details": "1234", "simulated_state": "done"})
        tx._post_process()
        self.assertEqual((self.order.state, self.order.amount_total, self._balance()), ("sale", 58.5, (60.0, 0.0)))
        self.assertEqual((campaign.coupon_ids.state, tx.surplus_amount, self._sale().cash_amount), ("open", 0.0, 58.5))

    # -- the books -----------------------------------------------------------------------------

    def _clearing(self):
        lines = self.env["account.move.line"].search([
            ("account_id", "=", self.company.merchant_clearing_account_id.id), ("parent_state", "=", "posted"),
            ("partner_id", "=", self.store.merchant_id.partner_id.id)])
        return self.currency.round(sum(lines.mapped("balance")))

    def test_what_is_collected_is_owed_to_the_merchant(self):
        self._apply(20)
        self._pay()
        posting = self.env["escrow.posting"]
        move = posting._post_collected(self.company)
        self.assertEqual((move.escrow_event, self._clearing()), ("collected", -58.5))
        payments = self.order.transaction_ids.payment_id
        self.assertEqual((len(payments), payments.alliance_share_ids.move_id), (2, move))
        receivable = move.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        self.assertEqual((len(receivable), receivable.mapped("reconciled")), (2, [True, True]))
        income = self.env["account.move.line"].search([("account_id.internal_group", "=", "income"),
                                                       ("partner_id", "=", self.shopper.id)])
        self.assertFalse(income, "never revenue")
        self.assertFalse(posting._post_collected(self.company), "once")

    def test_the_concession_is_netted(self):
        self._pay()
        self.env["alliance.funding"]._fund_pending(self.store.merchant_id)
        self.env["escrow.posting"]._post_unposted(self.company)
        self.assertEqual(self._clearing(), -58.5 + 5.85)

    def test_a_refund_is_owed_no_more(self):
        tx = self._pay()
        self.env["escrow.posting"]._post_collected(self.company)
        refund = tx._refund(amount_to_refund=18.5)
        refund._process("demo", {"reference": refund.reference, "payment_details": "1", "simulated_state": "done"})
        refund._post_process()
        self.env["escrow.posting"]._post_collected(self.company)
        self.assertEqual(self._clearing(), -40.0)
        self.assertEqual(sorted(self._sale().mapped("cash_amount")), [-18.5, 58.5])

    def test_the_own_mall_keeps_what_it_sells_for(self):
        own = self._make_merchant("Own Shop", is_platform=True).store_ids
        self.order = self.env["sale.order"]._create_scan_order(own, self.shopper, 5_850, KEY[::-1])
        self.path = f"/alliance/pay/{self.order.id}"
        self._pay()
        self.assertFalse(self.order.transaction_ids.payment_id.alliance_share_ids)
        self.assertFalse(self.env["escrow.posting"]._post_collected(self.company))

    def test_nobody_invoices_it_for_the_platform(self):
        self._pay()
        self.assertFalse(self.order.invoice_ids)
        with self.assertRaises(UserError):
            self.order._create_invoices()

    def test_a_store_that_takes_none(self):
        self.store.accepts_vouchers = False
        self.assertNotIn("o_voucher_checkout", self.url_open(self.path).text)
        self.assertRefused(self._apply, 20)
        with self.assertRaisesRegex(UserError, "does not take vouchers"):
            self._wallet()._authorize(100, self.store, "test,none")
        stores = self.env["alliance.store"]
        self.assertNotIn(self.store, stores._find_listed(stores._get_directory_domain(accepts_vouchers=True)))
        self.assertIn(self.store, stores._find_listed(stores._get_directory_domain()))
        self.assertNotIn(self.store.name, self.url_open("/alliance?vouchers=1").text)
