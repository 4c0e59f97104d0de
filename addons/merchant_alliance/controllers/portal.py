from datetime import timedelta

from odoo import fields, http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..tools.span import get_days

PERIOD_DAYS = 7
ROWS_PER_PAGE = 20  # the page is read on a phone


class MerchantPortal(CustomerPortal):
    """My store: what a merchant sees of its sales, concessions and deposit."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "my_store_count" in counters:
            merchants = request.env["alliance.merchant"].search_count(self._get_my_merchant_domain())
            # a merchant without sales yet gets to its page too, and who is staff, or invited to be
            values["my_store_count"] = request.env["alliance.qualified.sale"].search_count(
                self._get_my_sales_domain()) or merchants or self._count_my_work()
        return values

    def _get_my_merchant_domain(self):
        """Return the domain of the merchants that the user owns; pages for staff ask ``user._get_stores(right)``."""
        return request.env.user._get_owned_domain()

    def _get_my_sales_domain(self):
        return request.env.user._get_owned_domain("merchant_id.")

    def _count_my_work(self):
        return request.env["alliance.staff"].search_count(
            [("user_id", "=", request.env.user.id), ("state", "!=", "ended")])

    @http.route(["/my/store", "/my/store/page/<int:page>"], type="http", auth="user", website=True)
    def my_store(self, page=1, **_kwargs):
        """The merchant's own page; who has no merchant gets an empty state."""
        values = self._prepare_my_store_values(page)
        if not values["merchant"] and self._count_my_work():
            return request.redirect("/my/store/work")
        return request.render("merchant_alliance.portal_my_store", values)

    def _prepare_my_store_values(self, page=1):
        """Return the values of the page; higher addons add theirs."""
        # one merchant, and so one currency, on the page: that of the user's company first
        merchant = self._get_my_merchant()
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "my_store",
            "merchant": merchant,
            "period_days": PERIOD_DAYS,
        }
        if not merchant:
            return values
        domain = self._get_my_sales_domain() & Domain("merchant_id", "=", merchant.id)
        sales = request.env["alliance.qualified.sale"]
        pages = pager(
            url="/my/store", total=sales.search_count(domain), page=page, step=ROWS_PER_PAGE)
        today, start = merchant.company_id._get_day(), self._get_start_of_today()
        return {
            **values,
            "contracts_to_sign": merchant.contract_ids.filtered(lambda contract: contract.state == "sent"),
            "contracts": merchant.contract_ids.filtered(lambda contract: contract._is_in_force(today)),
            "figures": {
                "day": self._get_figures(domain & Domain("sale_datetime", ">=", start)),
                "week": self._get_figures(
                    domain & Domain("sale_datetime", ">=", start - timedelta(days=PERIOD_DAYS - 1))),
            },
            "pending_amount": self._get_figures(domain & Domain("state", "=", "pending"))["concession"],
            "sales": sales.search(domain, limit=ROWS_PER_PAGE, offset=pages["offset"]),
            "pager": pages,
        }

    def _get_start_of_today(self):
        """Return when the day of the user's company began (naive UTC), by which merchants count."""
        return get_days(request.env.company._get_zone(), fields.Datetime.now(), 1).start

    def _get_my_merchant(self):
        """Return the merchant that the user logs in for, empty if none: that of the user's company first."""
        merchants = request.env["alliance.merchant"].search(self._get_my_merchant_domain())
        return merchants.sorted(lambda found: found.company_id != request.env.company)[:1]

    def _get_figures(self, domain, sales=None):
        """Return ``count`` (of sales), ``cash`` and ``concession`` after refunds, without what was cancelled.

        :param sales: the model, with other rights than the user's own
        """
        sales = request.env["alliance.qualified.sale"] if sales is None else sales
        domain &= Domain("state", "!=", "cancelled")
        count, cash, concession = 0, 0.0, 0.0
        for kind, number, kind_cash, kind_concession in sales._read_group(
                domain, ["kind"], ["__count", "cash_amount:sum", "concession_amount:sum"]):
            count += number if kind == "sale" else 0
            cash += kind_cash
            concession += kind_concession
        return {"count": count, "cash": cash, "concession": concession}
