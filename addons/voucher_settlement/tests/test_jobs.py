from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_escrow import EscrowCommon

FAILED = "merchant_alliance.activity_job_failed"
HELPER = "odoo.addons.merchant_alliance.models.ir_cron"


@tagged("post_install", "-at_install")
class TestJobs(EscrowCommon):
    """Jobs of a platform with several companies: one stops no other, and nobody hears of what is not his."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._use_policy()
        cls.other = cls.env["res.company"].create({"name": "Zenith", "country_id": cls.env.ref("base.cn").id})
        cls.env.user.company_ids += cls.other
        partner = cls._make_partner("Far Shop")
        cls.far = cls.env["alliance.merchant"].create({
            "name": "Far Shop", "partner_id": partner.id, "scene": "alliance", "state": "active",
            "company_id": cls.other.id, "store_ids": [Command.create({"name": "Far Store", "scene": "alliance"})]})
        cls.entry = cls.far._deposit("topup", 10_000, "test,far", "Far")  # booked once there are accounts
        cls.env["account.chart.template"].try_loading("cn", cls.other, install_demo=False)
        cls.env.flush_all()

    def _break_books(self):
        """Leave the first company something to book that cannot be booked."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        self.env.cr.execute(
            "UPDATE alliance_deposit_entry SET move_id = NULL WHERE company_id = %s", [self.company.id])
        self.env.cr.execute("SET LOCAL session_replication_role = origin")
        self.company.operating_bank_account_id = False
        self.env.invalidate_all()

    def _run(self, name):
        with self.enter_registry_test_mode(), mute_logger(HELPER):
            self.env.ref(f"voucher_settlement.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _tasks(self, company):
        return company.partner_id.activity_search([FAILED])

    def test_the_books_of_one_company_stop_no_other(self):
        self._break_books()
        self.assertFalse(self.entry.move_id)
        self._run("ir_cron_escrow_post")
        self.assertTrue(self.entry.move_id)
        task = self._tasks(self.company)
        self.assertEqual((len(task), task.user_id), (1, self.company._get_task_owner()))
        self.assertIn("Settings", task.note)
        self.assertFalse(self._tasks(self.other))
        self._run("ir_cron_escrow_post")
        self.assertEqual(self._tasks(self.company), task, "not every night anew")
        task.action_feedback()
        self._run("ir_cron_escrow_post")
        self.assertEqual(len(self._tasks(self.company)), 1, "it still fails")

    def test_the_bank_of_one_company_stops_no_other(self):
        (self.company | self.other).escrow_reconcile = True
        self._break_books()
        self._run("ir_cron_escrow_reconcile")
        found = self.env["escrow.reconciliation"].search([]).company_id
        self.assertEqual(found & (self.company | self.other), self.other)
        self.assertTrue(self._tasks(self.company))

    def test_differences_are_told_to_people_of_the_company(self):
        group = "base.group_user,voucher_settlement.group_settlement_maker"
        stranger = new_test_user(
            self.env, "far_maker", groups=group, company_id=self.other.id, company_ids=[Command.set(self.other.ids)])
        gone = new_test_user(self.env, "gone_maker", groups=group)
        gone.active = False
        period = self._open_period()
        period._announce_differences([{
            "account": "Pool", "ledger_cents": 1, "subledger_cents": 0, "difference_cents": 1, "hint": ""}])
        told = period.message_ids[0].notified_partner_ids
        self.assertLessEqual(self.maker.partner_id | self.checker.partner_id, told)
        self.assertFalse(told & (stranger | gone).partner_id)

    # -- days ------------------------------------------------------------------------------------

    def _assert_company_day(self, get_date):
        """Whatever zone the user is in, money is dated with the company's day."""
        for zone, user_zone, moment, day in (
                ("Asia/Shanghai", "America/Los_Angeles", "2027-03-31 17:00:00", date(2027, 4, 1)),
                ("America/Los_Angeles", "Asia/Shanghai", "2027-04-01 03:00:00", date(2027, 3, 31))):
            self.company.partner_id.tz = zone
            self.env.user.tz = user_zone
            with self.subTest(zone=zone), freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(get_date(self.env(context={**self.env.context, "tz": user_zone})), day)

    def test_entries_are_dated_with_the_company_s_day(self):
        lines = [("rebate_pool", 100), ("vouchers_outstanding", -100)]
        self._sell(1000)
        self._assert_company_day(
            lambda env: env["escrow.posting"]._post_event("release", self.company, lines).date)

    def test_deposits_are_dated_with_the_company_s_day(self):
        self._assert_company_day(lambda env: self.merchant.with_env(env)._deposit(
            "topup", 100, f"day,{next(self.keys)}", "Test").date)

    def test_fundings_are_dated_with_the_company_s_day(self):
        def fund(env):
            self._register(100, self.shopper, self.store)
            return env["alliance.funding"]._fund_pending(self.merchant.with_env(env)).date

        self._assert_company_day(fund)

    def test_vouchers_end_with_the_company_s_day(self):
        """On its last day a voucher spends until the company's midnight, and not longer."""
        self.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2027-03-31 15:00:00"):  # 23:00 there
            lot = self._give_vouchers(10, days=0)
            self.assertEqual(lot.expires_on, date(2027, 3, 31))
            self.assertTrue(self._wallet()._get_free_lots(self.mall))
            self.env["voucher.lot"]._cron_expire()
            self.assertEqual(lot.remaining, 10.0)
        with freeze_time("2027-03-31 16:30:00"):  # 0:30 of the day after
            self.assertFalse(self._wallet()._get_free_lots(self.mall))
            self.env["voucher.lot"]._cron_expire()
            self.assertEqual(lot.remaining, 0.0)
