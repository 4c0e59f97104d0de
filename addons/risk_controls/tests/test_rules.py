from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

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

    def test_parts_of_one_document_are_one_sale(self):
        """A basket with goods of six rates, or of six stores, is one purchase, and the fourth one is held whole."""
        store = self.merchant.store_ids
        stores = store + self.env["alliance.store"].create([
            {"name": f"Counter {number}", "merchant_id": self.merchant.id} for number in range(5)])
        baskets = [self._sell(0, store=store, parts=[(store, None, 100) for store in stores]) for _i in range(4)]
        self.assertEqual([len(basket) for basket in baskets], [6] * 4)
        self.assertEqual(
            [set(basket.mapped("reward_state")) for basket in baskets], [{"active"}] * 3 + [{"held"}])
        self.assertIn("4 sales in an hour, 4 in 24 hours", baskets[3].with_user(self.analyst)[5].held_reason)

    def test_too_much_cash_in_a_day_is_held(self):
        self.assertEqual(self._sell(100_000).reward_state, "active")
        sale = self._sell(100)
        self.assertEqual((sale.reward_state, sale.risk_decision_ids.rule), ("held", "amount"))

    def test_held_rewards_give_nothing(self):
        sale = self._hold_one()
        self.assertEqual(sale.state, "funded")
        self.assertFalse(sale.cohort_id)
        self.assertFalse(self.env["green.points.entry"].search([("qualified_sale_id", "=", sale.id)]))
        self.assertFalse(self.env["voucher.lot"].search([("qualified_sale_id", "=", sale.id)]))
        self.assertFalse(self.env["escrow.posting"]._check_subledger(self.company))

    def test_sales_sent_latest_first_count_too(self):
        sales = [self._register_sale(1000, minutes=minutes) for minutes in (10, 20, 30, 40)]
        self.env["alliance.funding"]._fund_pending(self.merchant)
        self.assertEqual([sale.reward_state for sale in sales], ["active"] * 3 + ["held"])

    def test_sales_an_hour_apart_are_not_counted_together(self):
        self.policy.shopper_sales_per_day = 50
        states = [self._sell(1000, minutes=minutes).reward_state for minutes in (200, 199, 198, 138, 137, 136, 135)]
        self.assertEqual(states, ["active"] * 6 + ["held"])

    def test_sales_of_another_company_are_not_counted(self):
        self._sell(100_000)
        other = self.env["res.company"].create({"name": "Other"})
        policy = self.env["risk.policy"]._get_policy(other)
        self.assertEqual((policy.company_id, policy.shopper_sales_per_hour), (other, 10))
        self.assertEqual(self.env["risk.policy"]._get_policy(other), policy)

    def test_a_held_sale_is_not_judged_again(self):
        sale = self._hold_one()
        self.assertFalse(sale._filter_rewardable())
        self.assertEqual(len(sale.risk_decision_ids), 1)

    def test_decisions_of_a_batch_take_no_query_each(self):
        self.policy.write({"shopper_sales_per_hour": 100, "shopper_sales_per_day": 100, "shopper_cash_per_day": 1e6})
        counts = []
        for size in (2, 12):
            sales = self._register_sale(1000)
            for _i in range(size - 1):
                sales += self._register_sale(1000)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            sales._filter_rewardable()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_the_velocity_query_has_its_index(self):
        self.env.cr.execute(SQL("SELECT indexdef FROM pg_indexes WHERE tablename = 'alliance_qualified_sale'"))
        self.assertTrue(any("(partner_id, sale_datetime) WHERE" in row[0] for row in self.env.cr.fetchall()))

    def test_limits_are_above_zero_and_never_deleted(self):
        with self.assertRaises(UserError):
            self.policy.unlink()
        with self.assertRaises(UserError):
            self.policy.company_id = self.env["res.company"].create({"name": "Other"})
        for name in ("shopper_sales_per_hour", "shopper_sales_per_day", "shopper_cash_per_day",
                     "platform_concession_per_day"):
            with self.subTest(name), mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), \
                    self.env.cr.savepoint():
                self.policy.write({name: 0})
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestStructure(RiskCommon):
    """The rule recomputes what a sale may give; here the record is falsified past the ORM."""

    def _falsify(self, assignment):
        """Return a sale funded after ``assignment`` (SQL) was applied to its record."""
        sale = self._register_sale(10000)
        self.env.flush_all()
        self.env.cr.execute(f"UPDATE alliance_qualified_sale SET {assignment} WHERE id = {sale.id}")
        self.env.invalidate_all()
        self.env["alliance.funding"]._fund_pending(self.merchant)
        return sale

    def test_more_concession_than_the_rate_is_held(self):
        sale = self._falsify("concession_amount = 11, alloc_pool = alloc_pool + 1")
        self.assertEqual((sale.reward_state, sale.risk_decision_ids.rule), ("held", "structure"))
        self.assertIn("concession", sale.with_user(self.analyst).held_reason)

    def test_points_worth_more_than_the_concession_are_held(self):
        self.env.cr.execute(
            "ALTER TABLE alliance_qualified_sale DROP CONSTRAINT alliance_qualified_sale_gives_within_concession")
        sale = self._falsify("base_shopper = base_shopper + 5")
        self.assertEqual((sale.reward_state, sale.risk_decision_ids.rule), ("held", "structure"))

    def test_parts_that_do_not_add_up_are_held(self):
        self.env.cr.execute(
            "ALTER TABLE alliance_qualified_sale DROP CONSTRAINT alliance_qualified_sale_allocation_adds_up")
        sale = self._register_sale(10000)
        self.env.flush_all()
        self.assertIsNone(sale._get_structural_fault())
        self.env.cr.execute("UPDATE alliance_qualified_sale SET alloc_shopping = alloc_shopping + 1")
        self.env.invalidate_all()
        self.assertIn("parts", sale._get_structural_fault())

    def test_a_negative_part_is_held(self):
        sale = self._register_sale(10000)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE alliance_qualified_sale SET alloc_shopping = -1, alloc_pool = alloc_pool + alloc_shopping + 1")
        self.env.invalidate_all()
        self.assertIn("parts", sale._get_structural_fault())

    def test_an_analyst_cannot_release_it(self):
        sale = self._falsify("concession_amount = 11, alloc_pool = alloc_pool + 1")
        with self.assertRaisesRegex(UserError, "only be rejected"):
            sale.with_user(self.analyst).action_release_rewards("a friend")
        self.assertEqual(sale.reward_state, "held")
        sale.with_user(self.analyst).action_reject_rewards("falsified")
        self.assertEqual(sale.reward_state, "rejected")
