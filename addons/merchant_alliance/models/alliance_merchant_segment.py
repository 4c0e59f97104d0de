from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

# Segment -> condition over a shopper's row (see AGREED); %(since)s is the beginning of the days chosen.
CONDITIONS = {
    "all": "TRUE",
    "new": "t.first_at >= %(since)s",
    "returning": "t.times >= 2 AND t.last_at >= %(since)s",
    "lapsed": "t.last_at < %(since)s",
    "top": "t.spent > 0",
    "birthday": "to_char(p.alliance_birthday, 'MMDD') IN %(birthdays)s",
    "category": """EXISTS (
        SELECT FROM alliance_qualified_sale s
          LEFT JOIN sale_order_line l ON l.order_id = s.sale_order_id AND l.alliance_store_id = s.store_id
          LEFT JOIN pos_order_line o ON o.order_id = s.pos_order_id
          JOIN product_product v ON v.id IN (l.product_id, o.product_id)
          JOIN product_template g ON g.id = v.product_tmpl_id
         WHERE s.merchant_id = c.merchant_id AND s.partner_id = c.partner_id AND s.kind = 'sale'
           AND s.state <> 'cancelled' AND s.sale_datetime >= %(since)s AND g.categ_id IN %(categories)s)""",
}
# Nobody is in here who has not agreed to hear from the merchant, whatever the condition.
AGREED = """
    SELECT c.id, c.partner_id, t.times, t.last_at, t.spent
      FROM alliance_consent c
      JOIN res_partner p ON p.id = c.partner_id AND p.active
      LEFT JOIN (
        SELECT s.partner_id, COUNT(*) FILTER (WHERE s.kind = 'sale') AS times,
               MIN(s.sale_datetime) FILTER (WHERE s.kind = 'sale') AS first_at,
               MAX(s.sale_datetime) FILTER (WHERE s.kind = 'sale') AS last_at,
               SUM(s.cash_amount) FILTER (WHERE s.sale_datetime >= %(since)s) AS spent
          FROM alliance_qualified_sale s
         WHERE s.merchant_id = %(merchant)s AND s.state <> 'cancelled'
         GROUP BY s.partner_id) AS t ON t.partner_id = c.partner_id
     WHERE c.merchant_id = %(merchant)s AND c.withdrawn_at IS NULL AND ({condition})
     ORDER BY t.spent DESC NULLS LAST, c.id
     LIMIT %(limit)s
"""
SOLD_CATEGORIES = """
    SELECT DISTINCT g.categ_id
      FROM alliance_qualified_sale s
      LEFT JOIN sale_order_line l ON l.order_id = s.sale_order_id AND l.alliance_store_id = s.store_id
      LEFT JOIN pos_order_line o ON o.order_id = s.pos_order_id
      JOIN product_product v ON v.id IN (l.product_id, o.product_id)
      JOIN product_template g ON g.id = v.product_tmpl_id
     WHERE s.merchant_id = %(merchant)s AND s.kind = 'sale' AND s.sale_datetime >= %(since)s
"""
MANY = 1_000_000


class AllianceMerchant(models.Model):
    """A merchant's own customers: shoppers who have agreed to hear from it, and groups of them."""

    _inherit = "alliance.merchant"

    consent_ids = fields.One2many("alliance.consent", "merchant_id", groups="merchant_alliance.group_operator")

    def _get_segment_query(self, segment, days=30, count=100, category=None):
        """Return the query of ``(consent's id, partner's id, purchases, last purchase, spent)`` of a segment.

        :param str segment: key of ``CONDITIONS``
        :param int days: how far back (for birthdays: ahead) the segment looks
        :param int count: of ``top``: how many spenders
        :param category: of ``category``: the ``product.category``, its children included
        """
        self.ensure_one()
        today = self.company_id._get_day()
        birthdays = tuple(f"{today + timedelta(days=ahead):%m%d}" for ahead in range(min(days, 365) + 1))
        # sudo: merchants have no rights on categories of goods
        categories = self.env["product.category"].sudo()
        if category:
            categories = categories.search([("id", "child_of", category.ids)])
        return SQL(
            AGREED.format(condition=CONDITIONS[segment]), merchant=self.id, birthdays=birthdays,
            since=fields.Datetime.now() - timedelta(days=days), limit=count if segment == "top" else MANY,
            categories=tuple(categories.ids) or (0,))

    def _get_segment_rows(self, segment, **options):
        """Return the rows of :meth:`_get_segment_query`."""
        self.env.flush_all()
        return self.env.execute_query(self._get_segment_query(segment, **options))

    def _count_segment(self, segment, **options):
        """Return how many shoppers a segment has at this moment."""
        self.env.flush_all()
        [(count,)] = self.env.execute_query(SQL(
            "SELECT COUNT(*) FROM (%s) AS segment", self._get_segment_query(segment, **options)))
        return count

    def _get_sold_categories(self, days=365):
        """Return the ``product.category`` (sudo) of goods that the merchant has sold in the last ``days``."""
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            SOLD_CATEGORIES, merchant=self.id, since=fields.Datetime.now() - timedelta(days=days)))
        # sudo: merchants have no rights on categories of goods, these are of what they sold
        return self.env["product.category"].sudo().browse([row[0] for row in rows]).sorted("complete_name")
