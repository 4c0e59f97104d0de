from odoo import fields, models


class AllianceMerchant(models.Model):
    """Where a brand's goods are: a place of its own, so that each brand ships what it sold."""

    _inherit = "alliance.merchant"

    stock_location_id = fields.Many2one(
        "stock.location", string="Place of its Goods", readonly=True, copy=False, ondelete="restrict")

    def _get_stock_location(self):
        """Return the place (sudo) of a merchant's goods, made when it is first needed."""
        self.ensure_one()
        merchant = self.sudo()  # sudo: merchants have no rights on stock
        if not merchant.stock_location_id:
            warehouse = merchant.env["stock.warehouse"].search(
                [("company_id", "=", merchant.company_id.id)], order="sequence, id", limit=1)
            merchant.stock_location_id = merchant.env["stock.location"].create({
                "name": merchant.name, "location_id": warehouse.lot_stock_id.id, "usage": "internal",
                "company_id": merchant.company_id.id})
        return merchant.stock_location_id
