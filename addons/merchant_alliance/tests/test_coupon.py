from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common_customers import CustomersCommon
from .common_web import WebSaleCommon


class TestCoupon(CustomersCommon, WebSaleCommon):
    def _scan(self, cents=10_000, partner=None, store=None):
        return self.env["sale.order"]._create_scan_order(
            store or self.store, partner or self.shopper, cents, f"coupontest{next(self.numbers)}")

    def test_concession_is_on_the_cash_actually_kept(self):
        coupon, order = self._make_coupon(), self._scan()
        order._apply_coupon(coupon.code.lower() + " ")
        self.assertEqual((order.amount_total, coupon.state, coupon.sale_order_id), (90.0, "reserved", order))
        self._pay(order)
        sale = self._sales(order)
        self.assertEqual((sale.cash_amount, sale.concession_amount, sale.store_id), (90.0, 9.0, self.store))
        self.assertEqual((coupon.state, coupon.purchase_amount, coupon.reduction_amount), ("used", 100.0, 10.0))
        # cancelled after it was paid: it stays used
        order._action_cancel()
        self.assertEqual(coupon.state, "used")

    def test_percent_is_rounded_down_and_limited(self):
        coupon = self._make_coupon(discount="percent", discount_percent=33, discount_max=20, purchase_min=0)
        self.assertEqual([coupon._get_reduction_cents(cents) for cents in (1, 100, 101, 5_000, 10_000)],
                         [0, 33, 33, 1_650, 2_000])
        order = self._scan(999)
        order._apply_coupon(coupon.code)
        self.assertEqual(order.amount_total, 6.70)

    def test_given_back_when_cancelled_before_payment(self):
        coupon, order, other = self._make_coupon(), self._scan(), self._scan()
        order._apply_coupon(coupon.code)
        with self.assertRaisesRegex(UserError, "another payment"):
            other._apply_coupon(coupon.code)
        order._action_cancel()
        self.assertEqual((coupon.state, coupon.reduction_amount), ("open", 0))
        other._apply_coupon(coupon.code)
        self.assertEqual(other.amount_total, 90.0)
        other._remove_coupon()
        self.assertEqual((other.amount_total, coupon.state), (100.0, "open"))
        other._apply_coupon(coupon.code)
        other.with_user(self.env.ref("base.user_admin")).sudo().unlink()
        self.assertEqual(coupon.state, "open")

    def test_a_cancelled_order_costs_its_whole_price_again(self):
        coupon, order, other = self._make_coupon(), self._scan(), self._scan()
        order._apply_coupon(coupon.code)
        order._action_cancel()
        order.action_draft()
        self.assertEqual((order.amount_total, order._get_coupon().ids), (100.0, []))
        other._apply_coupon(coupon.code)
        with self.assertRaisesRegex(UserError, "another payment"):
            order._apply_coupon(coupon.code)
        other._action_cancel()
        order._apply_coupon(coupon.code)
        self._pay(order)
        self.assertEqual((order.amount_total, coupon.state, coupon.sale_order_id), (90.0, "used", order))
        order._action_cancel()
        order.action_draft()
        self.assertEqual((order.amount_total, coupon.state), (90.0, "used"), "it was paid with")

    def test_a_payment_begun_before_pays_the_whole_price(self):
        """Of two tabs: one pays 100, in the other one the coupon is applied meanwhile."""
        coupon, order, other = self._make_coupon(), self._scan(), self._scan()
        tx = self._new_tx(order, 100)
        order._apply_coupon(coupon.code)
        tx._set_done()
        tx._post_process()
        sale = self._sales(order)
        self.assertEqual((order.state, order.amount_total, tx.surplus_amount), ("sale", 100.0, 0.0))
        self.assertEqual((sale.cash_amount, sale.concession_amount), (100.0, 10.0))
        self.assertEqual((coupon.state, coupon.reduction_amount, order._get_coupon().ids), ("open", 0.0, []))
        self.assertTrue(order.message_ids.filtered(lambda note: f"{coupon.code} can be used again" in note.body))
        other._apply_coupon(coupon.code)
        late = self._new_tx(other, 100)
        self._pay(other)
        late._set_done()
        late._post_process()
        self.assertEqual((other.amount_total, late.surplus_amount, coupon.state), (90.0, 100.0, "used"))

    def test_one_forgotten_is_given_back_by_the_clean_up(self):
        coupon, order = self._make_coupon(), self._scan()
        order._apply_coupon(coupon.code)
        self.env.cr.execute(
            "UPDATE sale_order SET create_date = create_date - interval '2 days' WHERE id = %s", (order.id,))
        self.env.invalidate_all()
        self.env["sale.order"]._gc_scan_orders()
        self.assertEqual((order.state, coupon.state), ("cancel", "open"))

    def test_own_coupons_of_this_merchant_alone(self):
        coupon = self._make_coupon()
        theirs = self._make_coupon(self.people[0])
        elsewhere = self._make_coupon(merchant=self.rival)
        order = self._scan()
        usable = order._get_usable_coupons()
        self.assertIn(coupon, usable)
        self.assertEqual((usable.partner_id, usable.merchant_id), (self.shopper, self.merchant))
        for code in (theirs.code, elsewhere.code, "", None, "XXXXXXXXXX", "%"):
            with self.assertRaisesRegex(UserError, "no such coupon"):
                order._apply_coupon(code)
        self.assertEqual(order.amount_total, 100.0)

    def test_minimum_and_days(self):
        coupon = self._make_coupon()
        order = self._scan(4_999)
        self.assertFalse(order._get_usable_coupons())
        with self.assertRaisesRegex(UserError, "at least"):
            order._apply_coupon(coupon.code)
        today = fields.Date.today()
        later = self._make_coupon(
            self.people[0], valid_from=today + timedelta(days=2), valid_to=today + timedelta(days=3))
        order = self._scan(partner=self.people[0])
        self.assertFalse(order._get_usable_coupons() & later)
        with self.assertRaisesRegex(UserError, "valid from"):
            order._apply_coupon(later.code)

    def test_not_while_a_payment_is_on_its_way(self):
        coupon, order = self._make_coupon(), self._scan()
        self._new_tx(order, 100)._set_pending()
        with self.assertRaisesRegex(UserError, "on its way"):
            order._apply_coupon(coupon.code)
        paid = self._scan()
        self._pay(paid)
        with self.assertRaisesRegex(UserError, "has been made"):
            paid._apply_coupon(coupon.code)
        self.assertEqual(coupon.state, "open")

    def test_at_the_counter_once(self):
        coupon = self._make_coupon()
        self.assertEqual(coupon._redeem_at_counter(8_000), 1_000)
        self.assertEqual((coupon.state, coupon.purchase_amount), ("used", 80.0))
        with self.assertRaisesRegex(UserError, "has been used"):
            coupon._redeem_at_counter(8_000)
        with self.assertRaisesRegex(UserError, "has been used"):
            self._scan()._apply_coupon(coupon.code)

    def test_the_database_holds_the_terms(self):
        coupon = self._make_coupon()
        for column in ("reduction_amount = 11, purchase_amount = 100, state = 'used', used_at = now()",
                       "reduction_amount = 10, purchase_amount = 49, state = 'used', used_at = now()",
                       "state = 'used'", "state = 'reserved'", "reduction_amount = 10"):
            with self.subTest(column), mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), \
                    self.env.cr.savepoint():
                self.env.cr.execute(f"UPDATE alliance_coupon SET {column} WHERE id = {coupon.id}")
        with self.assertRaises(UserError):
            coupon.discount_amount = 40
        order = self._scan()
        with self.assertRaises(AccessError):
            order.order_line.with_user(self.env.ref("base.user_admin")).write({"alliance_coupon_id": coupon.id})

    def test_terms_that_give_everything_away_are_refused(self):
        for terms in ({"discount_amount": 50, "purchase_min": 50}, {"discount_amount": 0},
                      {"discount": "percent", "discount_percent": 100}):
            with self.subTest(terms), mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), \
                    self.env.cr.savepoint():
                self._make_coupon_campaign(**terms).flush_recordset()
