from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from .portal import MerchantPortal

ROWS = 80


class BrandOrders(MerchantPortal):
    """What a brand has sold in the web mall and is to ship."""

    @route("/my/store/orders", type="http", auth="user", website=True, methods=["GET"])
    def my_orders_to_ship(self, **_kwargs):
        """Show deliveries of the brand's own goods: those that wait, then those that left."""
        return self._render_orders()

    @route("/my/store/orders/<int:picking_id>/ship", type="http", auth="user", website=True, methods=["POST"])
    def ship_order(self, picking_id, carrier=None, tracking=None, **_kwargs):
        """Record that a delivery has left, with what the shopper needs to follow it."""
        picking_sudo = self._search_deliveries(Domain("id", "=", picking_id))
        if not picking_sudo:
            raise NotFound
        tracking = (tracking or "").strip()[:60]
        if not tracking:
            return self._render_orders(failed=picking_id, error=request.env._(
                "Tracking number: please fill it in, the shopper follows the parcel by it."))
        try:
            with request.env.cr.savepoint():
                if picking_sudo.state not in ("done", "cancel"):
                    picking_sudo.carrier_tracking_ref = " ".join(filter(None, ((carrier or "").strip()[:40], tracking)))
                    picking_sudo._deliver_whole()
        except UserError as error:
            return self._render_orders(error=str(error), failed=picking_id)
        return request.redirect("/my/store/orders")

    def _search_deliveries(self, domain):
        """Return deliveries (sudo) that leave from the places of the user's own merchants.

        Their orders are paid, or the back office has confirmed them to be paid by invoice.

        Staff see those that hold nothing but goods of the stores whose products they keep.
        """
        stores = request.env.user._get_stores("products")
        owned = stores.filtered(lambda store: store.merchant_id in request.env.user._get_owned_merchants())
        line = "sale_line_id.alliance_store_id"
        own_goods = Domain("move_ids", "any", [(line, "in", stores.ids)]) & ~Domain(
            "move_ids", "any", ["|", (line, "=", False), (line, "not in", stores.ids)])
        # sudo: merchants have no rights on stock, this is their own
        places, pickings = stores.sudo().merchant_id.stock_location_id, request.env["stock.picking"].sudo()
        return pickings.search(
            Domain("location_id", "in", places.ids) & Domain("picking_type_id.code", "=", "outgoing")
            & (Domain("location_id", "in", owned.sudo().merchant_id.stock_location_id.ids) | own_goods)
            & Domain("sale_id", "any", request.env["sale.order"]._get_may_leave_domain()) & domain,
            order="date_done desc, id", limit=ROWS)

    def _render_orders(self, error=None, failed=None):
        return request.render("merchant_alliance.portal_my_orders_to_ship", {
            **self._prepare_portal_layout_values(), "page_name": "my_orders_to_ship", "error": error, "failed": failed,
            "waiting": self._search_deliveries(Domain("state", "not in", ("done", "cancel"))),
            "shipped": self._search_deliveries(Domain("state", "=", "done"))[:20]})
