from odoo import fields, models
from odoo.tools import SQL

from ..tools.span import get_days

# Day ranges a merchant can choose: code -> days of the calendar, today among them.
DAY_RANGES = {"day": 1, "week": 7, "month": 30, "quarter": 90}

# What a column of the chart is: the moment on the company's clock; what was before, moved on to its counterpart.
BUCKET = """
    date_trunc(%(unit)s, ({moment} AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)
        + CASE WHEN {moment} < %(start)s THEN %(back)s ELSE interval '0' END)
"""
WITHIN = """
    {moment} >= %(previous_start)s AND {moment} < %(end)s AND ({moment} >= %(start)s OR {moment} < %(previous_end)s)
"""
SALES = """
    SELECT s.sale_datetime >= %(start)s AS current, {bucket} AS bucket, COUNT(*) FILTER (WHERE s.kind = 'sale'),
           (SUM(s.cash_amount) * %(unit_cents)s)::bigint, (SUM(s.concession_amount) * %(unit_cents)s)::bigint
      FROM alliance_qualified_sale s
     WHERE s.merchant_id = %(merchant)s AND %(of_store)s AND s.state <> 'cancelled' AND {within}
     GROUP BY 1, 2
"""
# Who bought; new is whose first purchase here it was, and loyal who has bought at least twice by now.
SHOPPERS = """
    SELECT b.current, COUNT(*), COUNT(*) FILTER (WHERE NOT e.earlier), COUNT(*) FILTER (WHERE e.earlier OR b.times > 1)
      FROM (SELECT s.partner_id, s.sale_datetime >= %(start)s AS current, COUNT(*) AS times,
                   MIN(s.sale_datetime) AS first_at
              FROM alliance_qualified_sale s
             WHERE s.merchant_id = %(merchant)s AND %(of_store)s AND s.kind = 'sale' AND s.state <> 'cancelled'
               AND {within} GROUP BY 1, 2) AS b,
           LATERAL (SELECT EXISTS (
             SELECT FROM alliance_qualified_sale s
              WHERE s.merchant_id = %(merchant)s AND s.partner_id = b.partner_id AND s.sale_datetime < b.first_at
                AND %(of_store)s AND s.kind = 'sale' AND s.state <> 'cancelled') AS earlier) AS e
     GROUP BY 1
"""


class AllianceMerchant(models.Model):
    """What a merchant's dashboard shows: figures of a span of time beside those of the span before it.

    Figures are exact: sums of numeric columns in integer cents. Days are those of the company's time zone.
    """

    _inherit = "alliance.merchant"

    # -- which time ---------------------------------------------------------------------------------

    def _get_dashboard_ranges(self):
        """Return ``{code: label}`` of the ranges to choose from, in their order; higher addons add theirs."""
        return {
            "day": self.env._("Today"), "week": self.env._("7 days"), "month": self.env._("30 days"),
            "quarter": self.env._("90 days")}

    def _get_dashboard_span(self, code):
        """Return the :class:`Span` of a range; an unknown code is that of the last 30 days."""
        self.ensure_one()
        return get_days(self.company_id._get_zone(), fields.Datetime.now(), DAY_RANGES.get(code, DAY_RANGES["month"]))

    # -- figures ------------------------------------------------------------------------------------

    def _get_sales_figures(self, span, store=None):
        """Return sales of ``span`` and of the one before: after refunds, without what was cancelled.

        :param store: one ``alliance.store`` of the merchant; None or empty: all of them
        :return: ``{"current"|"previous": {"count", "cash", "concession", "average"}, "columns": {…}}``, cents;
            columns: the same words -> ``{bucket: {"count", "cash", "concession"}}``
        """
        rows = self._query_span(SALES, span, "s.sale_datetime", self._get_of_store_sql(store))
        names = ("count", "cash", "concession")
        columns = {"current": {}, "previous": {}}
        for current, bucket, *values in rows:
            columns["current" if current else "previous"][bucket] = dict(zip(names, values, strict=True))
        figures = {}
        for word, by_bucket in columns.items():
            total = {name: sum(values[name] for values in by_bucket.values()) for name in names}
            figures[word] = {**total, "average": total["cash"] // total["count"] if total["count"] else 0}
        return {**figures, "columns": columns}

    def _get_shopper_figures(self, span, store=None):
        """Return how many shoppers bought, how many of them were new, and how many bought (at least) a second time.

        :return: ``{"current"|"previous": {"shoppers", "new", "returning", "loyal", "rate"}}``; the rate in percent
            (loyal of shoppers), None without shoppers
        """
        figures = dict.fromkeys((True, False), (0, 0, 0))
        for current, *counts in self._query_span(SHOPPERS, span, "s.sale_datetime", self._get_of_store_sql(store)):
            figures[current] = counts
        return {
            word: {"shoppers": count, "new": new, "returning": count - new, "loyal": loyal,
                   "rate": round(100 * loyal / count, 1) if count else None}
            for word, (count, new, loyal) in (("current", figures[True]), ("previous", figures[False]))}

    # -- SQL ------------------------------------------------------------------------------------------

    def _query_span(self, code, span, moment, of_store, **values):
        """Run a query of this file's kind; ``code`` and ``moment`` (a column) are constants of the addons.

        :param SQL of_store: condition that a row is of the store chosen
        """
        self.ensure_one()
        self.env.flush_all()
        code = code.format(bucket=BUCKET.format(moment=moment), within=WITHIN.format(moment=moment))
        return self.env.execute_query(SQL(
            code, merchant=self.id, of_store=of_store, unit=span.unit, zone=span.zone, back=span.back,
            start=span.start, end=span.end, previous_start=span.previous_start, previous_end=span.previous_end,
            unit_cents=10 ** self.currency_id.decimal_places, **values))

    @staticmethod
    def _get_of_store_sql(store, column="s.store_id"):
        """Return the condition that ``column`` (a constant) is the chosen store; all of them if none is."""
        return SQL(f"{column} = %s", store.id) if store else SQL("TRUE")
