from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestReview(RiskCommon):
    def setUp(self):
        super().setUp()
        self.held = self._hold_one()
        self.assertEqual(self.held.reward_state, "held")

    def _review(self, user=None, **vals):
        return self.env["risk.review"].with_user(user or self.analyst).create({
            "qualified_sale_ids": self.held.ids, "reason": "Checked with the shop", **vals})

    def test_released_points_join_the_cohort_that_is_open_now(self):
        cohorts = self.env["green.points.cohort"]
        first = cohorts._get_open(self.company)
        maker = new_test_user(self.env, "maker_t", groups="voucher_settlement.group_settlement_maker")
        self.env["settlement.period"].search([("cohort_id", "=", first.id)]).with_user(maker).action_close()
        now_open = cohorts._get_open(self.company)
        self.assertNotEqual(now_open, first)
        self._review(outcome="release").action_decide()
        self.assertEqual((self.held.reward_state, self.held.cohort_id), ("active", now_open))
        decision = self.held.risk_decision_ids.sorted("id")[-1]
        self.assertEqual((decision.outcome, decision.rule, decision.user_id, decision.reason),
                         ("release", "person", self.analyst, "Checked with the shop"))

    def test_rejected_money_goes_to_the_pool(self):
        posting = self.env["escrow.posting"]
        before = posting._get_balance("rebate_pool", self.company)
        self._review(outcome="reject").action_decide()
        self.assertEqual(self.held.reward_state, "rejected")
        gained = posting._get_balance("rebate_pool", self.company) - before
        self.assertEqual(gained, round(self.held.alloc_shopping * 100))
        self.assertFalse(posting._check_subledger(self.company))

    def test_a_reason_is_needed_and_a_second_review_refused(self):
        with self.assertRaisesRegex(UserError, "Reason"):
            self.held.with_user(self.analyst).action_release_rewards("  ")
        self._review(outcome="reject").action_decide()
        with self.assertRaisesRegex(UserError, "held"):
            self._review(outcome="release").action_decide()

    def test_only_analysts_review(self):
        groups = ("merchant_alliance.group_operator", "merchant_alliance.group_auditor",
                  "voucher_settlement.group_settlement_maker", "point_of_sale.group_pos_user", "base.group_portal")
        for index, group in enumerate(groups):
            user = new_test_user(self.env, f"nobody{index}", groups=group)
            with self.assertRaises(AccessError):
                self.held.with_user(user).action_release_rewards("please")
            with self.assertRaises(AccessError):
                self.held.with_user(user).action_reject_rewards("please")
            with self.assertRaises(AccessError):
                self._review(user)
        self.assertEqual(self.held.reward_state, "held")

    def test_decisions_are_append_only(self):
        decision = self.held.risk_decision_ids
        with self.assertRaises(UserError):
            decision.sudo().reason = "other"
        with self.assertRaises(UserError):
            decision.sudo().unlink()
        with self.assertRaises(AccessError):
            self.env["risk.decision"].with_user(self.analyst).create(self.held._prepare_decision("pass", "none"))

    def test_a_persons_decision_has_a_name_and_a_reason(self):
        for vals in ({"outcome": "release", "rule": "none"}, {"outcome": "hold", "rule": "person"},
                     {"outcome": "release", "rule": "person", "reason": "so"},
                     {"outcome": "release", "rule": "person", "user_id": self.analyst.id}):
            with self.subTest(vals), mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), \
                    self.env.cr.savepoint():
                self.env["risk.decision"].create({"qualified_sale_id": self.held.id, **vals})

    def test_several_are_decided_together_or_not_at_all(self):
        second = self._sell(2000)
        active = self._sell(1000, partner=self.other)
        with self.assertRaises(UserError):
            (self.held + second + active).with_user(self.analyst).action_release_rewards("all fine")
        self.assertEqual((self.held + second).mapped("reward_state"), ["held", "held"])
        (self.held + second).with_user(self.analyst).action_release_rewards("all fine")
        self.assertEqual((self.held + second).mapped("reward_state"), ["active", "active"])

    def test_a_held_sale_refunded_whole_cannot_be_released(self):
        self.env["alliance.qualified.sale"]._register_sales([{
            "idempotency_key": "risk,refund", "partner": self.held.partner_id, "store": self.held.store_id,
            "sale_datetime": self.held.sale_datetime, "cash_cents": -10000, "origin": self.held}])
        self.env["alliance.funding"]._fund_pending(self.merchant)
        self.assertEqual(self.held.reward_state, "cancelled")
        with self.assertRaises(UserError):
            self.held.with_user(self.analyst).action_release_rewards("late")

    def test_an_analyst_of_another_company_does_not_review(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(self.env, "analyst_o", groups="risk_controls.group_risk_analyst",
                                 company_id=other.id, company_ids=[Command.set(other.ids)])
        with self.assertRaises(AccessError):
            self.held.with_user(stranger).action_release_rewards("mine now")

    def test_the_wizard_takes_the_chosen_sales(self):
        wizard = self.env["risk.review"].with_user(self.analyst).with_context(
            active_model="alliance.qualified.sale", active_ids=self.held.ids)
        with Form(wizard) as form:
            form.outcome = "reject"
            form.reason = "Nobody was there"
        form.record.action_decide()
        self.assertEqual(self.held.reward_state, "rejected")
