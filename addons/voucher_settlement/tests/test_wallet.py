from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import VoucherCommon

BESIDE = "voucher_settlement.ir_cron_credit_wallets_beside"


@tagged("post_install", "-at_install")
class TestWalletCredit(VoucherCommon, CronMixinCase):
    """From cumulative indexes to vouchers."""

    def test_one_wallet_for_each_holder(self):
        wallet = self._wallet()
        self.assertEqual(self._wallet(), wallet)
        batch = self.env["voucher.wallet"]._get_or_create_batch(
            self.shopper | self.merchant.partner_id, self.company)
        self.assertEqual(len(batch), 2)
        self.assertIn(wallet, batch)

    def test_credit_is_base_times_increment(self):
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        period = self._release({cohort: "0.125"})
        wallet = self._credit()
        self.assertEqual(wallet.balance_deduction, 12.5)
        self.assertEqual(wallet.settled_number, period.number)
        lot = wallet.lot_ids
        self.assertEqual(lot.amount, 12.5)
        self.assertEqual(lot.idempotency_key, f"credit,{wallet.id},{period.number}")
        self.assertEqual(lot.entry_ids.mapped("kind"), ["credit"])
        self.assertSound(wallet)

    def test_credit_twice_changes_nothing(self):
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        self._release({cohort: "0.125"})
        wallet = self._credit()
        self._credit()
        self.assertEqual(wallet.balance_deduction, 12.5)
        self.assertEqual(len(wallet.lot_ids), 1)

    def test_floor_not_ceiling_and_one_floor_for_the_wallet(self):
        """Cents are rounded down once for the whole wallet: fractions add up over cohorts and periods."""
        first = self._give_points(self.shopper, 1)
        self._release({})
        second = self._give_points(self.shopper, 1)
        self._release({first: "0.004"})
        wallet = self._credit()
        self.assertEqual((wallet.credited, self._earned(wallet)), (0.0, Decimal("0.004")))
        self.assertFalse(wallet.lot_ids)
        self._release({first: "0.004", second: "0.004"})
        self._credit()
        self.assertEqual((wallet.credited, self._earned(wallet)), (0.01, Decimal("0.012")))
        self._release({first: "0.004", second: "0.0039"})
        self._credit()
        self.assertEqual((wallet.credited, self._earned(wallet)), (0.01, Decimal("0.0199")))
        self.assertSound(wallet)

    def test_exact_to_the_last_decimal(self):
        cohort = self._give_points(self.shopper, "0.03")
        self._release({})
        self._release({cohort: "0.333333333333"})
        self.assertEqual(self._earned(self._credit()), Decimal("0.00999999999999"))

    def test_many_periods_at_once_equal_one_by_one(self):
        other = self._make_partner("Lazy")
        cohort = self._give_points(self.shopper, "33.33")
        self._give_points(other, "33.33", cohort=cohort)
        self._release({})
        for increment in ("0.0007", "0.00033", "0.1", "0.000001", "0.0444"):
            self._release({cohort: increment})
            eager = self._credit()
        lazy = self._credit(other)
        self.assertEqual(self._earned(eager), self._earned(lazy))
        self.assertEqual(
            eager.lot_ids.sorted("period_id").mapped(lambda l: (l.period_id, l.amount, l.expires_on)),
            lazy.lot_ids.sorted("period_id").mapped(lambda l: (l.period_id, l.amount, l.expires_on)))
        self.assertSound(eager, lazy)

    def test_shopper_and_merchant_in_one_wallet(self):
        cohort = self._give_points(self.shopper, 1)
        self._give_points(self.shopper, 1, kind="merchant")
        self._release({})
        self._release({cohort: "0.006"})
        self.assertEqual(self._credit().credited, 0.01)

    def test_late_joiner_starts_from_the_index_at_that_moment(self):
        """Points received in a cohort that has released already earn only from then on."""
        late = self._make_partner("Late")
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        self._release({cohort: "0.1"})
        self.env["alliance.qualified.sale"]._before_base_change(late)
        self._record(late, "shopper", cohort, "exchange_in", 10000)
        self._release({cohort: "0.05"})
        self.assertEqual(self._credit(late).credited, 5.0)
        self.assertEqual(self._credit().credited, 15.0)

    def test_lot_expires_by_policy_from_period_end(self):
        self._use_policy(deduction_life_days=30)
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        period = self._release({cohort: "0.1"})
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=10)):
            lot = self._credit().lot_ids
        self.assertEqual(lot.date, period.date_end.date())
        self.assertEqual(lot.expires_on, fields.Date.add(period.date_end.date(), days=30))

    def test_lot_begins_on_the_company_s_day_of_the_period_end(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        end = fields.Datetime.add(fields.Datetime.now(), days=1).replace(hour=16, minute=30)  # 0:30 of the next day
        with freeze_time(end):
            period = self._release({cohort: "0.1"})
        self.assertEqual(period.date_end.hour, 16)
        self.assertEqual(self._credit().lot_ids.date, fields.Date.add(end.date(), days=1))

    def test_company_of_the_cohort_counts(self):
        other = self.env["res.company"].create({"name": "Other"})
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        self._release({cohort: "0.1"})
        wallet = self.env["voucher.wallet"]._get_or_create(self.shopper, other)
        self.assertEqual(wallet.uncredited, 0.0)
        wallet._credit_up_to_date()
        self.assertEqual(wallet.credited, 0.0)
        self.assertEqual(self._wallet().uncredited, 10.0)

    def test_job_credits_everybody_and_makes_missing_wallets(self):
        cohort = self._give_points(self.shopper, 100)
        for number in range(5):
            self._give_points(self._make_partner(f"P{number}"), 10, cohort=cohort)
        self._release({})
        period = self._release({cohort: "0.1"})
        self.assertFalse(self.env["voucher.wallet"].search([]))
        self.assertEqual(self.env["voucher.wallet"]._cron_credit(chunk=2), 6)
        wallets = self.env["voucher.wallet"].search([])
        self.assertEqual(sum(wallets.mapped("credited")), 15.0)
        self.assertEqual(set(wallets.mapped("settled_number")), {period.number})
        self.assertEqual(self.env["voucher.wallet"]._cron_credit(chunk=2), 0)
        self.assertSound()

    def test_job_runs_as_a_cron(self):
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        period = self._release({cohort: "0.1"})
        with self.enter_registry_test_mode():
            self.env.ref("voucher_settlement.ir_cron_credit_wallets").method_direct_trigger()
        self.assertEqual(self._wallet().credited, 10.0)
        self.assertTrue(period.dust_returned)

    def test_job_stops_when_time_is_up_and_goes_on_later(self):
        cohort = self._give_points(self.shopper, 100)
        self._give_points(self._make_partner("Next"), 100, cohort=cohort)
        self._release({})
        period = self._release({cohort: "0.1"})
        job = self.env["voucher.wallet"].with_context(ir_cron_progress_id=1)
        with patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0):
            self.assertEqual(job._cron_credit(chunk=1), 1)
            self.assertFalse(period.dust_returned)
            self.assertEqual(job._cron_credit(chunk=1), 1)
            self.assertTrue(period.dust_returned)
        self.assertEqual(sum(self.env["voucher.wallet"].search([]).mapped("credited")), 20.0)

    def _settle_six(self):
        """Return a settled period that gives six holders 10 points' worth each; they have wallets."""
        cohort = self._give_points(self.shopper, 100)
        for number in range(5):
            self._give_points(self._make_partner(f"P{number}"), 100, cohort=cohort)
        self._release({})
        period = self._release({cohort: "0.1"})
        period.settled_at = fields.Datetime.now()
        holders = self.env["green.points.position"].search([("cohort_id", "=", cohort.id)]).partner_id
        self.env["voucher.wallet"]._get_or_create_batch(holders, self.company)
        return period

    def test_the_second_worker_is_woken_only_with_enough_for_two(self):
        period = self._settle_six()
        job = self.env["voucher.wallet"]
        with self.capture_triggers(self.env.ref(BESIDE).id) as woken:
            with self.cr.savepoint() as savepoint:
                job._cron_credit(chunk=6)
                savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.assertFalse(woken.records)
            self.assertEqual(job._cron_credit(chunk=5), 6)
        self.assertEqual(len(woken.records), 1)
        self.assertTrue(period.dust_returned)

    def test_the_second_worker_leaves_the_end_to_the_first(self):
        period = self._settle_six()
        with self.enter_registry_test_mode():
            self.env.ref(BESIDE).method_direct_trigger()
        self.assertEqual(sum(self.env["voucher.wallet"].search([]).mapped("credited")), 60.0)
        progress = self.env["ir.cron.progress"].search([("cron_id", "=", self.env.ref(BESIDE).id)])
        self.assertEqual((sum(progress.mapped("done")), sum(progress.mapped("remaining"))), (6, 0))
        self.assertFalse(period.dust_returned)
        self.assertEqual(self.env["voucher.wallet"]._cron_credit(), 0)
        self.assertTrue(period.dust_returned)

    def test_a_run_goes_on_after_the_last_wallet_and_ends_with_those_left_out(self):
        period = self._settle_six()
        wallets = self.env["voucher.wallet"].search([], order="id")
        crediting = self.env["settlement.crediting"]
        crediting._note(period, done=0, reached=wallets[3].id)  # the second worker went ahead
        job = self.env["voucher.wallet"].with_context(ir_cron_progress_id=1)
        self.assertEqual(crediting._count_left(period), 6)
        with patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0):
            for number in (4, 5, 0, 1, 2):
                self.assertEqual(job._cron_credit(chunk=1), 1)
                self.assertEqual(wallets[number].credited, 10.0)
                self.assertFalse(period.dust_returned)
            self.assertEqual(crediting._count_left(period), 1)
            self.assertEqual(job._cron_credit(chunk=1), 1)
        self.assertTrue(period.dust_returned)
        self.assertEqual(len(crediting.search([("period_id", "=", period.id), ("behind", "!=", False)])), 1,
                         "wallets are counted by the first run alone")

    def test_no_wallet_is_looked_for_in_vain_when_time_is_up(self):
        self._settle_six()
        asked = []
        with (patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0),
              patch.object(self.env.registry["settlement.period"], "_has_wallets_behind", asked.append)):
            self.env["voucher.wallet"].with_context(ir_cron_progress_id=1)._cron_credit(chunk=1)
        self.assertFalse(asked)

    def test_the_job_leaves_nothing_when_holders_opened_their_wallets_themselves(self):
        period = self._settle_six()
        crediting = self.env["settlement.crediting"]
        self.assertEqual(crediting._count_left(period), 6)
        self._wallet()._credit_up_to_date()
        job = self.env.ref("voucher_settlement.ir_cron_credit_wallets")
        with self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.assertTrue(period.dust_returned)
        progress = self.env["ir.cron.progress"].search([("cron_id", "=", job.id)])
        self.assertEqual((sum(progress.mapped("done")), progress[0].remaining), (7, 0), "five, one, and the end")

    def test_the_rounding_is_returned_once(self):
        period = self._settle_six()
        self.env["voucher.wallet"]._cron_credit()
        period.dust_amount = 0.01  # as if another job had found it
        period._return_dust()
        self.assertEqual(period.dust_amount, 0.01)

    def test_progress_is_what_the_jobs_report(self):
        period = self._settle_six()
        self.assertEqual(period.credit_progress, 0.0)
        other = self.env["res.company"].create({"name": "Other"})
        cohort = self.env["green.points.cohort"]._lock_open(other)
        theirs = self.env["settlement.period"].search([("cohort_id", "=", cohort.id)])
        theirs.write({"state": "settled", "maker_id": self.maker.id, "checker_id": self.checker.id})

        def report(done=0, behind=None, of=period):
            self.env["settlement.crediting"]._note(of, done, behind)
            self.env["settlement.period"].invalidate_model(["credit_progress"])
            return period.credit_progress

        self.assertEqual(report(behind=400), 0.0)
        self.assertEqual(report(100), 25.0)
        self.assertEqual(report(200), 75.0, "whichever job it is")
        self.assertEqual(report(behind=0), 75.0, "a run that found nothing says nothing")
        self.assertEqual(report(behind=60), 83.3, "some had opened their wallets themselves")
        self.assertEqual(report(behind=1000, of=theirs), 83.3, "another company's")
        self.assertEqual((report(30, of=theirs), theirs.credit_progress), (83.3, 3.0))
        period.invalidate_recordset(["credit_progress"])
        with self.assertQueryCount(1):  # of the job's own reports: no wallet is counted
            period.mapped("credit_progress")
        self.assertEqual(period.with_user(self.maker).credit_progress, 83.3)
        theirs.dust_returned = True
        self.env["voucher.wallet"]._cron_credit()
        self.assertEqual(period.credit_progress, 100.0)
        self.assertEqual(self._open_period().credit_progress, 0.0)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_credit_above_earned(self):
        wallet = self._wallet()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE voucher_wallet SET credited = 1 WHERE id = %s", [wallet.id])

    @mute_logger("odoo.sql_db")
    def test_database_refuses_second_credit_of_a_period(self):
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        self._release({cohort: "0.1"})
        wallet = self._credit()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE voucher_wallet SET settled_number = 0 WHERE id = %s", [wallet.id])
            wallet.invalidate_recordset()
            wallet._credit_up_to_date()

    def test_ledger_is_append_only(self):
        entry = self._give_vouchers(5).entry_ids
        with self.assertRaises(UserError):
            entry.sudo().amount = 500
        with self.assertRaises(UserError):
            entry.sudo().unlink()
        with self.assertRaises(UserError):
            entry.lot_id.sudo().unlink()

    @mute_logger("odoo.sql_db")
    def test_ledger_signs_are_checked_by_the_database(self):
        lot = self._give_vouchers(5)
        for kind, cents in (("credit", -1), ("redeem", 1), ("claw", 1)):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._wallet()._book([lot._prepare_entry(kind, cents, f"bad,{kind}")])


@tagged("post_install", "-at_install")
class TestWalletRefund(VoucherCommon):
    """Points taken back: what they have released goes, from vouchers first, else as a debt."""

    def setUp(self):
        super().setUp()
        self.cohort = self._give_points(self.shopper, 100)
        self._release({})

    def test_whole_refund_takes_back_all(self):
        self._release({self.cohort: "0.3333"})
        wallet = self._credit()
        self._take_points(self.shopper, 100, self.cohort)
        self.assertEqual(self._earned(wallet), 0)
        self.assertEqual((wallet.credited, wallet.balance_deduction, wallet.debt), (0.0, 0.0, 0.0))
        claw = wallet.entry_ids.filtered(lambda e: e.kind == "claw")
        self.assertEqual(claw.amount, -33.33)
        self.assertSound(wallet)

    def test_base_change_credits_first(self):
        """A wallet that was never opened keeps what the remaining points have released."""
        self._release({self.cohort: "0.1"})
        self._take_points(self.shopper, 40, self.cohort)
        wallet = self._wallet()
        self.assertEqual(wallet.entry_ids.sorted("id").mapped("amount"), [10.0, -4.0])
        self._release({self.cohort: "0.1"})
        self._credit()
        self.assertEqual(wallet.credited, 12.0)
        self.assertSound(wallet)

    def test_spent_vouchers_leave_a_debt_that_later_credits_pay(self):
        self._release({self.cohort: "0.1"})
        self._authorize(800)._capture()
        self._take_points(self.shopper, 50, self.cohort)
        wallet = self._wallet()
        self.assertEqual((wallet.credited, wallet.balance_deduction, wallet.debt), (5.0, 0.0, 3.0))
        self._release({self.cohort: "0.04"})
        self._credit()
        self.assertEqual((wallet.credited, wallet.balance_deduction, wallet.debt), (7.0, 0.0, 1.0))
        self._release({self.cohort: "0.04"})
        self._credit()
        self.assertEqual((wallet.credited, wallet.balance_deduction, wallet.debt), (9.0, 1.0, 0.0))
        debts = wallet.entry_ids.filtered(lambda e: e.kind == "debt").sorted("id")
        self.assertEqual(debts.mapped("amount"), [-2.0, -1.0])
        self.assertSound(wallet)

    def test_debt_is_paid_over_many_periods_at_once(self):
        self._release({self.cohort: "0.1"})
        self._authorize(1000)._capture()
        self._take_points(self.shopper, 50, self.cohort)
        for _number in range(4):
            self._release({self.cohort: "0.03"})
        wallet = self._credit()
        self.assertEqual((wallet.debt, wallet.balance_deduction), (0.0, 1.0))
        self.assertEqual(
            wallet.lot_ids.sorted(lambda l: l.period_id.number).mapped("remaining"), [0.0, 0.0, 0.0, 0.0, 1.0])
        self.assertSound(wallet)

    def test_held_vouchers_are_not_clawed_and_pay_when_released(self):
        self._release({self.cohort: "0.1"})
        hold = self._authorize(1000)
        self._take_points(self.shopper, 50, self.cohort)
        wallet = self._wallet()
        self.assertEqual((wallet.balance_deduction, wallet.held_deduction, wallet.debt), (10.0, 10.0, 5.0))
        hold._release()
        self.assertEqual((wallet.balance_deduction, wallet.held_deduction, wallet.debt), (5.0, 0.0, 0.0))
        self.assertSound(wallet)

    def test_latest_expiring_vouchers_are_clawed_first(self):
        self._release({self.cohort: "0.1"})
        self._credit()
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=8)):
            self._release({self.cohort: "0.1"})
            self._credit()
            self._take_points(self.shopper, 60, self.cohort)
        old, new = self._wallet().lot_ids.sorted("expires_on")
        self.assertEqual((old.remaining, new.remaining), (8.0, 0.0))

    def test_rounding_never_returns_more_than_the_claim(self):
        """Cents clawed back are never more than the claim falls by, over many small refunds.

        Five wallets of 1.004 each hold 5.00 and a reserve of 0.02. Taking 0.005 from each claws 0.01
        from each; had the claims fallen by 0.005 only, later cents would not be covered.
        """
        holders = [self._make_partner(f"H{n}") for n in range(5)]
        cohort = self._open_period().cohort_id
        for holder in holders:
            self._give_points(holder, "100.40", cohort=cohort)
        self._release({})
        self._release({cohort: "0.01"})
        wallets = self.env["voucher.wallet"].union(*(self._credit(holder) for holder in holders))
        self.assertEqual(sum(wallets.mapped("balance_deduction")), 5.0)
        for holder in holders:
            self._take_points(holder, "0.50", cohort)
        self._release({cohort: "0.00001"})
        for holder in holders:
            self._credit(holder)
        released = sum(self.env["settlement.period"].search([]).mapped("released_amount"))
        clawed = -sum(wallets.entry_ids.filtered(lambda e: e.kind == "claw").mapped("amount"))
        self.assertGreaterEqual(
            Decimal(f"{released - clawed:.2f}"), sum(self._earned(wallet) for wallet in wallets))
        self.assertSound(*wallets)

    def test_refund_of_shopper_and_merchant_in_one_wallet(self):
        both = self._make_partner("Both")
        cohort = self._give_points(both, 100)
        self._give_points(both, "0.5", kind="merchant", cohort=cohort)
        self._release({})
        self._release({cohort: "0.01"})
        wallet = self._credit(both)
        self.assertEqual(self._earned(wallet), Decimal("1.005"))
        self._take_points(both, "0.5", cohort, kind="merchant")
        self.assertEqual((wallet.credited, self._earned(wallet)), (1.0, Decimal(1)))
