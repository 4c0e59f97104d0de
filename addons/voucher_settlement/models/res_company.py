from odoo import api, fields, models
from odoo.exceptions import ValidationError

OPERATING_KEYS = [
    "operating_bank", "merchant_clearing", "merchant_deposit", "concession_transit",
    "concession_expense", "platform_fee", "commission_payable", "voucher_accepted", "payout_transit",
]


class ResCompany(models.Model):
    """Journals of the escrow, and the operating accounts around it (``<key>_account_id``)."""

    _inherit = "res.company"

    escrow_journal_id = fields.Many2one(
        "account.journal", check_company=True, domain="[('type', '=', 'general')]",
        help="Hash-chained journal in which the settlement centre posts.")
    voucher_journal_id = fields.Many2one(
        "account.journal", check_company=True, domain="[('type', '=', 'bank')]",
        help="Journal of payments with vouchers, in tills and in the web checkout.")
    operating_bank_account_id = fields.Many2one(
        "account.account", check_company=True,
        help="Operating money: what is swept into the rebate escrow leaves from here.")
    merchant_clearing_account_id = fields.Many2one(
        "account.account", check_company=True,
        help="What merchants owe the platform, netted with what it owes them.")
    merchant_deposit_account_id = fields.Many2one(
        "account.account", check_company=True, help="Prepaid deposits of the merchants.")
    concession_transit_account_id = fields.Many2one(
        "account.account", check_company=True,
        help="Concessions earned whose money is not in the escrow yet.")
    concession_expense_account_id = fields.Many2one(
        "account.account", check_company=True, help="Concessions of the platform's own shops.")
    platform_fee_account_id = fields.Many2one(
        "account.account", check_company=True, help="The platform's part of the concessions.")
    commission_payable_account_id = fields.Many2one(
        "account.account", check_company=True, help="Commission owed to promoters.")
    voucher_accepted_account_id = fields.Many2one(
        "account.account", check_company=True,
        help="Vouchers that shops of these books took in payment, until they are reimbursed.")
    payout_transit_account_id = fields.Many2one(
        "account.account", check_company=True, help="Payouts that the bank has not confirmed yet.")

    statement_interval = fields.Selection(
        [("week", "Week"), ("month", "Month")], required=True, default="month", string="Merchant Statements Every",
        help="A week ends on Sunday.")
    statement_dispute_days = fields.Integer(
        string="Statements Can Be Disputed Within", default=30, help="Days after a statement was issued.")

    voucher_reminder_days = fields.Integer(
        string="Remind of Expiring Vouchers", default=7, help="Days before the last day; 0: no reminders.")

    _reminder_days_positive = models.Constraint(
        "CHECK (voucher_reminder_days >= 0)", "Vouchers are reminded of 0 days or more before they expire.")
    _dispute_days_positive = models.Constraint(
        "CHECK (statement_dispute_days >= 0)", "Statements can be disputed within 0 days or more.")

    @api.constrains(*(f"{key}_account_id" for key in OPERATING_KEYS))
    def _check_operating_accounts(self):
        for company in self:
            for key in OPERATING_KEYS:
                account = company[f"{key}_account_id"]
                if account.escrow_role:
                    raise ValidationError(self.env._(
                        "%(field)s: %(account)s belongs to the rebate escrow; choose another account.",
                        field=company._fields[f"{key}_account_id"]._description_string(self.env),
                        account=account.display_name))

    def _set_default_operating_bank(self):
        """Take the account of the company's first bank journal, where none was chosen."""
        for company in self.filtered(lambda c: not c.operating_bank_account_id):
            journals = self.env["account.journal"].search([
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "bank"), ("id", "!=", company.voucher_journal_id.id),
                ("default_account_id", "!=", False)])
            company.operating_bank_account_id = journals.default_account_id.filtered(
                lambda account: not account.escrow_role)[:1]
