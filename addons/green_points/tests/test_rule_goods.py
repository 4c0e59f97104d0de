from odoo import Command
from odoo.tests import tagged

from odoo.addons.merchant_alliance.tests.common_web import WebSaleCommon
from odoo.addons.merchant_alliance.tests.test_pos_sale import PosSaleCommon


class GoodsRuleMixin:
    """β 0.3 and γ 0.2; drinks and wine, which are drinks, give twice the points, tea three times in all."""

    @classmethod
    def _make_rules(cls, company):
        cls.env["green.points.policy"]._get_active(company).copy({"beta": 0.3, "gamma": 0.2})._activate()
        categories = cls.env["product.category"]
        cls.drinks = categories.create({"name": "Drinks"})
        cls.wine, cls.tea = categories.create(
            [{"name": name, "parent_id": cls.drinks.id} for name in ("Wine", "Tea")])
        cls.rule = cls.env["green.points.rule"].create({
            "name": "Drinks", "company_id": company.id, "goods_category_ids": [Command.set(cls.drinks.ids)]})
        cls.tea_rule = cls.rule.copy({"name": "Tea", "goods_category_ids": [Command.set(cls.tea.ids)]})
        cls.red, cls.oolong = (cls.env["product.product"].create({
            "name": category.name, "list_price": price, "available_in_pos": True, "type": "consu",
            "taxes_id": [Command.clear()], "categ_id": category.id,
        }) for category, price in ((cls.wine, 33.33), (cls.tea, 20.0)))

    def _bases(self, sales):
        return {sale.goods_category_id: (sale.cash_amount, sale.base_shopper) for sale in sales}


@tagged("post_install", "-at_install")
class TestGoodsRuleOnTheWeb(GoodsRuleMixin, WebSaleCommon):
    """A lamp of 100.00 at 10 % gives 3.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_rules(cls.company)

    def test_what_such_goods_paid_gives_more_and_the_rest_does_not(self):
        order = self._order(self.product, self.red, self.oolong)
        self._pay(order)
        sales = self._sales(order)
        none = self.drinks.browse()
        self.assertEqual(self._bases(sales)[none], (100.0, 3.0))
        # of 2.00: 0.60, and what the concession leaves beyond that and the merchant's 0.40: both rules together
        self.assertEqual(self._bases(sales)[self.tea], (20.0, 1.6))
        self.assertEqual(self._bases(sales)[self.drinks], (33.33, 1.98), "of 3.33: 0.99, and as much again")
        self.assertEqual(sum(sale._get_cash_left_cents() for sale in sales), 15333)
        self.assertEqual(len({sale.idempotency_key for sale in sales}), 1)
        self.assertEqual(sales.mapped("part"), [0, 1, 2])

    def test_without_such_goods_nothing_is_divided(self):
        self.tea_rule.active = False
        self.rule.goods_category_ids = self.tea
        order = self._order(self.product, self.red)
        self._pay(order)
        sale = self._sales(order)
        self.assertFalse(sale.goods_category_id)
        self.assertEqual(sale.base_shopper, 3.99, "30 % of 13.33")

    def test_a_rule_for_all_goods_divides_nothing(self):
        (self.rule | self.tea_rule).action_archive()
        self.env["green.points.rule"].create({"name": "All", "company_id": self.company.id})
        order = self._order(self.product, self.red, self.oolong)
        self._pay(order)
        self.assertEqual(self._sales(order).base_shopper, 9.18, "of 15.33: 4.59, and as much again")


@tagged("post_install", "-at_install")
class TestGoodsRuleAtTheTill(GoodsRuleMixin, PosSaleCommon):
    """Bowls of 50.00, and wine; at 10 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_rules(cls.config.company_id)

    def _buy(self, uuid, *products):
        self._sync(self._order_data(uuid, products))
        return self.env["pos.order"].search([("uuid", "=", uuid)])

    def _left(self):
        return {sale.goods_category_id: sale._get_cash_left_cents() for sale in self._sales() if sale.kind == "sale"}

    def test_who_returns_such_goods_returns_their_points(self):
        none = self.drinks.browse()
        order = self._buy("goods-1", (self.product, 2, {}), (self.red, 2, {}), (self.oolong, 5, {}))
        self.assertEqual(self._left(), {none: 10000, self.drinks: 6666, self.tea: 10000})
        tea = order.lines.filtered(lambda line: line.product_id == self.oolong)
        self._buy("goods-2", (self.oolong, -5, {"refunded_orderline_id": tea.id}))
        self.assertEqual(self._left(), {none: 10000, self.drinks: 6666, self.tea: 0})
        refund = self._sales().filtered(lambda sale: sale.kind == "refund")
        self.assertEqual((refund.goods_category_id, refund.base_shopper), (self.tea, -refund.origin_id.base_shopper))

    def test_a_rule_that_ended_since_changes_nothing(self):
        order = self._buy("goods-3", (self.product, 2, {}), (self.red, 2, {}))
        (self.rule | self.tea_rule).action_archive()
        red = order.lines.filtered(lambda line: line.product_id == self.red)
        self._buy("goods-4", (self.red, -1, {"refunded_orderline_id": red.id}))
        self.assertEqual(self._left(), {self.drinks.browse(): 10000, self.drinks: 3333})
