from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common_payments import VoucherPaymentsCommon, VoucherTillCommon


@tagged("post_install", "-at_install")
class TestPosVoucherTour(VoucherTillCommon, HttpCase):

    def _start(self, tour):
        self.env["product.template"].search(
            [("available_in_pos", "=", True), ("id", "!=", self.product.product_tmpl_id.id)],
        ).available_in_pos = False
        self._set_known_code()
        self.till.with_user(self.cashier).open_ui()
        self.start_tour(
            f"/pos/ui/{self.till.id}", tour, login=self.cashier.login, timeout=180)
        return self.till.current_session_id.order_ids.sorted("id")

    def test_pay_and_refund(self):
        self._give_vouchers(60.0)
        sale, refund = self._start("voucher_at_the_till")
        self.assertEqual(
            sale.payment_ids.mapped(lambda p: (p.payment_method_id.name, p.amount, p.voucher_settled)),
            [("Cash", 40.0, False), ("Vouchers", 60.0, True)])
        self.assertEqual((sale.state, refund.state), ("paid", "paid"))
        self.assertEqual(refund._get_voucher_payments().amount, -60.0)
        self.assertEqual(self._balance(), (60.0, 0.0))

    def test_hold_runs_out(self):
        self._give_vouchers(100.0)
        self.till.auto_validate_terminal_payment = False
        order = self._start("voucher_runs_out_at_the_till")
        self.assertEqual(order.payment_ids.mapped("payment_method_id.name"), ["Cash"])
        self.assertEqual((order.state, self._balance()), ("paid", (100.0, 0.0)))

    def test_offline(self):
        self._give_vouchers(100.0)
        self.till.auto_validate_terminal_payment = False
        order = self._start("voucher_offline_at_the_till")
        self.assertEqual((order.state, self._balance()), ("paid", (0.0, 0.0)))
        # The line was sent twice: the lost answer's hold was found again.
        self.assertEqual(len(self._wallet().hold_ids), 1)

    def test_answer_lost(self):
        self._give_vouchers(100.0)
        self.till.auto_validate_terminal_payment = False
        order = self._start("voucher_answer_lost_at_the_till")
        self.assertEqual(order.payment_ids.mapped("payment_method_id.name"), ["Vouchers"])
        self.assertEqual((order.state, self._balance()), ("paid", (0.0, 0.0)))


class WebVoucherTour(VoucherPaymentsCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.module.module"]._get("payment_demo").state != "installed":
            raise cls.skipTest(cls, "payment_demo is not installed")
        cls.env["website"].get_current_website().alliance_store_id = cls.mall
        cls.env["product.product"].create({
            "name": "Tea Class", "type": "service", "list_price": 80.0, "website_published": True,
            "taxes_id": [Command.clear()], "sale_ok": True,
        })
        cls.env.ref("payment.payment_provider_demo").write({"state": "test", "is_published": True})

    def _start(self, tour):
        self.start_tour("/shop?search=Tea Class", tour, login="limei", timeout=180)
        return self.env["sale.order"].search([("partner_id", "=", self.shopper.id)])


@tagged("post_install", "-at_install")
class TestWebVoucherTour(WebVoucherTour):

    def test_beside_the_rest(self):
        self._give_vouchers(60.0)
        order = self._start("voucher_in_the_checkout")
        self.assertEqual((order.state, order.amount_paid), ("sale", 80.0))
        self.assertEqual(self._balance(), (0.0, 0.0))

    def test_pay_all(self):
        self._give_vouchers(100.0)
        order = self._start("voucher_pays_all_in_the_checkout")
        self.assertEqual((order.state, order._get_voucher_amount()), ("sale", 80.0))
        self.assertEqual(self._balance(), (20.0, 0.0))


@tagged("post_install", "-at_install")
class TestWebVoucherTourMobile(WebVoucherTour):
    browser_size = "375x667"
    touch_enabled = True

    def test_beside_the_rest(self):
        self._give_vouchers(60.0)
        order = self._start("voucher_in_the_checkout")
        self.assertEqual(order.state, "sale")
