from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id._check_escrow()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not {"account_id", "balance", "debit", "credit", "amount_currency", "move_id"}.isdisjoint(vals):
            self.move_id._check_escrow()
        return result

    def unlink(self):
        moves = self.filtered(lambda line: line.account_id.escrow_role).move_id
        moves._check_escrow_kept()
        result = super().unlink()
        moves.exists()._check_escrow()
        return result
