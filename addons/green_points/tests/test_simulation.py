from dataclasses import replace
from decimal import Decimal
from unittest.mock import patch

import numpy as np
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..tools.line_chart import render_lines
from ..tools.simulation import Opening, Result, Rules, Scenario, build_scenarios, simulate
from ..tools.wording import find_promises
from .common import GreenPointsCommon

RULES = Rules(steps=(0.125,) * 40, base=1.0, pool=0.65, shopping=0.10, reserve=0.05)
PERIODS = 521  # ten years of weeks


def flat(periods=PERIODS, concession=100_000.0, spending=0.2, **changes):
    vals = {"key": "flat", "concessions": np.full(periods, concession), "spending": np.full(periods, spending),
            "refunds": np.zeros(periods), **changes}
    return Scenario(**vals)


@tagged("post_install", "-at_install")
class TestSimulationTool(TransactionCase):

    def test_the_escrow_always_holds_what_is_owed(self):
        result = simulate(RULES, build_scenarios(1e6, PERIODS, 7, 0.2, 0.02))
        self.assertEqual(result.bank.shape, (7, PERIODS))
        self.assertLess(np.abs(result.bank - result.owed).max(), 0.01)
        self.assertGreaterEqual(min(result.pool.min(), result.outstanding.min()), 0)
        self.assertLessEqual(np.nanmax(result.multiples), 5.0 + 1e-9)
        self.assertLessEqual(result.coverage.max(), 1.0 + 1e-12)

    def test_what_lasts_is_the_pools_share(self):
        result = simulate(RULES, [flat(spending=1.0)])  # nothing expires
        later = result.multiples[0, result.first + 200:result.matured]
        self.assertAlmostEqual(float(later.mean()), 0.65, places=2)
        self.assertAlmostEqual(float(result.expired[0, -1]), 0.0)

    def test_by_hand(self):
        """1000.00 concession, two periods of life, base 1, pool 60 %: the first release covers 60 of 250."""
        rules = Rules(steps=(2.5, 2.5), base=1.0, pool=0.6, shopping=0.1, reserve=0.05)
        result = simulate(rules, [flat(periods=3, concession=1000.0, spending=0.0)])
        # period 2: pool 600 + 600, due 2500: k = 0.48; period 3: pool 600, due 2500 + 2500
        np.testing.assert_allclose(result.coverage[0], [1.0, 0.48, 0.12])
        np.testing.assert_allclose(result.released[0], [0, 1200, 600])
        np.testing.assert_allclose(result.multiples[0, 2:4], [1.5, 0.3])
        np.testing.assert_allclose(result.outstanding[0], [100, 1400, 2100])

    def test_ring_fenced_cohorts_live_on_their_own(self):
        rules = Rules(steps=(2.5, 2.5), base=1.0, pool=0.6, shopping=0.0, reserve=0.0, ring_fenced=True)
        result = simulate(rules, [flat(periods=4, spending=0.0, concessions=np.array([1000.0, 9000.0, 0.0, 0.0]))])
        np.testing.assert_allclose(result.multiples[0, 2:4], [0.6, 0.6])

    def test_expiry_returns_to_the_pool(self):
        rules = Rules(steps=(1.0,), base=0.5, pool=0.5, shopping=0.2, reserve=0.0, deduction_life=2, shopping_life=3)
        result = simulate(rules, [flat(periods=6, concessions=np.array([100.0, 0, 0, 0, 0, 0]), spending=0.0)])
        np.testing.assert_allclose(result.expired[0], [0, 0, 0, 70, 70, 70])
        np.testing.assert_allclose(result.pool[0], [50, 0, 0, 70, 70, 70])

    def test_an_opening_goes_on(self):
        rules = replace(RULES, shopping=0.0, deduction_life=99)
        whole = simulate(rules, [flat(periods=60, spending=0.0)])
        begun = simulate(rules, [flat(periods=30, spending=0.0)])
        opening = Opening(
            bases=(100_000.0,) * 30, released=tuple(begun.multiples[0, begun.first:]), steps=(RULES.steps,) * 30,
            concessions=(100_000.0,) * 30, pool=begun.pool[0, -1])
        rest = simulate(rules, [flat(periods=30, spending=0.0)], opening)
        np.testing.assert_allclose(rest.coverage[0], whole.coverage[0, 30:])
        np.testing.assert_allclose(rest.multiples[0, 10:], whole.multiples[0, whole.first:])

    def test_cohorts_go_on_along_their_own_curves(self):
        """Simulated: a policy of one period; under way: one with three of its eight periods left, and a new one."""
        rules = Rules(steps=(0.3,), base=1.0, pool=0.5, shopping=0.0, reserve=0.0)
        opening = Opening(
            bases=(100.0, 100.0), ages=(5, 0), steps=((0.1,) * 8, (0.5, 0.2)), released=(0.5, 0.0),
            concessions=(100.0, 100.0), pool=1000.0)
        scenario = flat(periods=5, spending=0.0, concessions=np.array([200.0, 0.0, 0.0, 0.0, 0.0]))
        result = simulate(rules, [scenario], opening)
        np.testing.assert_allclose(result.due[0], [10 + 50, 10 + 20 + 60, 10, 0, 0])
        np.testing.assert_allclose(result.released[0], result.due[0])
        np.testing.assert_allclose(result.pool[0], [1040, 950, 940, 940, 940])
        multiples = result.multiples[0]
        np.testing.assert_allclose(multiples[~np.isnan(multiples)], [0.8, 0.7, 0.3])
        np.testing.assert_allclose(multiples[result.first:result.first + 1], [0.3])
        self.assertEqual(result.matured - result.first, 4, "the last one has its period still to come")

    def test_many_cohorts_of_a_longer_policy(self):
        """Forty are under way when a policy of ten periods is simulated: all are owed what their own curves say."""
        rules = Rules(steps=(0.5,) * 10, base=1.0, pool=0.65, shopping=0.0, reserve=0.0)
        opening = Opening(bases=(1000.0,) * 40, ages=tuple(range(39, -1, -1)), steps=((0.125,) * 40,) * 40, pool=100.0)
        result = simulate(rules, [flat(periods=41, concession=0.0)], opening)
        np.testing.assert_allclose(result.due[0], [125.0 * left for left in range(40, -1, -1)])
        self.assertAlmostEqual(float(result.coverage[0, 0]), 100 / 5000)

    def test_refunds_reach_the_latest_periods_alone(self):
        """A cohort that is older than its place in the list says is not given back."""
        refunds = np.array([0.5, 0.0])
        scenario = flat(periods=2, spending=0.0, concessions=np.zeros(2), refunds=refunds)
        for age, left in ((3, 1000.0), (2, 967.5)):
            opening = Opening(bases=(100.0,), ages=(age,), steps=((0.0,) * 8,), concessions=(100.0,), pool=1000.0)
            result = simulate(replace(RULES, steps=(0.0,), shopping=0.0), [scenario], opening)
            self.assertAlmostEqual(float(result.pool[0, 0]), left)

    def test_what_happens_in_the_scenarios(self):
        scenarios = {scenario.key: scenario for scenario in build_scenarios(1000.0, 521, 7, 0.2, 0.02)}
        concessions, trouble = {key: scenario.concessions for key, scenario in scenarios.items()}, 104
        years = np.arange(521) * 7 / 365
        np.testing.assert_allclose(concessions["growth"], 1000 * 1.15 ** years)
        np.testing.assert_allclose(concessions["flat"], 1000)
        np.testing.assert_allclose(concessions["decline"], 1000 * 0.8 ** years)
        level = np.full(521, 1000.0)
        np.testing.assert_allclose(concessions["stop"], np.where(np.arange(521) < trouble, level, 0))
        np.testing.assert_allclose(  # half of them for a year
            concessions["default"], np.where((np.arange(521) >= trouble) & (np.arange(521) < trouble + 52), 500, level))
        for key in ("run", "refund_wave"):
            np.testing.assert_allclose(concessions[key], level)
        for key, scenario in scenarios.items():
            spending, refunds = np.full(521, 0.2), np.full(521, 0.02)
            if key == "run":
                spending[trouble:trouble + 2] = 1.0
            if key == "refund_wave":
                refunds[trouble:trouble + 4] = 0.3
            np.testing.assert_allclose(scenario.spending, spending, err_msg=key)
            np.testing.assert_allclose(scenario.refunds, refunds, err_msg=key)

    def test_a_wave_of_refunds(self):
        refunds = np.zeros(10)
        refunds[5] = 1.0
        result = simulate(RULES, [flat(periods=10, spending=0.0), flat(periods=10, spending=0.0, refunds=refunds)])
        self.assertLess(result.outstanding[1, -1], result.outstanding[0, -1])
        self.assertLess(np.abs(result.bank - result.owed).max(), 0.01)
        self.assertGreaterEqual(result.pool.min(), 0)

    def test_bad_input(self):
        with self.assertRaises(ValueError):
            simulate(RULES, [flat(), flat(periods=3)])
        with self.assertRaises(ValueError):
            simulate(RULES, [flat()], Opening(bases=(1.0,) * 41))
        with self.assertRaises(ValueError):
            simulate(RULES, [flat()], Opening(bases=(1.0,), ages=(2,), steps=((0.5, 0.5),)))

    def test_wording(self):
        self.assertEqual(find_promises("Points are not money. No return on anything is promised.", 0.65), [])
        self.assertEqual(find_promises("不承诺任何收益", 0.65), [])
        for text, kind in {
                "Up to 5 times what the store concedes": "multiple", "最高5倍": "multiple", "get 100 % back": "percent",
                "Guaranteed!": "word", "年化 12 %": "word", "保证": "word"}.items():
            with self.subTest(text):
                self.assertIn(kind, [found for found, _words in find_promises(text, 0.65)])
        self.assertEqual(find_promises("0.5 times, 60 %", 0.65), [])

    def test_chart(self):
        chart = render_lines([("<b>", [1.0, float("nan"), 3.0]), ("two", [0, 1, 2])], "Title")
        self.assertIn("&lt;b&gt;", chart)
        self.assertEqual(chart.count("<polyline"), 2)
        self.assertEqual(render_lines([("none", [float("nan")])], "Title"), "")


@tagged("post_install", "-at_install")
class TestSimulation(GreenPointsCommon):

    def _run(self, **vals):
        simulation = self.env["green.points.simulation"].create({"policy_id": self.policy.id, **vals})
        simulation.action_run()
        return simulation

    def test_ten_years_in_seconds(self):
        for _period in range(3):
            self._sell(100_000)
            self._close_period()
        simulation = self._run()
        self.assertEqual(simulation.concession, 100.0, "as the last periods were")
        self.assertLess(simulation.seconds, 5)
        for fname in ("chart_coverage", "chart_multiple", "chart_escrow", "chart_vouchers", "chart_breakage"):
            self.assertEqual(simulation[fname].count("<polyline"), 7, fname)
        self.assertIn("No multiple is promised", simulation.expectation)
        self.assertIn("the escrow holds what the platform owes", simulation.expectation)
        self.assertIn("up to 5.00 times", simulation.warnings)

    def _get_usual(self):
        simulation = self.env["green.points.simulation"].create({"policy_id": self.policy.id})
        return [round(simulation[fname], 2) for fname in ("concession", "spending", "refunds", "promoted")]

    def test_figures_of_the_last_periods(self):
        self.assertEqual(self._get_usual(), [10_000.0, 20.0, 0.0, 0.0], "no history")
        with patch.object(self.env.registry["alliance.qualified.sale"], "_get_promoter_share", lambda sale: Decimal(1)):
            self._sell(200_000)
        self.assertEqual(self._get_usual()[0], 10_000.0, "its period is still open")
        self._close_period()
        self.assertEqual(self._get_usual(), [200.0, 20.0, 0.0, 100.0])
        sale = self._sell(200_000)
        self._refund(sale, 100_000)
        self._close_period()
        # a quarter was given back: 1 - 0.75 ** (1 / 4) in each of four periods
        self.assertEqual(self._get_usual(), [200.0, 20.0, 6.94, 50.0])
        for _period in range(7):
            self._close_period()
        self.assertEqual(self._get_usual(), [25.0, 20.0, 15.91, 0.0], "the first one is the ninth")
        self.assertEqual(self._run(refunds=1.0).refunds, 1.0, "unless somebody says otherwise")

    def test_the_opening_is_all_cohorts_under_way(self):
        """Whatever is simulated: each with its own policy's curve, what it conceded, what that brought the pool."""
        self._sell(100_000)
        self.policy.copy({"period_count": 2, "max_multiple": 1.0, "weight_pool": 50.0, "weight_fee": 30.0})._activate()
        self._close_period()
        self._sell(50_000)
        self.policy.copy({"weight_pool": 40.0, "weight_fee": 40.0})._activate()
        self._close_period()
        sale = self._sell(30_000)
        self._refund(sale, 10_000)
        long = self.env["green.points.policy"]._get_active(self.company)
        for short in (long.copy({"period_count": 2}), long.copy({"period_count": 1}), long):
            with self.subTest(periods=short.period_count):
                self._check_opening(short, bases=(10_000, 5_000), ages=(1, 0), left=(39, 2), pool=6_000 + 2_500)
        self._close_period()
        self._close_period()
        self._sell(70_000)
        self._check_opening(  # the second cohort matured before the first one
            long.copy({"period_count": 2}), bases=(10_000, 2_000, 0), ages=(3, 1, 0), left=(37, 39, 40),
            pool=6_000 + 800)

    def _check_opening(self, policy, bases, ages, left, pool):
        """Compare the opening, less what a higher addon knows of the books."""
        opening = self.env["green.points.simulation"].create({"policy_id": policy.id})._prepare_opening()
        np.testing.assert_allclose(opening.bases, bases)
        np.testing.assert_allclose(opening.concessions, bases)
        self.assertEqual(opening.ages, ages)
        self.assertEqual(tuple(len(steps) - age for steps, age in zip(opening.steps, ages, strict=True)), left)
        for steps in opening.steps:
            self.assertAlmostEqual(sum(steps), 1.0 if len(steps) == 2 else 5.0)
        if "settlement.period" not in self.env:
            self.assertAlmostEqual(opening.pool, pool)

    def _get_warnings(self, **multiples):
        """Return the warnings on a result in which cohorts released what is given, by scenario.

        The first of ten cohorts may have another multiple than those after it: ``flat=(first, later)``.
        """
        simulation = self.env["green.points.simulation"].create({"policy_id": self.policy.id})
        keys = ["growth", "flat", "decline", "stop", "run", "refund_wave", "default"]
        rows = np.array([[first] + [later] * 9 for first, later in (multiples.get(key, (1.0, 1.0)) for key in keys)])
        nothing = np.zeros((7, 10))
        result = Result(
            **dict.fromkeys(("coverage", "due", "released", "pool", "outstanding", "bank", "owed", "expired", "spent"),
                            nothing), multiples=rows, first=0, matured=10, keys=keys)
        return " ".join(simulation._get_warnings(result, simulation._get_lasting(result)))

    def test_early_cohorts_are_no_example(self):
        said = "The first cohorts release more ({} times) than those that come later (1.00 times)"
        self.assertIn(said.format("1.20"), self._get_warnings(flat=(1.2, 1.0)))
        self.assertNotIn("The first cohorts", self._get_warnings(flat=(1.05, 1.0)))
        self.assertNotIn("The first cohorts", self._get_warnings(flat=(0.5, 1.0)))
        self.assertNotIn("The first cohorts", self._get_warnings(decline=(3.0, 1.0), growth=(3.0, 1.0)))

    def test_growth_does_not_last(self):
        said = "Growth adds to what is released (1.20 instead of 1.00 times)"
        self.assertIn(said, self._get_warnings(growth=(1.0, 1.2)))
        self.assertNotIn("Growth adds", self._get_warnings(growth=(1.0, 1.05)))
        self.assertNotIn("Growth adds", self._get_warnings(growth=(1.2, 1.0)), "what comes later counts")
        self.assertNotIn("Growth adds", self._get_warnings(decline=(1.0, 1.2)))

    def test_warnings_of_a_whole_run(self):
        """From nothing, the first cohorts share the pool with few; growth counts where points live for years."""
        said = {}
        for name, vals in {"weeks": {}, "months": {"period_days": 30},
                           "one": {"period_count": 1, "max_multiple": 0.5}}.items():
            warnings = self._run(
                policy_id=self.policy.copy(vals).id, from_platform=False, spending=100.0).warnings or ""
            said[name] = ["The first cohorts release more" in warnings, "Growth adds to what is" in warnings]
        self.assertEqual(said, {"weeks": [True, False], "months": [True, True], "one": [False, False]})

    def test_the_public_wording_is_looked_at(self):
        modest = self.policy.copy({"max_multiple": 0.5, "public_wording": "Vouchers come from what stores concede."})
        self.assertNotIn("public wording says", self._run(policy_id=modest.id).warnings or "")
        modest.public_wording = "Guaranteed: 3 times your money back!"
        warnings = self._run(policy_id=modest.id).warnings
        self.assertIn("“guarantee”", warnings)
        self.assertIn("“3 times”", warnings)

    def test_without_a_wording_there_is_nothing_to_praise(self):
        modest = self.policy.copy({"max_multiple": 0.5})
        self.assertFalse(self._run(policy_id=modest.id).has_wording)
        modest.public_wording = "Vouchers come from what stores concede."
        self.assertTrue(self._run(policy_id=modest.id).has_wording)

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "more time"):
            self._run(policy_id=self.policy.copy({"period_days": 30}).id, years=3)
        for vals in ({"years": 21}, {"concession": -1.0}, {"spending": 101.0}):
            with self.subTest(vals), self.assertRaises(CheckViolation), self.cr.savepoint():
                self._run(**vals)

    def test_who_may(self):
        operator = self._create_user("sim_operator", groups="merchant_alliance.group_operator")
        self.env["green.points.simulation"].with_user(operator).create({"policy_id": self.policy.id}).action_run()
        for login, groups in (("sim_portal", "base.group_portal"), ("sim_employee", "base.group_user")):
            user = self._create_user(login, groups=groups)
            with self.assertRaises(AccessError):
                self.env["green.points.simulation"].with_user(user).create({"policy_id": self.policy.id})
