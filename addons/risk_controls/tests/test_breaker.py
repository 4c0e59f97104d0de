from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestBreaker(RiskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({
            "shopper_sales_per_hour": 9, "shopper_sales_per_day": 9, "shopper_cash_per_day": 1_000_000,
            "platform_concession_per_day": 150})

    def _breaker(self):
        return self.env["risk.breaker"].search([("company_id", "=", self.company.id)])

    def _open(self):
        """Return the breaker, opened by a second sale after 100 of 150 were let through."""
        self._sell(100_000)
        self.above = self._sell(60_000)
        breaker = self._breaker()
        self.assertEqual((self.above.reward_state, breaker.state), ("held", "open"))
        return breaker

    def test_what_is_above_the_cap_is_held(self):
        first, second, third = (self._sell(cents) for cents in (100_000, 60_000, 10_000))
        breaker = self._breaker()
        self.assertEqual([sale.reward_state for sale in (first, second, third)], ["active", "held", "held"])
        self.assertEqual((breaker.state, breaker.rewarded_amount), ("open", 100))
        self.assertEqual((second + third).risk_decision_ids.mapped("rule"), ["cap", "cap"])

    def test_the_cap_itself_may_be_reached(self):
        sales = [self._sell(cents) for cents in (100_000, 50_000)]
        self.assertEqual([sale.reward_state for sale in sales], ["active", "active"])
        self.assertEqual(self._breaker().state, "closed")

    def test_a_batch_is_cut_where_the_cap_is(self):
        sales = [self._register_sale(60_000) for _i in range(3)]
        self.env["alliance.funding"]._fund_pending(self.merchant)
        self.assertEqual([sale.reward_state for sale in sales], ["active", "active", "held"])

    def test_the_companys_analysts_are_told_once(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(self.env, "analyst_o", groups="risk_controls.group_risk_analyst",
                                 company_id=other.id, company_ids=[Command.set(other.ids)])
        breaker = self._open()
        self._sell(1000)
        self.assertEqual(len(breaker.activity_ids.filtered(lambda act: act.user_id == self.analyst)), 1)
        self.assertNotIn(stranger, breaker.activity_ids.user_id)

    def test_without_an_analyst_who_gets_tasks_is_told(self):
        analysts = self.company._get_people("risk_controls.group_risk_analyst")
        analysts.write({"group_ids": [Command.unlink(self.env.ref("risk_controls.group_risk_analyst").id)]})
        reviewer = self.company.alliance_reviewer_id = new_test_user(self.env, "reviewer_t", groups="base.group_user")
        breaker = self._open()
        self.assertFalse(breaker._get_analysts())
        self.assertEqual((len(breaker.activity_ids), breaker.activity_ids.user_id), (1, reviewer))

    def test_every_day_has_its_own_cap(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2026-03-01 15:00:00"):
            first = self._sell(100_000)
        with freeze_time("2026-03-01 16:30:00"):  # past midnight in Shanghai
            second = self._sell(100_000)
        self.assertEqual((first + second).mapped("reward_state"), ["active", "active"])
        self.assertEqual(self._breaker().mapped("date"), [
            fields.Date.to_date("2026-03-02"), fields.Date.to_date("2026-03-01")])

    def test_an_analyst_resets_with_a_reason(self):
        breaker = self._open()
        wizard = self.env["risk.breaker.reset"].with_user(self.analyst).with_context(
            active_model="risk.breaker", active_id=breaker.id)
        with Form(wizard) as form:
            self.assertEqual(form.cap_amount, 150)
            form.cap_amount = 200
            form.reason = "Opening day"
        form.record.action_confirm()
        self.assertEqual((breaker.state, breaker.cap_amount), ("closed", 200))
        self.assertIn("Opening day", breaker.message_ids[0].body + breaker.message_ids[1].body)
        self.assertFalse(breaker.activity_ids)
        self.assertEqual(self.above.reward_state, "held")
        self.assertEqual(self._sell(100_000).reward_state, "active")
        self.assertEqual(self._sell(1_000).reward_state, "held")

    def test_bad_resets_are_refused(self):
        breaker = self._open().with_user(self.analyst)
        for cap in (99, 0, -5, float("nan"), float("inf"), "200", True, None, 150.001):
            with self.subTest(cap), self.assertRaises(UserError):
                breaker.action_reset("because", cap)
        for reason in ("", "  ", None, 7):
            with self.subTest(reason), self.assertRaisesRegex(UserError, "Reason"):
                breaker.action_reset(reason, 200)
        self.assertEqual((breaker.state, breaker.cap_amount), ("open", 150))

    def test_only_analysts_reset(self):
        breaker = self._open()
        groups = ("merchant_alliance.group_operator", "merchant_alliance.group_auditor",
                  "voucher_settlement.group_settlement_maker", "point_of_sale.group_pos_user", "base.group_portal")
        for index, group in enumerate(groups):
            user = new_test_user(self.env, f"nobody{index}", groups=group)
            with self.subTest(group), self.assertRaises(AccessError):
                breaker.with_user(user).action_reset("please", 900)
            with self.subTest(group), self.assertRaises(AccessError):
                self.env["risk.breaker.reset"].with_user(user).create(
                    {"breaker_id": breaker.id, "cap_amount": 900, "reason": "please"})
            with self.subTest(group), self.assertRaises(AccessError):
                breaker.with_user(user).write({"cap_amount": 900})
        self.assertEqual((breaker.state, breaker.cap_amount), ("open", 150))

    def test_the_database_refuses_more_than_the_cap(self):
        breaker = self._open()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            breaker.rewarded_amount = 151
            breaker.flush_recordset()
        with self.assertRaises(UserError):
            breaker.unlink()

    def test_higher_limits_apply_from_the_next_day(self):
        breaker = self._open()
        self.policy.platform_concession_per_day = 1000
        self.assertEqual(breaker.cap_amount, 150)
        self.assertEqual(breaker._get_proposed_cap(), 1000)
