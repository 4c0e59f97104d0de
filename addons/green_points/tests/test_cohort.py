from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import GreenPointsCommon


@tagged("post_install", "-at_install")
class TestCohort(GreenPointsCommon):

    def setUp(self):
        super().setUp()
        self.cohorts = self.env["green.points.cohort"]

    @freeze_time("2026-03-04 18:30:00")
    def test_the_first_opens_by_itself_at_local_midnight(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        cohort = self.cohorts._lock_open(self.company)
        self.assertEqual(cohort.number, 1)
        self.assertEqual(cohort.policy_id, self.policy)
        self.assertEqual(cohort.date_start, self._at("2026-03-04 16:00:00"))
        self.assertEqual(cohort.date_end, self._at("2026-03-11 16:00:00"))
        self.assertEqual(self.cohorts._lock_open(self.company), cohort)

    @freeze_time("2026-03-04 18:30:00")
    def test_without_a_zone_of_the_company_days_are_utc(self):
        """Whoever opens it, and wherever: the same period."""
        self.company.partner_id.tz = False
        self.env.user.tz = "Asia/Shanghai"
        self.assertEqual(self.cohorts._lock_open(self.company).date_start, self._at("2026-03-04 00:00:00"))

    def test_closing_on_time_late_and_early(self):
        with freeze_time("2026-03-02 10:00:00"):
            first = self.cohorts._lock_open(self.company)
            self.assertEqual(first.date_start, self._at("2026-03-02 00:00:00"))
        with freeze_time("2026-03-09 00:05:00"):  # five minutes late
            first._start_closing()
            second = first._open_next()
        self.assertEqual(first.date_end, self._at("2026-03-09 00:00:00"))
        self.assertEqual(second.date_start, first.date_end)
        self.assertEqual(second.date_end, self._at("2026-03-16 00:00:00"))
        with freeze_time("2026-03-27 12:00:00"):  # eleven days late: no period is born over
            second._start_closing()
            third = second._open_next()
        self.assertEqual(third.date_start, self._at("2026-03-16 00:00:00"))
        self.assertEqual(third.date_end, self._at("2026-03-30 00:00:00"))
        with freeze_time("2026-03-28 00:00:00"):  # early
            third._start_closing()
            fourth = third._open_next()
        self.assertEqual(third.date_end, self._at("2026-03-28 00:00:00"))
        self.assertEqual(fourth.number, 4)
        self.assertEqual(fourth.date_end, self._at("2026-04-04 00:00:00"))

    def test_states_follow_each_other(self):
        cohort = self.cohorts._lock_open(self.company)
        for call in (cohort._open_next, cohort._freeze_totals):
            with self.assertRaises(UserError):
                call()
        cohort._start_closing()
        with self.assertRaises(UserError):
            cohort._start_closing()
        cohort._open_next()
        cohort._freeze_totals()
        self.assertEqual(cohort.state, "maturing")
        with self.assertRaises(UserError):
            cohort.unlink()

    @mute_logger("odoo.sql_db")
    def test_one_open_cohort(self):
        cohort = self.cohorts._lock_open(self.company)
        vals = self.cohorts._prepare_cohort_vals(self.company, 2, cohort.date_end)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.cohorts.create(vals).flush_recordset()

    def test_next_cohort_takes_the_policy_then_active(self):
        first = self.cohorts._lock_open(self.company)
        policy = self.policy.copy({"name": "Second", "period_days": 30})
        policy.action_activate()
        self.assertEqual(first.policy_id, self.policy)
        first._start_closing()
        self.assertEqual(first._open_next().policy_id, policy)

    def test_no_active_policy(self):
        self.policy._write_state("superseded")
        with self.assertRaisesRegex(UserError, "no active points policy"):
            self.cohorts._lock_open(self.company)
        sale = self._register_sales(10_000)
        self.assertEqual(sale.reward_state, "none")
        self.assertFalse(sale.policy_id)

    def test_freezing_sums_what_holders_hold(self):
        self._sell(10_000)
        self._sell(3_333, partner=self.other_shopper)
        cohort = self._close_period()
        self.assertEqual(self._cents(cohort, "base_shopper", "base_merchant"), [600 + 199, 400 + 133])
        self.assertLedgerSound()

    def test_points_join_the_cohort_open_at_funding(self):
        sale = self._register_sales(10_000)
        self.cohorts._lock_open(self.company)
        self._close_period()
        self._fund()
        self.assertEqual(sale.cohort_id.number, 2)

    def test_age_counts_ended_periods_after_its_own(self):
        first = self.cohorts._lock_open(self.company)
        ages = [first.age]
        for _period in range(3):
            self._close_period()
            first.invalidate_recordset(["age"])
            ages.append(first.age)
        self.assertEqual(ages, [0, 0, 1, 2])
