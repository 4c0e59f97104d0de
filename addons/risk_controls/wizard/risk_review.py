from odoo import api, fields, models


class RiskReview(models.TransientModel):
    """Asks for the reason before held rewards are released or rejected."""

    _name = "risk.review"
    _description = "Review Held Rewards"

    qualified_sale_ids = fields.Many2many("alliance.qualified.sale", string="Sales", required=True)
    outcome = fields.Selection(
        [("release", "Release"), ("reject", "Reject")], required=True, default="release",
        help="Release: the points join the period that is open now. "
             "Reject: there will be none; the shopping voucher's money goes to the rebate pool.")
    reason = fields.Char(required=True, help="Kept with the decision, for the auditor.")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "alliance.qualified.sale":
            values["qualified_sale_ids"] = [fields.Command.set(self.env.context.get("active_ids", []))]
        return values

    def action_decide(self):
        """Release or reject (analyst)."""
        self.ensure_one()
        if self.outcome == "release":
            self.qualified_sale_ids.action_release_rewards(self.reason)
        else:
            self.qualified_sale_ids.action_reject_rewards(self.reason)
        return {"type": "ir.actions.act_window_close"}
