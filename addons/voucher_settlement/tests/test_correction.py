from decimal import Decimal

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_correction import CorrectionCommon


@tagged("post_install", "-at_install")
class TestCorrectedPoints(CorrectionCommon):
    """Points of a sale that were too many, and corrections that took them wrongly."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build = cls()  # the builders are methods
        cls.sale = build._sell(1000)
        build._sell(500)
        cls.cohort = cls.sale.cohort_id
        cls.entry = build._get_earned(cls.sale)
        build._settle()
        build._settle()

    def _get_index(self, cohort=None):
        return (cohort or self.cohort)._get_accumulated()[(cohort or self.cohort).id, "shopper"]

    def assertCorrected(self):
        self.assertReconciled()
        self.assertSound()
        self._check_commit()

    def test_points_too_many_are_taken_back(self):
        index = self._get_index()
        pool, base = self._balance("rebate_pool"), self.cohort.base_shopper
        credited = self._credit().credited
        correction = self._correct(self.entry, 20)
        entry = correction.points_entry_ids
        self.assertEqual((entry.kind, entry.base, entry.qualified_sale_id), ("correction", -20, self.sale))
        self.assertEqual((self._get_base(self.cohort), self.cohort.base_shopper), (70, base - 20))
        wallet = self._wallet()
        self.assertEqual(self._earned(wallet), 70 * index)
        claw = correction.voucher_entry_ids
        self.assertEqual((claw.kind, claw.amount), ("claw", wallet.credited - credited))
        self.assertLess(claw.amount, 0)
        self.assertAlmostEqual(self._balance("rebate_pool"), pool - claw.amount)
        self.assertEqual((correction.state, correction.maker_id, correction.checker_id),
                         ("booked", self.maker, self.checker))
        self.assertEqual(correction.period_id, self._open_period())
        self.assertCorrected()

    def test_what_was_spent_is_owed(self):
        wallet = self._credit()
        self._redeem(wallet.balance_deduction + wallet.balance_shopping, self.mall)
        correction = self._correct(self.entry, 60)
        owed = correction.voucher_entry_ids
        self.assertEqual(owed.kind, "owe")
        self.assertGreater(wallet.debt, 0)
        self.assertEqual(wallet.debt, owed.debt_change)
        self.assertCorrected()

    def test_taken_wrongly_is_given_again_from_now_on(self):
        start = self._get_index()
        taken = self._correct(self.entry, 20).points_entry_ids
        self._settle()
        self._credit()
        before = self._earned(self._wallet())
        back_at = self._get_index()
        back = self._correct(taken, 20)
        self.assertEqual((back.effect, back.points_entry_ids.base), ("give_points", 20))
        self.assertEqual(back.points_entry_ids.cohort_id, self.cohort)
        self.assertEqual((self._get_base(self.cohort), self._earned(self._wallet())), (90, before))
        self.assertFalse(back.voucher_entry_ids, "nothing is released for the time between")
        self.assertCorrected()
        self._settle()
        self._credit()
        end = self._get_index()
        self.assertEqual(
            self._earned(self._wallet()), 70 * end + 20 * (end - back_at))
        self.assertGreater(back_at, start)
        # what was cancelled when it was taken is not cancelled again
        self._fill_pool()
        self._refund(self.sale, 1000)
        difference = self._earned(self._wallet()) - 30 * end
        # each taking may take up to a cent more: rounding favours the pool
        self.assertTrue(Decimal("-0.02") < difference <= 0, difference)
        self.assertEqual(self._get_base(self.cohort), 30)
        self.assertCorrected()

    def test_given_again_may_be_taken_again(self):
        taken = self._correct(self.entry, 20).points_entry_ids
        given = self._correct(taken, 20).points_entry_ids
        with self.assertRaisesRegex(UserError, "at most .*40"):
            self._submit(self.entry, 60)
        self._correct(given, 20)
        self.assertEqual(self._get_base(self.cohort), 70)
        self.assertCorrected()

    def test_never_more_than_the_row(self):
        with self.assertRaisesRegex(UserError, "at most .*60"):
            self._submit(self.entry, 60.01)
        first, second = self._submit(self.entry, 40), self._submit(self.entry, 40)
        first.with_user(self.checker).action_approve()
        with self.assertRaisesRegex(UserError, "at most .*20"):
            second.with_user(self.checker).action_approve()
        self.assertEqual((second.state, self._get_base(self.cohort)), ("submitted", 50))
        taken = first.sudo().points_entry_ids
        with self.assertRaisesRegex(UserError, "at most .*40"):
            self._submit(taken, 40.01)
        self.assertCorrected()

    @mute_logger("odoo.sql_db")
    def test_not_even_sql_reverses_more_than_the_row(self):
        self._correct(self.entry, 40)
        draft = self._submit(self.entry, 20)
        self.env.flush_all()
        for amount, checker in ((20.01, self.checker), (20, self.maker), (20, self.env["res.users"])):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.cr.execute(
                    "UPDATE ledger_correction SET state = 'booked', booked_at = now(), amount = %s, checker_id = %s"
                    " WHERE id = %s", [amount, checker.id or None, draft.id])

    @mute_logger("odoo.sql_db")
    def test_booked_stays_as_it_is(self):
        correction = self._correct(self.entry, 40)
        self.env.flush_all()
        for statement in ("UPDATE ledger_correction SET amount = 1 WHERE id = %s",
                          "UPDATE ledger_correction SET state = 'draft' WHERE id = %s",
                          "UPDATE green_points_entry SET correction_id = NULL WHERE correction_id = %s"):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.cr.execute(statement, [correction.id])
        with self.assertRaises(UserError):
            correction.unlink()

    def test_a_refund_takes_its_share_of_what_is_left(self):
        self._correct(self.entry, 20)
        self._fill_pool()
        self._refund(self.sale, 250)
        self.assertEqual(self._get_base(self.cohort), 30 + 30, "a quarter of the 40 that were left")
        self._refund(self.sale, 750)
        self.assertEqual(self._get_base(self.cohort), 30)
        self.assertFalse(self.env["green.points.debt"].search([]))
        self.assertCorrected()

    def test_only_what_refunds_left(self):
        taken = self._correct(self.entry, 20).points_entry_ids
        self._refund(self.sale, 750)
        with self.assertRaisesRegex(UserError, "at most .*10"):
            self._submit(self.entry, 10.01)
        with self.assertRaisesRegex(UserError, "at most .*5"):
            self._submit(taken, 5.01)  # 15 are due, 10 are there
        self._correct(taken, 5)
        self._correct(self.entry, 10)
        self.assertCorrected()

    def test_no_points_for_a_sale_refunded_whole(self):
        taken = self._correct(self.entry, 20).points_entry_ids
        self._fill_pool()
        self.assertEqual(self._refund(self.sale, 1000).state, "funded")
        for entry in (taken, self.entry):
            with self.assertRaisesRegex(UserError, "at most .*0.00"):
                self._submit(entry, 0.01)

    def test_not_given_to_a_matured_cohort(self):
        taken = self._correct(self.entry, 20).points_entry_ids
        self.cohort.state = "matured"
        with self.assertRaisesRegex(UserError, "at most .*0.00"):
            self._submit(taken, 20)

    def test_the_merchants_points(self):
        entry = self._get_earned(self.sale, "merchant")
        self._correct(entry, 15)
        self.assertEqual(self._get_base(self.cohort, "merchant", self.merchant.partner_id), 60 - 15)
        self.assertEqual(self._get_base(self.cohort), 90)
        self.assertCorrected()

    def test_points_given_away_are_owed(self):
        offer = self.env["green.points.offer"].create({
            "name": "Portrait", "store_id": self.store.id, "points": 80.0, "date_from": "2020-01-01"})
        offer._publish()
        self.env["green.points.exchange"]._exchange(self.shopper, offer, "test,exchange")
        correction = self._correct(self.entry, 25)
        self.assertEqual(correction.points_entry_ids.base, -10)
        self.assertEqual((correction.points_debt_ids.amount, correction.points_debt_ids.paid), (15, 0))
        self.assertEqual(self._get_base(self.cohort), 0)
        sale = self._sell(100)
        self.assertEqual(self._get_base(sale.cohort_id), 0, "what is earned pays what is owed")
        self._fill_pool()
        self._refund(self.sale, 1000)
        self.assertEqual(sum(self.env["green.points.debt"].search([]).mapped("amount")), 15 + 35)
        self.assertCorrected()

    def test_an_approved_settlement_is_not_changed_silently(self):
        period = self._approve()
        self._correct(self.entry, 20)
        with self.assertRaisesRegex(UserError, "base"):
            period.with_user(self.checker).action_settle()
        period.with_user(self.maker).action_reset()
        self._settle_from(period)
        self.assertEqual(sum(period.index_ids.filtered(
            lambda i: i.cohort_id == self.cohort and i.holder_kind == "shopper").mapped("base")), 70)
        self.assertCorrected()

    def _settle_from(self, period):
        period.with_user(self.maker).action_compute()
        period.with_user(self.checker).action_approve()
        period.with_user(self.checker).action_settle()

    def test_points_of_the_open_period_leave_the_settlement_alone(self):
        period = self._approve()
        young = self._sell(200)
        self._correct(self._get_earned(young), 2)
        period.with_user(self.checker).action_settle()
        self.assertEqual((period.state, self._get_base(young.cohort_id)), ("settled", 10))
        self.assertCorrected()

    def test_what_people_read(self):
        correction = self._correct(self.entry, 20)
        portal = self.env["res.users"].with_context(no_reset_password=True).create({
            "name": "Reader", "login": "reader", "partner_id": self.shopper.id,
            "group_ids": [fields.Command.set(self.env.ref("base.group_portal").ids)]})
        entry = correction.points_entry_ids.with_user(portal)
        self.assertEqual(entry._get_event_label(), "Correction: receipt entered twice")
        self.assertIn("Correction: receipt entered twice: points with a base value of", self.sale.reward_explanation)
        self.assertIn("20.00", self.sale.reward_explanation)
        self.assertNotIn("keyed", self.sale.reward_explanation, "the reason is for the platform's people")
        self.assertEqual(
            correction.voucher_entry_ids.with_user(portal)._get_event_label(), "Correction: receipt entered twice")

    def test_only_rows_that_can_be_reversed(self):
        refund = self._refund(self.sale, 100)
        self._credit()
        credit = self._get_events("credit")[:1]
        loose = self._give_points(self.shopper, 5)
        for entry in (refund.points_entry_ids[0], credit, self.env["green.points.entry"].search(
                [("cohort_id", "=", loose.id), ("qualified_sale_id", "=", False)])):
            with self.assertRaisesRegex(ValidationError, "cannot be corrected"), self.cr.savepoint():
                self._draft(entry, 1)


@tagged("post_install", "-at_install")
class TestCorrectedVouchers(CorrectionCommon):
    """Vouchers spent or expired by mistake."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale = cls()._sell(1000)  # a shopping voucher of 10.00
        cls.lot = cls.sale.voucher_lot_ids

    def assertCorrected(self):
        self.assertReconciled()
        self.assertSound()
        self._check_commit()

    def test_spent_by_mistake_comes_back(self):
        hold = self._redeem(8)
        entry = self._get_events("redeem")
        self.lot.write({"expires_on": fields.Date.today()})
        correction = self._correct(entry, 3)
        back = correction.voucher_entry_ids
        self.assertEqual((back.kind, back.amount, back.lot_id, back.hold_id), ("restore", 3, self.lot, hold))
        self.assertEqual((self.lot.remaining, hold.restored), (5, 3))
        self.assertEqual(self.lot.expires_on, fields.Date.add(fields.Date.today(), days=7))
        document = self.env["voucher.reimbursement"].with_user(self.maker).create(
            {"merchant_id": self.mall.merchant_id.id})
        document.action_submit()
        document.with_user(self.checker).action_approve()
        self.assertEqual(document.amount, 5, "so much less is reimbursed")
        self.assertCorrected()
        with self.assertRaisesRegex(UserError, "At most"):
            hold._restore(501, "refund")
        hold._restore(500, "refund")
        with self.assertRaisesRegex(UserError, "at most .*0.00"):
            self._submit(entry, 1)
        self.assertCorrected()

    def test_only_the_voucher_that_the_row_names(self):
        self._give_vouchers(20)
        self._redeem(15)  # 10.00 of the shopping voucher, 5.00 of the other
        entry = self._get_events("redeem").filtered(lambda e: e.lot_id == self.lot)
        self._correct(entry, 10)
        self.assertEqual(self.lot.remaining, 10)
        self._check_commit()

    def test_a_debt_is_paid_first(self):
        self._redeem(10)
        self._fill_pool()
        self._refund(self.sale, 1000)
        self.assertEqual(self._wallet().debt, 10)
        correction = self._correct(self._get_events("redeem"), 4)
        self.assertEqual(sorted(correction.voucher_entry_ids.mapped("kind")), ["debt", "restore"])
        self.assertEqual((self._wallet().debt, self.lot.remaining), (6, 0))
        self.assertCorrected()

    def test_expired_by_mistake_comes_back_out_of_the_pool(self):
        entry = self._expire(self.lot)
        pool = self._balance("rebate_pool")
        correction = self._correct(entry, 4)
        back = correction.voucher_entry_ids
        self.assertEqual((back.kind, back.amount, back.lot_id), ("reinstate", 4, self.lot))
        self.assertEqual(self._held("rebate_pool"), pool - 4)
        self.assertEqual(self._get_lines(back.move_id), {"rebate_pool": 4, "vouchers_outstanding": -4})
        self.assertEqual(self.lot.expires_on, fields.Date.add(fields.Date.today(), days=7))
        self.assertEqual(self.env["escrow.posting"]._check_totals(self.company), [])
        self.assertCorrected()
        self._redeem(4)
        with self.assertRaisesRegex(UserError, "at most .*6.00"):
            self._submit(entry, 6.01)
        self.assertCorrected()

    def test_expires_again(self):
        correction = self._correct(self._expire(self.lot), 4)
        entry = self._expire(self.lot)
        self.assertEqual((entry.amount, self.lot.remaining), (-4, 0))
        self.assertEqual(self._correct(entry, 4).effect, correction.effect)
        self.assertCorrected()

    def test_not_what_the_pool_does_not_hold(self):
        entry = self._expire(self.lot)
        self._balance("rebate_pool")
        correction = self._submit(entry, 10)
        pool = self.posting._get_balance("rebate_pool", self.company)
        self.posting._post_event(
            "release", self.company, [("rebate_pool", pool - 999), ("vouchers_outstanding", 999 - pool)])
        with self.assertRaisesRegex(UserError, "holds 9.99"), self.cr.savepoint():
            correction.with_user(self.checker).action_approve()
        correction.invalidate_recordset()
        self.assertEqual((correction.state, self.lot.remaining), ("submitted", 0))

    def test_not_what_belongs_to_ring_fenced_points(self):
        entry = self._expire(self.lot)
        self._use_policy(ring_fenced=True)
        self._settle()
        self._sell(1000)  # 65 of its own
        pool = self._balance("rebate_pool") * 100
        self.posting._post_event("release", self.company, [
            ("rebate_pool", round(pool) - 7499), ("vouchers_outstanding", 7499 - round(pool))])
        with self.assertRaisesRegex(UserError, "9.99 of the rebate pool"), self.cr.savepoint():
            self._correct(entry, 10)
        self._correct(entry, 9.99)
        self.assertEqual((self.lot.remaining, self._held("rebate_pool")), (9.99, 65))

    def test_an_approved_settlement_refuses_a_smaller_pool(self):
        self._settle()
        entry = self._expire(self.lot)
        period = self._approve()
        self._correct(entry, 10)
        with self.assertRaisesRegex(UserError, "rebate pool"):
            period.with_user(self.checker).action_settle()

    def test_an_approved_settlement_goes_on_with_spent_vouchers(self):
        self._settle()
        self._redeem(8)
        period = self._approve()
        self._correct(self._get_events("redeem"), 3)
        period.with_user(self.checker).action_settle()
        self.assertEqual(period.state, "settled")
        self.assertCorrected()

    def test_the_merchants_statement_says_so(self):
        self._redeem(8)
        self._correct(self._get_events("redeem"), 3)
        merchant = self.mall.merchant_id
        today = fields.Date.today()
        statement = self.env["merchant.statement"]._issue(merchant, today)
        labels = {statement._get_line_label(line): line["voucher"] for line in statement._get_lines()
                  if line["source"] == "voucher"}
        self.assertEqual(labels, {"Vouchers accepted": 8, "Vouchers given back (correction)": -3})
        self.assertEqual(
            (statement.redeemed_amount, statement.corrected_amount, statement.voucher_closing), (8, -3, 5))
        self.assertIn(("Corrections", -3), statement._get_account_rows())

    @mute_logger("odoo.sql_db")
    def test_nothing_comes_back_without_a_document(self):
        self._expire(self.lot)
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._wallet()._lock()
            self.lot._reinstate(100, "loose")
            self.env.flush_all()
