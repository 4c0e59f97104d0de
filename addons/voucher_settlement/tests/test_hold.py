from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import VoucherCommon


def in_days(days):
    return freeze_time(fields.Datetime.add(fields.Datetime.now(), days=days))


@tagged("post_install", "-at_install")
class TestHold(VoucherCommon):
    """Authorise, capture, release, restore: like a card, all under the wallet's lock."""

    def test_hold_sets_aside_and_capture_spends(self):
        lot = self._give_vouchers(10)
        hold = self._authorize(400)
        wallet = self._wallet()
        self.assertEqual((wallet.balance_deduction, wallet.held_deduction), (10.0, 4.0))
        self.assertEqual((lot.remaining, lot.held), (10.0, 4.0))
        self.assertEqual(wallet._get_spendable(self.store), 600)
        hold._capture()
        self.assertEqual((wallet.balance_deduction, wallet.held_deduction), (6.0, 0.0))
        entry = wallet.entry_ids.filtered(lambda e: e.kind == "redeem")
        self.assertEqual((entry.amount, entry.merchant_id, entry.hold_id), (-4.0, self.merchant, hold))
        self.assertSound(wallet)

    def test_no_default_of_a_caller_makes_it_captured(self):
        self._give_vouchers(10)
        wallet = self._wallet().with_context(default_state="captured", default_restored=4.0)
        hold = wallet._authorize(400, self.store, "forged")
        self.assertEqual((hold.state, hold.line_ids.restored), ("held", 0.0))
        self.env["ir.default"].set("voucher.hold", "state", "captured")
        self.assertEqual(self._authorize(100).state, "held")

    def test_fifo_by_expiry(self):
        late, early = self._give_vouchers(5, days=60), self._give_vouchers(5, days=30)
        self._authorize(700)._capture()
        self.assertEqual((early.remaining, late.remaining), (0.0, 3.0))

    def test_shopping_vouchers_first_and_only_in_the_malls(self):
        shopping = self._give_vouchers(5, kind="shopping", days=60)
        deduction = self._give_vouchers(5, days=30)
        self.assertEqual(self._wallet()._get_spendable(self.mall), 1000)
        self.assertEqual(self._wallet()._get_spendable(self.store), 500)
        self._authorize(600, store=self.mall)._capture()
        self.assertEqual((shopping.remaining, deduction.remaining), (0.0, 4.0))
        with self.assertRaisesRegex(UserError, "can be spent"):
            self._authorize(401, store=self.store)

    def test_only_asked_kinds(self):
        self._give_vouchers(5, kind="shopping")
        deduction = self._give_vouchers(5)
        self._authorize(300, store=self.mall, kinds=["deduction"])._capture()
        self.assertEqual(deduction.remaining, 2.0)
        with self.assertRaisesRegex(UserError, "only deduction"):
            self._authorize(300, store=self.mall, kinds=["gold"])

    def test_all_or_nothing(self):
        self._give_vouchers(5)
        with self.assertRaises(UserError):
            self._authorize(501)
        self.assertEqual(self._wallet().held_deduction, 0.0)

    def test_held_vouchers_cannot_be_held_again(self):
        self._give_vouchers(5)
        self._authorize(400)
        with self.assertRaises(UserError):
            self._authorize(101)
        self._authorize(100)

    def test_authorize_credits_first(self):
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        self._release({cohort: "0.1"})
        self._authorize(1000)._capture()
        self.assertEqual(self._wallet().balance_deduction, 0.0)

    def test_bad_arguments(self):
        self._give_vouchers(5)
        wallet = self._wallet()
        for cents in (0, -100, 1.5, "100", True, None):
            with self.assertRaisesRegex(UserError, "whole number of cents"):
                wallet._authorize(cents, self.store, "bad")
        with self.assertRaisesRegex(UserError, "key"):
            wallet._authorize(100, self.store, "")
        with self.assertRaisesRegex(UserError, "Time limit"):
            wallet._authorize(100, self.store, "bad", ttl_minutes=0)
        self.merchant.state = "suspended"
        with self.assertRaisesRegex(UserError, "does not take vouchers"):
            wallet._authorize(100, self.store, "bad")

    def test_same_key_same_hold(self):
        self._give_vouchers(10)
        hold = self._authorize(400, key="order,1")
        self.assertEqual(self._authorize(400, key="order,1"), hold)
        self.assertEqual(self._wallet().held_deduction, 4.0)
        hold._capture()
        self.assertEqual(self._authorize(400, key="order,1"), hold)
        self.assertEqual(self._wallet().balance_deduction, 6.0)
        with self.assertRaisesRegex(UserError, "another voucher payment"):
            self._authorize(500, key="order,1")
        with self.assertRaisesRegex(UserError, "another voucher payment"):
            self._authorize(400, store=self.mall, key="order,1")
        other = self._wallet(self._make_partner("Thief"))
        with self.assertRaisesRegex(UserError, "another voucher payment"):
            other._authorize(400, self.store, "order,1")

    def test_capture_and_release_are_idempotent_and_exclusive(self):
        self._give_vouchers(10)
        captured, released = self._authorize(400), self._authorize(300)
        for _again in range(2):
            captured._capture()
            released._release()
        self.assertEqual(self._wallet().balance_deduction, 6.0)
        self.assertEqual(self._wallet().held_deduction, 0.0)
        with self.assertRaisesRegex(UserError, "released already"):
            released._capture()
        with self.assertRaisesRegex(UserError, "captured already"):
            captured._release()
        self.assertSound(self._wallet())

    @mute_logger("odoo.sql_db")
    def test_a_store_with_payments_stays_with_its_merchant(self):
        """What was paid there is the merchant's who had it then."""
        self._give_vouchers(10.0)
        hold = self._authorize(400)._capture()
        other = self._make_merchant("Other")
        with self.assertRaisesRegex(UserError, "cannot move to another merchant"):
            self.store.merchant_id = other
        self.assertEqual((hold.merchant_id, self.store.merchant_id), (self.merchant, self.merchant))
        unused = other.store_ids
        unused.merchant_id = self.merchant
        self.assertEqual(unused.merchant_id, self.merchant)

    def test_database_refuses_overspending(self):
        lot = self._give_vouchers(5)
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._wallet()._book([lot._prepare_entry("redeem", -501, "over")])
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._wallet()._book([], [(lot, 501)])

    def test_time_out_releases(self):
        self._give_vouchers(10)
        late, fresh = self._authorize(400, ttl_minutes=15), self._authorize(100, ttl_minutes=60)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), minutes=16)):
            self.assertEqual(self.env["voucher.hold"]._cron_release_timeouts(), 1)
            self.assertEqual(self.env["voucher.hold"]._cron_release_timeouts(), 0)
        self.assertEqual((late.state, fresh.state), ("released", "held"))
        self.assertEqual(self._wallet().held_deduction, 1.0)


    def test_time_outs_and_expiry_of_several_companies(self):
        """One run of the job for all of them, whatever their currencies."""
        self._give_vouchers(10, days=3)
        here = self._authorize(400)
        other = self.env["res.company"].create({"name": "Elsewhere", "currency_id": self.env.ref("base.JPY").id})
        cls = type(self)
        with patch.object(cls, "company", other), patch.object(cls, "currency", other.currency_id):
            store = self._make_merchant("Elsewhere", company_id=other.id).store_ids
            self._give_vouchers(500, days=3)
            there = self._authorize(200, store=store)
            wallet = self._wallet()
        with in_days(1):
            self.assertEqual(self.env["voucher.hold"]._cron_release_timeouts(), 2)
        self.assertEqual((here.state, there.state), ("released", "released"))
        self.assertEqual((self._wallet().held_deduction, wallet.held_deduction), (0.0, 0.0))
        with in_days(4):
            self.assertEqual(self.env["voucher.lot"]._cron_expire(), 2)
        self.assertEqual((self._wallet().balance_deduction, wallet.balance_deduction), (0.0, 0.0))
        self.assertEqual(wallet.entry_ids.filtered(lambda e: e.kind == "expire").amount, -500.0)
        self.assertEqual(self._wallet().entry_ids.filtered(lambda e: e.kind == "expire").amount, -10.0)
        self.assertSound(self._wallet(), wallet)


@tagged("post_install", "-at_install")
class TestRestore(VoucherCommon):
    """Refund of a purchase paid with vouchers."""

    def test_same_lots_last_spent_first(self):
        early, late = self._give_vouchers(5, days=30), self._give_vouchers(5, days=60)
        hold = self._authorize(800)._capture()
        hold._restore(400, "refund,1")
        self.assertEqual((early.remaining, late.remaining), (1.0, 5.0))
        self.assertEqual(hold.restored, 4.0)
        self.assertSound(self._wallet())

    def test_never_more_than_was_spent(self):
        self._give_vouchers(5)
        hold = self._authorize(500)._capture()
        hold._restore(300, "refund,1")
        with self.assertRaisesRegex(UserError, "At most"):
            hold._restore(201, "refund,2")
        hold._restore(200, "refund,2")
        self.assertEqual(self._wallet().balance_deduction, 5.0)

    def test_same_key_once(self):
        self._give_vouchers(5)
        hold = self._authorize(500)._capture()
        for _again in range(2):
            self.assertEqual(hold._restore(200, "refund,1"), 200)
        self.assertEqual(self._wallet().balance_deduction, 2.0)
        with self.assertRaisesRegex(UserError, "another voucher refund"):
            hold._restore(100, "refund,1")

    def test_only_captured(self):
        self._give_vouchers(5)
        with self.assertRaisesRegex(UserError, "not captured"):
            self._authorize(500)._restore(100, "refund,1")

    def test_remaining_life_but_a_week_at_least(self):
        short, long = self._give_vouchers(5, days=3), self._give_vouchers(5, days=60)
        hold = self._authorize(1000)._capture()
        with in_days(5):
            hold._restore(1000, "refund,1")
            self.assertEqual(short.expires_on, fields.Date.add(fields.Date.today(), days=7))
        self.assertEqual(long.expires_on, fields.Date.add(fields.Date.today(), days=60))

    def test_debt_is_paid_out_of_what_comes_back(self):
        """Whichever refund comes first, of the sale that earned or of the purchase that spent."""
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        self._release({cohort: "0.1"})
        hold = self._authorize(1000)._capture()
        self._take_points(self.shopper, 100, cohort)
        self.assertEqual(self._wallet().debt, 10.0)
        hold._restore(1000, "refund,1")
        wallet = self._wallet()
        self.assertEqual((wallet.debt, wallet.balance_deduction), (0.0, 0.0))
        self.assertSound(wallet)


@tagged("post_install", "-at_install")
class TestExpiry(VoucherCommon):
    """Vouchers lapse after their last day; the money is the pool's again."""

    def test_last_day_is_spendable_the_next_is_not(self):
        self._give_vouchers(5, days=3)
        with in_days(3):
            self.assertEqual(self.env["voucher.lot"]._cron_expire(), 0)
            self._authorize(100)._capture()
        with in_days(4):
            with self.assertRaises(UserError):
                self._authorize(100)
            self.assertEqual(self.env["voucher.lot"]._cron_expire(), 1)
            self.assertEqual(self.env["voucher.lot"]._cron_expire(), 0)
        wallet = self._wallet()
        self.assertEqual(wallet.balance_deduction, 0.0)
        self.assertEqual(wallet.entry_ids.filtered(lambda e: e.kind == "expire").amount, -4.0)
        self.assertSound(wallet)

    def test_held_vouchers_expire_when_released(self):
        self._give_vouchers(5, days=3)
        hold = self._authorize(200)
        with in_days(4):
            self.env["voucher.lot"]._cron_expire()
            self.assertEqual(self._wallet().balance_deduction, 2.0)
            hold._release()
        wallet = self._wallet()
        self.assertEqual(wallet.balance_deduction, 0.0)
        self.assertEqual(
            wallet.entry_ids.filtered(lambda e: e.kind == "expire").sorted("id").mapped("amount"), [-3.0, -2.0])
        self.assertSound(wallet)

    def test_held_vouchers_can_be_captured_after_their_last_day(self):
        self._give_vouchers(5, days=3)
        hold = self._authorize(200)
        with in_days(4):
            self.env["voucher.lot"]._cron_expire()
            hold._capture()
        self.assertEqual(self._wallet().balance_deduction, 0.0)

    def test_restored_vouchers_can_expire_again(self):
        self._give_vouchers(5, days=3)
        hold = self._authorize(500)._capture()
        with in_days(4):
            hold._restore(500, "refund,1")
            self.assertEqual(self.env["voucher.lot"]._cron_expire(), 0)
        with in_days(12):
            self.assertEqual(self.env["voucher.lot"]._cron_expire(), 1)
        self.assertSound(self._wallet())
