from odoo import models
from odoo.exceptions import UserError

from ..tools.serialize import touch


class ProductTemplate(models.Model):
    """Goods of a brand: its stock is the brand's own, in a place of its own."""

    _inherit = "product.template"

    def _get_brand_quants(self):
        """Return the stock (sudo) of a brand's product in the brand's place."""
        # sudo: brands have no rights on stock; the caller checked whose product it is
        location = self.sudo().brand_store_id.merchant_id._get_stock_location()
        return self.sudo().env["stock.quant"].search([
            ("product_id", "in", self.sudo().product_variant_ids.ids), ("location_id", "=", location.id)])

    def _get_brand_stock(self):
        """Return (how many are there, how many of them are promised to orders)."""
        quants = self._get_brand_quants()
        return sum(quants.mapped("quantity")), sum(quants.mapped("reserved_quantity"))

    def _set_brand_stock(self, quantity):
        """Set how many pieces the brand has; a movement of stock keeps the trace.

        :param int quantity: pieces, not below what is promised to orders
        :raise UserError: below that, or no whole number
        """
        self.ensure_one()
        product = self.sudo()  # sudo: see _get_brand_quants
        touch(product)  # of two at once, the later one sees the other
        if type(quantity) is not int or not 0 <= quantity <= 1_000_000:
            raise UserError(self.env._("Stock: a whole number of pieces from 0 to 1,000,000."))
        _there, promised = product._get_brand_stock()
        if quantity < promised:
            raise UserError(self.env._("Stock: %s pieces are promised to orders already.", int(promised)))
        merchant = product.brand_store_id.merchant_id
        product.env["stock.quant"].with_context(inventory_mode=True).create({
            "product_id": product.product_variant_id.id, "location_id": merchant._get_stock_location().id,
            "owner_id": merchant.partner_id.id, "inventory_quantity": quantity,
        }).action_apply_inventory()

    def _unlist(self):
        """Take a product out of the shop; open carts can be paid no more."""
        self.sudo().is_published = False  # sudo: brands have no rights on products; the caller checked whose it is
