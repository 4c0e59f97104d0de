from odoo import Command
from odoo.tests import tagged

from .common_web import WebSaleCommon
from .test_pos_sale import PosSaleCommon


@tagged("post_install", "-at_install")
class TestCategoryRate(WebSaleCommon):
    """The cellar gives up 10 %, in this mall 8 %, of drinks 5 % and of wine 20 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.drinks = cls.env["product.category"].create({"name": "Drinks"})
        cls.wine = cls.env["product.category"].create({"name": "Wine", "parent_id": cls.drinks.id})
        version = cls._make_contract(cls._make_merchant("Cellar", scene="own_mall", sign=False), 10.0)
        version.line_ids = [
            Command.create({"rate": 5.0, "categ_id": cls.drinks.id}),
            Command.create({"rate": 20.0, "categ_id": cls.wine.id}),
            Command.create({"rate": 8.0, "scene": "own_mall"})]
        version._activate("Boss")
        cls.cellar = version.merchant_id
        cls.website.alliance_store_id = cls.cellar.store_ids
        cls.juice, cls.riesling, cls.red = (cls.env["product.product"].create({
            "name": name, "list_price": price, "type": "consu", "taxes_id": [Command.clear()], "categ_id": category.id,
        }) for name, price, category in (
            ("Juice", 10.0, cls.drinks), ("Riesling", 30.0, cls.wine), ("Red", 60.0, cls.wine)))

    def _rates(self, order):
        return {sale.rate: (sale.cash_amount, sale.concession_amount) for sale in self._sales(order)}

    def test_the_nearest_category_goes_first_and_the_scene_last(self):
        contract, store = self.cellar.contract_ids, self.cellar.store_ids
        cider = self.env["product.category"].create({"name": "Cider", "parent_id": self.drinks.id})
        for category, rate in ((self.wine, 20.0), (cider, 5.0), (self.drinks, 5.0), (self.product.categ_id, 8.0)):
            self.assertEqual(contract._get_line(store, category).rate, rate, category.display_name)
        self.assertEqual(contract._get_line(store).rate, 8.0)

    def test_a_stores_rate_goes_before_a_categorys(self):
        merchant = self._make_merchant("Shop", sign=False)
        contract = self._make_contract(merchant, 10.0)
        contract.line_ids = [
            Command.create({"rate": 5.0, "categ_id": self.drinks.id}),
            Command.create({"rate": 7.0, "store_id": merchant.store_ids.id})]
        contract._activate("Boss")
        self.assertEqual(contract._get_line(merchant.store_ids, self.wine).rate, 7.0)

    def test_an_order_makes_one_sale_for_each_rate(self):
        order = self._order(self.juice, self.riesling, self.red, self.product)
        tx = self._pay(order)
        tx._post_process()
        self.assertEqual(self._rates(order), {5.0: (10.0, 0.5), 20.0: (90.0, 18.0), 8.0: (100.0, 8.0)})
        self.assertEqual(self._sales(order).mapped("part"), [0, 1, 2])
        self._give_back(tx, 200.0)
        self.assertEqual([sale._get_cash_left_cents() for sale in self._sales(order)[:3]], [0, 0, 0])


@tagged("post_install", "-at_install")
class TestCategoryRateAtTheTill(PosSaleCommon):
    """Bowls at 10 %, wine at 20 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        category = cls.env["product.category"].create({"name": "Wine"})
        cls.wine = cls.env["product.product"].create({
            "name": "Wine", "list_price": 25, "available_in_pos": True, "taxes_id": [Command.clear()],
            "categ_id": category.id})
        cls.merchant = cls._make_merchant("Wine Bar", company_id=cls.config.company_id.id, sign=False)
        contract = cls._make_contract(cls.merchant, 10.0)
        contract.line_ids = [Command.create({"rate": 20.0, "categ_id": category.id})]
        contract._activate("Boss")
        cls.config.alliance_store_id = cls.merchant.store_ids

    def _buy(self, uuid, *products):
        self._sync(self._order_data(uuid, products))
        return self.env["pos.order"].search([("uuid", "=", uuid)])

    def _left(self):
        return {sale.rate: (sale._get_cash_left_cents(), sale._get_concession_left_cents())
                for sale in self._sales() if sale.kind == "sale"}

    def test_goods_returned_lower_the_sale_of_their_rate(self):
        order = self._buy("wine-1", (self.product, 2, {}), (self.wine, 4, {}))
        self.assertEqual(self._left(), {10.0: (10000, 1000), 20.0: (10000, 2000)})
        wine = order.lines.filtered(lambda line: line.product_id == self.wine)
        self._buy("wine-2", (self.wine, -1, {"refunded_orderline_id": wine.id}))
        self.assertEqual(self._left(), {10.0: (10000, 1000), 20.0: (7500, 1500)})
        bowls = order.lines - wine
        self._buy("wine-3", (self.product, -2, {"refunded_orderline_id": bowls.id}),
                  (self.wine, -3, {"refunded_orderline_id": wine.id}))
        self.assertEqual(self._left(), {10.0: (0, 0), 20.0: (0, 0)})

    def test_a_category_changed_since_the_sale_takes_nothing_away(self):
        order = self._buy("wine-4", (self.product, 2, {}), (self.wine, 4, {}))
        self.wine.categ_id = self.product.categ_id
        bowls = order.lines.filtered(lambda line: line.product_id == self.product)
        self._buy("wine-5", (self.product, -1, {"refunded_orderline_id": bowls.id}))
        self.assertEqual(sum(cash for cash, _concession in self._left().values()), 15000)


@tagged("post_install", "-at_install")
class TestCategoryWithoutRate(PosSaleCommon):
    """The contract is for food alone; the shop sells books, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        category = cls.env["product.category"].create({"name": "Food"})
        cls.food, cls.book = cls.env["product.product"].create([{
            "name": name, "list_price": 100, "available_in_pos": True, "taxes_id": [Command.clear()], **vals,
        } for name, vals in (("Food", {"categ_id": category.id}), ("Book", {}))])
        cls.merchant = cls._make_merchant("Corner Shop", company_id=cls.config.company_id.id, sign=False)
        contract = cls._make_contract(cls.merchant, 10.0)
        contract.line_ids.categ_id = category
        contract._activate("Boss")
        cls.config.alliance_store_id = cls.merchant.store_ids

    def _buy(self, **vals):
        self._sync(self._order_data("shop", [(self.food, 1, {}), (self.book, 1, {})], **vals))
        return self.env["pos.order"].search([("uuid", "=", "shop")])

    def _give_back(self, *lines, uuid="shop-back"):
        self._sync(self._order_data(uuid, [
            (line.product_id, -1, {"refunded_orderline_id": line.id}) for line in lines]))

    def test_goods_of_no_rate_take_nothing_back(self):
        food, book = self._buy().lines
        self._give_back(book)
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0])
        self._give_back(food, uuid="shop-food")
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -100.0])

    def test_given_back_together(self):
        self._give_back(*self._buy().lines)
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -100.0])

    def test_more_cash_than_was_paid_for_them_takes_the_rest_back(self):
        """Half in cash, half on account; for the book all of the cash comes back: nothing is left that earned."""
        order = self._buy(payment_ids=[
            Command.create({"amount": 100, "payment_method_id": self.cash.id, "uuid": "s1"}),
            Command.create({"amount": 100, "payment_method_id": self.later.id, "uuid": "s2"})])
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0])
        self._give_back(order.lines[1])
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, -50.0])
