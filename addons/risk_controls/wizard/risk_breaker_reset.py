from odoo import api, fields, models


class RiskBreakerReset(models.TransientModel):
    """Asks for the reason and the new cap before a breaker is reset."""

    _name = "risk.breaker.reset"
    _description = "Reset the Circuit Breaker"

    breaker_id = fields.Many2one("risk.breaker", required=True, readonly=True)
    currency_id = fields.Many2one(related="breaker_id.currency_id")
    rewarded_amount = fields.Monetary(related="breaker_id.rewarded_amount")
    cap_amount = fields.Monetary(
        string="Today's Cap", required=True, help="At least what was let through today already.")
    reason = fields.Char(required=True, help="Kept in the breaker's log, for the auditor.")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "risk.breaker":
            breaker = self.env["risk.breaker"].browse(self.env.context.get("active_id"))
            values.update(breaker_id=breaker.id, cap_amount=breaker._get_proposed_cap())
        return values

    def action_confirm(self):
        """Reset the breaker (analyst)."""
        self.ensure_one()
        self.breaker_id.action_reset(self.reason, self.cap_amount)
        return {"type": "ir.actions.act_window_close"}
