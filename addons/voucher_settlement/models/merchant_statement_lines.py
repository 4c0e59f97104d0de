from odoo import models

from .merchant_statement_source import ACCOUNTS, CONTENTS, SOURCES

COLUMNS = ("source", "kind", "day", "document", "store", "cash", *ACCOUNTS)


class MerchantStatement(models.Model):
    """The lines of a statement: each row of each ledger, with what it did to each account."""

    _inherit = "merchant.statement"

    def _get_lines(self, offset=0, limit=None):
        """Return lines in order of their days.

        :return: dicts with ``source``, ``kind``, ``day`` (date), ``document``, ``store`` (name), ``cash`` and what it
            did to ``deposit``, ``account`` and ``voucher`` (float, company currency, to be shown; None where nothing)
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(self._sql(
            f"""SELECT {", ".join(COLUMNS)} FROM ({" UNION ALL ".join(map(self._get_lines_of, SOURCES))}) AS lines
              ORDER BY day, source, id OFFSET %(offset)s LIMIT %(limit)s""",
            self.sudo().company_id,  # sudo: merchants may not read the company
            id=self.id, lang=self.env.lang or "en_US", offset=offset, limit=limit))
        return [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    def _count_lines(self):
        """Return how many lines there are."""
        self.ensure_one()
        self.env.flush_all()
        [[count]] = self.env.execute_query(self._sql(
            "SELECT " + " + ".join(
                f"(SELECT COUNT(*) FROM {source.table} WHERE statement_id = %(id)s)" for source in SOURCES.values()),
            self.sudo().company_id, id=self.id))  # sudo: see _get_lines
        return count

    def _get_days(self):
        """Return the lines summed up by day: dicts with ``day``, ``count``, ``cash`` and each account (float)."""
        self.ensure_one()
        self.env.flush_all()
        columns = ("day", "count", "cash", *ACCOUNTS)
        sums = ", ".join(f"COALESCE(SUM({column}), 0)" for column in columns[2:])
        rows = self.env.execute_query(self._sql(
            f"""SELECT day, COUNT(*), {sums} FROM ({" UNION ALL ".join(map(self._get_lines_of, SOURCES))}) AS lines
              GROUP BY day ORDER BY day""",
            self.sudo().company_id, id=self.id, lang="en_US"))  # sudo: see _get_lines
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def _get_lines_of(self, name):
        source = SOURCES[name]
        amounts = ", ".join(
            " + ".join(found) + f" AS {account}" if (found := [
                f"({source.figures[part]})" for part in parts if part in source.figures])
            else f"NULL::numeric AS {account}"
            for account, parts in ACCOUNTS.items())
        cash = source.figures.get("cash_amount", "NULL::numeric")
        return f"""SELECT r.id, '{name}' AS source, {source.kind}::varchar AS kind, {source.day} AS day,
                          {source.document} AS document,
                          COALESCE(st.name->>%(lang)s, st.name->>'en_US') AS store, {cash} AS cash, {amounts}
                     FROM {source.table} r {source.joins} LEFT JOIN alliance_store st ON st.id = {source.store}
                    WHERE r.statement_id = %(id)s"""

    def _get_line_label(self, line):
        """Return what a line is, in the user's language."""
        labels = {
            ("sale", "sale"): self.env._("Sale"), ("sale", "refund"): self.env._("Refund"),
            ("deposit", "topup"): self.env._("Deposit paid in"),
            ("deposit", "withdrawal"): self.env._("Deposit paid back"),
            ("deposit", "funding"): self.env._("Concessions funded"),
            ("collected", None): self.env._("Collected for you"),
            ("split", "split"): self.env._("Received from the provider"),
            ("split", "return"): self.env._("Concession returned by the provider"),
            ("split", "refund"): self.env._("Paid back to a shopper by the provider"),
            ("voucher", "redeem"): self.env._("Vouchers accepted"),
            ("voucher", "restore"): self.env._("Vouchers given back"),
            ("voucher", "correction"): self.env._("Vouchers given back (correction)"),
            ("reimbursement", "paid"): self.env._("Vouchers reimbursed"),
            ("reimbursement", "returned"): self.env._("Reimbursement of vouchers given back"),
            ("payout", None): self.env._("Paid out to you"),
        }
        return labels[line["source"], line["kind"]]

    def _get_account_rows(self):
        """Return the accounts, and what concessions consist of, as ``[(label, amount)]``.

        A heading without an amount is before each.
        """
        titles = {"deposit": self.env._("Prepaid deposit"), "account": self.env._("Account with the platform"),
                  "voucher": self.env._("Vouchers to be reimbursed")}
        rows = []
        for account, parts in ACCOUNTS.items():
            rows += [(titles[account], None), *self._get_figures(f"{account}_opening", *parts, f"{account}_closing")]
        for figure, parts in CONTENTS.items():
            rows += [(self.env._("What the concessions are for"), None), *self._get_figures(*parts, figure)]
        return rows

    def _get_figures(self, *names):
        return [(self._fields[name]._description_string(self.env), self[name]) for name in names]

    @staticmethod
    def _get_account_parts(account):
        """Return the names of what moves an account, in order."""
        return ACCOUNTS[account]

    # -- what belongs to it ------------------------------------------------------------------------

    def action_open_sales(self):
        """Open the sales and refunds on this statement."""
        return self._get_rows_action("alliance.qualified.sale", self.env._("Sales"))

    def action_open_deposits(self):
        """Open the deposit entries on this statement."""
        return self._get_rows_action("alliance.deposit.entry", self.env._("Deposit"))

    def action_open_collected(self):
        """Open what was collected for the merchant on this statement."""
        return self._get_rows_action("alliance.payment.share", self.env._("Collected"))

    def action_open_vouchers(self):
        """Open the redemptions on this statement."""
        return self._get_rows_action("voucher.entry", self.env._("Vouchers"))

    def action_open_payouts(self):
        """Open the payouts on this statement."""
        return self._get_rows_action("payout.line", self.env._("Payouts"))

    def _get_rows_action(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": f"{self.name}: {name}", "res_model": model,
            "view_mode": "list,form", "domain": [("statement_id", "=", self.id)], "context": {"create": False}}
