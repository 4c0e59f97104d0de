from odoo import Command
from odoo.tests import tagged

from .common import AllianceCommon


@tagged("post_install", "-at_install")
class TestWebSale(AllianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mall = cls._make_merchant("Mall", scene="own_mall", funding_method="split")
        cls.website = cls.env["website"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.website.alliance_store_id = cls.mall.store_ids
        cls.provider = cls.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        cls.provider.write({"state": "test", "is_published": True})
        cls.product = cls.env["product.product"].create({
            "name": "Lamp", "list_price": 100, "type": "consu", "taxes_id": [Command.clear()]})
        cls.fee = cls.env["product.product"].create({
            "name": "Top-up", "list_price": 30, "type": "service", "earns_rewards": False,
            "taxes_id": [Command.clear()]})

    def _order(self, *products):
        return self.env["sale.order"].create({
            "partner_id": self.shopper.id, "website_id": self.website.id,
            "order_line": [Command.create({"product_id": p.id, "product_uom_qty": 1}) for p in products]})

    def _pay(self, order, amount=None, **vals):
        tx = self.env["payment.transaction"].create({
            "provider_id": self.provider.id, "payment_method_id": self.provider.payment_method_ids[:1].id,
            "amount": amount or order.amount_total, "currency_id": order.currency_id.id,
            "partner_id": order.partner_id.id, "sale_order_ids": [Command.set(order.ids)],
            "reference": f"T{order.id}-{len(order.transaction_ids)}", "operation": "online_direct", **vals})
        tx._set_done()
        tx._post_process()
        return tx

    def _sales(self, order):
        return self.env["alliance.qualified.sale"].search([("sale_order_id", "=", order.id)], order="id")

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
