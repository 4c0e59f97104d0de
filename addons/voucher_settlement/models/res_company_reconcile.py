from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    escrow_reconcile = fields.Boolean(
        string="Bank Statement Needed to Settle",
        help="A period is only computed when the escrow's bank statements are imported up to the last days. What was "
             "imported must agree with the ledger in any case.")
    escrow_account_number = fields.Char(
        help="Statements of another account are refused. Empty: of any account.")
    escrow_transfer_days = fields.Integer(
        string="Transfers Take", default=3,
        help="Days after which a sweep or a reimbursement that the bank does not show counts as a difference.")

    _transfer_days_positive = models.Constraint(
        "CHECK (escrow_transfer_days >= 0)", "Transfers take 0 days or more.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    escrow_reconcile = fields.Boolean(related="company_id.escrow_reconcile", readonly=False)
    escrow_account_number = fields.Char(related="company_id.escrow_account_number", readonly=False)
    escrow_transfer_days = fields.Integer(related="company_id.escrow_transfer_days", readonly=False)
