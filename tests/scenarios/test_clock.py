"""Clocks that jump, change to summer time or belong to another zone move no sale to a wrong period."""

import itertools
import random
from datetime import datetime, timedelta

from freezegun import freeze_time
from pytz import timezone, utc

from odoo.tests import tagged

from odoo.addons.voucher_settlement.tests.common import SettlementCommon

START = datetime(2026, 3, 2, 8, 0)
PERIODS, SALES = 4, 4


def to_utc(zone, *moment):
    """Return a local time as naive UTC."""
    return timezone(zone).localize(datetime(*moment)).astimezone(utc).replace(tzinfo=None)


@tagged("post_install", "-at_install")
class TestClock(SettlementCommon):
    @classmethod
    def setUpClass(cls):
        with freeze_time(START):
            super().setUpClass()
            cls._use_policy(period_count=4, period_days=7)
            cls.env["risk.policy"]._get_policy(cls.company).write({
                "shopper_cash_per_day": 1e9, "shopper_sales_per_day": 10**6, "shopper_sales_per_hour": 10**6})
            cls.people = [cls._make_partner(name) for name in ("Ann", "Bo", "Cai")]

    def _use_zone(self, zone):
        self.company.partner_id.tz = zone

    # -- a clock that jumps ------------------------------------------------------------------------

    def _live(self, get_skew):
        """Live through some periods; before each transaction the clock is wrong by ``get_skew()``.

        :return: what must not depend on the clock
        """
        with freeze_time(START) as clock, self.env.cr.savepoint() as savepoint:
            cohorts, figures, true = [], [], START

            def tick(hours):
                nonlocal true
                true += timedelta(hours=hours)
                clock.move_to(true + get_skew())

            for period in range(PERIODS):
                for number in range(SALES):
                    tick(5)
                    sale = self._register(
                        100 + 37 * number + period, self.people[number % 3], self.store)
                    tick(0.1)
                    self._fund(self.merchant)
                    cohorts.append((sale.cohort_id.number, sale.rate, sale.reward_state))
                if period:
                    tick(1)
                    self._refund(sale, 50)
                tick(24 * 7 - SALES * 5.1 - 1)
                settled = self._close()
                tick(0.1)
                self._compute(settled)
                tick(0.1)
                self._approve_and_settle(settled, tick)
                self.env["voucher.wallet"]._cron_credit()
                figures.append((settled.number, settled.due_amount, settled.coverage, settled.released_amount,
                                settled.cohort_id.base_shopper, settled.cohort_id.base_merchant))
            wallets = [(self._credit(partner).credited, self._earned(self._wallet(partner))) for partner in self.people]
            periods = self.env["settlement.period"].search([("company_id", "=", self.company.id)], order="number")
            for before, after in itertools.pairwise(periods):
                self.assertEqual(before.date_end, after.date_start, "no gap and no overlap")
                self.assertLessEqual(before.date_start, before.date_end)
            self.assertReconciled()
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
        return cohorts, figures, wallets

    def _approve_and_settle(self, period, tick):
        period.with_user(self.checker).action_approve()
        tick(0.1)
        period.with_user(self.checker).action_settle()

    def test_a_day_forward_and_back_between_transactions(self):
        right = self._live(lambda: timedelta(0))
        self.assertEqual([number for number, *_rest in right[0]],
                         [period + 1 for period in range(PERIODS) for _sale in range(SALES)])
        self.assertTrue(any(released for *_rest, released, _shopper, _merchant in right[1]))
        chance = random.Random(20261126)
        for skews in ((24, -24), (24, 0, -24, 0.5)):
            with self.subTest(skews=skews):
                self.assertEqual(
                    self._live(lambda skews=skews: timedelta(hours=chance.choice(skews))), right)

    # -- summer time -------------------------------------------------------------------------------

    def _get_local_ends(self, zone, start, count):
        """Open the first period at ``start`` and close ``count`` of them on time; return their ends, local."""
        self._use_zone(zone)
        ends = []
        with freeze_time(start) as clock:
            for _number in range(count):
                period = self._open_period()
                ends.append(utc.localize(period.date_end).astimezone(timezone(zone)).replace(tzinfo=None))
                clock.move_to(period.date_end + timedelta(minutes=5))
                self._settle()
        return ends

    def test_periods_end_at_local_midnight_when_summer_time_begins(self):
        ends = self._get_local_ends("America/New_York", to_utc("America/New_York", 2026, 3, 2, 9), 3)
        self.assertEqual(ends, [datetime(2026, 3, 9), datetime(2026, 3, 16), datetime(2026, 3, 23)])

    def test_periods_end_at_local_midnight_when_summer_time_ends(self):
        ends = self._get_local_ends("Europe/Berlin", to_utc("Europe/Berlin", 2026, 10, 19, 9), 3)
        self.assertEqual(ends, [datetime(2026, 10, 26), datetime(2026, 11, 2), datetime(2026, 11, 9)])

    def test_late_close_after_the_change_keeps_the_hour(self):
        """Closed ten days late, over the change: the next period still ends at a midnight."""
        zone = "America/New_York"
        self._use_zone(zone)
        with freeze_time(to_utc(zone, 2026, 3, 2, 9)) as clock:
            self._open_period()
            clock.move_to(to_utc(zone, 2026, 3, 19, 12))
            self._settle()
            following = self._open_period()
        self.assertEqual((following.date_start, following.date_end), (
            to_utc(zone, 2026, 3, 9), to_utc(zone, 2026, 3, 23)))

    def test_sale_in_the_hour_that_comes_twice(self):
        """Both half past ones belong to the period that is open, and are booked on that day."""
        zone = "America/New_York"
        self._use_zone(zone)
        with freeze_time(to_utc(zone, 2026, 10, 26, 9)) as clock:
            first = self._open_period()
            sales = []
            for hour in (5, 6):  # 1:30 summer time, then 1:30 winter time, on 1 November
                clock.move_to(datetime(2026, 11, 1, hour, 30))
                sales.append(self._sell(100))
            clock.move_to(to_utc(zone, 2026, 11, 1, 23, 45))  # the last minutes of the period
            sales.append(self._sell(100))
            self.env["escrow.posting"]._post_unposted(self.company)
        self.assertEqual({sale.cohort_id for sale in sales}, {first.cohort_id})
        self.assertEqual({str(sale.earned_move_id.date) for sale in sales}, {"2026-11-01"})
        self.assertEqual(first.date_end, to_utc(zone, 2026, 11, 2))

    # -- another time zone -------------------------------------------------------------------------

    def test_day_and_period_are_the_companys(self):
        """Half past midnight in Shanghai is yesterday for the server and for who works in Los Angeles."""
        self._use_zone("Asia/Shanghai")
        self.env.user.tz = self.maker.tz = self.checker.tz = "America/Los_Angeles"
        contract = self.merchant.contract_ids
        with freeze_time(to_utc("Asia/Shanghai", 2026, 3, 1, 12)):
            raised = self.env["alliance.contract"].browse(contract.action_amend()["res_id"])
            raised.date_start = "2026-03-09"
            raised.line_ids.rate = 12.0
            raised._activate("Test")
        with freeze_time(to_utc("Asia/Shanghai", 2026, 3, 2, 0, 30)) as clock:
            first = self._open_period()
            self.assertEqual(first.date_start, to_utc("Asia/Shanghai", 2026, 3, 2))
            self.assertEqual(first.date_end, to_utc("Asia/Shanghai", 2026, 3, 9))
            early = self._sell(100)
            clock.move_to(to_utc("Asia/Shanghai", 2026, 3, 8, 23, 59))
            late = self._sell(100)
            clock.move_to(to_utc("Asia/Shanghai", 2026, 3, 9, 0, 1))
            self._settle()
            following = self._sell(100)
            self.env["escrow.posting"]._post_unposted(self.company)
        self.assertEqual([sale.cohort_id.number for sale in (early, late, following)], [1, 1, 2])
        self.assertEqual([sale.rate for sale in (early, late, following)], [10.0, 10.0, 12.0])
        self.assertEqual([str(sale.earned_move_id.date) for sale in (early, late, following)],
                         ["2026-03-02", "2026-03-08", "2026-03-09"])
        self.assertEqual(first.date_end, to_utc("Asia/Shanghai", 2026, 3, 9))

    def test_companies_in_two_zones(self):
        """At one moment it is another day, and another start of the period, for each of them."""
        companies = self.env["res.company"].create([
            {"name": name, "currency_id": self.currency.id} for name in ("East", "West")])
        for company, zone in zip(companies, ("Asia/Tokyo", "America/Los_Angeles"), strict=True):
            company.partner_id.tz = zone
        with freeze_time(datetime(2026, 6, 1, 20, 0)):  # Tuesday 5:00 in Tokyo, Monday 13:00 in Los Angeles
            east, west = (self.env["green.points.cohort"]._lock_open(company) for company in companies)
        self.assertEqual(east.date_start, to_utc("Asia/Tokyo", 2026, 6, 2))
        self.assertEqual(west.date_start, to_utc("America/Los_Angeles", 2026, 6, 1))
