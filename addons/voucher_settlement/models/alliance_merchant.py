from datetime import timedelta

from odoo import fields, models

from odoo.addons.merchant_alliance.tools.money import to_cents
from odoo.addons.merchant_alliance.tools.span import Span

from .merchant_statement_source import ACCOUNTS, SOURCES

ACCEPTED = """
    SELECT e.date >= %(start)s AS current, {bucket} AS bucket, (-SUM(e.amount) * %(unit_cents)s)::bigint
      FROM voucher_entry e LEFT JOIN voucher_hold h ON h.id = e.hold_id
     WHERE e.merchant_id = %(merchant)s AND e.kind IN ('redeem', 'restore') AND %(of_store)s AND {within}
     GROUP BY 1, 2
"""
USUAL_PERIOD = timedelta(days=7)


class AllianceMerchant(models.Model):
    _inherit = "alliance.merchant"

    def _get_dashboard_ranges(self):
        ranges = super()._get_dashboard_ranges()
        if not self._get_open_period():
            return ranges
        return {"day": ranges.pop("day"), "period": self.env._("This period"), **ranges}

    def _get_dashboard_span(self, code):
        period = self._get_open_period() if code == "period" else None
        if not period:
            return super()._get_dashboard_span(code)
        now = fields.Datetime.now().replace(microsecond=0)
        before = period.search([("company_id", "=", period.company_id.id), ("number", "=", period.number - 1)])
        back = period.date_start - before.date_start if before.date_start else USUAL_PERIOD
        return Span(self.company_id._get_zone(), period.date_start, now + timedelta(seconds=1), back)

    def _get_open_period(self):
        """Return the company's open settlement period (sudo), which may be empty."""
        # sudo: merchants may know when the period that their sales fall into began
        return self.env["settlement.period"].sudo().search(
            [("company_id", "=", self.sudo().company_id.id), ("state", "=", "open"), ("date_start", "!=", False)])

    def _get_voucher_figures(self, span, store=None):
        """Return cents of vouchers accepted in ``span`` and before, less what refunds gave back; ``columns`` of it."""
        rows = self._query_span(ACCEPTED, span, "e.date", self._get_of_store_sql(store, "h.store_id"))
        sums = {True: 0, False: 0}
        for current, _bucket, cents in rows:
            sums[current] += cents
        return {"current": sums[True], "previous": sums[False],
                "columns": {bucket: cents for current, bucket, cents in rows if current}}

    def _filter_unsettled(self):
        """Add those that owe or are owed something; no statement is made of the platform's own shop."""
        unsettled = super()._filter_unsettled()
        return unsettled | (self - unsettled).filtered(
            lambda merchant: not merchant.is_platform and any(merchant._get_owed_cents().values()))

    def _get_owed_cents(self):
        """Return ``{"voucher", "account"}``, cents: what the next statement would end with if it ended now."""
        self.ensure_one()
        # sudo: the caller makes sure that the merchant is the user's
        statements = self.env["merchant.statement"].sudo()
        last = statements.search([("merchant_id", "=", self.id)], order="date_to desc", limit=1)
        owed = {account: to_cents(last[f"{account}_closing"], self.currency_id) if last else 0
                for account in ("voucher", "account")}
        self.env.flush_all()
        for source in SOURCES.values():
            names = [(account, name) for account in owed for name in ACCOUNTS[account] if name in source.figures]
            if not names:
                continue
            sums = ", ".join(
                f"(COALESCE(SUM({source.figures[name]}), 0) * %(unit)s)::bigint" for _account, name in names)
            [row] = self.env.execute_query(statements._sql(
                f"""SELECT {sums} FROM {source.table} r
                     WHERE r.merchant_id = %(merchant)s AND r.statement_id IS NULL AND {source.condition}""",
                self.company_id, merchant=self.id, unit=10 ** self.currency_id.decimal_places))
            for (account, _name), cents in zip(names, row, strict=True):
                owed[account] += cents
        return owed
