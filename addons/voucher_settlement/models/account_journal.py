from odoo import api, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    @api.model
    def _get_default_account_fields(self):
        """Return the fields with accounts that this journal books on by itself."""
        return ["default_account_id", "suspense_account_id", "profit_account_id", "loss_account_id"]

    @api.constrains("default_account_id", "suspense_account_id", "profit_account_id", "loss_account_id")
    def _check_no_escrow_default(self):
        for journal in self:
            for fname in self._get_default_account_fields():
                journal[fname]._check_no_escrow(journal.display_name)
