from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_web import WebSaleCommon


@tagged("post_install", "-at_install")
class TestWebSale(WebSaleCommon):
    def test_a_paid_order_becomes_one_sale_whatever_is_retried(self):
        order = self._order(self.product)
        tx = self._pay(order)
        tx._post_process()
        order._register_qualified_sale()
        sale = self._sales(order)
        self.assertEqual((len(sale), sale.cash_amount, sale.scene), (1, 100.0, "own_mall"))

    def test_a_confirmed_order_that_is_not_paid_earns_nothing(self):
        order = self._order(self.product)
        order.action_confirm()
        order._register_qualified_sale()
        self.assertFalse(self._sales(order))

    def test_what_is_not_goods_is_paid_by_cash_first(self):
        order = self._order(self.product, self.fee)
        self._pay(order)
        self.assertEqual(self._sales(order).cash_amount, 100.0)

    def test_a_website_without_store_earns_nothing(self):
        self.website.alliance_store_id = False
        order = self._order(self.product)
        self._pay(order)
        self.assertFalse(self._sales(order))

    def test_a_refund_takes_back(self):
        order = self._order(self.product)
        tx = self._pay(order)
        refund = tx._create_child_transaction(40, is_refund=True)
        refund._set_done()
        refund._post_process()
        refund._post_process()
        sales = self._sales(order)
        self.assertEqual(sales.mapped("cash_amount"), [100.0, -40.0])
        self.assertEqual(sales[1].origin_id, sales[0])

    def test_money_in_two_parts_earns_when_both_are_there(self):
        order = self._order(self.product)
        self._pay(order, 60)
        self.assertFalse(self._sales(order))
        self._pay(order, 40)
        self.assertEqual(self._sales(order).cash_amount, 100.0)

    def test_what_was_captured_in_part_does_not_pay_the_order(self):
        order = self._order(self.product)
        tx = self._pay(order, 100)
        other = self._order(self.product)
        part = self._new_tx(other, 100)
        part._set_authorized()
        capture = part._create_child_transaction(60)
        rest = part._create_child_transaction(40)
        capture._set_done()
        rest._set_canceled()
        self.assertEqual(part.state, "done")
        (part + capture)._post_process()
        self.assertEqual(part._get_received_cents(), 6000)
        self.assertFalse(self._sales(other))
        self.assertEqual((tx._get_received_cents(), len(self._sales(order))), (10000, 1))

    def test_a_refund_of_a_captured_part_takes_back(self):
        order = self._order(self.product)
        tx = self._new_tx(order, 100)
        tx._set_authorized()
        tx._post_process()
        part = tx._create_child_transaction(70)
        for capture in (part, tx._create_child_transaction(30)):
            capture._set_done()
            capture._post_process()
        refund = part._create_child_transaction(25, is_refund=True)
        refund._set_done()
        refund._post_process()
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -25.0])
        self.assertEqual(tx._get_received_cents(), 7500)

    def test_captured_whole_in_parts_earns(self):
        order = self._order(self.product)
        tx = self._new_tx(order, 100)
        tx._set_authorized()
        tx._post_process()
        for amount in (60, 40):
            capture = tx._create_child_transaction(amount)
            capture._set_done()
            capture._post_process()
        self.assertEqual(self._sales(order).cash_amount, 100.0)

    def test_money_that_was_there_before_the_order_is_confirmed(self):
        order = self._order(self.product)
        tx = self._new_tx(order, 100)
        tx._set_done()
        order.action_confirm()
        self.assertEqual(self._sales(order).cash_amount, 100.0)
        tx._post_process()
        self.assertEqual(len(self._sales(order)), 1)

    def test_cancelling_takes_back_what_is_left(self):
        order = self._order(self.product)
        tx = self._pay(order)
        self._give_back(tx, 30)
        order._action_cancel()
        self._give_back(tx, 70)
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -30.0, -70.0])
        order.action_draft()
        order.action_confirm()
        self.assertEqual(len(self._sales(order)), 3)

    def test_cancelled_by_mistake_it_is_registered_again(self):
        order = self._order(self.product)
        tx = self._pay(order)
        order._action_cancel()
        order._register_qualified_sale()
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -100.0])
        order.action_draft()
        order.action_confirm()
        order._register_qualified_sale()
        tx._post_process()
        sales = self._sales(order)
        self.assertEqual(sales.mapped("cash_amount"), [100.0, -100.0, 100.0])
        self.assertEqual(sales[2].idempotency_key, f"sale.order,{order.id},2")
        order._action_cancel()
        order._action_cancel()
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -100.0, 100.0, -100.0])
        self.assertEqual(self._sales(order)[3].origin_id, sales[2])

    def test_what_is_left_of_it_after_a_refund_is_registered_again_too(self):
        order = self._order(self.product)
        tx = self._pay(order)
        self._give_back(tx, 30)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        tx._post_process()
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -30.0, -70.0, 70.0])
        self._give_back(tx, 70)
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -30.0, -70.0, 70.0, -70.0])

    def test_refunded_whole_and_paid_again_it_is_registered_again(self):
        order = self._order(self.product)
        first = self._pay(order)
        self._give_back(first, 100)
        self._pay(order, 40)
        self.assertEqual(len(self._sales(order)), 2)
        last = self._pay(order, 60)
        first.child_transaction_ids._post_process()
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -100.0, 100.0])
        self.assertEqual((first | last).mapped("surplus_amount"), [0.0, 0.0])

    def test_a_refund_reported_again_takes_nothing_from_a_later_sale(self):
        order = self._order(self.product)
        tx = self._pay(order)
        order._action_cancel()
        self._give_back(tx, 100)
        order.action_draft()
        order.action_confirm()
        self._pay(order)
        tx.child_transaction_ids._post_process()
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -100.0, 100.0])

    # -- paid too much -----------------------------------------------------------------------------

    def _pay_twice(self):
        """Begin a payment, pay with another, and the first comes in all the same; return order, first, second."""
        order = self._order(self.product)
        first = self._new_tx(order, 100)
        second = self._pay(order)
        first._set_done()
        first._post_process()
        return order, first, second

    def test_what_was_paid_twice_is_given_back_once_and_the_sale_stays(self):
        for given_back in (1, 2):
            payments = self._pay_twice()
            order = payments[0]
            self.assertEqual((payments[1].surplus_amount, payments[2].surplus_amount), (100.0, 0.0))
            self.assertIn("is more than this order costs", "".join(order.message_ids.mapped("body")))
            payments[given_back]._post_process()
            self._give_back(payments[given_back], 100)
            self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0])
            self._give_back(payments[3 - given_back], 30)
            self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -30.0])

    def test_a_refund_of_more_than_was_paid_too_much_takes_the_rest_from_the_sale(self):
        order, first, second = self._pay_twice()
        self._give_back(first, 70)
        self._give_back(second, 50)
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -20.0])
        self.assertEqual(second.child_transaction_ids.surplus_amount, -30.0)

    def test_a_refund_that_failed_gives_nothing_back(self):
        order, first, second = self._pay_twice()
        refund = first._create_child_transaction(100, is_refund=True)
        refund._set_error("No")
        self._give_back(second, 100)
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0])

    def test_what_a_discount_gives_back_was_not_paid_too_much(self):
        order = self._order(self.product)
        tx = self._pay(order)
        order.order_line.price_unit = 80
        self.assertEqual(order.amount_total, 80.0)
        self._give_back(tx, 20)
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -20.0])
        late = self._pay(order, 100)
        self.assertEqual(late.surplus_amount, 100.0, "a part given back is not to be paid again")

    def test_both_payments_are_reported_together(self):
        order = self._order(self.product)
        both = self._new_tx(order, 100)
        both |= self._new_tx(order, 100)
        both._set_done()
        both._post_process()
        self.assertEqual(both.mapped("surplus_amount"), [0.0, 100.0])
        self._give_back(both[0], 100)
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0])

    def test_a_part_captured_late_was_paid_too_much(self):
        order = self._order(self.product)
        tx = self._new_tx(order, 100)
        tx._set_authorized()
        tx._post_process()
        self._pay(order)
        parts = tx._create_child_transaction(70) | tx._create_child_transaction(30)
        for part in parts:
            part._set_done()
            part._post_process()
        tx._post_process()
        self.assertEqual((parts | tx).mapped("surplus_amount"), [70.0, 30.0, 0.0])
        self._give_back(parts[0], 70)
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0])

    def test_nobody_says_what_was_paid_too_much(self):
        order = self._order(self.product)
        tx = self._pay(order)
        made = tx.with_context(default_surplus_amount=-50.0)._create_child_transaction(50, is_refund=True)
        self.assertEqual(made.surplus_amount, 0.0)
        clerk = self._make_user("billing_clerk", "base.group_user,account.group_account_manager")
        with self.assertRaises(AccessError):
            tx.with_user(clerk).surplus_amount = 50.0

    # -- days --------------------------------------------------------------------------------------

    def test_a_payment_is_dated_with_the_companys_day(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        for moment, day in (("2026-03-01 15:59:59", "2026-03-01"), ("2026-03-01 16:00:00", "2026-03-02")):
            tx = self._new_tx(self._order(self.product), 100)
            tx._set_done()
            tx.last_state_change = moment
            tx.with_context(tz="America/New_York")._post_process()
            self.assertEqual(str(tx.payment_id.date), day)

    def test_the_public_user_is_no_shopper(self):
        order = self._order(self.product)
        order.partner_id = self.website.user_id.partner_id
        self._pay(order)
        self.assertEqual(order.state, "sale")
        self.assertFalse(self._sales(order))

    def test_delivery_earns_nothing(self):
        order = self._order(self.product, self.product)
        order.order_line[1].is_delivery = True
        self._pay(order)
        self.assertEqual(self._sales(order).cash_amount, 100.0)

    def test_another_currency_is_converted(self):
        foreign = self.env["res.currency"].create({
            "name": "XTS", "symbol": "T", "rate_ids": [Command.create({"name": "2020-01-01", "rate": 4})]})
        pricelist = self.env["product.pricelist"].create({"name": "Foreign", "currency_id": foreign.id})
        order = self._order(self.product)
        order.pricelist_id = pricelist
        order._recompute_prices()
        self.assertEqual((order.currency_id, order.amount_total), (foreign, 400))
        tx = self._pay(order)
        self._give_back(tx, 100)
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -25.0])

    def test_without_contract_the_order_says_so(self):
        self.mall.action_suspend()
        order = self._order(self.product)
        self._pay(order)
        self.assertEqual(order.state, "sale")
        self.assertFalse(self._sales(order))
        self.assertTrue(order.message_ids.filtered(lambda message: "No green points" in (message.body or "")))
