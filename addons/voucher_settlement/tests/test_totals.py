"""Totals kept with every change: what a settlement checks, however many records there are."""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.green_points.tools.totals import POSITION_TALLY

from ..models.settlement_period import OF_COMPANY
from ..tools.totals import BOOK_TALLY, LEDGER_TALLY
from .common import SettlementCommon


@tagged("post_install", "-at_install")
class TestTotals(SettlementCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._use_policy(period_count=4)
        cls.posting = cls.env["escrow.posting"]

    def _live(self):
        """Sales, a release, a payment and its return, a refund, an expiry, a reimbursement, a held sale."""
        limits = self.env["risk.policy"]._get_policy(self.company) if "risk.policy" in self.env else None
        first = self._sell(1234.56)
        for _number in range(2):
            self._settle()
        self._credit()
        hold = self._authorize(1500)
        hold._capture()
        hold._restore(200, "back")
        self._refund(first, 333.33)
        document = self.env["voucher.reimbursement"].with_user(self.maker).create({"merchant_id": self.merchant.id})
        document.action_submit()
        document.with_user(self.checker).action_approve()
        self._authorize(101)._capture()
        if limits:
            limits.shopper_cash_per_day = 0.01
            self._sell(777.77)
        self.posting._post_unposted(self.company)

    def _tamper(self, statement):
        """Change rows behind the back of every trigger, as whoever owns the server can."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        self.env.cr.execute(statement)
        self.env.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all()

    def test_totals_are_what_the_records_add_up_to(self):
        self._live()
        for tally in (LEDGER_TALLY, POSITION_TALLY, BOOK_TALLY):
            self.assertEqual(tally.find_differences(self.env.cr), [])
        kept = self.posting._get_kept_sums(
            self.company, LEDGER_TALLY.get_totals(self.env.cr, self.company.id))
        self.assertEqual(kept, self.posting._get_subledger_sums(self.company))
        del kept["commission_payable"]  # nobody brought this shopper; see test_commission
        self.assertTrue(all(kept.values()), kept)
        self.assertEqual(self.posting._check_totals(self.company), [])

    def test_change_of_a_voucher_is_found_at_once(self):
        self._live()
        self.env.cr.execute("UPDATE voucher_lot SET remaining = remaining - 0.01 WHERE remaining > held"
                            " AND id = (SELECT max(id) FROM voucher_lot WHERE remaining > held)")
        self._close()
        with self.assertRaisesRegex(UserError, "differ"):
            self._compute(self.env["settlement.period"].search([("state", "=", "closing")]))

    def test_change_after_computing_is_found_when_settling(self):
        """What was approved stays so; the books that it was computed with must still agree."""
        self._live()
        period = self._approve()
        with self.cr.savepoint() as savepoint:
            self._give_deposit()
            with self.assertRaisesRegex(UserError, r"(?s)differ; settlement stops.*difference .*7\.00"):
                period.with_user(self.checker).action_settle()
            savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        self.assertEqual((period.state, period.released_amount), ("approved", 0))
        period.with_user(self.checker).action_settle()
        self.assertEqual(period.state, "settled")

    def test_comparing_again_takes_few_queries(self):
        """The same few whatever there is: nothing is added up from the records."""
        self._live()
        period, counts = self._approve(), []
        for _number in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            period.company_id.fetch(OF_COMPANY)
            before = self.cr.sql_log_count
            period._check_books()
            counts.append(self.cr.sql_log_count - before)
            self._sell(10)
            self.posting._post_unposted(self.company)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 9)

    def test_change_of_points_is_found_at_once(self):
        self._live()
        self.env.flush_all()
        self.env.cr.execute("UPDATE green_points_position SET base = base + 5 WHERE id = (SELECT min(id)"
                            " FROM green_points_position WHERE partner_id = %s)", [self.shopper.id])
        [row] = self.posting._check_totals(self.company)
        self.assertEqual(row["difference_cents"], -500)
        self.assertIn("1", row["account"])

    def test_deposit_that_no_entry_gave_is_found_at_once(self):
        """By what all deposits are together; the job names the merchant."""
        self._live()
        self._give_deposit()
        [row] = self.posting._check_totals(self.company)
        self.assertEqual(row["difference_cents"], 700)
        [row] = self.posting._check_subledger(self.company)
        self.assertIn(self.merchant.name, row["account"])
        self.assertEqual(
            (row["ledger_cents"] - row["subledger_cents"], row["difference_cents"]), (700, 700))
        self._close()
        with self.assertRaisesRegex(UserError, "differ"):
            self._compute(self.env["settlement.period"].search([("state", "=", "closing")]))

    def test_deposit_that_was_given_past_the_triggers_is_found_by_the_job(self):
        self._live()
        self._give_deposit(self._tamper)
        self.assertEqual(self.posting._check_totals(self.company), [])
        rows = self.posting._check_subledger(self.company)
        self.assertEqual(sorted(row["difference_cents"] for row in rows), [-700, 700])  # kept total, the merchant
        self.assertTrue(any(self.merchant.name in row["account"] for row in rows))

    def _give_deposit(self, execute=None):
        self.env.flush_all()
        (execute or self.env.cr.execute)(
            f"UPDATE alliance_merchant SET deposit_balance = deposit_balance + 7 WHERE id = {self.merchant.id}")

    def test_change_past_the_triggers_is_found_by_the_job(self):
        self._live()
        self._tamper("UPDATE voucher_lot SET remaining = remaining - 0.01 WHERE id = (SELECT max(id)"
                     " FROM voucher_lot WHERE remaining > held)")
        self.assertEqual(self.posting._check_totals(self.company), [])
        rows = self.posting._check_subledger(self.company)
        self.assertEqual([row["difference_cents"] for row in rows], [1, 1])  # the account, and the kept total
        period = self._open_period()
        self.posting._cron_check()
        message = period.message_ids[0]
        self.assertIn("daily check", message.body)
        self.assertLessEqual(self.maker.partner_id | self.checker.partner_id, message.notified_partner_ids)

    def test_change_of_the_books_past_the_triggers_is_found_by_the_job(self):
        self._live()
        self._tamper("UPDATE account_move_line SET balance = balance - 0.01 WHERE id = (SELECT max(l.id)"
                     " FROM account_move_line l JOIN account_account a ON a.id = l.account_id"
                     " WHERE a.escrow_role = 'rebate_pool' AND l.parent_state = 'posted')")
        self.assertEqual(self.posting._check_totals(self.company), [])
        self.assertEqual([abs(row["difference_cents"]) for row in self.posting._check_subledger(self.company)], [1])

    def test_balances_are_kept_for_each_account(self):
        self._live()
        accounts = self.env["account.account"].search([])
        lines = self.env["account.move.line"]._read_group(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")], ["account_id"], ["balance:sum"])
        kept = self.posting._get_balances(accounts, self.company)
        self.assertEqual({account: abs(cents) for account, cents in kept.items() if cents},
                         {account: abs(round(balance * 100)) for account, balance in lines if round(balance * 100)})

    def test_the_job_is_silent_when_all_is_well(self):
        self._live()
        before = self._open_period().message_ids
        self.posting._cron_check()
        self.assertEqual(self._open_period().message_ids, before)

    def test_tampering_with_a_kept_total_is_found(self):
        self._live()
        self.env.cr.execute("UPDATE voucher_settlement_tally SET amount = amount + 1 WHERE ledger = 'lot'")
        self.assertTrue(self.posting._check_totals(self.company))
        self.assertTrue(self.posting._check_subledger(self.company))

    def test_what_differs_is_said_in_the_readers_words(self):
        self._live()
        self._tamper("UPDATE voucher_settlement_tally SET amount = amount + 1")
        self._tamper("UPDATE green_points_tally SET amount = amount + 1")
        self._read_chinese()
        names = [row["account"] for row in self.env["escrow.posting"]._get_total_comparison(self.company)]
        self.assertGreater(len(names), 8)
        self.assertEqual(len(names), len(set(names)))
        for name in names:
            self.assertNotRegex(name, "[A-Za-z]")

    def test_folding_changes_no_total(self):
        self._live()
        before = LEDGER_TALLY.get_totals(self.env.cr, self.company.id)
        self.posting._cron_fold_totals()
        self.env.cr.execute("SELECT count(*), count(DISTINCT (ledger, part)) FROM voucher_settlement_tally"
                            " WHERE company_id = %s", [self.company.id])
        rows, keys = self.env.cr.fetchone()
        self.assertEqual(rows, keys)
        after = LEDGER_TALLY.get_totals(self.env.cr, self.company.id)
        self.assertEqual({key: amount for key, amount in before.items() if amount}, after)

    def test_frozen_base_is_what_holders_hold(self):
        self._sell(500)
        cohort = self._give_points(self.shopper, Decimal("12.34"))
        self._take_points(self.shopper, Decimal("0.04"), cohort)
        self._compute()
        self.assertAlmostEqual(cohort.base_shopper, 30 + 12.30)
        self.assertAlmostEqual(cohort.base_merchant, 20)

    def test_large_base_can_be_settled(self):
        """A float of 81,644.23 has no twelve exact decimals: what was approved is compared in cents."""
        self._give_points(self.shopper, 81_644.23)
        self._sell(1000)
        self._settle()
        self.assertEqual(self._settle().released_amount, 65.0)

    def test_a_holder_without_wallet_is_credited_before_rounding_is_returned(self):
        other = self._make_partner("Older than the wallets")
        self._give_points(other, 100)
        self._sell(1000)
        self._settle()
        self._settle()
        self.assertFalse(self.env["voucher.wallet"].search([("partner_id", "=", other.id)]))
        self.env["voucher.wallet"]._cron_credit()
        self.assertGreater(self._wallet(other).balance_deduction, 0)
        self.assertReconciled()
