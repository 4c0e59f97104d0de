from unittest.mock import patch

import numpy as np
from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from odoo.addons.green_points.tools.simulation import Scenario, simulate

from ..models import green_points_simulation
from .common import SettlementCommon


@tagged("post_install", "-at_install")
class TestSimulation(SettlementCommon):
    """A simulation begins with what is outstanding, and with how much of it was spent so far."""

    def _get_spending(self, user=None):
        policy = self.env["green.points.policy"]._get_active(self.company)
        return self.env["green.points.simulation"].with_user(user or self.env.user).create(
            {"policy_id": policy.id}).spending

    def _spend(self, cents):
        self.env["voucher.wallet"].search([])._credit_up_to_date()
        hold = self._authorize(cents, store=self.mall)
        hold._capture()
        return hold

    def _settle_three(self):
        """10.00 given; 4.00 of it spent; 12.50 released; 5.50 of 18.50 spent: 9.50 of 10.00 + 10.00 + 18.50."""
        with freeze_time("2026-03-02 10:00:00"):
            self._sell(1000)
            self._settle()
        with freeze_time("2026-03-03 10:00:00"):
            self._spend(400)
        with freeze_time("2026-03-04 10:00:00"):
            self.assertEqual(self._settle().released_amount, 12.5)
        with freeze_time("2026-03-05 10:00:00"):
            self._spend(550)
        with freeze_time("2026-03-06 10:00:00"):
            self._settle()

    def test_as_in_the_last_settled_periods(self):
        self._settle_three()
        usual = 100 * 9.5 / 38.5
        self.assertAlmostEqual(self._get_spending(), usual, places=2)
        self._sell(1000)  # what goes on in the open period is not reckoned with, booked or not
        hold = self._spend(200)
        self.assertAlmostEqual(self._get_spending(), usual, places=2)
        self.assertReconciled()
        self.assertAlmostEqual(self._get_spending(), usual, places=2)
        hold._restore(200, "test,back")
        self.assertAlmostEqual(self._get_spending(), usual, places=2)
        with patch.object(green_points_simulation, "LATEST", 1):
            self.assertAlmostEqual(self._get_spending(), 100 * 5.5 / 18.5, places=2)

    def test_without_settlements(self):
        self.assertEqual(self._get_spending(), 20.0)
        self._sell(1000)
        self._spend(400)
        self.assertEqual(self._get_spending(), 20.0)

    def _get_opening(self, **vals):
        """Return the opening and the policy that is simulated: a copy of the active one with ``vals``."""
        policy = self.env["green.points.policy"]._get_active(self.company).copy(vals)
        return self.env["green.points.simulation"].create({"policy_id": policy.id})._prepare_opening(), policy

    def test_the_opening_is_what_the_books_say(self):
        """In cents; 65.00 came into the pool and 12.50 went out twice, of 35.00 vouchers 9.50 are spent."""
        self._settle_three()
        self.assertReconciled()
        for count in (40, 2):
            opening, _policy = self._get_opening(period_count=count)
            self.assertEqual(opening.bases, (10_000.0, 0.0, 0.0))
            self.assertEqual(opening.concessions, (10_000.0, 0.0, 0.0))
            self.assertEqual(opening.released, (0.25, 0.125, 0.0))
            self.assertEqual(opening.ages, (2, 1, 0))
            self.assertEqual(opening.steps, ((0.125,) * 40,) * 3)
            self.assertEqual((opening.pool, opening.outstanding, opening.reserve), (4_000.0, 2_550.0, 500.0))

    def test_a_cohort_goes_on_where_it_stands(self):
        """One of one period matured between two of forty; no policy that is simulated changes what is left to them."""
        self._sell(1000)
        self._use_policy(period_count=1, max_multiple=0.5)
        self._settle()
        self._sell(500)
        self._use_policy(max_multiple=4.0)
        self._settle()
        self._sell(200)
        self.assertEqual(self._settle().released_amount, 12.5 + 25)
        self.assertReconciled()
        opening, policy = self._get_opening(period_count=1)
        self.assertEqual(opening.bases, (10_000.0, 2_000.0))
        self.assertEqual(opening.ages, (2, 0))
        self.assertEqual(opening.steps, ((0.125,) * 40, (0.1,) * 40))
        self.assertEqual(opening.released, (0.25, 0.0))
        # 65.00 + 32.50 + 13.00 - 12.50 - 37.50; 10.00 + 5.00 + 2.00 + 50.00
        self.assertEqual((opening.pool, opening.outstanding, opening.reserve), (6_050.0, 6_700.0, 850.0))
        simulation = self.env["green.points.simulation"].create({"policy_id": policy.id})
        nothing = np.zeros(2)
        result = simulate(simulation._prepare_rules(), [Scenario("stop", nothing, nothing, nothing)], opening)
        period = self._settle()
        self.assertEqual(period.due_amount, 12.5 + 2)
        self.assertAlmostEqual(float(result.due[0, 0]), 100 * period.due_amount)
        self.assertAlmostEqual(float(result.pool[0, 0]), 100 * self._balance("rebate_pool"))

    def test_what_is_closed_but_not_settled_is_still_to_come(self):
        self._sell(1000)
        self._settle()
        self._settle()
        self._sell(500)
        settled, _policy = self._get_opening()
        self._compute()
        computed, _policy = self._get_opening()
        self.assertEqual(computed.ages, settled.ages)
        self.assertEqual(computed.released, settled.released)
        self.assertEqual(computed.bases, (10_000.0, 0.0), "the third one's points begin with its settlement")

    def test_an_operator_opens_with_the_same_figures(self):
        self._settle_three()
        operator = new_test_user(
            self.env, "simulation_opener", groups="base.group_user,merchant_alliance.group_operator")
        policy = self.env["green.points.policy"]._get_active(self.company)
        mine, theirs = (self.env["green.points.simulation"].with_user(user).create(
            {"policy_id": policy.id})._prepare_opening() for user in (self.env.user, operator))
        self.assertEqual(mine, theirs)

    def test_an_operator_sees_the_share_alone(self):
        self._settle_three()
        operator = new_test_user(
            self.env, "simulation_operator", groups="base.group_user,merchant_alliance.group_operator")
        self.assertAlmostEqual(self._get_spending(operator), 100 * 9.5 / 38.5, places=2)
