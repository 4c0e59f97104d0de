from odoo import models
from odoo.exceptions import UserError


class PosSession(models.Model):
    _inherit = "pos.session"

    def _create_combine_account_payment(self, payment_method, amounts, diff_amount):
        # Vouchers are not counted in a drawer: what was captured is what there is.
        if payment_method.use_payment_terminal == "voucher" and not self.currency_id.is_zero(diff_amount):
            raise UserError(self.env._(
                "%s: the amount is what the server captured; it cannot be counted differently.",
                payment_method.name))
        return super()._create_combine_account_payment(payment_method, amounts, diff_amount)
