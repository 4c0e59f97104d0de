from odoo.tests import tagged

from .common import GreenPointsCommon


@tagged("post_install", "-at_install")
class TestServerFields(GreenPointsCommon):
    """What the server alone sets comes in neither by the caller's context nor by the caller's own defaults."""

    def test_made_by_hand(self):
        for name, vals, forged in (
                ("green.points.policy", {"name": "Mine", "company_id": self.company.id}, {"state": "active"}),
                ("green.points.rule", {"name": "Mine", "company_id": self.company.id, "multiplier": 2.0},
                 {"spent": -1000.0}),
                ("green.points.offer", {"name": "Mine", "store_id": self.store.id, "points": 50.0},
                 {"state": "published", "booked_count": -5})):
            fresh = self.env[name].create(vals)
            expected = {fname: fresh[fname] for fname in forged}
            by_context = {f"default_{fname}": value for fname, value in forged.items()}
            made = self.env[name].with_context(**by_context).create(vals)
            self.assertEqual({fname: made[fname] for fname in forged}, expected, name)
            for fname, value in forged.items():
                self.env["ir.default"].set(name, fname, value, user_id=True)
            made = self.env[name].create(vals)
            self.assertEqual({fname: made[fname] for fname in forged}, expected, name)

    def test_ledgers(self):
        forged = {"default_reward_state": "active", "default_state": "matured", "default_paid": 1.0}
        for name, expected in (
                ("alliance.qualified.sale", {"reward_state": "pending"}), ("green.points.cohort", {"state": "open"}),
                ("green.points.exchange", {"state": "booked"}), ("green.points.debt", {"paid": 0.0})):
            model = self.env[name].with_context(**forged)
            self.assertEqual(model.default_get([*expected]), expected, name)
