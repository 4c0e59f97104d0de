from datetime import date

from werkzeug.exceptions import NotFound

from odoo.http import content_disposition, request, route

from odoo.addons.merchant_alliance.controllers.promoter import PromoterPortal

MONTHS_SHOWN = 24


class CommissionPortal(PromoterPortal):
    """A promoter's commissions: figures, chart and monthly statements down to each sale."""

    def _prepare_my_promoter_values(self, promoter):
        values = super()._prepare_my_promoter_values(promoter)
        if not promoter:
            return values
        chart = promoter._get_commission_chart()
        return {
            **values, "figures": promoter._get_commission_figures(), "chart": chart,
            "highest": max(max(month["earned"], 0) + max(month["pending"], 0) for month in chart),
            "statement_months": promoter._get_statement_months()[:MONTHS_SHOWN]}

    @route("/my/promoter/statements/<string:month>", type="http", auth="user", website=True, methods=["GET"])
    def my_commission_statement(self, month, **_kwargs):
        """Show the promoter's own statement of a month ("2026-11")."""
        promoter, first = self._get_my_statement_month(month)
        return request.render("voucher_settlement.portal_my_commission", {
            **self._prepare_portal_layout_values(), "page_name": "my_commission", "promoter": promoter, "month": first,
            "statement": promoter._get_statement(first)})

    @route("/my/promoter/statements/<string:month>/pdf", type="http", auth="user", website=True, methods=["GET"])
    def my_commission_pdf(self, month, **_kwargs):
        """Download it on paper."""
        promoter, first = self._get_my_statement_month(month)
        content, kind, mimetype = request.env["ir.actions.report"].with_context(
            commission_month=first.isoformat(), lang=request.env.lang)._render_document(
                "voucher_settlement.report_commission_statement", promoter.ids)
        return request.make_response(content, [
            ("Content-Type", mimetype), ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(f"{promoter.name.replace('/', '-')}-{first:%Y-%m}.{kind}"))])

    def _get_my_statement_month(self, month):
        """Return the user's own promoter (sudo) and the month's first day, if something was booked in it."""
        promoter = self._get_my_promoter()
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            first = None
        if not promoter or first not in promoter._get_statement_months():
            raise NotFound
        return promoter, first
