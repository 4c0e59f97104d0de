from odoo import fields, models

from odoo.addons.green_points.models.holder import HOLDER_KINDS


class SettlementIndex(models.Model):
    """What one settlement added to one cohort's cumulative index. Insert-only."""

    _name = "settlement.index"
    _description = "Cumulative Index"
    _inherit = ["alliance.append.only"]
    _order = "period_number desc, cohort_number desc, holder_kind desc"
    _log_access = False

    period_id = fields.Many2one(
        "settlement.period", required=True, readonly=True, index=True, ondelete="restrict")
    period_number = fields.Integer(string="Period No.", required=True, readonly=True, aggregator=None)
    company_id = fields.Many2one(related="period_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    cohort_id = fields.Many2one(
        "green.points.cohort", required=True, readonly=True, ondelete="restrict")
    cohort_number = fields.Integer(string="Cohort No.", required=True, readonly=True, aggregator=None)
    holder_kind = fields.Selection(HOLDER_KINDS, required=True, readonly=True)
    age = fields.Integer(
        required=True, readonly=True, aggregator=None, help="n: period number minus cohort number.")
    base = fields.Monetary(required=True, readonly=True, help="Base value that took part.")
    step = fields.Float(digits=(16, 12), required=True, readonly=True, aggregator="avg", help="m(n) − m(n−1)")
    increment = fields.Float(
        digits=(16, 12), required=True, readonly=True, aggregator="avg", help="k × step, rounded down")
    accumulated = fields.Float(
        string="Realised Multiple", digits=(16, 12), required=True, readonly=True, aggregator="max",
        help="How many times its base the cohort has released so far.")

    _once = models.Constraint(
        "UNIQUE (cohort_id, holder_kind, period_number)", "A cohort is settled once per period.")
    _age_bounds = models.Constraint(
        "CHECK (age BETWEEN 1 AND 40 AND age = period_number - cohort_number)",
        "A cohort is settled at ages 1 to 40.")
    _increment_bounds = models.Constraint(
        "CHECK (increment >= 0 AND increment <= step AND accumulated >= increment AND accumulated <= 5)",
        "A cohort never releases more than its step, nor more than 5 times its base.")

    def _get_kept_text(self):
        return self.env._("A settled index is never changed and never deleted.")
