from odoo import api, fields, models
from odoo.exceptions import UserError

STATEMENT_DAYS = 7  # a bank statement older than this says nothing about the period that closes


class SettlementPeriod(models.Model):
    """A period is not computed while the escrow's bank and the ledger differ, or nobody knows where that is asked."""

    _inherit = "settlement.period"

    bank_warning = fields.Char(compute="_compute_bank_warning")

    @api.depends("state", "company_id.escrow_reconcile")
    def _compute_bank_warning(self):
        for period in self:
            # sudo: operators may read neither the company's settings nor the bank's statements
            company = period.sudo().company_id
            period.bank_warning = False if company.escrow_reconcile or period.state not in (
                "closing", "computed", "approved") else self._get_bank_warning(company)

    @api.model
    def _get_bank_warning(self, company):
        """Return what to say of a settlement that is not asked to have bank statements up to date, False if it has."""
        statement = self._get_last_statement(company)
        if not statement:
            return self.env._("Nobody compares the escrow's bank account with this settlement: import its statements"
                              " and switch “Bank Statement Needed to Settle” on in the settings.")
        return statement.date < self._get_oldest_day(company) and self.env._(
            "The escrow's last bank statement is of %s; nothing after it is compared with this settlement.",
            statement.date)

    @api.model
    def _get_last_statement(self, company):
        return self.env["escrow.bank.statement"].sudo().search(  # sudo: looked at for people who may not read it
            [("company_id", "=", company.id)], limit=1)

    @api.model
    def _get_oldest_day(self, company):
        return fields.Date.subtract(company._get_day(), days=STATEMENT_DAYS)

    def _check_books(self):
        """Post what is unposted; sub-ledgers must equal the general ledger, and the bank the escrow.

        What an imported statement says always counts. Whether there must be one, and of these days, is a setting.

        :return: what the rebate pool holds, in cents
        :raise UserError: naming every difference
        """
        pool = super()._check_books()
        company = self.company_id
        if company.escrow_reconcile or self._get_last_statement(company):
            record = self.env["escrow.reconciliation"]._reconcile(company)
            if problems := record._get_problems() + record._get_missing():
                raise UserError(self.env._(
                    "The escrow's bank account and the ledger differ; settlement stops until this is cleared:\n%s",
                    "\n".join(problems)))
        return pool
