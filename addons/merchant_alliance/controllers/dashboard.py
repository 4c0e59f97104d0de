from odoo.fields import Domain
from odoo.http import request, route

from ..tools.chart import label_buckets, make_chart, make_series
from ..tools.money import from_cents
from .portal import MerchantPortal

DEFAULT_RANGE = "month"


class StoreDashboard(MerchantPortal):
    """How a merchant's shops are doing: figures of a range of days beside those of the range before, and charts."""

    @route("/my/store/dashboard", type="http", auth="user", website=True, methods=["GET"])
    def my_store_dashboard(self, span=None, store=None, **_kwargs):
        """Show the merchant's figures.

        :param span: code of ``_get_dashboard_ranges``; anything else means the usual one
        :param store: id of one of the merchant's own stores; anything else means all of them
        """
        merchant = self._get_my_merchant()
        values = {**self._prepare_portal_layout_values(), "page_name": "my_store_dashboard", "merchant": merchant}
        if merchant:
            ranges = merchant._get_dashboard_ranges()
            code = span if span in ranges else DEFAULT_RANGE
            stores = self._get_my_stores(merchant)
            chosen = stores.filtered(lambda own: str(own.id) == store)
            values |= {"ranges": ranges, "chosen_range": code, "stores": stores, "store": chosen}
            values |= self._prepare_dashboard_values(merchant, chosen, merchant._get_dashboard_span(code))
        return request.render("merchant_alliance.portal_my_store_dashboard", values)

    def _get_my_stores(self, merchant):
        """Return the merchant's stores that the user may know."""
        return request.env["alliance.store"].search([("merchant_id", "=", merchant.id)])

    def _prepare_dashboard_values(self, merchant, store, span):
        """Return ``cards`` and ``charts`` of the page; higher addons add theirs.

        :param merchant: the user's own ``alliance.merchant``
        :param store: one store of it, or empty: all of them
        :param span: :class:`~..tools.span.Span`
        """
        sales, shoppers = merchant._get_sales_figures(span, store), merchant._get_shopper_figures(span, store)
        return {
            "span": span,
            "cards": self._prepare_sales_cards(merchant, sales) + self._prepare_shopper_cards(shoppers)
            + ([] if store else self._prepare_account_cards(merchant)),
            "charts": self._prepare_sales_charts(merchant, span, sales, shoppers),
        }

    # -- cards --------------------------------------------------------------------------------------

    def _make_card(self, key, label, value, previous=None, currency=None, note=None):
        """Return one figure of the page.

        :param value: number; cents where there is a ``currency``
        :param previous: the same of the span before, None where it has none
        """
        def show(number):
            return currency.format(float(from_cents(number, currency))) if currency else f"{number:,}"

        return {
            "key": key, "label": label, "value": show(value), "note": note,
            "previous": None if previous is None else show(previous),
            "change": round(100 * (value - previous) / abs(previous)) if previous else None}

    def _prepare_sales_cards(self, merchant, sales):
        env, currency, now, before = request.env, merchant.currency_id, sales["current"], sales["previous"]
        return [
            self._make_card("cash", env._("Sales"), now["cash"], before["cash"], currency),
            self._make_card("count", env._("Purchases"), now["count"], before["count"]),
            self._make_card("average", env._("Per purchase"), now["average"], before["average"], currency),
            self._make_card("concession", env._("Concession"), now["concession"], before["concession"], currency)]

    def _prepare_shopper_cards(self, shoppers):
        env, now, before = request.env, shoppers["current"], shoppers["previous"]
        rate, rate_before = (f"{one['rate']} %" if one["rate"] is not None else "–" for one in (now, before))
        return [
            self._make_card("shoppers", env._("Shoppers"), now["shoppers"], before["shoppers"]),
            self._make_card("new", env._("New shoppers"), now["new"], before["new"]),
            {"key": "rate", "label": env._("Repurchase rate"), "value": rate, "previous": rate_before, "change": None,
             "note": env._("Of these shoppers, who has bought here at least twice.")}]

    def _prepare_account_cards(self, merchant):
        """Return figures that have no range: how the merchant stands now."""
        env, currency = request.env, merchant.currency_id
        [(pending,)] = request.env["alliance.qualified.sale"]._read_group(
            self._get_my_sales_domain() & Domain([("merchant_id", "=", merchant.id), ("state", "=", "pending")]),
            [], ["concession_amount:sum"])
        return [
            {"key": "deposit", "label": env._("Prepaid deposit"), "value": currency.format(merchant.deposit_balance)},
            {"key": "pending", "label": env._("Waiting for funding"), "value": currency.format(pending or 0.0)}]

    # -- charts -------------------------------------------------------------------------------------

    def _prepare_sales_charts(self, merchant, span, sales, shoppers):
        env, currency, now = request.env, merchant.currency_id, shoppers["current"]
        charts = [make_chart("sales", env._("Sales"), label_buckets(env, span), [
            make_series(label, self._fill_buckets(span, sales["columns"][word], "cash"), currency, line=line)
            for word, label, line in (
                ("current", env._("This time"), False), ("previous", env._("The time before"), True))])]
        if now["shoppers"]:
            charts.append(make_chart(
                "shoppers", env._("New and returning shoppers"), [env._("New shoppers"), env._("Returning")],
                [make_series(env._("Shoppers"), [now["new"], now["returning"]])], kind="doughnut"))
        return charts

    @staticmethod
    def _fill_buckets(span, columns, name):
        """Return the figure ``name`` of each hour or day, 0 where nothing happened."""
        return [columns.get(bucket, {}).get(name, 0) for bucket in span.buckets]
