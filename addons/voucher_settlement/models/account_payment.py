from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AccountPayment(models.Model):
    _inherit = "account.payment"

    alliance_share_ids = fields.One2many("alliance.payment.share", "payment_id", string="Collected for", readonly=True)

    @api.constrains("journal_id", "pos_session_id", "payment_transaction_id")
    def _check_voucher_journal(self):
        """Vouchers pay an invoice when a till or the web shop captured them, not by hand."""
        for payment in self:
            if payment.journal_id != payment.company_id.voucher_journal_id or not payment.journal_id:
                continue
            # sudo: whoever posts payments need not read transactions
            if not payment.pos_session_id and payment.sudo().payment_transaction_id.provider_code != "voucher":
                raise ValidationError(self.env._(
                    "Journal %s: voucher payments are made by tills and the web shop only.",
                    payment.journal_id.name))
