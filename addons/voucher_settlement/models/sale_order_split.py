from odoo import fields, models

from odoo.addons.merchant_alliance.tools.money import split_by_weights

from .split_order import READERS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    split_order_ids = fields.One2many("split.order", "order_id", readonly=True, groups=READERS)

    def _get_split_sales(self, merchant):
        """Return the order's qualified sales and refunds of ``merchant`` that count (sudo)."""
        # sudo: a job of the platform
        return self.env["alliance.qualified.sale"].sudo().search([
            ("sale_order_id", "=", self.id), ("merchant_id", "=", merchant.id), ("state", "!=", "cancelled")])

    def _awaits_split_sale(self, merchant):
        """Return whether what this order concedes for ``merchant`` is still to come: nothing may be set free before."""
        self.ensure_one()
        # sudo: a job of the platform
        registered = self.env["alliance.qualified.sale"].sudo().search_count([
            ("sale_order_id", "=", self.id), ("merchant_id", "=", merchant.id)], limit=1)
        return not registered and self.state != "cancel" and (self.state != "sale" or not self._is_paid())

    def _get_split_taken(self, merchant, cents):
        """Return ``{role: cents}`` that a refund of ``cents`` will take back of this order's concession.

        The same steps as when the refund is registered (``_take_back``), so that the receivers give back that much.
        """
        self.ensure_one()
        origins = self._get_split_sales(merchant).filtered(lambda sale: sale.kind == "sale").sorted("id")
        taken = dict.fromkeys(("escrow", "platform"), 0)
        cash = [origin._get_cash_left_cents() for origin in origins]
        cents = min(cents, sum(cash))
        if cents <= 0:
            return taken
        left = origins._get_left_cents(lambda refund: refund.state != "cancelled")
        for origin, part, whole in zip(origins, split_by_weights(cents, cash), cash, strict=True):
            if part:
                escrow, platform = origin._get_split_taken(part, whole, left[origin])
                taken["escrow"] += escrow
                taken["platform"] += platform
        return taken
