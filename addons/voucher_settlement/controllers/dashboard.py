from odoo.http import request

from odoo.addons.merchant_alliance.controllers.dashboard import StoreDashboard
from odoo.addons.merchant_alliance.tools.chart import label_buckets, make_chart, make_series


class VoucherDashboard(StoreDashboard):
    """The dashboard also shows vouchers accepted, what is owed, and the settlement period."""

    def _prepare_dashboard_values(self, merchant, store, span):
        values = super()._prepare_dashboard_values(merchant, store, span)
        env, currency, vouchers = request.env, merchant.currency_id, merchant._get_voucher_figures(span, store)
        values["cards"].append(self._make_card(
            "vouchers", env._("Vouchers accepted"), vouchers["current"], vouchers["previous"], currency))
        if not store:
            owed = merchant._get_owed_cents()
            values["cards"] += [
                self._make_card("owed_vouchers", env._("Vouchers to be reimbursed"), owed["voucher"], None, currency),
                self._make_card("owed_account", env._("Your account"), owed["account"], None, currency, env._(
                    "Collected for you less your concessions; below zero: you owe it."))]
        if any(vouchers["columns"].values()):
            values["charts"].append(make_chart("vouchers", env._("Vouchers accepted"), label_buckets(env, span), [
                make_series(env._("Vouchers"), [
                    vouchers["columns"].get(bucket, 0) for bucket in span.buckets], currency)]))
        return values
