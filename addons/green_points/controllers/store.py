from odoo.http import request

from odoo.addons.merchant_alliance.controllers.dashboard import StoreDashboard
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


class GreenPointsDashboard(StoreDashboard):
    """The dashboard also shows what the shop's sales have earned it in points."""

    def _prepare_dashboard_values(self, merchant, store, span):
        values = super()._prepare_dashboard_values(merchant, store, span)
        env, earned = request.env, merchant._get_points_figures(span, store)
        values["cards"].append({
            "key": "points", "label": env._("Points earned"), "value": f"{earned['current']:,.2f}",
            "previous": f"{earned['previous']:,.2f}", "change": None,
            "note": env._("Points are not money and no value is promised.")})
        if not store:
            points = env["green.points.position"]._get_summary(merchant.partner_id, "merchant", merchant.company_id)
            values["cards"].append({
                "key": "points_active", "label": env._("Active points"), "value": f"{points['active']:,.2f}",
                "note": env._("Pending: %s", f"{points['pending']:,.2f}")})
        return values
