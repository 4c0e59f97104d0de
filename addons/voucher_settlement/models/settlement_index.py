from odoo import fields, models

from odoo.addons.green_points.models.holder import HOLDER_KINDS


class SettlementIndex(models.Model):
    """What one settlement added to one cohort's cumulative index. Insert-only."""

    _name = "settlement.index"
    _description = "Cumulative Index"
    _order = "period_number desc, cohort_number desc"
    _log_access = False

    period_id = fields.Many2one(
        "settlement.period", required=True, readonly=True, index=True, ondelete="restrict")
    period_number = fields.Integer(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    cohort_id = fields.Many2one(
        "green.points.cohort", required=True, readonly=True, ondelete="restrict")
    cohort_number = fields.Integer(required=True, readonly=True)
    holder_kind = fields.Selection(HOLDER_KINDS, required=True, readonly=True)
    age = fields.Integer(required=True, readonly=True, help="n: period number minus cohort number.")
    base = fields.Monetary(required=True, readonly=True, help="Base value that took part.")
    step = fields.Float(digits=(16, 12), required=True, readonly=True, help="m(n) − m(n−1)")
    increment = fields.Float(digits=(16, 12), required=True, readonly=True, help="k × step, rounded down")
    accumulated = fields.Float(digits=(16, 12), required=True, readonly=True)

    _once = models.Constraint(
        "UNIQUE (cohort_id, holder_kind, period_number)", "A cohort is settled once per period.")
    _age_bounds = models.Constraint(
        "CHECK (age BETWEEN 1 AND 40 AND age = period_number - cohort_number)",
        "A cohort is settled at ages 1 to 40.")
    _increment_bounds = models.Constraint(
        "CHECK (increment >= 0 AND increment <= step AND accumulated >= increment AND accumulated <= 5)",
        "A cohort never releases more than its step, nor more than 5 times its base.")
