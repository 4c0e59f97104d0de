from odoo.http import request

from odoo.addons.merchant_alliance.controllers.portal import MerchantPortal


class GreenPointsStorePortal(MerchantPortal):
    """“My store” also shows the points that the merchant has earned itself."""

    def _prepare_my_store_values(self, page=1):
        values = super()._prepare_my_store_values(page)
        merchant = values["merchant"]  # found by the user's own commercial entity
        if merchant:
            values["points"] = request.env["green.points.position"]._get_summary(
                merchant.partner_id, "merchant", merchant.company_id)
        return values
