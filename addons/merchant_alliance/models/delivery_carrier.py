from odoo import models


class DeliveryCarrier(models.Model):
    """Stores near a shopper are found by what is known of the shopper's address; no map service is told of it."""

    _inherit = "delivery.carrier"

    def _in_store_get_close_locations(self, partner_address, product_id=None):
        return super()._in_store_get_close_locations(
            partner_address.with_context(known_places_only=True), product_id=product_id)
