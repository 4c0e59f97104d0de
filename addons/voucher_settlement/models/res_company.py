from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    escrow_journal_id = fields.Many2one("account.journal")
    voucher_journal_id = fields.Many2one("account.journal")
    operating_bank_account_id = fields.Many2one("account.account")
    merchant_clearing_account_id = fields.Many2one("account.account")
    merchant_deposit_account_id = fields.Many2one("account.account")
    concession_transit_account_id = fields.Many2one("account.account")
    concession_expense_account_id = fields.Many2one("account.account")
    platform_fee_account_id = fields.Many2one("account.account")
    commission_payable_account_id = fields.Many2one("account.account")
    voucher_accepted_account_id = fields.Many2one("account.account")
