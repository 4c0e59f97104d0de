from odoo import models


class ResPartner(models.Model):
    """Addresses are looked up on the map from the backend (*Geolocate*), never by a page that a shopper waits for."""

    _inherit = "res.partner"

    def geo_localize(self):
        return False if self.env.context.get("known_places_only") else super().geo_localize()
