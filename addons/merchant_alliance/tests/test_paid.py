from odoo.tests import HttpCase, tagged

from ..controllers import brand_orders, pickup, scan
from ..models.sale_order_paid import WAS_PAID
from .common_staff import StaffCommon

KEY = "0123456789abcdef"


@tagged("post_install", "-at_install")
class TestPaid(StaffCommon, HttpCase):
    """What is paid is what was captured and not given back; lists are as long as they can be."""

    def _pay_in_parts(self, order, captured):
        """Authorise the total, capture a part and void the rest."""
        tx = self._new_tx(order, order.amount_total)
        tx._set_authorized()
        tx._create_child_transaction(captured)._set_done()
        tx._create_child_transaction(order.amount_total - captured)._set_canceled()
        self.assertEqual(tx.state, "done", "Odoo's own: all of it is dealt with")
        return tx

    def test_of_a_payment_captured_in_parts_the_parts_count(self):
        order = self._order(self.product)
        self._pay_in_parts(order, 40.0)
        self.assertFalse(order._is_paid())
        self.assertEqual(order.amount_paid, 40.0)
        self._pay(order, 60.0)
        self.assertTrue(order._is_paid())

    def test_what_was_voided_of_an_authorisation_is_not_paid(self):
        order = self._order(self.product)
        tx = self._new_tx(order, 100.0)
        tx._set_authorized()
        self.assertTrue(order._is_paid(), "as Odoo counts it")
        tx._create_child_transaction(30.0)._set_canceled()
        self.assertFalse(order._is_paid())

    def test_what_was_given_back_is_not_paid(self):
        order = self._collect(self._order(self.product))
        tx = self._pay(order)
        self.assertTrue(order._may_leave())
        self._give_back(tx, 100.0)
        self.assertFalse(order._may_leave())
        self.assertEqual(order.amount_paid, 0.0)

    def test_what_was_given_back_of_a_captured_part_is_not_paid(self):
        order = self._order(self.product)
        tx = self._new_tx(order, 100.0)
        tx._set_authorized()
        part = tx._create_child_transaction(100.0)
        part._set_done()
        self.assertTrue(order._is_paid())
        part._create_child_transaction(25.0, is_refund=True)._set_done()
        self.assertEqual(order.amount_paid, 75.0)
        self.assertTrue(order._is_paid(), "whoever gave a part back has looked at it")
        part._create_child_transaction(75.0, is_refund=True)._set_done()
        order.invalidate_recordset(["amount_paid"])  # Odoo does not follow states
        self.assertEqual(order.amount_paid, 0.0)
        self.assertFalse(order._is_paid())

    def test_once_all_was_given_back_paying_starts_anew(self):
        order = self._collect(self._order(self.product))
        self._give_back(self._pay(order), 100.0)
        self._pay(order, 0.01)
        self.assertFalse(order._may_leave(), "one cent sends nothing off")
        self.assertTrue(order._filter_paid(WAS_PAID), "it was paid once")
        last = self._pay(order, 99.99)
        self.assertTrue(order._may_leave())
        self._give_back(last, 30.0)
        self.assertTrue(order._may_leave(), "of the second payment a part was given back, and the rest stays paid")
        self.assertEqual(order._get_counted_cents(order.transaction_ids._get_moves()), 10_000, "as it is counted here")
        self._give_back(last, 69.99)
        self.assertTrue(order._may_leave(), "one cent of the price is left")
        self._give_back(order.transaction_ids.sorted("id")[1], 0.01)
        self.assertFalse(order._may_leave())

    def test_what_happened_last_is_last(self):
        """A payment that was begun before the refund, and comes in after it, is paid anew."""
        order = self._order(self.product)
        first, slow = self._new_tx(order, 100.0), self._new_tx(order, 100.0, reference="slow")
        for tx, moment in ((first, "2026-03-02 08:00:00"), (slow, "2026-03-04 08:00:00")):
            tx._set_done()
            tx.last_state_change = moment
        refund = first._create_child_transaction(100.0, is_refund=True)
        refund._set_done()
        refund.last_state_change = "2026-03-03 08:00:00"
        self.assertTrue(order._is_paid())
        slow.last_state_change = "2026-03-02 20:00:00"
        self.assertTrue(order._is_paid(), "paid twice, and once given back")
        slow.amount = 50.0
        self.assertTrue(order._is_paid(), "paid too much: the rest stays paid")
        slow.last_state_change = "2026-03-04 08:00:00"
        self.assertFalse(order._is_paid())

    def test_many_orders_are_asked_about_at_once(self):
        orders = self.env["sale.order"].union(*(self._order(self.product) for _number in range(5)))
        for order in orders[:3]:
            self._pay(order)
        self.env.flush_all()
        orders.invalidate_recordset()
        orders.mapped("amount_total")
        with self.assertQueryCount(1):
            self.assertEqual(orders.mapped("amount_paid"), [100.0] * 3 + [0.0] * 2)

    def test_unpaid_orders_take_no_room_in_the_lists(self):
        for controller, name in ((scan, "PAYMENTS_SHOWN"), (pickup, "ROWS"), (brand_orders, "ROWS")):
            self.patch(controller, name, 2)
        make = self.env["sale.order"]._create_scan_order
        paid = [make(self.east, self.shopper, 50_000, f"{KEY}{number}") for number in range(2)]
        unpaid = [make(self.east, self.shopper, 50_000, f"{KEY}{number}") for number in range(2, 4)]
        waiting = [self._collect(self._order(self.product)) for _number in range(2)]
        collected = [self._collect(self._order(self.product)) for _number in range(2)]
        for order in (*paid, *collected):
            tx = self._pay(order)
            if order.scan_store_id:
                self._give_back(tx, tx.amount)  # it was paid in the store all the same
            else:
                self._give_back(tx, 1.0)
        for order in (*unpaid, *waiting):
            order.action_confirm()  # by the server: its goods wait for the money
        self.authenticate("market_owner", "market_owner")
        pages = self.url_open("/my/store/payments").text + self.url_open("/my/store/pickups").text
        for order in (*paid, *collected):
            self.assertIn(order.name, pages)
        for order in (*unpaid, *waiting):
            self.assertNotIn(order.name, pages)
