from odoo import fields, models


class RiskDecision(models.Model):
    """Append-only: what was decided about a qualified sale, by which rule or person, and why."""

    _name = "risk.decision"
    _description = "Risk Decision"
    _inherit = ["alliance.append.only"]
    _order = "id desc"

    qualified_sale_id = fields.Many2one(
        "alliance.qualified.sale", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="qualified_sale_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(related="qualified_sale_id.partner_id", string="Shopper")
    merchant_id = fields.Many2one(related="qualified_sale_id.merchant_id", string="Merchant")
    concession_amount = fields.Monetary(
        related="qualified_sale_id.concession_amount", string="Concession", store=True)
    outcome = fields.Selection(
        [("pass", "Passed"), ("hold", "Held"), ("release", "Released"), ("reject", "Rejected")],
        required=True, readonly=True, index=True)
    rule = fields.Selection(
        [("none", "No Rule"), ("structure", "More than Its Concession"), ("velocity", "Too Many Sales"),
         ("amount", "Too Much Cash"), ("cap", "Daily Cap"), ("person", "Reviewer")],
        required=True, readonly=True)
    reason = fields.Char(readonly=True, help="What the rule found, or why the reviewer decided so.")
    user_id = fields.Many2one("res.users", string="Reviewer", readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)

    _person_gives_reason = models.Constraint(
        "CHECK ((rule = 'person') = (outcome IN ('release', 'reject'))"
        " AND (rule <> 'person' OR (user_id IS NOT NULL AND reason IS NOT NULL)))",
        "A person releases or rejects, with a name and a reason; rules pass or hold.")

    def _get_kept_text(self):
        return self.env._("Decisions never change and are never deleted; a new one follows.")
