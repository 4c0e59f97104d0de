from datetime import timedelta

from odoo import fields, http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager


class MerchantPortal(CustomerPortal):
    """My store: what a merchant sees of its sales, concessions and deposit."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "my_store_count" in counters:
            merchants = request.env["alliance.merchant"].search_count(self._get_my_merchant_domain())
            values["my_store_count"] = request.env["alliance.qualified.sale"].search_count(
                self._get_my_sales_domain()) or merchants
        return values

    def _get_my_merchant_domain(self):
        return [("partner_id", "=", request.env.user.partner_id.commercial_partner_id.id)]

    def _get_my_sales_domain(self):
        return [("merchant_id.partner_id", "=", request.env.user.partner_id.commercial_partner_id.id)]

    @http.route(["/my/store", "/my/store/page/<int:page>"], type="http", auth="user", website=True)
    def my_store(self, page=1, **_kwargs):
        """The merchant's own page; who has no merchant gets an empty state."""
        return request.render("merchant_alliance.portal_my_store", self._prepare_my_store_values(page))

    def _prepare_my_store_values(self, page=1):
        """Return the values of the page; higher addons add theirs."""
        env = request.env
        merchants = env["alliance.merchant"].search(self._get_my_merchant_domain())
        sales = env["alliance.qualified.sale"]
        domain = self._get_my_sales_domain()
        total = sales.search_count(domain)
        pages = pager(url="/my/store", total=total, page=page, step=self._items_per_page)
        today = fields.Datetime.now() - timedelta(days=1)
        week = fields.Datetime.now() - timedelta(days=7)
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "my_store",
            "merchants": merchants,
            "merchant": merchants[:1],
            "contracts": merchants.contract_ids.filtered(lambda contract: contract.state == "active"),
            "figures": {
                "day": self._get_figures([*domain, ("sale_datetime", ">=", today)]),
                "week": self._get_figures([*domain, ("sale_datetime", ">=", week)]),
            },
            "pending_amount": self._get_figures([*domain, ("state", "=", "pending")])["concession"],
            "sales": sales.search(domain, limit=self._items_per_page, offset=pages["offset"]),
            "pager": pages,
        }

    def _get_figures(self, domain):
        [(count, cash, concession)] = request.env["alliance.qualified.sale"]._read_group(
            domain, aggregates=["__count", "cash_amount:sum", "concession_amount:sum"])
        return {"count": count, "cash": cash or 0.0, "concession": concession or 0.0}
