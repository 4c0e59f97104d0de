from odoo import api, fields, models
from odoo.exceptions import AccessError


class AllianceAccountClose(models.TransientModel):
    """An operator closes a shopper's account, and sees before what is lost."""

    _name = "alliance.account.close"
    _description = "Close an Account"

    partner_id = fields.Many2one(
        "res.partner", string="Shopper", required=True, readonly=True,
        default=lambda self: self._get_chosen())
    reason = fields.Char(required=True, help="Kept in the log.")
    losses = fields.Text(string="What Is Lost", compute="_compute_consequences")
    obstacles = fields.Text(string="What Stands in the Way", compute="_compute_consequences")

    @api.model
    def _get_chosen(self):
        if self.env.context.get("active_model") == "res.partner":
            return self.env.context.get("active_id")
        return False

    @api.depends("partner_id")
    def _compute_consequences(self):
        for wizard in self:
            wizard._check_rights()
            partner = wizard.partner_id.sudo()  # sudo: what the whole contact has, in all companies
            wizard.losses = "\n".join(partner._get_closing_losses()) or self.env._("Nothing.")
            wizard.obstacles = "\n".join(partner._get_closing_obstacles())

    def action_close(self):
        """Close the account (operator).

        :raise UserError: with what stands in the way
        """
        self.ensure_one()
        self._check_rights()
        self.partner_id._close_account("operator", self.reason)
        return {"type": "ir.actions.act_window_close"}

    def _check_rights(self):
        if not self.env.user.has_group("merchant_alliance.group_operator"):
            raise AccessError(self.env._("Only an operator closes a shopper's account."))
        self.partner_id.check_access("read")
