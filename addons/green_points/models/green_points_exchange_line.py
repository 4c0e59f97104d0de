from odoo import fields, models


class GreenPointsExchangeLine(models.Model):
    """Which of a shopper's points were given up: how much of which cohort."""

    _name = "green.points.exchange.line"
    _description = "Points Given in Exchange"
    _inherit = ["alliance.server.fields"]
    _order = "exchange_id desc, cohort_id"
    _log_access = False

    exchange_id = fields.Many2one(
        "green.points.exchange", required=True, readonly=True, index=True, ondelete="restrict")
    cohort_id = fields.Many2one("green.points.cohort", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="exchange_id.company_id")
    currency_id = fields.Many2one(related="exchange_id.currency_id")
    base = fields.Monetary(string="Base Value", required=True, readonly=True)
    points = fields.Float(compute="_compute_points", digits=(16, 2))
    periods_left = fields.Integer(readonly=True, required=True, help="At the time of booking.")

    _once = models.Constraint("UNIQUE (exchange_id, cohort_id)", "One line for each exchange and cohort.")
    _base_positive = models.Constraint("CHECK (base > 0)", "A line gives up something.")

    def _compute_points(self):
        for line in self:
            # sudo: who may see the exchange need not see policies
            line.points = line.base * line.sudo().cohort_id.policy_id.points_per_unit
