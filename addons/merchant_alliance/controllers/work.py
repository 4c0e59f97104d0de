from datetime import timedelta

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager

from .portal import PERIOD_DAYS, ROWS_PER_PAGE, MerchantPortal


class WorkPortal(MerchantPortal):
    """What store staff see: their invitations, their stores, and there only what they may."""

    @route(["/my/store/work", "/my/store/work/page/<int:page>"], type="http", auth="user", website=True,
           methods=["GET"])
    def my_work(self, page=1, code=None, **_kwargs):
        """Show where the user works, with the figures and pages that the owner has allowed.

        :param code: of an invitation; the owner's link fills it in
        """
        return self._render_work(page, code=code)

    @route("/my/store/work/<int:staff_id>/accept", type="http", auth="user", website=True, methods=["POST"])
    def accept_work(self, staff_id, code=None, **_kwargs):
        """Accept one's own invitation."""
        try:
            self._get_own_work(staff_id)._accept(code)
        except UserError as error:
            # not rolled back: wrong codes are counted
            return self._render_work(error=str(error))
        return request.redirect("/my/store/work")

    @route("/my/store/work/<int:staff_id>/leave", type="http", auth="user", website=True, methods=["POST"])
    def leave_work(self, staff_id, **_kwargs):
        """Decline an invitation, or stop working there."""
        self._get_own_work(staff_id)._end()
        return request.redirect("/my/store/work")

    def _get_own_work(self, staff_id=None):
        """Return the user's own record that is not ended; without id all of them."""
        domain = Domain("user_id", "=", request.env.user.id) & Domain("state", "!=", "ended")
        work = request.env["alliance.staff"].search(
            domain & Domain("id", "=", staff_id) if staff_id is not None else domain)
        if staff_id is not None and not work:
            raise NotFound
        return work

    def _render_work(self, page=1, error=None, code=None):
        return request.render("merchant_alliance.portal_my_work", {
            **self._prepare_work_values(page), "error": error, "code": code})

    def _prepare_work_values(self, page):
        """Return the values of the page; higher addons add theirs."""
        work = self._get_own_work()
        active = work.filtered(lambda staff: staff.state == "active")
        stores = active.filtered("may_sales").store_ids
        values = {
            **self._prepare_portal_layout_values(), "page_name": "my_work", "work": active,
            # sudo: of the merchant staff see its name alone
            "invitations": (work - active).sudo(), "names": {staff: staff.sudo().merchant_id.name for staff in active},
            "may_serve": any(active.mapped("may_serve")), "may_products": any(active.mapped("may_products")),
            "sales_stores": stores, "period_days": PERIOD_DAYS, "pager": None}
        if not stores:
            return values
        # sudo: staff read no sales, which tell the contract's rate; shown are time, store and cash of their own stores
        sales = request.env["alliance.qualified.sale"].sudo()
        domain = Domain("store_id", "in", stores.ids)
        pages = pager(url="/my/store/work", total=sales.search_count(domain), page=page, step=ROWS_PER_PAGE)
        today = self._get_start_of_today()
        return {
            **values, "pager": pages, "currency": stores[0].currency_id,
            "sales": sales.search(domain, limit=ROWS_PER_PAGE, offset=pages["offset"]),
            "figures": [{
                "store": store, "day": self._get_figures(own & Domain("sale_datetime", ">=", today), sales),
                "week": self._get_figures(
                    own & Domain("sale_datetime", ">=", today - timedelta(days=PERIOD_DAYS - 1)), sales),
            } for store in stores for own in [Domain("store_id", "=", store.id)]]}
