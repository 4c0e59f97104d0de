from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    alliance_reviewer_id = fields.Many2one(
        "res.users", string="Reviewer of Applications", domain=[("share", "=", False)],
        help="Gets new merchant applications; empty: whoever takes them from the list.")
    alliance_review_days = fields.Integer(
        string="Answer Within", default=3, help="Working days that applicants are promised an answer in.")

    dividend_journal_id = fields.Many2one(
        "account.journal", check_company=True, domain=[("type", "=", "general")],
        help="Journal in which dividends of stores are booked.")
    dividend_equity_account_id = fields.Many2one(
        "account.account", string="Profit Distributed", check_company=True,
        domain=[("internal_group", "=", "equity")], help="Equity account that dividends are taken from.")
    dividend_payable_account_id = fields.Many2one(
        "account.account", string="Dividends Payable", check_company=True,
        domain=[("internal_group", "=", "liability")], help="What is owed to shareholders until it is paid.")

    _review_days_positive = models.Constraint(
        "CHECK (alliance_review_days >= 0)", "Answer within: a number of working days, 0 or more.")
