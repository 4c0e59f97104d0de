from datetime import timedelta

from odoo import fields, http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

PERIOD_DAYS = 7
ROWS_PER_PAGE = 20  # the page is read on a phone


class MerchantPortal(CustomerPortal):
    """My store: what a merchant sees of its sales, concessions and deposit."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "my_store_count" in counters:
            merchants = request.env["alliance.merchant"].search_count(self._get_my_merchant_domain())
            # a merchant without sales yet gets to its page too
            values["my_store_count"] = request.env["alliance.qualified.sale"].search_count(
                self._get_my_sales_domain()) or merchants
        return values

    def _get_my_merchant_domain(self):
        return Domain("partner_id", "=", request.env.user.partner_id.commercial_partner_id.id)

    def _get_my_sales_domain(self):
        return Domain("merchant_id.partner_id", "=", request.env.user.partner_id.commercial_partner_id.id)

    @http.route(["/my/store", "/my/store/page/<int:page>"], type="http", auth="user", website=True)
    def my_store(self, page=1, **_kwargs):
        """The merchant's own page; who has no merchant gets an empty state."""
        return request.render("merchant_alliance.portal_my_store", self._prepare_my_store_values(page))

    def _prepare_my_store_values(self, page=1):
        """Return the values of the page; higher addons add theirs."""
        # one merchant, and so one currency, on the page: that of the user's company first
        merchants = request.env["alliance.merchant"].search(self._get_my_merchant_domain())
        merchant = merchants.sorted(lambda found: found.company_id != request.env.company)[:1]
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "my_store",
            "merchants": merchants,
            "merchant": merchant,
            "period_days": PERIOD_DAYS,
        }
        if not merchant:
            return values
        domain = self._get_my_sales_domain() & Domain("merchant_id", "=", merchant.id)
        sales = request.env["alliance.qualified.sale"]
        pages = pager(
            url="/my/store", total=sales.search_count(domain), page=page, step=ROWS_PER_PAGE)
        today = self._get_start_of_today()
        return {
            **values,
            "contracts_to_sign": merchant.contract_ids.filtered(lambda contract: contract.state == "sent"),
            "contracts": merchant.contract_ids.filtered(lambda contract: contract._is_in_force(
                sales._get_company_day(merchant.company_id, fields.Datetime.now()))),
            "figures": {
                "day": self._get_figures(domain & Domain("sale_datetime", ">=", today)),
                "week": self._get_figures(
                    domain & Domain("sale_datetime", ">=", today - timedelta(days=PERIOD_DAYS - 1))),
            },
            "pending_amount": self._get_figures(domain & Domain("state", "=", "pending"))["concession"],
            "sales": sales.search(domain, limit=ROWS_PER_PAGE, offset=pages["offset"]),
            "pager": pages,
        }

    def _get_start_of_today(self):
        """Return when the user's day began (naive UTC)."""
        now = fields.Datetime.now()
        local = fields.Datetime.context_timestamp(request.env.user, now)
        return now - timedelta(
            hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)

    def _get_figures(self, domain):
        """Return ``count`` (of sales), ``cash`` and ``concession`` after refunds, without what was cancelled."""
        domain &= Domain("state", "!=", "cancelled")
        count, cash, concession = 0, 0.0, 0.0
        for kind, number, kind_cash, kind_concession in request.env["alliance.qualified.sale"]._read_group(
                domain, ["kind"], ["__count", "cash_amount:sum", "concession_amount:sum"]):
            count += number if kind == "sale" else 0
            cash += kind_cash
            concession += kind_concession
        return {"count": count, "cash": cash, "concession": concession}
