from odoo import api, models
from odoo.tools import SQL

from . import escrow_posting_commission, escrow_posting_release, escrow_posting_sales, escrow_posting_vouchers

UNBOOKED = (  # what SQL finds it by
    "alliance_qualified_sale s WHERE " + escrow_posting_sales.UNEARNED,
    "settlement_period WHERE " + escrow_posting_release.UNBOOKED,
    "voucher_entry WHERE " + escrow_posting_vouchers.UNBOOKED,
    escrow_posting_commission.NOT_RETURNED)


class EscrowPosting(models.AbstractModel):
    """Everything that is not booked yet, in an order in which each finds what it needs."""

    _inherit = "escrow.posting"

    @api.model
    def _post_unposted(self, company):
        """Book everything of ``company`` that is not booked yet; a second call books nothing.

        Deposits and fundings are booked when they happen, except before the company had its accounts.

        :raise UserError: it has none now
        """
        self._get_journal(company)
        self = self.sudo()  # sudo: a job of the books
        if not self._has_unposted(company):
            return
        for entry in self.env["alliance.deposit.entry"].search(self._get_deposit_domain(company), order="id"):
            self._post_deposit(entry)
        fundings = self.env["alliance.funding"].search(self._get_funding_domain(company), order="id")
        for funding in (sweeps := fundings.filtered(lambda f: f.amount > 0)):
            self._post_funding(funding)
            self._post_rejected(funding.qualified_sale_ids.filtered(lambda s: s.reward_state == "rejected"))
        self._post_collected(company)
        # vouchers before refunds: what was clawed back helps to pay them
        self._post_voucher_entries(company, self._prepare_earned_batch(company))
        for funding in fundings - sweeps:
            self._post_funding(funding)
        self._post_forfeited(company)
        self._post_split(company)

    def _has_unposted(self, company):
        """Whether there is anything to book: one statement, where finding it takes one for each kind.

        Commissions of rejected sales that are set off against refunds are there until others are worth more.
        """
        self.env.flush_all()
        [[found]] = self.env.execute_query(SQL("SELECT %s", SQL(" OR ").join(
            SQL("EXISTS (%s)", query) for query in self._get_unposted_queries(company))))
        return found

    def _get_unposted_queries(self, company):
        """Return an SQL query for each kind of what :meth:`_post_unposted` books."""
        return [
            *(self.env[model]._search(domain).select() for model, domain in (
                ("alliance.deposit.entry", self._get_deposit_domain(company)),
                ("alliance.funding", self._get_funding_domain(company)),
                ("alliance.payment.share", self._get_collected_domain(company)),
                ("split.entry", self._get_split_domain(company)))),
            *(SQL("SELECT FROM " + rows, company=company.id) for rows in UNBOOKED)]

    def _get_deposit_domain(self, company):
        return [("company_id", "=", company.id), ("move_id", "=", False), ("kind", "!=", "funding")]

    def _get_funding_domain(self, company):
        return [  # of sales that concede nothing there is nothing to book
            ("company_id", "=", company.id), ("move_id", "=", False), ("reversal_move_id", "=", False),
            ("amount", "!=", 0)]

    @api.model
    def _cron_post(self):
        """Book what the day brought, for every company that has its accounts."""
        self.env["ir.cron"]._run_each(self._get_companies(), self._post_unposted)
