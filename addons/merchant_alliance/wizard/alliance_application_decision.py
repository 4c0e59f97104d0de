from odoo import fields, models


class AllianceApplicationDecision(models.TransientModel):
    """An operator asks applicants for more, or rejects them, with a reason that they read."""

    _name = "alliance.application.decision"
    _description = "Answer Applications"

    application_ids = fields.Many2many("alliance.application", required=True)
    outcome = fields.Selection(
        [("more", "Ask for More"), ("rejected", "Reject")], required=True, default="more")
    reason = fields.Text(required=True, help="The applicant reads this; say what to send or why not.")

    def action_decide(self):
        """Answer all of them at once (operator).

        :raise UserError: one of them has been decided already
        """
        self.ensure_one()
        answer = self.application_ids._ask if self.outcome == "more" else self.application_ids._reject
        answer(self.reason)
        return {"type": "ir.actions.act_window_close"}
