from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Journals and operating accounts around the rebate escrow."""

    _inherit = "res.config.settings"

    statement_interval = fields.Selection(related="company_id.statement_interval", readonly=False)
    statement_dispute_days = fields.Integer(related="company_id.statement_dispute_days", readonly=False)
    voucher_reminder_days = fields.Integer(related="company_id.voucher_reminder_days", readonly=False)
    promoter_refund_days = fields.Integer(related="company_id.promoter_refund_days", readonly=False)
    escrow_journal_id = fields.Many2one(related="company_id.escrow_journal_id", readonly=False)
    voucher_journal_id = fields.Many2one(related="company_id.voucher_journal_id", readonly=False)
    operating_bank_account_id = fields.Many2one(related="company_id.operating_bank_account_id", readonly=False)
    merchant_clearing_account_id = fields.Many2one(
        related="company_id.merchant_clearing_account_id", readonly=False)
    merchant_deposit_account_id = fields.Many2one(
        related="company_id.merchant_deposit_account_id", readonly=False)
    concession_transit_account_id = fields.Many2one(
        related="company_id.concession_transit_account_id", readonly=False)
    concession_expense_account_id = fields.Many2one(
        related="company_id.concession_expense_account_id", readonly=False)
    platform_fee_account_id = fields.Many2one(related="company_id.platform_fee_account_id", readonly=False)
    commission_payable_account_id = fields.Many2one(
        related="company_id.commission_payable_account_id", readonly=False)
    voucher_accepted_account_id = fields.Many2one(
        related="company_id.voucher_accepted_account_id", readonly=False)
