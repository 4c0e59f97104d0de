from odoo import Command
from odoo.tests import tagged

from .test_pos_sale import PosSaleCommon


@tagged("post_install", "-at_install")
class TestPosExchange(PosSaleCommon):
    """Goods brought back and others taken in one order, tips, rounding, taxes: cash kept for goods counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lamp, cls.cup = cls.env["product.product"].create([
            {"name": name, "list_price": price, "available_in_pos": True, "taxes_id": [Command.clear()]}
            for name, price in (("Lamp", 80), ("Cup", 30))])
        cls.excluded, cls.included = cls.env["account.tax"].create([
            {"name": kind, "amount": 10, "price_include_override": kind, "company_id": cls.config.company_id.id}
            for kind in ("tax_excluded", "tax_included")])

    def _order(self, uuid):
        return self.env["pos.order"].search([("uuid", "=", uuid)])

    def _bought(self, *products, **vals):
        """Sync an order of these products, and return its lines."""
        self._sync(self._order_data("first", [(product, 1, {}) for product in products], **vals))
        return self._order("first").lines

    def _exchange(self, line, *products, uuid="second", **vals):
        """Bring a line back and take products for it, in one order."""
        back = {"refunded_orderline_id": line.id, "price_unit": line.price_unit}
        self._sync(self._order_data(
            uuid, [(line.product_id, -1, back), *((product, 1, {}) for product in products)], **vals))
        order = self._order(uuid)
        self.assertEqual(order.state, "paid")
        return order

    def _cash(self):
        return self._sales().mapped("cash_amount")

    # -- exchanges -------------------------------------------------------------------------------

    def test_for_something_cheaper_money_is_given_back(self):
        order = self._exchange(self._bought(self.product), self.cup)
        self.assertEqual(order.amount_total, -20)
        self.assertEqual(self._cash(), [50.0, -50.0, 30.0])

    def test_for_something_of_the_same_price_nobody_pays(self):
        order = self._exchange(self._bought(self.product), self.product, payment_ids=[])
        self.assertEqual(order.amount_total, 0)
        self.assertEqual(self._cash(), [50.0, -50.0, 50.0])

    def test_for_a_gift_card_the_points_go(self):
        self._exchange(self._bought(self.product), self.gift)
        self.assertEqual(self._cash(), [50.0, -50.0])

    def test_of_what_was_paid_half_later_no_more_than_the_cash_earns(self):
        """100 sold for 50 in cash; half of it is exchanged for 80, 30 more in cash: 80 of cash in all."""
        self._sync(self._order_data("first", [(self.product, 2, {})], payment_ids=[
            Command.create({"amount": 50, "payment_method_id": self.cash.id, "uuid": "e1"}),
            Command.create({"amount": 50, "payment_method_id": self.later.id, "uuid": "e2"})]))
        self._exchange(self._order("first").lines, self.lamp)
        self.assertEqual(self._cash(), [50.0, -25.0, 55.0])

    def test_the_difference_paid_later_earns_nothing(self):
        self._exchange(self._bought(self.product), self.lamp, method=self.later)
        self.assertEqual(self._cash(), [50.0, -50.0, 50.0])

    def test_however_often_it_is_sent(self):
        [line] = self._bought(self.product)
        for _retry in range(3):
            self._exchange(line, self.lamp)
        self.assertEqual(self._cash(), [50.0, -50.0, 80.0])

    def test_and_exchanged_again_and_brought_back_nothing_is_left(self):
        first = self._exchange(self._bought(self.product), self.lamp)
        lamp = first.lines.filtered(lambda line: line.product_id == self.lamp)
        second = self._exchange(lamp, self.cup, uuid="third")
        cup = second.lines.filtered(lambda line: line.product_id == self.cup)
        self._exchange(cup, uuid="fourth")
        self.assertEqual(self._cash(), [50.0, -50.0, 80.0, -80.0, 30.0, -30.0])

    def test_with_a_tip(self):
        self.config.write({"iface_tipproduct": True, "tip_product_id": self.gift.id})
        self._exchange(self._bought(self.product), self.lamp, self.gift)
        self.assertEqual(self._cash(), [50.0, -50.0, 80.0])

    def test_with_taxes(self):
        tax = {"tax_ids": [Command.set(self.excluded.ids)]}
        self._sync(self._order_data("first", [(self.product, 1, {**tax, "price_subtotal_incl": 55})]))
        line = self._order("first").lines
        self._sync(self._order_data("second", [
            (self.product, -1, {**tax, "refunded_orderline_id": line.id, "price_subtotal_incl": -55}),
            (self.lamp, 1, {**tax, "price_subtotal_incl": 88})]))
        self.assertEqual(self._cash(), [55.0, -55.0, 88.0])

    # -- taxes and rounding ----------------------------------------------------------------------

    def test_taxes_in_the_price_and_on_top_of_it_in_one_order(self):
        self._sync(self._order_data("mixed", [
            (self.product, 1, {"tax_ids": [Command.set(self.included.ids)], "price_subtotal": 45.45}),
            (self.cup, 1, {"tax_ids": [Command.set(self.excluded.ids)], "price_subtotal_incl": 33})]))
        self.assertEqual(self._cash(), [83.0])

    def test_taxes_rounded_for_the_whole_order(self):
        """Three times 0.33 plus 10 %: 1.09 for the order, 1.08 line by line."""
        self.config.company_id.tax_calculation_rounding_method = "round_globally"
        self.cup.list_price = 0.33
        tax = {"tax_ids": [Command.set(self.excluded.ids)], "price_subtotal_incl": 0.36}
        payments = [Command.create({"amount": 1.09, "payment_method_id": self.cash.id, "uuid": "c"})]
        self._sync(self._order_data(
            "cents", [(self.cup, 1, tax)] * 3, amount_total=1.09, amount_paid=1.09, payment_ids=payments))
        self.assertEqual(self._cash(), [1.09])

    def test_cash_that_is_rounded(self):
        """49.98 is paid with 50.00: the goods count. 50.02 is paid with 50.00: the cash counts."""
        self.config.write({"cash_rounding": True, "rounding_method": self.env["account.cash.rounding"].create({
            "name": "Five", "rounding": 0.05, "rounding_method": "HALF-UP", "strategy": "add_invoice_line",
            "profit_account_id": self.env["account.account"].search([("account_type", "=", "income")], limit=1).id,
            "loss_account_id": self.env["account.account"].search([("account_type", "=", "expense")], limit=1).id}).id})
        for price in (49.98, 50.02):
            self.product.list_price = price
            self._sync(self._order_data(f"round-{price}", [(self.product, 1, {})], amount_paid=50.0, payment_ids=[
                Command.create({"amount": 50.0, "payment_method_id": self.cash.id, "uuid": f"r{price}"})]))
        self.assertEqual(self._cash(), [49.98, 50.0])

    def test_goods_and_what_earns_nothing_partly_paid_later(self):
        """80 of goods and 30 of gift card, 60 of it in cash: the gift card takes its 30 first."""
        self._sync(self._order_data("mix", [(self.lamp, 1, {}), (self.gift, 1, {})], payment_ids=[
            Command.create({"amount": 60, "payment_method_id": self.cash.id, "uuid": "m1"}),
            Command.create({"amount": 50, "payment_method_id": self.later.id, "uuid": "m2"})]))
        self.assertEqual(self._cash(), [30.0])


@tagged("post_install", "-at_install")
class TestPosForeign(PosSaleCommon):
    """A till in another currency: 4 of it are 1 of the company's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env["res.currency"].create({
            "name": "XTS", "symbol": "T", "rate_ids": [Command.create({"name": "2020-01-01", "rate": 4})]})
        sale, cash = cls.env["account.journal"].create([
            {"name": "Foreign sales", "type": "sale", "code": "XSAL", "currency_id": cls.foreign.id},
            {"name": "Foreign cash", "type": "cash", "code": "XCSH", "currency_id": cls.foreign.id}])
        cls.cash = cls.env["pos.payment.method"].create({"name": "Foreign cash", "journal_id": cash.id})
        cls.config = cls.env["pos.config"].create({
            "name": "Foreign till", "journal_id": sale.id, "payment_method_ids": [Command.set(cls.cash.ids)],
            "use_pricelist": False, "alliance_store_id": cls.store.id})
        cls.config.open_ui()
        cls.pos_session = cls.config.current_session_id

    def test_sale_refund_and_exchange_count_in_the_company_s_currency(self):
        self.assertEqual(self.config.currency_id, self.foreign)
        self._sync(self._order_data("f1", [(self.product, 4, {})]))
        line = self.env["pos.order"].search([("uuid", "=", "f1")]).lines
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0])
        self._sync(self._order_data("f2", [(self.product, -1, {"refunded_orderline_id": line.id})]))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, -12.5])
        cup = self.env["product.product"].create({
            "name": "Cup", "list_price": 20, "available_in_pos": True, "taxes_id": [Command.clear()]})
        self._sync(self._order_data("f3", [
            (self.product, -1, {"refunded_orderline_id": line.id}), (cup, 1, {})]))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, -12.5, -12.5, 5.0])
