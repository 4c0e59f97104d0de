from odoo import fields, models


class GreenPointsCohort(models.Model):
    """All points that became active in the same period.

    ``open``: takes new points. ``closing``: takes no more, totals not known yet.
    ``maturing``: totals frozen; from then on only refunds and exchanges change
    them, and each writes this row (so that a settlement running meanwhile fails
    and is retried instead of missing it). ``matured``: past its last period.
    """

    _name = "green.points.cohort"
    _description = "Points Cohort"
    _order = "number desc"
    _rec_name = "number"

    number = fields.Integer(required=True, readonly=True, help="Number of the period.")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    policy_id = fields.Many2one(
        "green.points.policy", required=True, readonly=True, ondelete="restrict")
    date_start = fields.Datetime(required=True, readonly=True)
    date_end = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("closing", "Closing"), ("maturing", "Maturing"), ("matured", "Matured")],
        required=True, default="open", readonly=True, index=True)
    base_shopper = fields.Monetary(readonly=True, help="Base value held by shoppers.")
    base_merchant = fields.Monetary(readonly=True, help="Base value held by merchants.")

    _number_uniq = models.Constraint(
        "UNIQUE (company_id, number)", "There is one cohort for each period.")
    _one_open = models.UniqueIndex(
        "(company_id) WHERE state = 'open'", "Only one cohort can be open.")
    _bases_not_negative = models.Constraint(
        "CHECK (base_shopper >= 0 AND base_merchant >= 0)", "A cohort's base cannot be negative.")
