from odoo import api, fields, models
from odoo.exceptions import AccessError


class SaleOrderLine(models.Model):
    """Each line of a web order knows the store, and so the merchant, that sells it."""

    _inherit = "sale.order.line"

    alliance_store_id = fields.Many2one(
        "alliance.store", string="Sold by Store", compute="_compute_alliance_store_id", store=True, precompute=True,
        index="btree_not_null", ondelete="restrict",
        help="The brand's store of the product, else the store in which the order is made.")

    def write(self, vals):
        if not self.env.su and "alliance_store_id" in vals:  # a new line's is computed, whatever is said
            raise AccessError(self.env._(
                "Sold by Store: this follows from the product and the order; nobody sets it by hand."))
        return super().write(vals)

    @api.depends(
        "product_id", "order_id.website_id", "order_id.scan_store_id", "order_id.warehouse_id", "order_id.carrier_id")
    def _compute_alliance_store_id(self):
        for line in self:
            # what was sold stays sold by whoever sold it
            if line.state not in ("sale", "done") or not line.alliance_store_id:
                line.alliance_store_id = line._get_alliance_store()

    def _get_alliance_store(self):
        """Return the store (sudo) that sells this line's product, empty if none does."""
        # sudo: shoppers have no rights on stores
        return self.sudo().product_id.brand_store_id or self.order_id._get_alliance_store()

    def _filter_sold_by_merchants(self):
        """Return the lines that a merchant sells: the platform only collects what is paid for them."""
        # sudo: whoever confirms or invoices need not read stores
        stores = self.sudo().alliance_store_id
        merchants = stores - stores._filter_own()
        sold = self.sudo().filtered(lambda line: line.alliance_store_id in merchants)
        return self & sold

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        merchant = self.sudo().product_id.brand_store_id.merchant_id  # sudo: whoever confirms may not read merchants
        if merchant:
            values["alliance_location_id"] = merchant._get_stock_location().id
        return values
