from odoo import Command
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
