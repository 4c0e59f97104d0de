from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestRules(RiskCommon):
    def test_an_ordinary_sale_passes_with_a_decision(self):
        sale = self._sell(10000)
        self.assertEqual(sale.reward_state, "active")
        self.assertEqual(sale.risk_decision_ids.mapped("outcome"), ["pass"])

    def test_too_many_sales_in_an_hour_are_held(self):
        sales = [self._sell(1000) for _i in range(4)]
        self.assertEqual([sale.reward_state for sale in sales], ["active"] * 3 + ["held"])
        self.assertEqual(sales[3].risk_decision_ids.rule, "velocity")
        self.assertEqual(self._sell(1000, partner=self.other).reward_state, "active")

    def test_too_many_sales_in_a_day_are_held(self):
        states = [self._sell(1000, minutes=60 * hours).reward_state for hours in (20, 16, 12, 8, 4, 0)]
        self.assertEqual(states, ["active"] * 5 + ["held"])

    def test_sales_of_one_batch_count_too(self):
        sales = [self._register_sale(1000) for _i in range(4)]
        self.env["alliance.funding"]._fund_pending(self.merchant)
        self.assertEqual([sale.reward_state for sale in sales], ["active"] * 3 + ["held"])

    def test_too_much_cash_in_a_day_is_held(self):
        self.assertEqual(self._sell(100_000).reward_state, "active")
        sale = self._sell(100)
        self.assertEqual((sale.reward_state, sale.risk_decision_ids.rule), ("held", "amount"))

    def test_a_sale_that_gives_more_than_its_concession_is_held(self):
        sale = self._register_sale(10000)
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE alliance_qualified_sale SET concession_amount = 11, alloc_pool = alloc_pool + 1 WHERE id = %s",
            sale.id))
        self.env.invalidate_all()
        self.env["alliance.funding"]._fund_pending(self.merchant)
        self.assertEqual((sale.reward_state, sale.risk_decision_ids.rule), ("held", "structure"))

    def test_held_rewards_give_nothing(self):
        for _i in range(3):
            self._sell(1000)
        sale = self._sell(1000)
        self.assertEqual(sale.state, "funded")
        self.assertFalse(sale.cohort_id)
        self.assertFalse(self.env["green.points.entry"].search([("qualified_sale_id", "=", sale.id)]))
        self.assertFalse(self.env["voucher.lot"].search([("qualified_sale_id", "=", sale.id)]))
        self.assertFalse(self.env["escrow.posting"]._check_subledger(self.company))

    def test_the_daily_cap_opens_the_breaker(self):
        self.policy.write({
            "shopper_sales_per_hour": 9, "shopper_cash_per_day": 1_000_000, "platform_concession_per_day": 150})
        first, second, third = (self._sell(cents) for cents in (100_000, 60_000, 10_000))
        breaker = self.env["risk.breaker"].search([("company_id", "=", self.company.id)])
        self.assertEqual([s.reward_state for s in (first, second, third)], ["active", "held", "held"])
        self.assertEqual((breaker.state, breaker.rewarded_amount), ("open", 100))
        self.assertEqual(second.risk_decision_ids.rule, "cap")
        self.assertIn(self.analyst, breaker.activity_ids.user_id)
        breaker.with_user(self.analyst).action_close("Checked")
        self.assertEqual(self._sell(10_000).reward_state, "active")

    def test_the_cap_is_raised_through_the_limits(self):
        self.policy.write({"shopper_cash_per_day": 1_000_000, "platform_concession_per_day": 100})
        self._sell(100_000)
        breaker = self.env["risk.breaker"].search([("company_id", "=", self.company.id)])
        self.policy.platform_concession_per_day = 50
        with self.assertRaises(UserError):
            breaker.with_user(self.analyst).action_raise_cap()
        self.policy.platform_concession_per_day = 200
        breaker.with_user(self.analyst).action_raise_cap()
        self.assertEqual(self._sell(50_000).reward_state, "active")

    def test_limits_are_above_zero_and_never_deleted(self):
        with self.assertRaises(UserError):
            self.policy.unlink()
        self.assertEqual(self.env["risk.policy"]._get_policy(self.company), self.policy)
