from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import curve as curves
from ..tools.curve_chart import render_curve

WEIGHT_FIELDS = ("weight_pool", "weight_shopping", "weight_commission", "weight_reserve", "weight_fee")
RULE_FIELDS = {
    *WEIGHT_FIELDS, "company_id", "effective_number", "beta", "gamma", "curve", "curve_growth",
    "curve_stages", "max_multiple", "period_count", "period_days", "payout_ratio", "ring_fenced",
    "deduction_life_days", "shopping_life_days", "points_per_unit",
}


class GreenPointsPolicy(models.Model):
    """One version of the rules under which concessions become rewards.

    A draft may be changed freely. Once a cohort or a sale names it, no rule of it can
    change any more, not even by superuser code: other rules are a new version.
    """

    _name = "green.points.policy"
    _description = "Points Policy"
    _inherit = ["alliance.server.fields", "mail.thread"]
    _order = "effective_number desc, id desc"

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company)
    state = fields.Selection(
        [("draft", "Draft"), ("scheduled", "Scheduled"), ("active", "Active"), ("superseded", "Superseded")],
        required=True, readonly=True, default="draft", copy=False, tracking=True, index=True)
    effective_number = fields.Integer(
        string="Effective from Period", default=1, required=True, copy=False,
        help="Number of the first period that opens under this policy. Left as it is, the next one, and sales follow "
             "the policy from the moment it is activated; with a later number sales and period wait for that one.")
    weight_pool = fields.Float(string="Rebate Pool (%)", digits=(5, 2), default=60.0, required=True)
    weight_shopping = fields.Float(
        string="Shopping Voucher (%)", digits=(5, 2), default=10.0, required=True)
    weight_commission = fields.Float(
        string="Promoter Commission (%)", digits=(5, 2), default=5.0, required=True,
        help="Goes to the rebate pool while the shopper has no promoter.")
    weight_reserve = fields.Float(string="Risk Reserve (%)", digits=(5, 2), default=5.0, required=True)
    weight_fee = fields.Float(string="Platform Fee (%)", digits=(5, 2), default=20.0, required=True)
    beta = fields.Float(
        string="Shopper Base (β)", digits=(6, 4), default=0.6, required=True,
        help="Base value of the shopper's points per unit of concession.")
    gamma = fields.Float(
        string="Merchant Base (γ)", digits=(6, 4), default=0.4, required=True,
        help="Base value of the merchant's points per unit of concession.")
    curve = fields.Selection(
        [("linear", "Linear"), ("compounding", "Compounding"), ("stepped", "Stepped")],
        required=True, default="linear",
        help="How the share that may be released grows with age. Linear: every period the same. "
             "Compounding: every period somewhat more than the one before. "
             "Stepped: a few equal jumps, nothing in between.")
    curve_growth = fields.Float(
        string="Growth per Period (%)", digits=(6, 4), default=5.0, required=True,
        help="Compounding curve: how much larger each period's share is than the one before.")
    curve_stages = fields.Integer(
        string="Stages", default=4, required=True,
        help="Stepped curve: number of equal jumps; the last one is at the last period.")
    curve_chart = fields.Html(string="Chart", compute="_compute_curve_chart", sanitize=False)
    max_multiple = fields.Float(
        string="Highest Multiple", digits=(6, 4), default=5.0, required=True,
        help="A bound, not a promise: a cohort never releases more than this times its base value.")
    period_count = fields.Integer(string="Periods to Mature", default=40, required=True)
    period_days = fields.Integer(string="Days per Period", default=7, required=True)
    payout_ratio = fields.Float(
        string="Pay-out Ratio", digits=(6, 4), default=1.0, required=True,
        help="Part of the rebate pool that one settlement may pay, 0 to 1.")
    ring_fenced = fields.Boolean(help="Each cohort is paid from its own money only.")
    deduction_life_days = fields.Integer(string="Deduction Voucher Life (days)", default=365, required=True)
    shopping_life_days = fields.Integer(string="Shopping Voucher Life (days)", default=90, required=True)
    points_per_unit = fields.Float(
        digits=(8, 2), default=1.0, required=True,
        help="Green points shown for one currency unit of base value.")

    _one_active = models.UniqueIndex(
        "(company_id) WHERE state = 'active'", "A company has one active policy at a time.")
    _one_scheduled = models.UniqueIndex(
        "(company_id, effective_number) WHERE state = 'scheduled'", "One policy is scheduled for a period.")
    _effective_positive = models.Constraint(
        "CHECK (effective_number >= 1)", "Effective from Period: periods are numbered from 1.")
    _weights_add_up = models.Constraint(
        "CHECK (weight_pool >= 0 AND weight_shopping >= 0 AND weight_commission >= 0"
        " AND weight_reserve >= 0 AND weight_fee >= 0"
        " AND weight_pool + weight_shopping + weight_commission + weight_reserve + weight_fee = 100)",
        "The five weights must be zero or more and add up to 100 %.")
    _bases_within_concession = models.Constraint(
        "CHECK (beta >= 0 AND gamma >= 0 AND beta + gamma <= 1)",
        "β and γ must be zero or more and at most 1 together: "
        "no sale may give points worth more than its concession.")
    _multiple_bounds = models.Constraint(
        "CHECK (max_multiple > 0 AND max_multiple <= 5)", "The multiple is above 0 and at most 5.")
    _curve_bounds = models.Constraint(
        "CHECK (curve_growth > 0 AND curve_growth <= 50 AND curve_stages BETWEEN 1 AND 40)",
        "Growth per period is above 0 % and at most 50 %; a stepped curve has 1 to 40 stages.")
    _period_bounds = models.Constraint(
        "CHECK (period_count BETWEEN 1 AND 40 AND period_days BETWEEN 1 AND 366)",
        "Points mature over 1 to 40 periods of 1 to 366 days.")
    _payout_bounds = models.Constraint(
        "CHECK (payout_ratio > 0 AND payout_ratio <= 1)", "The pay-out ratio is above 0 and at most 1.")
    _lifetime_bounds = models.Constraint(
        "CHECK (deduction_life_days >= 1 AND shopping_life_days >= 1)",
        "A voucher lives for at least one day.")
    _points_per_unit_positive = models.Constraint(
        "CHECK (points_per_unit > 0)", "Points per currency unit must be above zero.")

    @api.constrains("beta", "gamma")
    def _check_bases(self):
        for policy in self:
            beta, gamma = policy._get_exact("beta"), policy._get_exact("gamma")
            if beta < 0 or gamma < 0 or beta + gamma > 1:
                raise ValidationError(self.env._(
                    "Shopper Base (β) and Merchant Base (γ): each must be zero or more and both together "
                    "at most 1 (now %(beta)s + %(gamma)s), so that no sale gives points worth more than "
                    "its concession.", beta=beta, gamma=gamma))

    @api.constrains(*WEIGHT_FIELDS)
    def _check_weights(self):
        for policy in self:
            weights = policy._get_weights()
            if min(weights) < 0 or sum(weights) != 100:
                raise ValidationError(self.env._(
                    "The weights (rebate pool, shopping voucher, promoter commission, risk reserve, "
                    "platform fee) must each be zero or more and add up to 100 %%; now they make %s %%.",
                    sum(weights)))

    @api.depends("curve", "curve_growth", "curve_stages", "max_multiple", "period_count")
    def _compute_curve_chart(self):
        for policy in self:
            if policy.period_count < 1 or policy.curve_stages < 1 or policy.curve_growth <= 0:
                policy.curve_chart = False  # being typed
                continue
            policy.curve_chart = render_curve(
                [policy._get_multiple(age) for age in range(policy.period_count + 1)],
                self.env._("Multiple of the base value that may have been released, by age in periods"))

    # -- state ---------------------------------------------------------------

    def _get_server_fields(self):
        return {"state"}

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("state", "draft") != "draft" for vals in vals_list):
            raise UserError(self.env._("State: a policy is created as a draft and then activated."))
        for vals in vals_list:  # before the database refuses them with less to say
            rules = self.new(self._add_missing_default_values(vals))
            rules._check_bases()
            rules._check_weights()
        return super().create(vals_list)

    def write(self, vals):
        if "state" in vals:
            raise UserError(self.env._("State: only activation changes it."))
        if self._get_rule_fields().intersection(vals):
            self._check_not_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if self.filtered(lambda policy: policy.state != "draft"):
            raise UserError(self.env._("Only a draft policy can be deleted."))

    @api.model
    def _get_rule_fields(self):
        """Return the names of the fields that are the rules: frozen once in force; higher addons add theirs."""
        return set(RULE_FIELDS)

    def _check_not_frozen(self):
        """Refuse to change rules that sales or cohorts rely on; for users, all but a draft's.

        :raise UserError: a policy of ``self`` is frozen
        """
        settled = self.filtered(lambda policy: policy.state != "draft")
        if settled and (not self.env.su or settled._is_used()):
            raise UserError(self.env._(
                "The rules of %s are in force and cannot change. Make a new version and activate it.",
                ", ".join(settled.mapped("name"))))

    def _is_used(self):
        """Tell whether a cohort or a sale names one of these policies."""
        # sudo: the answer must not depend on what the user may read
        domain = [("policy_id", "in", self.ids)]
        return bool(
            self.env["green.points.cohort"].sudo().search_count(domain, limit=1)
            or self.env["alliance.qualified.sale"].sudo().search_count(domain, limit=1))

    def action_activate(self):
        """Put this draft in force in place of the active one, or let it wait for its own period.

        Sales follow it from then on; the open cohort keeps its policy, the next one opens under this one.

        :raise AccessError: the user may not change policies
        :raise UserError: not a draft
        """
        self.check_access("write")
        self._activate()

    def action_new_version(self):
        """Copy this policy as a draft that may be changed, and open it.

        :raise AccessError: the user may not change policies
        """
        self.check_access("write")
        self.ensure_one()
        version = self.copy({"name": self.env._("%s (new version)", self.name)})
        return {
            "type": "ir.actions.act_window", "res_model": self._name,
            "res_id": version.id, "view_mode": "form",
        }

    def _activate(self):
        """Activate one draft and supersede the company's active policy, or schedule it for a later period."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("%s is not a draft: only drafts can be activated.", self.name))
        last = self.env["green.points.cohort"].sudo().search(  # sudo: a number, whoever activates
            [("company_id", "=", self.company_id.id)], order="number desc", limit=1)
        if self.effective_number > last.number + 1:
            self._schedule()
        else:
            self._put_in_force(last.number + 1)

    def _schedule(self):
        """Let this draft wait for its period."""
        if self.sudo().search_count([  # sudo: the answer must not depend on what the user may read
                ("company_id", "=", self.company_id.id), ("state", "=", "scheduled"),
                ("effective_number", "=", self.effective_number)]):
            raise UserError(self.env._(
                "Another policy is scheduled for period %s already: take it back first.", self.effective_number))
        self._write_state("scheduled")

    def _put_in_force(self, number):
        self._get_active(self.company_id)._write_state("superseded")
        self._write_state("active", effective_number=number)

    @api.model
    def _apply_scheduled(self, company, number):
        """Put the policy scheduled for period ``number``, or for one before it, in force in ``company``."""
        due = self.sudo().search([  # sudo: whoever opens the period
            ("company_id", "=", company.id), ("state", "=", "scheduled"), ("effective_number", "<=", number)],
            order="effective_number")
        for policy in due:
            policy._put_in_force(policy.effective_number)

    def action_unschedule(self):
        """Make these scheduled policies drafts again.

        :raise AccessError: the user may not change policies
        :raise UserError: not scheduled
        """
        self.check_access("write")
        for policy in self:
            if policy.state != "scheduled":
                raise UserError(self.env._("%s is not scheduled.", policy.name))
            policy._write_state("draft")

    def action_compare(self):
        """Open these policies side by side."""
        self.check_access("read")
        comparison = self.env["green.points.policy.comparison"].create({"policy_ids": [(6, 0, self.ids)]})
        return {
            "type": "ir.actions.act_window", "res_model": comparison._name, "res_id": comparison.id,
            "view_mode": "form", "name": self.env._("Comparison of Policies")}

    def _write_state(self, state, **vals):
        # past this model's own write(), which refuses it
        super().write({"state": state, **vals})
        self.flush_recordset(["state"])

    # -- rules ---------------------------------------------------------------

    @api.model
    def _get_active(self, company):
        """Return the policy in force in ``company`` (sudo), or an empty recordset."""
        # sudo: the rules apply to a sale whoever makes it
        return self.sudo().search_fetch(
            [("company_id", "=", company.id), ("state", "=", "active")],
            ["beta", "gamma", "period_days", *WEIGHT_FIELDS], limit=1)

    def _get_exact(self, fname):
        """Return the float field ``fname`` as the exact ``Decimal`` that is stored."""
        return Decimal(repr(self[fname]))

    def _get_weights(self):
        """Return the five weights as ``Decimal`` percents, in the order of ``WEIGHT_FIELDS``."""
        self.ensure_one()
        return [self._get_exact(fname) for fname in WEIGHT_FIELDS]

    def _get_multiple(self, age):
        """Return m(``age``) of this policy's curve (``tools.curve``), rounded down to 12 decimals.

        :param int age: n, periods since the cohort's own
        :rtype: Decimal
        """
        self.ensure_one()
        return curves.get_multiple(
            self.curve, age, self.period_count, self._get_exact("max_multiple"),
            growth=self._get_exact("curve_growth"), stages=self.curve_stages)

    def _get_step(self, age):
        """Return m(``age``) − m(``age`` − 1) as an exact ``Decimal`` of 12 decimals.

        All steps together are exactly the highest multiple.
        """
        return self._get_multiple(age) - self._get_multiple(age - 1)
