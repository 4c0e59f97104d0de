import time

import numpy as np

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.simulation import REFUND_PERIODS, Opening, Rules, build_scenarios, simulate

LATEST = 8  # periods that the figures of those to come are reckoned from
CONCESSION, SPENDING = 10_000.0, 20.0  # where there is no history; nothing is given back, nobody has a promoter


class GreenPointsSimulation(models.TransientModel):
    """What a policy would do over years, in seconds: figures, charts, and what may be said of it."""

    _name = "green.points.simulation"
    _description = "Policy Simulation"

    policy_id = fields.Many2one(
        "green.points.policy", required=True, ondelete="cascade",
        default=lambda self: self.env["green.points.policy"].search(
            [("company_id", "=", self.env.company.id), ("state", "=", "active")], limit=1))
    company_id = fields.Many2one(related="policy_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    years = fields.Integer(required=True, default=10, help="1 to 20.")
    from_platform = fields.Boolean(
        string="From Where the Platform Stands", default=True,
        help="Begin with the cohorts under way and what is held; otherwise with nothing.")
    concession = fields.Monetary(
        string="Concessions per Period", compute="_compute_usual", store=True, readonly=False, required=True,
        precompute=True,
        help="Funded at the beginning. Unless you say otherwise, what the last eight closed periods brought on average "
             "before refunds; 10,000 where there was none.")
    spending = fields.Float(
        string="Vouchers Spent per Period (%)", digits=(5, 2), compute="_compute_usual", store=True, readonly=False,
        required=True, precompute=True,
        help="Of those outstanding. Unless you say otherwise, what shoppers spent in the last eight settled periods; "
             "20 % where there was none. What is not spent within its life goes back to the pool.")
    refunds = fields.Float(
        string="Purchases Given Back (%)", digits=(5, 2), compute="_compute_usual", store=True, readonly=False,
        required=True, precompute=True,
        help="In each period, of the concessions of the latest four. Unless you say otherwise, the share at which as "
             "much is given back in four periods as was of the last eight closed ones; 0 where there was none.")
    promoted = fields.Float(
        string="Sales with a Promoter (%)", digits=(5, 2), compute="_compute_usual", store=True, readonly=False,
        required=True, precompute=True,
        help="Their commission does not go to the pool. Unless you say otherwise, promoters' part of the commission "
             "share of the last eight closed periods; 0 where there was none.")
    seconds = fields.Float(readonly=True, digits=(8, 2))
    is_done = fields.Boolean(readonly=True)
    has_wording = fields.Boolean(readonly=True)
    expectation = fields.Html(string="What Shoppers Can Expect", readonly=True, sanitize=False)
    warnings = fields.Html(readonly=True, sanitize=False)
    table = fields.Html(readonly=True, sanitize=False)
    chart_coverage = fields.Html(string="Coverage", readonly=True, sanitize=False)
    chart_multiple = fields.Html(string="Realised Multiple by Cohort", readonly=True, sanitize=False)
    chart_escrow = fields.Html(string="Escrow", readonly=True, sanitize=False)
    chart_vouchers = fields.Html(string="Vouchers Outstanding", readonly=True, sanitize=False)
    chart_breakage = fields.Html(string="Breakage", readonly=True, sanitize=False)

    _inputs_sound = models.Constraint(
        "CHECK (years BETWEEN 1 AND 20 AND concession > 0 AND spending BETWEEN 0 AND 100"
        " AND refunds BETWEEN 0 AND 100 AND promoted BETWEEN 0 AND 100)",
        "Years: 1 to 20. Concessions: above zero. Percentages: 0 to 100.")

    @api.depends("policy_id")
    def _compute_usual(self):
        for simulation in self:
            simulation.update(simulation._prepare_usual_vals())

    def _prepare_usual_vals(self):
        """Return concession, spending, refunds and promoted as they were in the company's latest periods.

        Hook: higher addons know what vouchers are spent.
        """
        cohorts = self._get_cohorts(also_matured=True)[-LATEST:]
        conceded, back, shared, promoted = self._get_sums(cohorts)
        # given back over REFUND_PERIODS in equal shares of what is left
        lasting = 1 - min(back / conceded, 1.0) if conceded > 0 else 1.0
        return {
            "concession": conceded / len(cohorts) if conceded > 0 else CONCESSION,
            "spending": SPENDING,
            "refunds": 100 * (1 - lasting ** (1 / REFUND_PERIODS)),
            "promoted": 100 * min(promoted / shared, 1.0) if shared > 0 else 0.0,
        }

    def _get_sums(self, cohorts):
        """Return what the sales of ``cohorts`` came to, in currency units.

        :return: what they conceded, what of it was given back, what of it their policies set aside for promoters, and
            what promoters got of that
        """
        conceded = back = shared = promoted = 0.0
        for kind, policy, amount, commission in self.env["alliance.qualified.sale"]._read_group(
                [("cohort_id", "in", cohorts.ids), ("reward_state", "=", "active")], ["kind", "policy_id"],
                ["concession_amount:sum", "alloc_commission:sum"]):
            if kind == "refund":
                back -= amount
                continue
            conceded += amount
            shared += amount * policy.weight_commission / 100
            promoted += commission
        return conceded, back, shared, promoted

    def _get_cohorts(self, also_matured=False):
        """Return the closed cohorts that have not had their last release, the oldest first; or all closed ones."""
        states = ("maturing", "matured") if also_matured else ("maturing",)
        return self.env["green.points.cohort"].search(
            [("company_id", "=", self.company_id.id), ("state", "in", states)], order="number")

    def _get_concessions(self, cohorts):
        """Return ``{cohort: what its sales conceded, less refunds}`` in currency units."""
        found = dict(self.env["alliance.qualified.sale"]._read_group(
            [("cohort_id", "in", cohorts.ids), ("reward_state", "=", "active")], ["cohort_id"],
            ["concession_amount:sum"]))
        return {cohort: found.get(cohort, 0.0) for cohort in cohorts}

    # -- building ------------------------------------------------------------

    def _prepare_rules(self):
        """Return the policy as ``tools.simulation.Rules``."""
        policy = self.policy_id
        pool, shopping, commission, reserve, _fee = (float(weight) / 100 for weight in policy._get_weights())
        return Rules(
            steps=tuple(float(policy._get_step(age)) for age in range(1, policy.period_count + 1)),
            base=policy.beta + policy.gamma,
            pool=pool + commission * (1 - self.promoted / 100), shopping=shopping, reserve=reserve,
            payout=policy.payout_ratio, ring_fenced=policy.ring_fenced,
            deduction_life=policy.deduction_life_days // policy.period_days + 1,
            shopping_life=policy.shopping_life_days // policy.period_days + 1)

    def _prepare_opening(self):
        """Return where the platform stands as ``tools.simulation.Opening``; higher addons know more of it.

        Whatever policy is simulated, a cohort goes on along the curve and for the periods of its own.
        """
        number = self._get_next_number()
        cohorts = self._get_cohorts().filtered(
            lambda cohort: 0 < number - cohort.number <= cohort.policy_id.period_count)
        return Opening(**self._prepare_opening_vals(cohorts, self._get_concessions(cohorts), number))

    def _get_next_number(self):
        """Return the number of the period whose end is simulated first.

        Hook: without settlements, the one after the latest that was closed.
        """
        return self._get_cohorts(also_matured=True)[-1:].number + 1

    def _prepare_opening_vals(self, cohorts, conceded, number):
        """Return the values of ``Opening`` (cents).

        Hook: without settlements nothing has been released, and the pool holds what the cohorts' sales brought.

        :param dict conceded: as of ``_get_concessions``
        :param int number: as of ``_get_next_number``
        """
        scale = 10 ** self.currency_id.decimal_places
        steps = {
            policy: tuple(float(policy._get_step(age)) for age in range(1, policy.period_count + 1))
            for policy in cohorts.policy_id}
        return {
            "bases": tuple((cohort.base_shopper + cohort.base_merchant) * scale for cohort in cohorts),
            "ages": tuple(number - 1 - cohort.number for cohort in cohorts),
            "steps": tuple(steps[cohort.policy_id] for cohort in cohorts),
            "concessions": tuple(conceded[cohort] * scale for cohort in cohorts),
            "pool": sum(conceded[cohort] * scale * cohort.policy_id.weight_pool / 100 for cohort in cohorts),
        }

    # -- running -------------------------------------------------------------

    def action_run(self):
        """Run the scenarios and show what came of them.

        :raise AccessError: the user may not see policies
        :raise UserError: the years are fewer than the points' life
        """
        self.ensure_one()
        self.policy_id.check_access("read")
        policy = self.policy_id
        periods = self.years * 365 // policy.period_days
        if periods <= policy.period_count:
            raise UserError(self.env._(
                "Years: points of this policy live for %s periods, so more time is needed to see any mature.",
                policy.period_count))
        began = time.monotonic()
        rules = self._prepare_rules()
        scale = 10 ** self.currency_id.decimal_places
        result = simulate(
            rules,
            build_scenarios(self.concession * scale, periods, policy.period_days, self.spending / 100,
                            self.refunds / 100),
            self._prepare_opening() if self.from_platform else None)
        vals = self._prepare_report_vals(rules, result)
        self.write({**vals, "is_done": True, "seconds": time.monotonic() - began})
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form",
            "name": self.env._("Policy Simulation"), "target": "current"}

    def _get_multiples(self, result, key):
        """Return the realised multiples of the cohorts to come that have had all their periods in a scenario."""
        row = result.multiples[result.keys.index(key), result.first:result.matured]
        return row[~np.isnan(row)]
