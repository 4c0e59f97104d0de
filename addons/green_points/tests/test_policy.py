from decimal import Decimal

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import GreenPointsCommon


@tagged("post_install", "-at_install")
class TestPolicy(GreenPointsCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._create_user("points_operator", groups="merchant_alliance.group_operator")
        cls.auditor = cls._create_user("points_auditor", groups="merchant_alliance.group_auditor")

    def _draft(self, **vals):
        return self.env["green.points.policy"].create(
            {"name": "Draft", "company_id": self.company.id, **vals})

    def test_every_company_has_an_active_policy(self):
        self.assertEqual(self.policy.state, "active")
        self.assertEqual(self.policy.effective_number, 1)
        companies = self.env["res.company"].search([])
        active = self.env["green.points.policy"].search([("state", "=", "active")])
        self.assertEqual(active.company_id, companies)
        self.assertEqual(len(active), len(companies))

    def test_default_policy_is_created_once(self):
        self.company._create_default_points_policy()
        policies = self.env["green.points.policy"].search([("company_id", "=", self.company.id)])
        self.assertEqual(policies, self.policy)

    def test_bases_above_the_concession_are_refused_by_the_model(self):
        for vals in ({"beta": 0.7, "gamma": 0.3001}, {"beta": -0.1}, {"gamma": 1.1, "beta": 0.0}):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "β"):
                self._draft(**vals)

    @mute_logger("odoo.sql_db")
    def test_bases_above_the_concession_are_refused_by_the_database(self):
        policy = self._draft()
        self.env.flush_all()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.cr.execute("UPDATE green_points_policy SET beta = 0.7, gamma = 0.3001 WHERE id = %s", [policy.id])

    def test_weights_must_add_up(self):
        with self.assertRaisesRegex(ValidationError, "100 %; now they make 100.01 %"):
            self._draft(weight_fee=20.01)
        with self.assertRaises(ValidationError):
            self._draft(weight_fee=-1.0, weight_pool=81.0)

    @mute_logger("odoo.sql_db")
    def test_bounds_are_in_the_database(self):
        policy = self._draft()
        self.env.flush_all()
        for change in ("weight_fee = 21", "max_multiple = 5.0001", "period_count = 41", "period_count = 0",
                       "payout_ratio = 1.01", "curve_growth = 0", "curve_stages = 0", "points_per_unit = 0"):
            with self.subTest(change), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.cr.execute(f"UPDATE green_points_policy SET {change} WHERE id = %s", [policy.id])

    def test_activation_supersedes(self):
        self._sell(10_000)
        policy = self._draft(beta=0.5)
        policy.with_user(self.operator).action_activate()
        self.assertEqual(policy.state, "active")
        self.assertEqual(policy.effective_number, 2, "cohort 1 is open already")
        self.assertEqual(self.policy.state, "superseded")
        self.assertEqual(policy._get_active(self.company), policy)
        with self.assertRaisesRegex(UserError, "not a draft"):
            self.policy.action_activate()

    def test_effective_from_a_later_period(self):
        self._sell(10_000)
        later = self._draft(effective_number=4, beta=0.5)
        later.with_user(self.operator).action_activate()
        self.assertEqual((later.state, self.policy.state), ("scheduled", "active"))
        with self.assertRaisesRegex(UserError, "period 4 already"):
            self._draft(effective_number=4).action_activate()
        with self.assertRaisesRegex(UserError, "in force"):
            later.with_user(self.operator).write({"beta": 0.1})
        for number in (2, 3):
            self._close_period()
            self.assertEqual(self.env["green.points.cohort"]._get_open(self.company).policy_id, self.policy, number)
        self._close_period()
        opened = self.env["green.points.cohort"]._get_open(self.company)
        self.assertEqual((opened.number, opened.policy_id), (4, later))
        self.assertEqual((later.state, later.effective_number, self.policy.state), ("active", 4, "superseded"))
        self.assertEqual(self._sell(10_000).policy_id, later)

    def test_scheduled_can_be_taken_back(self):
        later = self._draft(effective_number=9)
        later.action_activate()
        later.with_user(self.operator).action_unschedule()
        self.assertEqual(later.state, "draft")
        with self.assertRaisesRegex(UserError, "not scheduled"):
            self.policy.action_unschedule()
        with self.assertRaises(AccessError):
            later.with_user(self.auditor).action_unschedule()

    def test_side_by_side(self):
        other = self._draft(name="Stepped", curve="stepped", beta=0.5)
        action = (self.policy + other).with_user(self.auditor).action_compare()
        comparison = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(comparison.chart.count("<polyline"), 2)
        self.assertIn("Stepped", comparison.table)
        self.assertNotIn("Pay-out Ratio", comparison.table, "the same in both")
        comparison.only_different = False
        self.assertIn("Pay-out Ratio", comparison.table)
        with self.assertRaisesRegex(UserError, "2 to 4"):
            self.policy.action_compare()
        with self.assertRaises(AccessError):
            (self.policy + other).with_user(self._create_user("compare_portal")).action_compare()

    @mute_logger("odoo.sql_db")
    def test_two_active_policies_are_refused_by_the_database(self):
        policy = self._draft()
        self.env.flush_all()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.cr.execute("UPDATE green_points_policy SET state = 'active' WHERE id = %s", [policy.id])

    def test_state_changes_by_activation_alone(self):
        with self.assertRaisesRegex(UserError, "State"):
            self._draft(state="active")
        with self.assertRaisesRegex(UserError, "State"):
            self.policy.write({"state": "draft"})

    def test_frozen_once_a_sale_names_it(self):
        self.policy.write({"points_per_unit": 2.0})
        self._register_sales(10_000)
        for vals in ({"beta": 0.1}, {"curve": "stepped"}, {"weight_pool": 61.0, "weight_fee": 19.0},
                     {"company_id": self.env.ref("base.main_company").id}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "in force"):
                self.policy.sudo().write(vals)
        self.policy.write({"name": "Another name"})

    def test_frozen_once_a_cohort_names_it(self):
        self.env["green.points.cohort"]._lock_open(self.company)
        with self.assertRaisesRegex(UserError, "in force"):
            self.policy.sudo().write({"period_days": 1})

    def test_users_change_drafts_alone(self):
        with self.assertRaisesRegex(UserError, "in force"):
            self.policy.with_user(self.operator).write({"beta": 0.1})
        self._draft().with_user(self.operator).write({"beta": 0.1})

    def test_only_drafts_are_deleted(self):
        with self.assertRaisesRegex(UserError, "draft"):
            self.policy.unlink()
        self._draft().unlink()

    def test_new_version(self):
        action = self.policy.with_user(self.operator).action_new_version()
        version = self.env["green.points.policy"].browse(action["res_id"])
        self.assertEqual(version.state, "draft")
        self.assertEqual(version.beta, self.policy.beta)
        self.assertNotEqual(version.name, self.policy.name)

    def test_wrong_users_are_refused(self):
        portal = self._create_user("points_portal")
        draft = self._draft()
        for user in (self.auditor, portal, self._create_user("points_employee", groups="base.group_user")):
            for method in ("action_activate", "action_new_version"):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(draft.with_user(user), method)()
        self.assertEqual(draft.state, "draft")
        with self.assertRaises(AccessError):
            draft.with_user(self.auditor).write({"name": "Mine"})

    def test_operator_of_another_company_is_refused(self):
        foreign = self.env["res.company"].create({"name": "Foreign"})
        draft = self._draft(company_id=foreign.id)
        with self.assertRaises(AccessError):
            draft.with_user(self.operator).action_activate()

    def test_steps_add_up_to_the_highest_multiple(self):
        for curve in ("linear", "compounding", "stepped"):
            policy = self._draft(curve=curve, period_count=37, max_multiple=4.9999)
            steps = [policy._get_step(age) for age in range(1, 38)]
            self.assertEqual(sum(steps), Decimal("4.9999"))
            self.assertEqual(policy._get_multiple(37), Decimal("4.9999"))
            self.assertGreaterEqual(min(steps), 0)
            self.assertEqual(policy._get_step(38), 0)

    def test_form_shows_the_curve(self):
        with Form(self.env["green.points.policy"]) as form:
            form.name = "Typed"
            linear = form.curve_chart
            self.assertIn("<svg", linear)
            form.curve = "stepped"
            self.assertNotEqual(form.curve_chart, linear)
