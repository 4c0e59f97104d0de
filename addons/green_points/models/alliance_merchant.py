from decimal import Decimal

from odoo import models

# A merchant that sells in two companies has one contact: of its points those of this company's cohorts count.
EARNED = """
    SELECT e.date >= %(start)s AS current, SUM(e.base * p.points_per_unit)::text
      FROM green_points_entry e
      JOIN green_points_cohort c ON c.id = e.cohort_id
      JOIN green_points_policy p ON p.id = c.policy_id
      LEFT JOIN alliance_qualified_sale s ON s.id = e.qualified_sale_id
     WHERE e.partner_id = %(partner)s AND e.holder_kind = 'merchant' AND e.kind IN ('earn', 'refund', 'correction')
       AND c.company_id = %(company)s AND %(of_store)s AND {within}
     GROUP BY 1
"""


class AllianceMerchant(models.Model):
    _name = "alliance.merchant"
    _inherit = ["alliance.merchant", "green.points.rule.term"]
    _rule_field = "merchant_ids"

    def _has_history(self, fname):
        """The points of bookings are their contact's, in their company, and go back from there."""
        # sudo: the answer must not depend on what the user may read
        return super()._has_history(fname) or (fname != "is_platform" and bool(
            self.env["green.points.exchange"].sudo().search_count([("merchant_id", "in", self.ids)], limit=1)))

    def _get_points_figures(self, span, store=None):
        """Return the points (``Decimal``) that sales earned the merchant in ``span`` and before, after refunds."""
        rows = dict(self._query_span(
            EARNED, span, "e.date", self._get_of_store_sql(store), partner=self.partner_id.id,
            company=self.company_id.id))
        return {word: Decimal(rows.get(current) or 0) for word, current in (("current", True), ("previous", False))}
