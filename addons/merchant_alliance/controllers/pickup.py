from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from .portal import MerchantPortal

ROWS = 80


class PickupDesk(MerchantPortal):
    """Orders of the web mall that wait in stores, which the user owns or serves in, to be collected."""

    @route("/my/store/pickups", type="http", auth="user", website=True, methods=["GET"])
    def my_store_pickups(self, **_kwargs):
        """Show what waits, the oldest first."""
        return self._render_pickups()

    @route("/my/store/pickups/<int:order_id>/hand-over", type="http", auth="user", website=True, methods=["POST"])
    def hand_over_pickup(self, order_id, code=None, **_kwargs):
        """Hand an order over to the shopper who shows its code."""
        order_sudo = self._search_pickups(Domain("id", "=", order_id))
        if not order_sudo:
            raise request.not_found()
        try:
            order_sudo._hand_over(code)
        except UserError as error:
            # not rolled back: wrong codes are counted
            return self._render_pickups(error=str(error), failed=order_sudo)
        return self._render_pickups(done=order_sudo)

    def _render_pickups(self, **values):
        return request.render("merchant_alliance.portal_my_store_pickups", {
            **self._prepare_portal_layout_values(), "page_name": "my_store_pickups",
            "pickups": self._search_pickups(Domain("handed_over_on", "=", False)),
            "error": None, "failed": None, "done": None, **values})

    def _search_pickups(self, domain):
        """Return orders (sudo), paid or to be paid by invoice, that are collected in the user's own stores."""
        stores = request.env.user._get_stores("serve")
        # sudo: merchants have no rights on orders; these are collected in their own stores
        orders = request.env["sale.order"].sudo()
        return orders.search(
            Domain("pickup_store_id", "in", stores.ids) & orders._get_may_leave_domain() & domain,
            order="date_order, id", limit=ROWS)
