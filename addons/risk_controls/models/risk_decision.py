from odoo import api, fields, models
from odoo.exceptions import UserError


class RiskDecision(models.Model):
    """Append-only: what was decided about a qualified sale, by which rule or person, and why."""

    _name = "risk.decision"
    _description = "Risk Decision"
    _order = "id desc"

    qualified_sale_id = fields.Many2one(
        "alliance.qualified.sale", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="qualified_sale_id.company_id", store=True)
    outcome = fields.Selection(
        [("pass", "Passed"), ("hold", "Held"), ("release", "Released"), ("reject", "Rejected")],
        required=True, readonly=True, index=True)
    rule = fields.Selection(
        [("none", "No Rule"), ("structure", "More than Its Concession"), ("velocity", "Too Many Sales"),
         ("amount", "Too Much Cash"), ("cap", "Daily Cap"), ("person", "Reviewer")],
        required=True, readonly=True)
    reason = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    def write(self, vals):
        raise UserError(self.env._("Decisions are never changed (%s); a new one follows.", ", ".join(vals)))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Decisions are never deleted; a new one follows."))
