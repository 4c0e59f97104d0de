from datetime import timedelta
from decimal import Decimal

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.exchange import choose_parts
from .common_exchange import ExchangeCommon

ONE = Decimal(1)


@tagged("post_install", "-at_install")
class TestExchange(ExchangeCommon):

    def test_points_pass_with_their_cohorts_the_oldest_first(self):
        self._earn(50_000, 50_000, 50_000)  # 30.00 in each of three periods
        totals = self.env["green.points.cohort"].search([("company_id", "=", self.company.id)]).sorted("number")
        before = [(cohort.base_shopper, cohort.base_merchant) for cohort in totals]
        booking = self._exchange()
        self.assertEqual(self._held(), {2: 10.0, 3: 30.0})
        self.assertEqual(self._held(self.host_contact, "merchant"), {1: 30.0, 2: 20.0})
        self.assertEqual([(line.cohort_id.number, line.base) for line in booking.line_ids], [(1, 30.0), (2, 20.0)])
        after = [(cohort.base_shopper, cohort.base_merchant) for cohort in totals]
        self.assertEqual(
            [sum(pair) for pair in after], [sum(pair) for pair in before], "what is due in all stays the same")
        self.assertEqual([pair[0] for pair in after[:2]], [before[0][0] - 30, before[1][0] - 20])
        self.assertEqual(set(booking.line_ids.exchange_id.mapped("state")), {"booked"})
        self.assertLedgerSound()
        entries = self.env["green.points.entry"].search([("exchange_id", "=", booking.id)])
        self.assertEqual(sorted(entries.mapped("kind")), ["exchange_in"] * 2 + ["exchange_out"] * 2)
        self.assertEqual(sum(entries.mapped("base")), 0)

    def test_only_points_with_enough_life_count(self):
        self._earn(50_000, 50_000, 50_000)
        self.offer.min_periods_left = 40  # the first period has ended once: 39 left
        with self.assertRaisesRegex(UserError, "You have 60.00 active points with at least 40"):
            self._exchange(self._create_offer(points=61.0, min_periods_left=40))
        self._exchange()
        self.assertEqual(self._held(), {1: 30.0, 3: 10.0})

    def test_matured_points_buy_nothing(self):
        self._earn(100_000)
        self._close_period().state = "matured"
        with self.assertRaisesRegex(UserError, "You have 0.00 active points"):
            self._exchange()

    def test_too_few_points_change_nothing(self):
        self._earn(50_000)
        with self.assertRaisesRegex(UserError, "costs 50.00 points. You have 30.00"):
            self._exchange()
        self.assertEqual(self._held(), {1: 30.0})
        self.assertEqual(self.offer.booked_count, 0)

    def test_one_key_is_one_booking(self):
        self._earn(200_000)
        booking = self._exchange(key="same")
        self.assertEqual(self._exchange(key="same"), booking)
        self.assertEqual(self._held(), {1: 70.0})
        with self.assertRaisesRegex(UserError, "another one"):
            self._exchange(key="same", partner=self.other_shopper)
        with self.assertRaisesRegex(UserError, "key"):
            self._exchange(key="x" * 65)

    def test_the_price_agreed_to_is_the_price_paid(self):
        self._earn(200_000)
        with self.assertRaisesRegex(UserError, "is 50.0 points now"):
            self._exchange(points=40.0)
        self._exchange(points=50.0)

    def test_who_and_when_may_book(self):
        self._earn(200_000)
        today = fields.Date.today()
        cases = {
            "not offered": {"state": "draft"}, "fully booked": {"capacity": 1, "booked_count": 1},
            "is not offered now": {"date_to": today - timedelta(days=2)},
            "is not offered": {"date_from": today + timedelta(days=2)}}
        for message, vals in cases.items():
            with self.subTest(message), self.cr.savepoint() as savepoint:
                self.offer.sudo().write(vals)
                with self.assertRaisesRegex(UserError, message):
                    self._exchange()
                savepoint.rollback()
                self.env.invalidate_all()
        self.host.store_ids.is_published = False
        with self.assertRaisesRegex(UserError, "not offered"):
            self._exchange()
        self.host.store_ids.is_published = True
        with self.assertRaisesRegex(UserError, "your own"):
            self._exchange(partner=self.host_contact)

    @mute_logger("odoo.sql_db")
    def test_capacity_is_in_the_database(self):
        self.offer.capacity = 1
        self._earn(200_000)
        self._exchange()
        self.assertTrue(self.offer.is_full)
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.cr.execute("UPDATE green_points_offer SET booked_count = 2 WHERE id = %s", [self.offer.id])

    def test_cancelled_by_the_shopper_in_time(self):
        self._earn(50_000, 50_000)
        booking = self._exchange()
        self._close_period()
        booking._cancel("shopper")
        booking._cancel("shopper")
        self.assertEqual(self._held(), {1: 30.0, 2: 30.0})
        self.assertFalse(self._held(self.host_contact, "merchant"))
        self.assertEqual((booking.state, booking.cancelled_by, self.offer.booked_count), ("cancelled", "shopper", 0))
        self.assertLedgerSound()

    def test_too_late_for_the_shopper_but_not_for_the_merchant(self):
        self._earn(100_000)
        booking = self._exchange()
        booking.cancel_until = fields.Datetime.now() - timedelta(minutes=1)
        with self.assertRaisesRegex(UserError, "no longer"):
            booking._cancel("shopper")
        booking._cancel("merchant")
        self.assertEqual(self._held(), {1: 60.0})

    def test_provided_by_the_code_alone(self):
        self._earn(200_000)
        booking, code = self._exchange(), None
        code = booking.code
        with self.assertRaisesRegex(UserError, "not the code"):
            booking._provide("nothing")
        self.assertEqual(booking.tries, 1)
        booking._provide(f" {code} ")
        booking._provide("whatever: it is provided")
        self.assertEqual(booking.state, "provided")
        with self.assertRaisesRegex(UserError, "Provided"):
            booking._cancel("shopper")
        other = self._exchange()
        other.tries = 10
        with self.assertRaisesRegex(UserError, "Too many"):
            other._provide(other.code)
        other.action_provide()
        self.assertEqual(other.state, "provided")

    def test_not_provided_in_time(self):
        self._earn(200_000)
        booking, waiting = self._exchange(), self._exchange()
        booking.provide_until = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual(self.env["green.points.exchange"]._cron_cancel_late(), 1)
        self.assertEqual((booking.state, booking.cancelled_by, waiting.state), ("cancelled", "time", "booked"))
        self.assertEqual(self._held(), {1: 70.0})

    def test_points_per_unit_of_each_cohort(self):
        self._earn(50_000)
        version = self.policy.copy({"points_per_unit": 3.0})
        version.action_activate()
        self._close_period()
        self._sell(50_000)  # 30.00 of base value: 90 points
        self._exchange()  # 30 points of the first, 20 of the second: 6.67 rounded up to the cent
        self.assertEqual(self._held(), {2: 23.33})

    def test_choosing_parts(self):
        held = [("a", 1_000, ONE), ("b", 500, Decimal("0.5"))]
        self.assertEqual(choose_parts(held, Decimal("4.99"), 100), [("a", 499)])
        self.assertEqual(choose_parts(held, Decimal(11), 100), [("a", 1_000), ("b", 200)])
        self.assertEqual(choose_parts(held, Decimal("12.5"), 100), [("a", 1_000), ("b", 500)])
        self.assertIsNone(choose_parts(held, Decimal("12.51"), 100))
        self.assertEqual(choose_parts([("c", 10, Decimal("0.7"))], Decimal("0.01"), 100), [("c", 2)], "rounded up")


@tagged("post_install", "-at_install")
class TestPointsOwed(ExchangeCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._sell(1_000_000, partner=cls.other_shopper)  # refunds are paid from the pool

    def test_a_refund_takes_what_is_left_and_the_rest_is_owed(self):
        sale, = self._earn(100_000)  # 60 points
        self._exchange()
        self._refund(sale, 100_000)
        self.assertFalse(self._held())
        self.assertEqual(self._owed(), 50.0)
        self.assertEqual(self._held(self.host_contact, "merchant"), {1: 50.0}, "the merchant keeps them")
        self.assertLedgerSound()

    def test_part_by_part(self):
        sale, = self._earn(100_000)
        self._exchange()
        for cash, held, owed in ((10_000, {1: 4.0}, 0.0), (20_000, {}, 8.0), (70_000, {}, 50.0)):
            self._refund(sale, cash)
            self.assertEqual((self._held(), self._owed()), (held, owed))
        self.assertLedgerSound()

    def test_other_points_pay_at_once_the_youngest_first(self):
        sale, second, third = self._earn(100_000, 20_000, 30_000)  # 60, 12, 18
        self._exchange()  # 10 left in the first
        self._refund(sale, 100_000)
        self.assertEqual((self._held(), self._owed()), ({}, 20.0))
        self.assertLedgerSound()
        self._refund(third, 30_000)
        self.assertEqual(self._owed(), 38.0, "what paid was taken back: it is owed again")
        self._refund(second, 10_000)
        self.assertEqual(self._owed(), 44.0)
        self.assertLedgerSound()

    def test_what_is_earned_next_pays(self):
        sale, = self._earn(100_000)
        self._exchange()
        self._refund(sale, 100_000)
        self._earn(50_000)
        self.assertEqual((self._held(), self._owed()), ({}, 20.0))
        self._earn(50_000)
        self.assertEqual((self._held(), self._owed()), ({1: 10.0}, 0.0))
        self.assertLedgerSound()

    def test_what_comes_back_pays(self):
        sale, = self._earn(100_000)
        booking = self._exchange()
        self._refund(sale, 100_000)
        booking._cancel("merchant")
        self.assertEqual((self._held(), self._owed()), ({}, 0.0))
        self.assertFalse(self._held(self.host_contact, "merchant"))
        self.assertLedgerSound()

    @mute_logger("odoo.sql_db")
    def test_what_was_not_given_away_cannot_be_missing(self):
        sale, = self._earn(100_000)
        self._exchange()
        self.env.flush_all()
        self.env["green.points.entry"]._record([{
            "partner_id": self.shopper.id, "holder_kind": "shopper", "cohort_id": sale.cohort_id.id,
            "kind": "refund", "cents": -500, "qualified_sale_id": None, "idempotency_key": "lost"}])
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._refund(sale, 100_000)

    def test_what_was_given_up_with_the_account_is_not_owed(self):
        """Of 60.00, 50.00 pay for a service and 10.00 are given up with the account; then all is taken back."""
        sale, = self._earn(100_000)
        booking = self._exchange()
        booking._provide(booking.code)
        self.shopper._close_account("operator", "asked for by letter")
        debts = self.env["green.points.debt"]
        owed = []
        for cash in (10_000, 10_000, 80_000):
            refund = self._refund(sale, cash)
            owed.append([(debt.given_up, debt.amount, debt.paid) for debt in debts.search(
                [("qualified_sale_id", "=", refund.id)], order="id")])
        self.assertEqual(owed, [[(True, 6.0, 6.0)], [(True, 4.0, 4.0), (False, 2.0, 0.0)], [(False, 48.0, 0.0)]])
        self.assertEqual((self._held(), self._owed()), ({}, 50.0))
        self.assertLedgerSound()
        self.shopper.with_user(
            self._create_user("reopens", groups="merchant_alliance.group_operator")).action_reopen_account()
        self._earn(100_000)
        self.assertEqual((self._held(), self._owed()), ({1: 10.0}, 0.0), "the service was had")
        self.assertLedgerSound()

    def test_a_refund_of_what_was_given_up_leaves_newer_points(self):
        sale, = self._earn(100_000)
        self.shopper._close_account("operator", "asked for by letter")
        self.shopper.with_user(
            self._create_user("reopens", groups="merchant_alliance.group_operator")).action_reopen_account()
        later = self._sell(100_000)
        self.assertEqual(later.cohort_id, sale.cohort_id)
        self._refund(sale, 40_000)
        self._refund(sale, 60_000)
        debts = self.env["green.points.debt"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((self._held(), set(debts.mapped("given_up")), sum(debts.mapped("amount"))), (
            {1: 60.0}, {True}, 60.0))
        self._refund(later, 100_000)
        self.assertEqual((self._held(), self._owed()), ({}, 0.0))
        self.assertLedgerSound()

    def test_what_newer_points_bought_is_owed(self):
        """Points given up do not excuse the refund of a later purchase whose points were spent."""
        self._earn(100_000)
        self.shopper._close_account("operator", "asked for by letter")
        self.shopper.with_user(
            self._create_user("reopens", groups="merchant_alliance.group_operator")).action_reopen_account()
        later = self._sell(100_000)
        self._exchange()
        self._refund(later, 100_000)
        self.assertEqual((self._held(), self._owed()), ({}, 50.0))
        self.assertLedgerSound()

    def test_the_merchant_s_contact_stays(self):
        """It holds the points of bookings, which go back from there."""
        self._earn(100_000)
        host = self.env["alliance.merchant"].create({
            "name": "New", "company_id": self.company.id, "partner_id": self.host_contact.copy().id, "state": "active"})
        store = self.env["alliance.store"].create({"name": "New", "merchant_id": host.id})
        self.env["alliance.contract"].create({
            "merchant_id": host.id, "date_start": "2020-01-01", "line_ids": [(0, 0, {"rate": 10.0})]})._activate("Test")
        host.partner_id = self.host_contact.copy()
        booking = self._exchange(self._create_offer(store))
        company = self.env["res.company"].create({"name": "Other"})
        for field, value in {"partner_id": self.host_contact.copy().id, "company_id": company.id}.items():
            with self.subTest(field), self.assertRaisesRegex(UserError, "cannot change it"), self.cr.savepoint():
                host[field] = value
        host.is_platform = True
        booking._cancel("operator")
        self.assertEqual(self._held(), {1: 60.0})

    @mute_logger("odoo.sql_db")
    def test_what_was_given_up_is_missing_once(self):
        sale, = self._earn(100_000)
        self.shopper._close_account("operator", "asked for by letter")
        self._refund(sale, 50_000)
        self.assertEqual(self._owed(), 0.0)
        later = self._sell(50_000)
        self._refund(later, 50_000)
        self._refund(sale, 50_000)
        debts = self.env["green.points.debt"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((set(debts.mapped("given_up")), sum(debts.mapped("amount"))), ({True}, 90.0))
        gone = self.env["green.points.position"]._get_gone_cents(self.shopper.id, "shopper", sale.cohort_id.id)
        self.assertFalse(any(gone.values()))
        self.env.flush_all()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.cr.execute("UPDATE green_points_debt SET paid = 0 WHERE id = %s", [debts[0].id])

    def test_nobody_writes_debts(self):
        sale, = self._earn(100_000)
        self._exchange()
        self._refund(sale, 100_000)
        debt = self.env["green.points.debt"].search([("partner_id", "=", self.shopper.id)])
        for vals in ({"paid": 50.0}, {"amount": 1.0}):
            with self.assertRaises(UserError):
                debt.sudo().write(vals)
        with self.assertRaises(UserError):
            debt.unlink()


@tagged("post_install", "-at_install")
class TestExchangeRights(ExchangeCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._earn(200_000)
        cls.booking = cls.env["green.points.exchange"]._exchange(cls.shopper, cls.offer, "rights")
        cls.users = {
            "shopper": cls._create_user("ex_shopper", cls.shopper),
            "other": cls._create_user("ex_other", cls.other_shopper),
            "host": cls._create_user("ex_host", cls.host_contact),
            "auditor": cls._create_user("ex_auditor", groups="merchant_alliance.group_auditor"),
            "employee": cls._create_user("ex_employee", groups="base.group_user")}
        cls.operator = cls._create_user("ex_operator", groups="merchant_alliance.group_operator")

    def test_only_operators_act_for_the_platform(self):
        for name, user in self.users.items():
            for record, method in (
                    (self.booking, "action_cancel"), (self.booking, "action_provide"),
                    (self.offer, "action_block"), (self.offer, "action_unblock")):
                with self.subTest(user=name, method=method), self.assertRaises(AccessError):
                    getattr(record.with_user(user), method)()
        with self.assertRaisesRegex(UserError, "Reason"):
            self.offer.with_user(self.operator).action_block()
        self.offer.reason = "Not a service"
        self.offer.with_user(self.operator).action_block()
        with self.assertRaisesRegex(UserError, "Not a service"):
            self.offer._publish()
        with self.assertRaisesRegex(UserError, "not offered"):
            self._exchange()
        self.offer.with_user(self.operator).action_unblock()
        self.assertEqual(self.offer.state, "draft")
        self.booking.with_user(self.operator).action_cancel()
        self.assertEqual(self.booking.cancelled_by, "operator")

    def test_own_bookings_alone_and_no_codes(self):
        for name, sees in (("shopper", True), ("host", True), ("other", False)):
            found = self.booking.with_user(self.users[name]).search([])
            self.assertEqual(bool(found), sees, name)
            if sees:
                with self.assertRaises(AccessError):
                    found.read(["code"])

    def test_state_is_not_written(self):
        for vals in ({"state": "published"}, {"booked_count": 0}):
            with self.assertRaisesRegex(UserError, "State"):
                self.offer.with_user(self.operator).write(vals)
        with self.assertRaisesRegex(UserError, "State"):
            self.env["green.points.offer"].with_user(self.operator).create(
                {"name": "Sly", "store_id": self.host.store_ids.id, "points": 1.0, "state": "published"})
        with self.assertRaisesRegex(UserError, "booked"):
            self.offer.with_user(self.operator).store_id = self.store
        with self.assertRaisesRegex(UserError, "kept"):
            self.offer.with_user(self.operator).unlink()
