from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

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

    def test_an_operator_sees_the_share_alone(self):
        self._settle_three()
        operator = new_test_user(
            self.env, "simulation_operator", groups="base.group_user,merchant_alliance.group_operator")
        self.assertAlmostEqual(self._get_spending(operator), 100 * 9.5 / 38.5, places=2)
