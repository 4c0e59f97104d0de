from odoo import fields, models

from .holder import HOLDER_KINDS


class GreenPointsPosition(models.Model):
    """Sum of a holder's entries in one cohort, kept in the same transaction as they are."""

    _name = "green.points.position"
    _description = "Points Position"
    _order = "cohort_id desc"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Holder", required=True, readonly=True, ondelete="restrict")
    holder_kind = fields.Selection(HOLDER_KINDS, required=True, readonly=True)
    cohort_id = fields.Many2one(
        "green.points.cohort", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="cohort_id.company_id")
    currency_id = fields.Many2one(related="cohort_id.currency_id")
    base = fields.Monetary(required=True, readonly=True)

    _holder_uniq = models.Constraint(
        "UNIQUE (partner_id, holder_kind, cohort_id)", "One position for each holder and cohort.")
    _base_not_negative = models.Constraint(
        "CHECK (base >= 0)", "A holder cannot give back more points than there are.")
