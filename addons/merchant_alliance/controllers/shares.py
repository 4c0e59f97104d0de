from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

HISTORY_SHOWN = 100


class SharesPortal(CustomerPortal):
    """A shareholder's statement: stakes, their history, and dividends."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "my_share_count" in counters:
            values["my_share_count"] = request.env["alliance.shareholding"].search_count(self._get_own_domain())
        return values

    def _get_own_domain(self):
        return [("partner_id", "=", request.env.user.partner_id.commercial_partner_id.id)]

    @http.route("/my/shares", type="http", auth="user", website=True, methods=["GET"])
    def my_shares(self, **_kwargs):
        """Show the user's own shares; who has none gets an empty state."""
        own = self._get_own_domain()
        holdings = request.env["alliance.shareholding"].search([*own, ("percent", ">", 0)])
        dividends = request.env["alliance.dividend.line"].search(
            [*own, ("state", "=", "approved")], limit=HISTORY_SHOWN)
        entries = request.env["alliance.share.entry"].search(own, limit=HISTORY_SHOWN)
        return request.render("merchant_alliance.portal_my_shares", {
            **self._prepare_portal_layout_values(), "page_name": "my_shares",
            # sudo: names of stores and days of dividends; stakes and parts are the user's own
            "holdings": holdings.sudo(), "dividends": dividends.sudo(), "entries": entries.sudo()})
