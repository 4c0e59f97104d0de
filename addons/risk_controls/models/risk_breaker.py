from odoo import fields, models


class RiskBreaker(models.Model):
    """Circuit breaker of one company and day: closed lets rewards through, open holds them."""

    _name = "risk.breaker"
    _description = "Circuit Breaker"
    _order = "date desc"
    _rec_name = "date"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    rewarded_amount = fields.Monetary(required=True, readonly=True, default=0.0)
    cap_amount = fields.Monetary(required=True, readonly=True)
    state = fields.Selection(
        [("closed", "Closed (normal)"), ("open", "Open (holding)")],
        required=True, readonly=True, default="closed")
    opened_at = fields.Datetime(readonly=True)

    _day_uniq = models.Constraint("UNIQUE (company_id, date)", "One breaker for each day.")
