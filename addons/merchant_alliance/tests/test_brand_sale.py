from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common_web import WebSaleCommon


@tagged("post_install", "-at_install")
class TestBrandSale(WebSaleCommon):
    """A lamp of the mall (100), tea of one brand (200, 15 %) and cups of another (60, 5 %) in one order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mall.is_platform = True
        cls.tea, cls.cups = (cls._make_brand_product(*values) for values in (
            ("Tea Brand", 15.0, "Tea", 200.0), ("Cup Brand", 5.0, "Cups", 60.0)))
        cls.tea_store, cls.cup_store = cls.tea.brand_store_id, cls.cups.brand_store_id

    @classmethod
    def _make_brand_product(cls, brand, rate, name, price):
        merchant = cls._make_merchant(brand, scene="brand_mall", rate=rate)
        return cls.env["product.product"].create({
            "name": name, "list_price": price, "type": "consu", "taxes_id": [Command.clear()],
            "brand_store_id": merchant.store_ids.id})

    def _amounts(self, order):
        return {(sale.store_id.merchant_id.name, sale.kind): (sale.cash_amount, sale.concession_amount)
                for sale in self._sales(order)}

    def test_each_line_knows_who_sells_it(self):
        order = self._order(self.product, self.tea, self.cups)
        self.assertEqual(order.order_line.mapped("alliance_store_id"), (
            self.mall.store_ids | self.tea_store | self.cup_store))
        self.assertEqual(order.order_line.alliance_store_id.mapped("scene"), ["own_mall", "brand_mall", "brand_mall"])

    def test_one_sale_for_each_store_whatever_is_retried(self):
        order = self._order(self.product, self.tea, self.cups)
        tx = self._pay(order)
        tx._post_process()
        order._register_qualified_sale()
        self.assertEqual(self._amounts(order), {
            ("Mall", "sale"): (100.0, 10.0), ("Tea Brand", "sale"): (200.0, 30.0), ("Cup Brand", "sale"): (60.0, 3.0)})
        sales = self._sales(order)
        self.assertEqual(set(sales.mapped("idempotency_key")), {f"sale.order,{order.id}"})
        self.assertEqual(sales.mapped("collected"), [True] * 3)

    def test_a_brand_without_contract_earns_nothing_and_the_others_do(self):
        self.cup_store.merchant_id.action_suspend()
        order = self._order(self.product, self.cups)
        self._pay(order)
        self.assertEqual(list(self._amounts(order)), [("Mall", "sale")])
        self.assertIn("Cup Brand has no concession contract", "".join(order.message_ids.mapped("body")))

    def test_a_refund_is_divided_to_the_cent(self):
        order = self._order(self.product, self.tea, self.cups)
        tx = self._pay(order)
        self._give_back(tx, 100.0)
        refunds = self._sales(order).filtered(lambda sale: sale.kind == "refund")
        self.assertEqual(self.currency.round(sum(refunds.mapped("cash_amount"))), -100.0)
        self.assertEqual(refunds.mapped("cash_amount"), [-27.78, -55.55, -16.67])
        self._give_back(tx, 260.0)
        left = [sale._get_cash_left_cents() for sale in self._sales(order) if sale.kind == "sale"]
        self.assertEqual(left, [0, 0, 0])

    def test_a_refund_of_one_brand(self):
        order = self._order(self.product, self.tea, self.cups)
        tx = self._pay(order)
        with self.assertRaisesRegex(ValidationError, "at most .*60"):
            tx.with_context(alliance_refund_store_id=self.cup_store.id)._create_child_transaction(60.01, is_refund=True)
        refund = tx.with_context(
            alliance_refund_store_id=self.cup_store.id)._create_child_transaction(60.0, is_refund=True)
        refund._set_done()
        refund._post_process()
        refund._post_process()
        self.assertEqual(self._amounts(order)["Cup Brand", "refund"], (-60.0, -3.0))
        self.assertEqual(len(self._sales(order)), 4)
        with self.assertRaisesRegex(ValidationError, "at most .*0"):
            tx.with_context(alliance_refund_store_id=self.cup_store.id)._create_child_transaction(0.01, is_refund=True)

    def test_what_was_paid_back_of_all_brands_is_not_paid_back_again_of_one(self):
        order = self._order(self.tea, self.product, self.product)
        tx = self._pay(order)
        self._give_back(tx, 200.0)
        of_tea = tx.with_context(alliance_refund_store_id=self.tea_store.id)
        with self.assertRaisesRegex(ValidationError, "at most .*100"):
            of_tea._create_child_transaction(100.01, is_refund=True)
        self._give_back(of_tea, 100.0)
        self._give_back(tx, 100.0)
        left = [sale._get_cash_left_cents() for sale in self._sales(order) if sale.kind == "sale"]
        self.assertEqual(left, [0, 0])

    def test_one_brands_goods_of_a_captured_part(self):
        order = self._order(self.tea, self.cups)
        tx = self._new_tx(order, 260)
        tx._set_authorized()
        tx._post_process()
        part = tx._create_child_transaction(260)
        part._set_done()
        part._post_process()
        self._give_back(part.with_context(alliance_refund_store_id=self.cup_store.id), 60.0)
        self.assertEqual(self._amounts(order)["Cup Brand", "refund"], (-60.0, -3.0))

    def _discount(self, order, amount):
        self.env["sale.order.discount"].create({
            "sale_order_id": order.id, "discount_type": "amount", "discount_amount": amount}).action_apply_discount()

    def test_a_discount_on_the_order_lowers_what_the_brands_were_paid(self):
        for products, discount, amounts in (
                ([self.tea], 20, {("Tea Brand", "sale"): (180.0, 27.0)}),
                ([self.product, self.tea], 20, {("Mall", "sale"): (80.0, 8.0), ("Tea Brand", "sale"): (200.0, 30.0)}),
                # of 126 the mall's lamp bears 100, and the brands 26 by what they sold
                ([self.product, self.tea, self.cups], 126, {
                    ("Tea Brand", "sale"): (180.0, 27.0), ("Cup Brand", "sale"): (54.0, 2.7)})):
            order = self._order(*products)
            self._discount(order, discount)
            sold = order._get_sold_cents()
            self.assertEqual(sum(sold.values()), round(order.amount_total * 100))
            self.assertGreaterEqual(min(sold.values()), 0)
            self._pay(order)
            self.assertEqual(self._amounts(order), amounts)

    def test_a_discount_is_no_goods_that_cash_pays(self):
        self.fee.brand_store_id = self.tea_store
        order = self._order(self.tea, self.fee)
        self._discount(order, 20)
        self._pay(order)
        self.assertEqual(self._amounts(order), {("Tea Brand", "sale"): (180.0, 27.0)})

    def test_of_a_brand_no_more_is_paid_back_than_the_discount_left(self):
        order = self._order(self.tea)
        self._discount(order, 20)
        tx = self._pay(order).with_context(alliance_refund_store_id=self.tea_store.id)
        with self.assertRaisesRegex(ValidationError, "at most .*180"):
            tx._create_child_transaction(180.01, is_refund=True)

    def test_an_order_below_zero_sells_nothing(self):
        order = self._order(self.tea)
        order.order_line += self.env["sale.order.line"].new({
            "order_id": order.id, "product_id": self.product.id, "product_uom_qty": -3})
        order.action_confirm()
        self.assertLess(order.amount_total, 0)
        self.assertFalse(self._sales(order))

    def test_the_platform_invoices_its_own_goods_only(self):
        order = self._order(self.product, self.tea)
        self._pay(order)
        order._force_lines_to_invoice_policy_order()
        self.assertEqual(order._create_invoices().invoice_line_ids.product_id, self.product)

    def test_only_operators_say_whose_a_product_is(self):
        editor = self._make_user("brand_editor", "base.group_user,sales_team.group_sale_manager,"
                                 "product.group_product_manager")
        template = self.product.product_tmpl_id.with_user(editor)
        template.list_price = 101
        with self.assertRaises(AccessError):
            template.brand_store_id = self.tea_store
        with self.assertRaisesRegex(ValidationError, "not a store of the brand mall"):
            self.product.brand_store_id = self.mall.store_ids
