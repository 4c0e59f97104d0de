from datetime import date, datetime

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common_escrow import EscrowCommon

JULY, AUGUST = date(2026, 7, 31), date(2026, 8, 31)


@tagged("post_install", "-at_install")
class TestStatement(EscrowCommon):
    """July and August of a teahouse: concession 10 %, a deposit of a million."""

    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-07-01 08:00:00"):
            super().setUpClass()
            cls.company.partner_id.tz = "Asia/Shanghai"
            cls.operator = new_test_user(cls.env, "statement_operator", groups=(
                "base.group_user,merchant_alliance.group_operator"))

    def _issue(self, date_to=JULY, merchants=None):
        return self.env["merchant.statement"]._issue(merchants or self.merchant, date_to)

    def _live_in_july(self):
        with freeze_time("2026-07-10 04:00:00"):
            sale = self._sell(1000)
            self._refund(sale, 300)
            self._give_vouchers(20)
            self._redeem(12.5, self.store)
        return sale

    def test_each_account_adds_up(self):
        self._live_in_july()
        statement = self._issue()
        self.assertEqual((statement.date_from, statement.date_to), (date(2026, 7, 1), JULY))
        self.assertEqual((statement.sale_count, statement.refund_count, statement.cash_amount), (1, 1, 700))
        self.assertEqual(
            (statement.deposit_opening, statement.deposit_in, statement.deposit_drawn, statement.deposit_closing),
            (0, 1_000_000, -70, 999_930))
        self.assertEqual(
            (statement.concession_amount, statement.account_drawn, statement.account_closing), (-70, 70, 0))
        self.assertEqual(
            (statement.redeemed_amount, statement.voucher_closing, statement.net_amount), (12.5, 12.5, 12.5))
        self.assertEqual(statement.deposit_closing, self.merchant.deposit_balance)

    def test_nothing_is_on_two(self):
        self._live_in_july()
        july = self._issue()
        self.assertFalse(self._issue(), "July has its statement")
        with freeze_time("2026-08-05 04:00:00"):
            self._sell(50)
        august = self._issue(AUGUST)
        self.assertEqual((august.previous_id, august.date_from), (july, date(2026, 8, 1)))
        self.assertEqual((august.cash_amount, august.deposit_opening, august.deposit_closing), (50, 999_930, 999_925))
        self.assertEqual(august.voucher_opening, 12.5)
        self.assertFalse(self._issue(date(2026, 9, 30)), "nothing happened in September")

    def test_what_comes_late_is_on_the_next(self):
        self._live_in_july()
        self._issue()
        with freeze_time("2026-08-02 04:00:00"):
            late = self._register(80, self.shopper, self.store)
        self.env.execute_query(SQL(
            "UPDATE alliance_qualified_sale SET sale_datetime = %s WHERE id = %s", datetime(2026, 7, 30), late.id))
        late.invalidate_recordset()
        august = self._issue(AUGUST)
        self.assertEqual(late.statement_id, august)
        self.assertEqual(
            [(line["day"], line["document"]) for line in august._get_lines()], [(date(2026, 7, 30), late.name)])

    def test_a_day_is_the_companys(self):
        with freeze_time("2026-07-31 15:59:00"):  # a minute to midnight in Shanghai
            last = self._register(10, self.shopper, self.store)
        with freeze_time("2026-07-31 16:00:00"):
            first = self._register(20, self.shopper, self.store)
        statement = self._issue()
        self.assertEqual((last.statement_id, bool(first.statement_id), statement.cash_amount), (statement, False, 10))

    def test_intervals(self):
        end = self.env["merchant.statement"]._get_interval_end
        with freeze_time("2026-08-05 04:00:00"):  # a Wednesday
            self.assertEqual(end(self.company), JULY)
            self.company.statement_interval = "week"
            self.assertEqual(end(self.company), date(2026, 8, 2))
        with freeze_time("2026-08-09 16:30:00"):  # Monday in Shanghai
            self.assertEqual(end(self.company), date(2026, 8, 9))

    def test_the_job_issues_to_everybody_but_the_platform(self):
        self._live_in_july()
        other = self._make_merchant("Bakery")
        own = self._make_merchant("Own", is_platform=True)
        with freeze_time("2026-07-11"):
            self._sell(10, store=other.store_ids)
            self._sell(10, store=own.store_ids)
        with freeze_time("2026-08-03 04:00:00"):
            self.env["merchant.statement"]._cron_issue()
            self.env["merchant.statement"]._cron_issue()
        count = self.env["merchant.statement"].search_count
        self.assertEqual([count([("merchant_id", "=", m.id)]) for m in (self.merchant, other, own)], [1, 1, 0])

    def test_reimbursed(self):
        self._live_in_july()
        self._issue()
        with freeze_time("2026-08-03 04:00:00"):
            document = self.env["voucher.reimbursement"].with_user(self.maker).create({"merchant_id": self.merchant.id})
            document.action_submit()
            document.with_user(self.checker).action_approve()
        august = self._issue(AUGUST)
        self.assertEqual((august.voucher_opening, august.reimbursed_amount, august.voucher_closing), (12.5, -12.5, 0))

    # -- guards ------------------------------------------------------------------------------------

    def test_figures_are_nobodys_to_change(self):
        self._live_in_july()
        statement = self._issue()
        for user in (self.operator, self.maker, self.env.user):
            with self.assertRaisesRegex(UserError, "is not changed"):
                statement.with_user(user).write({"cash_amount": 1})
        with self.assertRaises(UserError):
            statement.unlink()
        with self.assertRaises(UserError):
            statement.with_user(self.operator).copy()
        for column in ("deposit_closing", "account_closing", "voucher_closing"):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.execute_query(SQL(
                    "UPDATE merchant_statement SET %s = 1 WHERE id = %s", SQL.identifier(column), statement.id))

    def test_a_second_chain_is_refused(self):
        self._live_in_july()
        statement = self._issue()
        vals = {"merchant_id": self.merchant.id, "date_from": "2026-09-01", "date_to": "2026-09-30"}
        for more in ({}, {"previous_id": statement.previous_id.id}):
            with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env["merchant.statement"].sudo().create({**vals, **more})
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env["merchant.statement"].sudo().create(
                {**vals, "date_to": statement.date_to, "date_from": "2026-07-01", "previous_id": statement.id})

    # -- disputes ----------------------------------------------------------------------------------

    def test_disputed_and_answered(self):
        self._live_in_july()
        statement = self._issue()
        self.company.alliance_reviewer_id = self.operator
        with self.assertRaisesRegex(UserError, "5 to 2,000"):
            statement._dispute("  no ")
        statement._dispute("The refund of 300 never happened.")
        with self.assertRaisesRegex(UserError, "disputed already"):
            statement._dispute("The refund of 300 never happened.")
        activity = statement.activity_ids
        self.assertEqual(activity.user_id, self.operator)
        mine = statement.with_user(self.operator)
        with self.assertRaisesRegex(UserError, "Answer: please"):
            mine.action_answer()
        mine.answer = "It did: receipt 17."
        mine.action_answer()
        self.assertEqual((statement.state, statement.activity_ids.exists()), ("answered", activity.browse()))
        with self.assertRaisesRegex(UserError, "only a disputed"):
            mine.answer = "Or not."
        for user in (self.maker, self.checker):
            with self.assertRaises(AccessError):
                statement.with_user(user).action_answer()

    def test_a_dispute_without_a_reviewer_is_somebody_s_task(self):
        self._live_in_july()
        self.company.alliance_reviewer_id = False
        statement = self._issue()
        statement._dispute("The refund of 300 never happened.")
        self.assertEqual(statement.activity_ids.user_id, self.env.ref("base.user_admin"))

    def test_last_day_to_dispute_is_the_companys(self):
        self._live_in_july()
        statement = self._issue()
        self.company.statement_dispute_days = 10
        self.env.flush_all()
        self.cr.execute(  # in Shanghai it is the 2nd of August
            "UPDATE merchant_statement SET create_date = '2026-08-01 17:00' WHERE id = %s", [statement.id])
        statement.invalidate_recordset()
        self.assertEqual(statement.dispute_until, date(2026, 8, 12))

    def test_too_late_to_dispute(self):
        self._live_in_july()
        statement = self._issue()
        self.company.statement_dispute_days = 0
        statement.invalidate_recordset()
        with freeze_time(datetime.now().replace(year=2031)), self.assertRaisesRegex(
                UserError, "could be disputed until"):
            statement._dispute("The refund of 300 never happened.")
