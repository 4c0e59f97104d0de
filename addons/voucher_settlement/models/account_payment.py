from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AccountPayment(models.Model):
    _inherit = "account.payment"

    collected_for_id = fields.Many2one(
        "alliance.merchant", string="Collected for", readonly=True, copy=False, ondelete="restrict",
        help="The platform took this payment for a merchant, to whom it is owed.")
    collected_move_id = fields.Many2one(
        "account.move", string="Collection Entry", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict")

    _to_collect_idx = models.Index(
        "(company_id) WHERE collected_for_id IS NOT NULL AND collected_move_id IS NULL")

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
