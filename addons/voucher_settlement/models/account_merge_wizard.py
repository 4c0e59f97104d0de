from odoo import api, models
from odoo.exceptions import UserError


class AccountMergeWizard(models.TransientModel):
    _inherit = "account.merge.wizard"

    @api.model
    def _action_merge(self, accounts):
        # It works past the ORM, so the account's own checks would not see it.
        if escrow := accounts.filtered("escrow_role")[:1]:
            raise UserError(self.env._(
                "%s belongs to the rebate escrow and cannot be merged.", escrow.display_name))
        return super()._action_merge(accounts)
