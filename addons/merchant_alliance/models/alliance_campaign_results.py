from datetime import timedelta

from odoo import models
from odoo.tools import SQL

# Who got the message and bought within the days that follow, by days since; a purchase on the day itself is day 0.
BROUGHT = """
    SELECT FLOOR(EXTRACT(EPOCH FROM s.sale_datetime - r.sent_at) / 86400)::int AS day, s.partner_id,
           COUNT(*) FILTER (WHERE s.kind = 'sale'), (SUM(s.cash_amount) * %(unit)s)::bigint
      FROM alliance_campaign_recipient r
      JOIN alliance_qualified_sale s ON s.merchant_id = r.merchant_id AND s.partner_id = r.partner_id
       AND s.state <> 'cancelled' AND s.sale_datetime >= r.sent_at AND s.sale_datetime < r.sent_at + %(within)s
     WHERE r.campaign_id = %(campaign)s AND r.state = 'sent'
     GROUP BY 1, 2
"""


class AllianceCampaign(models.Model):
    """What a campaign brought back: never who, only how many and how much."""

    _inherit = "alliance.campaign"

    def _get_progress(self):
        """Return ``{state, or reason to be left out: how many receivers}``."""
        self.ensure_one()
        counts = dict.fromkeys(
            ("waiting", "sent", "skipped", "withdrawn", "limit", "address", "stopped", "merged"), 0)
        for state, reason, count in self.env["alliance.campaign.recipient"].sudo()._read_group(
                [("campaign_id", "=", self.id)], ["state", "reason"], ["__count"]):  # sudo: numbers alone
            counts[state] += count
            if reason:
                counts[reason] += count
        return counts

    def _get_results(self):
        """Return what happened within the company's days after each receiver got it.

        :return: ``{"within": days, "buyers", "sales", "cash" (cents, after refunds), "by_day": {day: cents},
            "coupons", "coupons_used", "cost" (cents)}``
        """
        self.ensure_one()
        self.env.flush_all()
        within = self.company_id.alliance_campaign_days
        rows = self.env.execute_query(SQL(
            BROUGHT, campaign=self.id, within=timedelta(days=within), unit=10 ** self.currency_id.decimal_places))
        by_day = dict.fromkeys(range(within), 0)
        for day, _partner, _count, cents in rows:
            by_day[day] += cents
        coupons = self.sudo().coupon_ids  # sudo: numbers alone
        return {
            "within": within, "buyers": len({partner for _day, partner, count, _cents in rows if count}),
            "sales": sum(row[2] for row in rows), "cash": sum(row[3] for row in rows), "by_day": by_day,
            "coupons": len(coupons), "coupons_used": len(coupons.filtered(lambda coupon: coupon.state == "used")),
            "cost": self.sudo()._get_cost_cents()}
