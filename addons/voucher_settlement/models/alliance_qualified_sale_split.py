from odoo import models

from odoo.addons.green_points.models.alliance_qualified_sale import ALLOCATION_FIELDS
from odoo.addons.green_points.tools.allocation import take_part
from odoo.addons.merchant_alliance.tools.money import percent_of, to_cents

ESCROW_PARTS = ("alloc_pool", "alloc_shopping", "alloc_reserve")


class AllianceQualifiedSale(models.Model):
    _inherit = "alliance.qualified.sale"

    def _get_split_parts(self):
        """Return what the escrow and what the platform get of this concession, in cents; a refund's are negative."""
        self.ensure_one()
        total, escrow = (sum(to_cents(self[fname] or 0, self.currency_id) for fname in fnames)
                         for fnames in (("concession_amount",), ESCROW_PARTS))
        return escrow, total - escrow

    def _get_split_taken(self, cents, cash_left, left):
        """Return (escrow, platform) cents that a refund of ``cents`` takes of this sale.

        :param int cash_left: what can still be refunded of it
        :param dict left: cents left of each allocation field
        """
        self.ensure_one()
        concession = self._get_concession_left_cents()
        if cents != cash_left:
            concession = min(percent_of(cents, self.rate), concession)
        if not self.policy_id:
            return 0, concession
        parts = dict(zip(ALLOCATION_FIELDS, take_part(concession, [left[f] for f in ALLOCATION_FIELDS]), strict=True))
        escrow = sum(parts[fname] for fname in ESCROW_PARTS)
        return escrow, concession - escrow
