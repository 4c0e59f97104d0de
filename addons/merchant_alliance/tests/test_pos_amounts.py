from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .test_pos_sale import PosSaleCommon


@tagged("post_install", "-at_install")
class TestPosAmounts(PosSaleCommon):
    """What of an order is cash for goods, and what its refunds take back of it."""

    def _order(self, uuid):
        return self.env["pos.order"].search([("uuid", "=", uuid)])

    def _refund(self, uuid, origin, *products, **vals):
        """Sync an order that gives back ``(line, qty)`` of ``origin``."""
        self._sync(self._order_data(uuid, [
            (line.product_id, qty, {"refunded_orderline_id": line.id, "price_unit": line.price_unit})
            for line, qty in products], **vals))

    # -- sales -------------------------------------------------------------------

    def test_what_is_paid_later_is_not_cash(self):
        self.assertEqual(self.later.type, "pay_later")
        self._sync(self._order_data("later-1", [(self.product, 2, {})], method=self.later))
        self._sync(self._order_data("later-2", [(self.product, 2, {})], payment_ids=[
            Command.create({"amount": 60, "payment_method_id": self.cash.id, "uuid": "l2a"}),
            Command.create({"amount": 40, "payment_method_id": self.later.id, "uuid": "l2b"})]))
        self.assertEqual(self._sales().mapped("cash_amount"), [60.0])

    def test_change_is_not_cash_kept(self):
        self._sync(self._order_data(
            "change", [(self.product, 1, {})], amount_return=-50,
            payment_ids=[Command.create({"amount": 100, "payment_method_id": self.cash.id, "uuid": "c1"})]))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0])

    def test_tips_earn_nothing(self):
        self.config.write({"iface_tipproduct": True, "tip_product_id": self.gift.id})
        self.gift.earns_rewards = True
        self._sync(self._order_data("tip", [(self.product, 1, {}), (self.gift, 1, {})]))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0])

    def test_lines_count_as_the_server_reckons_them(self):
        """A till that states a gift card as free, or a total beyond the lines, gains nothing."""
        self._sync(self._order_data("lie-1", [
            (self.product, 1, {"price_subtotal_incl": 80}), (self.gift, 1, {"price_subtotal_incl": 0})]))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0])
        self._sync(self._order_data("lie-2", [(self.product, 1, {"price_subtotal_incl": 5000})]))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, 50.0])

    def test_taxes_are_part_of_the_cash(self):
        tax = self.env["account.tax"].create({
            "name": "Ten", "amount": 10, "price_include_override": "tax_excluded",
            "company_id": self.config.company_id.id})
        self._sync(self._order_data("tax", [
            (self.product, 1, {"tax_ids": [Command.set(tax.ids)], "price_subtotal_incl": 55})]))
        self.assertEqual(self._sales().cash_amount, 55.0)

    def test_the_time_is_kept_within_the_session(self):
        """The rate depends on the time: a till cannot choose another contract with it."""
        now = fields.Datetime.now()
        self.pos_session.start_at = now - timedelta(hours=2)
        self._sync(self._order_data("early", [(self.product, 1, {})], date_order="2019-01-01 10:00:00"))
        self._sync(self._order_data("late", [(self.product, 1, {})], date_order="2099-01-01 10:00:00"))
        early, late = self._sales()
        self.assertEqual(early.sale_datetime, self.pos_session.start_at)
        self.assertLessEqual(late.sale_datetime, fields.Datetime.now())

    def test_without_contract_the_order_says_so(self):
        self.merchant.contract_ids.action_terminate()
        self.merchant.action_suspend()
        self._sync(self._order_data("none", [(self.product, 1, {})]))
        self.assertFalse(self._sales())
        order = self._order("none")
        self.assertEqual(order.state, "paid")
        self.assertIn("No green points", order.message_ids.mapped("body")[0])

    def test_a_cashier_without_any_right_on_sales_sells(self):
        cashier = self._make_user("sells", "base.group_user,point_of_sale.group_pos_user")

        def sync(uuid, line, number):
            self.env["pos.order"].with_user(cashier).sync_from_ui([self._order_data(
                uuid, [line], pos_reference=f"001-{number}", sequence_number=number, tracking_number=str(number))])
            self.assertEqual(self._order(uuid).state, "paid")

        sync("cashier", (self.product, 1, {}), 1)
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0])
        sync("cashier-r", (self.product, -1, {"refunded_orderline_id": self._order("cashier").lines.id}), 2)
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, -50.0])
        self.merchant.action_suspend()
        sync("cashier-2", (self.product, 1, {}), 3)
        self.assertIn("No green points", self._order("cashier-2").message_ids.mapped("body")[0])

    def test_registration_takes_few_queries(self):
        """Few for one order, hardly more for many."""
        self.config.alliance_store_id = False
        for number in range(12):
            self._sync(self._order_data(f"many-{number}", [(self.product, 1, {})]))
        orders = self.env["pos.order"].search([("uuid", "like", "many-%")])
        self.config.alliance_store_id = self.store

        def count(batch):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            batch._register_qualified_sale()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(orders[0])  # what is cached for good
        one, retry, ten = count(orders[1]), count(orders[1]), count(orders[2:])
        self.assertEqual(len(self._sales()), 12)
        self.assertLess(one, 40)
        self.assertLess(retry, one)
        self.assertLess(ten - one, 9 * 3)

    # -- refunds -----------------------------------------------------------------

    def test_refunds_without_customer_or_store_take_back_too(self):
        self._sync(self._order_data("r1", [(self.product, 4, {})]))
        lines = self._order("r1").lines
        self._refund("r1-a", self._order("r1"), (lines, -1), partner=False)
        self.config.alliance_store_id = False
        self._refund("r1-b", self._order("r1"), (lines, -1))
        self.assertEqual(self._sales().mapped("cash_amount"), [200.0, -50.0, -50.0])
        self.assertEqual(self._sales()[1:].partner_id, self.shopper)

    def test_refunds_in_parts_take_exactly_all_however_often_they_are_sent(self):
        self.product.list_price = 33.34
        self._sync(self._order_data("r2", [(self.product, 3, {})]))
        origin = self._order("r2")
        for number in range(3):
            for _retry in range(2):
                self._refund(f"r2-{number}", origin, (origin.lines, -1))
        sale = self._sales()[0]
        self.assertEqual(len(sale.refund_ids), 3)
        self.assertEqual((sale._get_cash_left_cents(), sale._get_concession_left_cents()), (0, 0))
        # a till may go on refunding; there is nothing left to take, and it is not refused
        self._refund("r2-more", origin, (origin.lines, -1))
        self.assertEqual(self._order("r2-more").state, "paid")
        self.assertEqual(len(sale.refund_ids), 3)

    def test_refunding_what_earned_nothing_takes_nothing(self):
        self._sync(self._order_data("r3", [(self.product, 1, {}), (self.gift, 1, {})]))
        origin = self._order("r3")
        goods, gift = origin.lines
        self._refund("r3-a", origin, (gift, -1))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0])
        self._refund("r3-b", origin, (goods, -1))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, -50.0])

    def test_money_given_back_does_not_earn_whatever_was_not_cash(self):
        """Half on account, half in cash; the cash comes back first: nothing is left that earned."""
        self._sync(self._order_data("r4", [(self.product, 2, {})], payment_ids=[
            Command.create({"amount": 50, "payment_method_id": self.cash.id, "uuid": "r4a"}),
            Command.create({"amount": 50, "payment_method_id": self.later.id, "uuid": "r4b"})]))
        origin = self._order("r4")
        self._refund("r4-a", origin, (origin.lines, -1))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, -50.0])

    def test_proportion_when_less_money_comes_back(self):
        self._sync(self._order_data("r5", [(self.product, 2, {})], payment_ids=[
            Command.create({"amount": 50, "payment_method_id": self.cash.id, "uuid": "r5a"}),
            Command.create({"amount": 50, "payment_method_id": self.later.id, "uuid": "r5b"})]))
        origin = self._order("r5")
        self._refund("r5-a", origin, (origin.lines, -1), method=self.later)
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, -25.0])

    def test_in_an_exchange_what_is_returned_pays_for_what_is_taken(self):
        self._sync(self._order_data("x1", [(self.product, 1, {})]))
        line = self._order("x1").lines
        lamp = self.env["product.product"].create({
            "name": "Lamp", "list_price": 80, "available_in_pos": True, "taxes_id": [Command.clear()]})
        self._sync(self._order_data("x2", [
            (self.product, -1, {"refunded_orderline_id": line.id}), (lamp, 1, {})]))
        self.assertEqual(self._order("x2").amount_total, 30)
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, -50.0, 80.0])

    def test_refund_of_several_orders_makes_one_record_each(self):
        """Tills refund one order at a time; the server's own way may join several."""
        self._sync(self._order_data("s1", [(self.product, 1, {})]), self._order_data("s2", [(self.product, 2, {})]))
        one, two = self._order("s1"), self._order("s2")
        joined = one._refund()
        two.lines.copy({
            "order_id": joined.id, "qty": -2, "refunded_orderline_id": two.lines.id})
        joined.lines._onchange_amount_line_all()
        joined._compute_prices()
        joined.add_payment({
            "pos_order_id": joined.id, "amount": joined.amount_total, "payment_method_id": self.cash.id})
        joined.action_pos_order_paid()
        joined._register_qualified_sale()
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, 100.0, -50.0, -100.0])
        self.assertEqual(len(set(self._sales().mapped("idempotency_key"))), 4)

    def test_no_uuid_of_a_till_makes_a_refund_look_registered(self):
        self._sync(self._order_data("u1", [(self.product, 1, {})]))
        sale, origin = self._sales(), self._order("u1")
        self._sync(self._order_data(f"u2,{sale.id}", [(self.product, 1, {})]))
        self._refund("u2", origin, (origin.lines, -1))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0, 50.0, -50.0])
