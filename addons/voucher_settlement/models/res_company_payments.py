from odoo import api, models


class ResCompany(models.Model):
    """As soon as a company has its voucher journal, its shops and tills can take vouchers."""

    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("voucher_journal_id") or vals.get("voucher_accepted_account_id"):
            self._setup_voucher_payments()
        return result

    @api.model
    def _setup_all_voucher_payments(self):
        """Called at installation, for companies whose journals exist already."""
        self.search([("voucher_journal_id", "!=", False)])._setup_voucher_payments()

    def _setup_voucher_payments(self):
        """Make the web provider and the till's payment method of vouchers; idempotent."""
        # sudo: part of setting up a company, whoever may do that
        for company in self.sudo().filtered(lambda c: c.voucher_journal_id and c.voucher_accepted_account_id):
            self.env["payment.provider"]._setup_vouchers(company)
            self.env["pos.payment.method"]._setup_vouchers(company)
