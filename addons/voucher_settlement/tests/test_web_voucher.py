from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.website_sale.tests.common import MockRequest

from ..controllers.vouchers import VoucherCheckout
from .common_web import WebVoucherCase


@tagged("post_install", "-at_install")
class TestWebVoucherApply(WebVoucherCase):

    def test_box(self):
        page = self.url_open("/shop/payment").text
        self.assertIn("o_voucher_checkout", page)
        self.assertIn('value="100.00"', page)
        self._apply(60)
        page = self.url_open("/shop/payment").text
        self.assertIn("o_voucher_applied", page)
        self.assertIn('data-amount="100.0"', page)

    def test_no_box(self):
        self.website.alliance_store_id = False
        self.assertNotIn("o_voucher_checkout", self.url_open("/shop/payment").text)
        self.assertRefused("UserError", self._apply, 60)

    def test_apply_replace_remove(self):
        self.assertEqual(self._apply(60), {"applied": 60.0, "due": 100.0})
        tx = self._vouchers()
        self.assertEqual((tx.state, tx.amount, tx.voucher_hold_ids.store_id), ("authorized", 60.0, self.mall))
        self.assertEqual(self._balance(), (100.0, 60.0))
        self.assertEqual(self._apply(60), {"applied": 60.0, "due": 100.0})
        self.assertEqual(self._vouchers(), tx)
        self.assertEqual(self._apply(70.5), {"applied": 70.5, "due": 89.5})
        self.assertEqual(self._balance(), (100.0, 70.5))
        self.assertEqual(self._remove(), {"applied": 0, "due": 160.0})
        self.assertEqual(self._remove(), {"applied": 0, "due": 160.0})
        self.assertEqual(self._balance(), (100.0, 0.0))
        self.assertEqual(set(self._vouchers().mapped("state")), {"cancel"})
        self.assertEqual(self.order.state, "draft")

    def test_bad_amounts(self):
        for amount in (0, -1, 100.01, 160.01, 0.001, "60", None, True, [1], 1e300):
            with self.subTest(amount=amount):
                self.assertRefused("UserError", self._apply, amount)
        self.assertEqual(self._balance(), (100.0, 0.0))
        self.assertFalse(self._vouchers())

    def test_at_most_what_is_due(self):
        self._give_vouchers(100.0)
        self.assertRefused("UserError", self._apply, 160.01)
        self._apply(160)
        self.assertRefused("UserError", self._apply, 170)
        self.assertEqual(self._balance(), (200.0, 160.0))

    def test_own_cart_only(self):
        shopper = self.env["res.users"].search([("login", "=", "limei")])
        other = self.env["sale.order"].create({
            "partner_id": self._make_partner("Other").id, "website_id": self.website.id})
        with MockRequest(self.env(user=shopper), website=self.website) as request:
            request.cart = self.order.sudo()
            self.assertEqual(VoucherCheckout()._get_own_cart(), self.order)
            for cart in (other.sudo(), self.order.browse()):
                request.cart = cart
                with self.assertRaises(UserError):
                    VoucherCheckout()._get_own_cart()

    def test_refused_amount_keeps_what_was_applied(self):
        self._apply(60)
        self.assertRefused("UserError", self._apply, 1000)
        self.assertEqual(self._balance(), (100.0, 60.0))
        self.assertEqual(self._vouchers().state, "authorized")

    def test_wrong_users(self):
        """The routes know only the session's own cart and the user's own wallet."""
        self._apply(60)
        self.authenticate(None, None)
        for route in ("apply", "remove"):
            self.assertRefused("SessionExpired", self.make_jsonrpc_request,
                               f"/shop/payment/vouchers/{route}", {"amount": 10} if route == "apply" else {})
        self.url_open("/shop/payment/vouchers/confirm", data={"csrf_token": self.csrf_token()})
        self._create_shopper("Wang Bo", "wangbo")
        self.authenticate("wangbo", "wangbowangbo")
        self.assertRefused("UserError", self._apply, 10)
        self.assertRefused("UserError", self._remove)
        other = self._fill_cart("wangbo")
        self.assertRefused("UserError", self._apply, 10)  # no vouchers of their own
        self.assertFalse(other.transaction_ids)
        self.assertEqual(self._balance(), (100.0, 60.0))
        self.assertEqual(self._vouchers().state, "authorized")

    def test_cart_stays_and_its_change_releases(self):
        self._apply(60)
        self._add_to_cart(1)
        self.assertEqual(self.order.amount_total, 240.0)
        page = self.url_open("/shop/payment").text
        self.assertIn("have been released", page)
        self.assertEqual(self._vouchers().state, "cancel")
        self.assertEqual(self._balance(), (100.0, 0.0))
        self.assertNotIn("have been released", self.url_open("/shop/payment").text)

    def test_timeout(self):
        self._apply(60)
        self._vouchers().voucher_hold_ids.expires_at = "2020-01-01"
        self.env["voucher.hold"]._cron_release_timeouts()
        self.assertEqual(self._vouchers().state, "cancel")
        self.assertEqual(self._balance(), (100.0, 0.0))
        tx = self._start_rest()
        self.assertEqual(tx.amount, 160.0)

    def test_cancelled_order_releases(self):
        self._apply(60)
        self.order.action_cancel()
        self.assertEqual(self._balance(), (100.0, 0.0))


@tagged("post_install", "-at_install")
class TestWebVoucherPay(WebVoucherCase):

    def _post_invoice(self):
        invoice = self.order._create_invoices()
        invoice.action_post()
        return invoice

    def test_beside_the_rest(self):
        self.url_open("/shop/checkout")
        self._apply(60)
        tx = self._start_rest(amount=100)
        self.assertEqual(tx.amount, 100.0)
        self._finish_rest(tx)
        voucher_tx = self._vouchers()
        self.assertEqual((self.order.state, self.order.amount_paid), ("sale", 160.0))
        self.assertEqual((voucher_tx.state, voucher_tx.voucher_hold_ids.state), ("done", "captured"))
        self.assertEqual(self._balance(), (40.0, 0.0))
        # Shopping vouchers go first where they spend.
        self.assertEqual(self._wallet().balance_shopping, 0.0)
        self.assertEqual(self.order._get_non_cash_transactions(), voucher_tx)
        self.assertEqual(self.order.get_portal_last_transaction(), tx)
        page = self.url_open("/shop/payment/validate").text
        self.assertIn("Thank you", page)
        self.assertNotIn("does not match", page)
        sale = self.env["alliance.qualified.sale"].search([("sale_order_id", "=", self.order.id)])
        self.assertEqual((sale.kind, sale.cash_amount), ("sale", 100.0))
        payment = voucher_tx.payment_id
        self.assertEqual(payment.journal_id, self.company.voucher_journal_id)
        self.assertEqual(payment.outstanding_account_id, self.company.voucher_accepted_account_id)
        self.assertEqual(payment.move_id.state, "posted")
        invoice = self._post_invoice()
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (160.0, 0.0))

    def test_automatic_invoice(self):
        self.env["ir.config_parameter"].set_param("sale.automatic_invoice", "True")
        self._apply(60)
        tx = self._start_rest()
        self._finish_rest(tx)
        invoice = self.order.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_total, invoice.amount_residual), ("posted", 160.0, 0.0))
        self.assertEqual((tx + self._vouchers()).invoice_ids, invoice)

    def test_callbacks_are_idempotent(self):
        self._apply(60)
        tx = self._start_rest()
        self._finish_rest(tx)
        payments = self.env["account.payment"].search_count([])
        self._finish_rest(tx)
        (tx + self._vouchers())._post_process()
        self.assertEqual(self.env["account.payment"].search_count([]), payments)
        self.assertEqual(self._balance(), (40.0, 0.0))

    def test_client_does_not_choose_the_rest(self):
        self._apply(60)
        for amount in (1, 99.99, 160):
            self.assertRefused("ValidationError", self._start_rest, amount=amount)
        self.assertEqual(self.order.transaction_ids, self._vouchers())
        self._remove()
        self.assertRefused("ValidationError", self._start_rest, amount=100)

    def test_wrong_token(self):
        self._apply(60)
        self._create_shopper("Wang Bo", "wangbo")
        self.authenticate("wangbo", "wangbowangbo")
        self.assertRefused("ValidationError", self._start_rest, access_token="wrong")

    def test_changed_cart_is_not_paid(self):
        self._apply(60)
        self._add_to_cart(1)
        self.assertRefused("ValidationError", self._start_rest)

    def test_portal_route_charges_the_rest_too(self):
        self._apply(60)
        values = self.make_jsonrpc_request(f"/my/orders/{self.order.id}/transaction", {
            "access_token": self.order._portal_ensure_token(), "amount": 1.0,
            "provider_id": self.demo.id, "payment_method_id": self.demo.payment_method_ids[:1].id,
            "token_id": None, "flow": "direct", "tokenization_requested": False, "landing_route": "/"})
        self.assertEqual(values["amount"], 100.0)

    def test_no_wire_transfer_beside_vouchers(self):
        wire = self.env.ref("payment.payment_provider_transfer")
        wire.write({"state": "enabled", "is_published": True, "company_id": self.company.id})
        wire.payment_method_ids.active = True
        self.assertIn("Wire Transfer", self.url_open("/shop/payment").text)
        self._apply(60)
        self.assertNotIn("Wire Transfer", self.url_open("/shop/payment").text)
        params = {"provider_id": wire.id, "payment_method_id": wire.payment_method_ids.id, "flow": "redirect"}
        self.assertRefused("ValidationError", self._start_rest, **params)
        self._remove()
        self.assertEqual(self._start_rest(**params).amount, 160.0)

    def test_failed_rest_can_be_tried_again(self):
        self._apply(60)
        for state in ("error", "cancel"):
            self._finish_rest(self._start_rest(), state=state)
            self.assertEqual(self.order.state, "draft")
            self.assertEqual(self._balance(), (100.0, 60.0))
            self.assertIn("o_voucher_applied", self.url_open("/shop/payment").text)
        self._finish_rest(self._start_rest())
        self.assertEqual(self.order.state, "sale")

    def test_vouchers_alone_do_not_confirm(self):
        self._apply(60)
        messages = self.order.message_ids
        self._vouchers()._post_process()
        self.assertEqual(self.order.state, "draft")
        self.assertEqual(self.order.message_ids, messages)  # no mail about a payment yet
        self._confirm()
        self.assertEqual(self.order.state, "draft")
        self.assertEqual(self._balance(), (100.0, 60.0))

    def test_vouchers_pay_all(self):
        self._give_vouchers(100.0)
        self.assertEqual(self._apply(160), {"applied": 160.0, "due": 0.0})
        self._vouchers()._post_process()
        self.assertEqual(self.order.state, "draft")  # the shopper confirms, no job
        page = self.url_open("/shop/payment").text
        self.assertIn("o_voucher_confirm", page)
        self.assertNotIn("o_payment_form", page)
        self.assertRefused("UserError|ValidationError", self._start_rest)
        response = self._confirm()
        self.assertIn("/shop/confirmation", response.url)
        self.assertIn("Thank you", response.text)
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self._balance(), (40.0, 0.0))
        invoice = self._post_invoice()
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._vouchers().payment_id.amount, 160.0)
        self.assertFalse(self.env["alliance.qualified.sale"].search(
            [("sale_order_id", "=", self.order.id)]))

    def test_late_money_holds_the_vouchers_again(self):
        self._apply(60)
        tx = self._start_rest()
        self._vouchers().voucher_hold_ids._release()
        self._finish_rest(tx)
        self.assertEqual((self.order.state, self.order.amount_paid), ("sale", 160.0))
        self.assertEqual(self._balance(), (40.0, 0.0))

    def test_late_money_without_vouchers_left(self):
        self._apply(60)
        tx = self._start_rest()
        self._vouchers().voucher_hold_ids._release()
        self._authorize(9000, store=self.mall)
        self._finish_rest(tx)
        self.assertEqual((self.order.state, self.order.amount_paid), ("draft", 100.0))
        self.assertIn("still due", "".join(self.order.message_ids.mapped("body")))
        self.assertEqual(self._balance(), (100.0, 90.0))

    def test_late_money_for_a_cart_that_changed(self):
        self._apply(60)
        tx = self._start_rest()
        self._vouchers().voucher_hold_ids._release()
        self.order.order_line.price_unit = 90.0
        self._finish_rest(tx)
        self.assertEqual((self.order.state, self.order.amount_paid, self._balance()), ("draft", 100.0, (100.0, 0.0)))
        self.assertRegex("".join(self.order.message_ids.mapped("body")), "has changed since.*80.00.*still due")

    def test_cheaper_cart_does_not_take_more_vouchers_than_its_total(self):
        self._apply(60)
        tx = self._start_rest()
        self.order.order_line.price_unit = 20.0
        self._finish_rest(tx)
        self.assertEqual(self.order.state, "sale")  # the money alone covers 40
        self.assertEqual(self._vouchers().state, "cancel")
        self.assertEqual(self._balance(), (100.0, 0.0))

    def _money_and_vouchers(self):
        self.order.invalidate_recordset(["amount_paid"])
        return self.order.state, self.order.amount_paid, self._vouchers().state, self._balance()

    def test_money_begun_before_the_vouchers_pays_alone(self):
        tx = self._start_rest(amount=160)
        self._apply(60)
        self._finish_rest(tx)
        self.assertEqual(self._money_and_vouchers(), ("sale", 160.0, "cancel", (100.0, 0.0)))

    def test_money_pays_a_cheaper_cart_alone(self):
        self._apply(60)
        tx = self._start_rest()
        self.order.order_line.price_unit = 40.0
        self._finish_rest(tx)
        self.assertEqual(self._money_and_vouchers(), ("sale", 100.0, "cancel", (100.0, 0.0)))

    def test_vouchers_above_what_the_money_leaves_are_released(self):
        """Captured as a whole or not at all: 20 are due, 60 were held."""
        self._apply(60)
        tx = self._start_rest()
        self.order.order_line.price_unit = 60.0
        self._finish_rest(tx)
        self.assertEqual(self._money_and_vouchers(), ("draft", 100.0, "cancel", (100.0, 0.0)))
        self.assertRegex("".join(self.order.message_ids.mapped("body")), "60.00.* been released.*20.00.* still due")

    def test_vouchers_below_what_the_money_leaves_are_captured(self):
        tx = self._start_rest(amount=160)
        self._apply(60)
        self.order.order_line.price_unit = 110.0
        self._finish_rest(tx)
        self.assertEqual(self._money_and_vouchers(), ("sale", 220.0, "done", (40.0, 0.0)))

    def test_seller_confirms_what_money_has_paid(self):
        tx = self._start_rest(amount=160)
        self._apply(60)
        tx._set_done()
        self.order.action_confirm()
        self.assertEqual(self._money_and_vouchers(), ("sale", 160.0, "cancel", (100.0, 0.0)))

    def test_none_beside_money_on_its_way(self):
        self._apply(20)
        tx = self._start_rest()
        self.order._apply_vouchers(3000)  # begun is not on its way: it may be given up
        tx._set_pending()
        with self.assertRaisesRegex(UserError, "is on its way"):
            self.order._apply_vouchers(4000)
        self.assertEqual(self._balance(), (100.0, 30.0))
        tx._set_canceled()
        self.order._apply_vouchers(4000)
        self.assertEqual(self._balance(), (100.0, 40.0))

    def test_seller_confirms(self):
        self._apply(60)
        self.order.action_confirm()
        self.assertEqual(self._vouchers().state, "done")
        self.assertEqual(self._balance(), (40.0, 0.0))

    def test_manual_capture_of_the_rest(self):
        self.demo.capture_manually = True
        self._apply(60)
        self._finish_rest(self._start_rest())
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self._vouchers().state, "done")

    def test_refund(self):
        self._apply(60)
        self._finish_rest(self._start_rest())
        voucher_tx = self._vouchers()
        voucher_tx.action_refund(amount_to_refund=25.0)
        refund = voucher_tx.child_transaction_ids
        self.assertEqual((refund.state, refund.amount), ("done", -25.0))
        self.assertEqual(self._balance(), (65.0, 0.0))
        refund._post_process()
        self.assertEqual(refund.payment_id.payment_type, "outbound")
        self.assertEqual(refund.payment_id.journal_id, self.company.voucher_journal_id)
        self.assertTrue(refund.payment_id.move_id)
        self.assertEqual(self.env["alliance.qualified.sale"].search(
            [("sale_order_id", "=", self.order.id)]).mapped("cash_amount"), [100.0])
        for amount in (35.01, 100.0, -5.0):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                voucher_tx.action_refund(amount_to_refund=amount)
        voucher_tx.action_refund(amount_to_refund=35.0)
        self.assertEqual(self._balance(), (100.0, 0.0))

    def test_forged_transactions(self):
        """No route makes a voucher transaction, and none without its hold can count as paid."""
        provider = self.env["payment.provider"]._get_voucher_provider(self.company)
        method = provider.with_context(active_test=False).payment_method_ids
        self.assertRefused("ValidationError", self._start_rest,
                           provider_id=provider.id, payment_method_id=method.id)
        vals = {
            "provider_id": provider.id, "payment_method_id": method.id, "reference": "forged",
            "amount": 160.0, "currency_id": self.currency.id, "partner_id": self.shopper.id,
            "operation": "online_direct", "sale_order_ids": [Command.set(self.order.ids)]}
        self._apply(60)
        for extra in (
            {}, {"state": "done"}, {"operation": "refund", "amount": 160.0}, {"operation": "refund"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.env["payment.transaction"].create({**vals, **extra})
        tx = self._vouchers()
        for way in (
            lambda: tx.write({"amount": 160.0}),
            lambda: tx.write({"state": "done"}),
            tx._set_done,
            lambda: tx._capture(amount_to_capture=10.0),
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                way()
        self.assertEqual(tx.state, "authorized")
        shopper = self.env["res.users"].search([("login", "=", "limei")])
        for name in ("action_capture", "action_void", "action_refund"):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                getattr(tx.with_user(shopper), name)()
        self.assertEqual(self._balance(), (100.0, 60.0))
