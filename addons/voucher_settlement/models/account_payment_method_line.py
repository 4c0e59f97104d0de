from odoo import api, models


class AccountPaymentMethodLine(models.Model):
    _inherit = "account.payment.method.line"

    @api.constrains("payment_account_id")
    def _check_no_escrow_account(self):
        for line in self:
            line.payment_account_id._check_no_escrow(line.display_name)
