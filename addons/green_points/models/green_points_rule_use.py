from odoo import fields, models


class GreenPointsRuleUse(models.Model):
    """What a rule added to a sale's points. Insert-only."""

    _name = "green.points.rule.use"
    _description = "Use of a Point Rule"
    _inherit = ["alliance.append.only"]
    _order = "id desc"
    _log_access = False

    rule_id = fields.Many2one("green.points.rule", required=True, readonly=True, index=True, ondelete="restrict")
    qualified_sale_id = fields.Many2one(
        "alliance.qualified.sale", string="Sale", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="rule_id.company_id")
    currency_id = fields.Many2one(related="rule_id.currency_id")
    multiplier = fields.Float(
        digits=(6, 4), required=True, readonly=True, aggregator=None, help="At the time of the sale.")
    extra = fields.Monetary(string="Extra Base Value", required=True, readonly=True)

    _once = models.Constraint("UNIQUE (rule_id, qualified_sale_id)", "A rule gives a sale something once.")
    _extra_positive = models.Constraint("CHECK (extra > 0)", "A rule gives something.")

    def _get_kept_text(self):
        return self.env._("What a rule gave never changes and is never deleted.")
