from odoo import models


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _get_stock_move_values(self, *args):
        """Goods of a brand leave from the brand's place: so they are a delivery of their own."""
        vals = super()._get_stock_move_values(*args)
        location = args[-1].get("alliance_location_id")
        if location and self.picking_type_id.code == "outgoing":
            vals["location_id"] = location
        return vals
