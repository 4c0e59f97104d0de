from odoo import api, fields, models
from odoo.exceptions import UserError

STATEMENT_DAYS = 7  # a bank statement older than this says nothing about the period that closes


class SettlementPeriod(models.Model):
    """A period is not computed while the escrow's bank and the ledger differ, where the company asks for that."""

    _inherit = "settlement.period"

    bank_warning = fields.Char(compute="_compute_bank_warning")

    @api.depends("state", "company_id.escrow_reconcile")
    def _compute_bank_warning(self):
        for period in self:
            # sudo: operators may not read the company's settings
            asked = period.sudo().company_id.escrow_reconcile
            period.bank_warning = False if asked or period.state not in ("closing", "computed", "approved") else \
                self.env._("Nobody compares the escrow's bank account with this settlement: import its statements and"
                           " switch “Bank Must Agree to Settle” on in the settings.")

    def _check_books(self):
        """Post what is unposted; sub-ledgers must equal the general ledger, and the bank the escrow.

        :raise UserError: naming every difference
        """
        super()._check_books()
        company = self.company_id
        if not company.escrow_reconcile:
            return
        record = self.env["escrow.reconciliation"]._reconcile(company)
        problems = record._get_problems()
        oldest = fields.Date.subtract(fields.Date.context_today(self), days=STATEMENT_DAYS)
        if record.statement_id and record.date < oldest:
            problems.append(self.env._("The last bank statement is of %s: import those after it.", record.date))
        if problems:
            raise UserError(self.env._(
                "The escrow's bank account and the ledger differ; settlement stops until this is cleared:\n%s",
                "\n".join(problems)))
