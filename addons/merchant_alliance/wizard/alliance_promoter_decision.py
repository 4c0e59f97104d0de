from odoo import api, fields, models
from odoo.exceptions import UserError


class AlliancePromoterDecision(models.TransientModel):
    """An operator rejects or ends promoters, or moves shoppers, with a reason that is kept."""

    _name = "alliance.promoter.decision"
    _description = "Decide about Promoters"

    outcome = fields.Selection(
        [("reject", "Reject"), ("end", "End the Promoter"), ("end_agreement", "End the Agreement"),
         ("move", "Move to Another Promoter")],
        required=True, readonly=True, default="reject")
    promoter_ids = fields.Many2many("alliance.promoter", string="Promoters")
    agreement_id = fields.Many2one("alliance.promoter.agreement")
    binding_ids = fields.Many2many("alliance.promoter.binding", string="Bound Shoppers")
    new_promoter_id = fields.Many2one("alliance.promoter", string="Move To", domain=[("state", "=", "approved")])
    reason = fields.Text(required=True, help="Of a rejection or an end: the promoter reads this.")

    @api.model
    def _open(self, outcome, **defaults):
        """Return the action that asks for the reason."""
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "view_mode": "form", "target": "new",
            "name": dict(self._fields["outcome"]._description_selection(self.env))[outcome],
            "context": {"default_outcome": outcome, **{f"default_{name}": value for name, value in defaults.items()}}}

    def action_decide(self):
        """Do it (operator).

        :raise UserError: decided already, or against the policy
        """
        self.ensure_one()
        if self.outcome == "reject":
            self.promoter_ids._reject(self.reason)
        elif self.outcome == "end":
            self.promoter_ids._end(self.reason)
        elif self.outcome == "end_agreement":
            self.agreement_id._end(self.reason)
        elif not self.new_promoter_id:
            raise UserError(self.env._("Move To: choose the other promoter."))
        else:
            self.binding_ids._move(self.new_promoter_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
