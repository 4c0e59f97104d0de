from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.models.alliance_qualified_sale import NUMBER
from odoo.addons.merchant_alliance.tools.money import from_cents

CHART_MONTHS = 6
# What of a sale's commission still counts: not what was cancelled or rejected.
COUNTS = (
    "s.promoter_id IN %(promoters)s AND s.state <> 'cancelled'"
    " AND s.reward_state NOT IN ('rejected', 'cancelled', 'none')")
OWN = "promoter_id IN %(promoters)s"
MONTH = "to_char(s.sale_datetime AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s, 'YYYY-MM')"


class AlliancePromoter(models.Model):
    """What a promoter has earned: figures, months and statements, from the ledger and the sales that wait."""

    _inherit = "alliance.promoter"

    currency_id = fields.Many2one(related="company_id.currency_id")
    commission_balance = fields.Monetary(
        string="Payable", compute="_compute_commission_balance",
        help="What is to be paid now; below zero, later commissions pay it off.")

    def _compute_commission_balance(self):
        balances = {}
        for company in self.company_id:
            balances |= self.env["promoter.commission"].sudo()._get_balances(company, self)
        for promoter in self:
            promoter.commission_balance = float(from_cents(balances.get(promoter.sudo(), 0), promoter.currency_id))

    def _get_commission_figures(self):
        """Return ``{"payable", "pending", "month", "paid"}`` in cents.

        Pending: of purchases that are not funded, not checked, or can still be returned. Month: of what was bought
        this month, pending or not.
        """
        self.ensure_one()
        self.env.flush_all()
        [row] = self.env.execute_query(self._sql(
            f"""SELECT (SELECT COALESCE(SUM(amount), 0) FROM promoter_commission WHERE {OWN})::text,
                       COALESCE(SUM(s.alloc_commission) FILTER (WHERE c.id IS NULL), 0)::text,
                       COALESCE(SUM(s.alloc_commission) FILTER (WHERE {MONTH} = %(month)s), 0)::text,
                       (SELECT COALESCE(-SUM(amount), 0) FROM promoter_commission
                         WHERE {OWN} AND kind IN ('payout', 'payout_undo'))::text
                  FROM alliance_qualified_sale s LEFT JOIN promoter_commission c ON c.qualified_sale_id = s.id
                 WHERE {COUNTS}""", month=f"{self._get_today():%Y-%m}"))
        cents = [self.env["escrow.posting"]._to_cents(amount, self.company_id) for amount in row]
        return dict(zip(("payable", "pending", "month", "paid"), cents, strict=True))

    def _get_commission_chart(self):
        """Return the last months, the latest last: dicts of ``month`` (date), ``earned`` and ``pending`` in cents."""
        self.ensure_one()
        self.env.flush_all()
        first = self._get_today().replace(day=1)
        months = [first - relativedelta(months=back) for back in reversed(range(CHART_MONTHS))]
        since = self._get_month_start(months[0])
        rows = self.env.execute_query(self._sql(
            f"""SELECT {MONTH}, COALESCE(SUM(s.alloc_commission) FILTER (WHERE c.id IS NOT NULL), 0)::text,
                       COALESCE(SUM(s.alloc_commission) FILTER (WHERE c.id IS NULL), 0)::text
                  FROM alliance_qualified_sale s LEFT JOIN promoter_commission c ON c.qualified_sale_id = s.id
                 WHERE {COUNTS} AND s.sale_datetime >= %(since)s GROUP BY 1""", since=since))
        to_cents = self.env["escrow.posting"]._to_cents
        found = {month: [to_cents(amount, self.company_id) for amount in amounts] for month, *amounts in rows}
        return [{"month": month, "earned": earned, "pending": pending}
                for month in months for earned, pending in [found.get(f"{month:%Y-%m}", [0, 0])]]

    # -- statements ------------------------------------------------------------------------------

    def _get_statement_months(self):
        """Return the months (first days) in which something was booked, the latest first."""
        self.ensure_one()
        rows = self.env.execute_query(self._sql(
            f"""SELECT DISTINCT to_char(date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s, 'YYYY-MM')
                  FROM promoter_commission WHERE {OWN} ORDER BY 1 DESC"""))
        return [date(int(month[:4]), int(month[5:]), 1) for month, in rows]

    def _get_statement(self, month):
        """Return the statement of a month: opening + lines = closing.

        Lines say which sale, and nothing of the shopper.

        :param date month: its first day
        :return: dict of ``opening``, ``earned``, ``refunded``, ``paid``, ``closing`` in cents, and ``lines``, dicts of
            ``date`` (naive UTC), ``label``, ``document``, ``sold_on`` (naive UTC or None) and ``cents``
        """
        self.ensure_one()
        company, to_cents = self.company_id, self.env["escrow.posting"]._to_cents
        begin = self._get_month_start(month)
        end = self._get_month_start(month + relativedelta(months=1))
        [[opening]] = self.env.execute_query(self._sql(
            f"SELECT COALESCE(SUM(amount), 0)::text FROM promoter_commission WHERE {OWN} AND date < %(begin)s",
            begin=begin))
        rows = self.env.execute_query(self._sql(
            f"""SELECT c.date, c.kind, {NUMBER.format(column="s.id")}, s.sale_datetime, c.amount::text
                 FROM promoter_commission c LEFT JOIN alliance_qualified_sale s ON s.id = c.qualified_sale_id
                WHERE c.promoter_id IN %(promoters)s AND c.date >= %(begin)s AND c.date < %(end)s
             ORDER BY c.date, c.id""", begin=begin, end=end))
        labels = dict(self.env["promoter.commission"]._fields["kind"]._description_selection(self.env))
        lines = [{"date": moment, "kind": kind, "label": labels[kind], "document": document or "", "sold_on": sold_on,
                  "cents": to_cents(amount, company)} for moment, kind, document, sold_on, amount in rows]
        sums = {name: sum(line["cents"] for line in lines if line["kind"] in kinds) for name, kinds in (
            ("earned", ("earn",)), ("refunded", ("refund",)), ("paid", ("payout", "payout_undo")))}
        opening = to_cents(opening, company)
        return {"opening": opening, **sums, "closing": opening + sum(sums.values()), "lines": lines}

    def _get_statement_on_paper(self):
        """Return the statement of the month in the context (else of this one), and its first day; for the report."""
        month = fields.Date.to_date(self.env.context.get("commission_month")) or self._get_today()
        month = month.replace(day=1)
        return month, self._get_statement(month)

    # -- helpers ---------------------------------------------------------------------------------

    def _get_month_start(self, month):
        """Return when a month (its first day) begins for the company, naive UTC."""
        local = datetime.combine(month, time(), ZoneInfo(self.company_id._get_zone()))
        return (local - local.utcoffset()).replace(tzinfo=None)

    def _as_money(self, cents):
        """Return ``cents`` as text in the company's currency."""
        currency = self.company_id.currency_id
        return currency.format(float(from_cents(cents, currency)))

    def _sql(self, query, **values):
        return SQL(query, promoters=tuple(self.ids), zone=self.company_id._get_zone(), **values)

    def action_view_commissions(self):
        """Open the promoter's commission entries."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Commissions of %s", self.partner_id.name),
            "res_model": "promoter.commission", "view_mode": "list,graph,pivot",
            "domain": [("promoter_id", "=", self.id)]}
