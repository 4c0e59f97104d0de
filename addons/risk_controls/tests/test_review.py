from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestReview(RiskCommon):
    def setUp(self):
        super().setUp()
        for _i in range(3):
            self._sell(1000)
        self.held = self._sell(10000)
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
            breaker = self.env["risk.breaker"].search([], limit=1)
            with self.assertRaises(AccessError):
                breaker.with_user(user).action_close()
            with self.assertRaises(AccessError):
                breaker.with_user(user).action_raise_cap()
        self.assertEqual(self.held.reward_state, "held")

    def test_decisions_are_append_only(self):
        decision = self.held.risk_decision_ids
        with self.assertRaises(UserError):
            decision.sudo().reason = "other"
        with self.assertRaises(UserError):
            decision.sudo().unlink()
