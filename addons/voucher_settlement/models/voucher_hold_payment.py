from odoo import models


class VoucherHold(models.Model):
    """A hold that is released, by time-out too, takes its web transaction along."""

    _inherit = "voucher.hold"

    def _release(self):
        result = super()._release()
        # sudo: whoever releases (job, cashier) has no access to transactions
        transactions = self.env["payment.transaction"].sudo().search(
            [("voucher_hold_id", "in", self.ids), ("state", "=", "authorized")])
        transactions._set_canceled(state_message=self.env._("The vouchers were released."))
        return result
