from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    alliance_reviewer_id = fields.Many2one(
        "res.users", string="Reviewer of Applications", domain=[("share", "=", False)],
        help="Gets new merchant applications; empty: whoever takes them from the list.")
    alliance_review_days = fields.Integer(
        string="Answer Within", default=3, help="Working days that applicants are promised an answer in.")

    alliance_claim_days = fields.Integer(
        string="Receipts Can Be Claimed Within", default=7,
        help="Days in which a shopper can claim the points of a receipt with its code. 0: never.")
    alliance_claims_per_day = fields.Integer(
        string="Receipts Claimed per Day", default=5, help="How many receipts one shopper can claim in a day, at most.")

    alliance_topup_min = fields.Monetary(
        string="Top Up at Least", default=100.0, help="Least that a merchant pays into its deposit online at once.")
    alliance_topup_max = fields.Monetary(
        string="Top Up at Most", default=50_000.0, help="Most that a merchant pays into its deposit online at once.")
    alliance_messages_of_merchant = fields.Integer(
        string="Messages of One Merchant", default=2,
        help="How many a shopper gets of one merchant in 7 days, at most. 0: none.")
    alliance_messages_in_all = fields.Integer(
        string="Messages in All", default=4,
        help="How many a shopper gets of all merchants in 7 days, at most. 0: none.")
    alliance_campaign_days = fields.Integer(
        string="Success of a Campaign Within", default=14,
        help="Days after a message in which a purchase counts as brought by it.")

    alliance_offer_review = fields.Boolean(
        string="Approve Offers", default=True, help="Merchants' offers are shown once an operator has published them.")

    _messages_in_bounds = models.Constraint(
        "CHECK (alliance_messages_of_merchant >= 0 AND alliance_messages_in_all >= 0"
        " AND alliance_campaign_days BETWEEN 1 AND 90)", "Messages: 0 or more; success within 1 to 90 days.")

    dividend_journal_id = fields.Many2one(
        "account.journal", check_company=True, domain=[("type", "=", "general")],
        help="Journal in which dividends of stores are booked.")
    dividend_equity_account_id = fields.Many2one(
        "account.account", string="Profit Distributed", check_company=True,
        domain=[("internal_group", "=", "equity")], help="Equity account that dividends are taken from.")
    dividend_payable_account_id = fields.Many2one(
        "account.account", string="Dividends Payable", check_company=True,
        domain=[("internal_group", "=", "liability")], help="What is owed to shareholders until it is paid.")

    _claims_positive = models.Constraint(
        "CHECK (alliance_claim_days >= 0 AND alliance_claims_per_day >= 0)", "Claiming receipts: 0 or more.")
    _topup_limits = models.Constraint(
        "CHECK (alliance_topup_min > 0 AND alliance_topup_max >= alliance_topup_min)",
        "Top up: the least is above zero, and the most not below it.")
    _review_days_positive = models.Constraint(
        "CHECK (alliance_review_days >= 0)", "Answer within: a number of working days, 0 or more.")

    def _get_people(self, *groups):
        """Return the people of the company (sudo) who are in one of ``groups`` (XML ids)."""
        self.ensure_one()
        members = self.env["res.users"].sudo().union(  # sudo: jobs and those who ask may not read users
            *(self.env.ref(group).sudo().all_user_ids for group in groups))
        return members.filtered(lambda user: user.active and not user.share and self in user.company_ids)

    def _get_task_owner(self):
        """Return who gets tasks that somebody must do: the reviewer, else the administrator."""
        self.ensure_one()
        return self.alliance_reviewer_id or self.env.ref("base.user_admin")
