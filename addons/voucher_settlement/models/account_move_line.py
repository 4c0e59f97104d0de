from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id.filtered(lambda move: move.state == "posted")._check_escrow()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if {"account_id", "balance", "debit", "credit", "amount_currency", "move_id"} & set(vals):
            self.move_id.filtered(lambda move: move.state == "posted")._check_escrow()
        return result
