from odoo import models


class StockWarehouse(models.Model):
    """Where an order can be collected is shown whether a map service answers or not."""

    _inherit = "stock.warehouse"

    def _prepare_pickup_location_data(self):
        # a service that cannot be reached would keep shoppers from the page, or let them wait
        return super(StockWarehouse, self.with_context(known_places_only=True))._prepare_pickup_location_data()
