import hashlib
import json
from decimal import Decimal

from odoo import fields
from odoo.http import Controller, request, route

from odoo.addons.merchant_alliance.tools.chart import make_chart, make_series

from ..tools.publication import check

SHOWN = 40


class Settlements(Controller):
    """Published settlements, for anybody to check."""

    @route("/settlements", type="http", auth="public", website=True, methods=["GET"], sitemap=True)
    def settlements(self, **_params):
        """Show the last published settlements."""
        found = self._get_publications([], limit=SHOWN)
        shown = [(publication, json.loads(publication.content)) for publication in found]
        return request.render("voucher_settlement.settlements", {
            "public_wording": request.env["green.points.policy"]._get_public_wording(request.website.company_id),
            "shown": shown, "charts": self._prepare_charts(shown[::-1]) if shown else [],
            "format_money": self._get_money_format(), "format_day": self._format_day, "Decimal": Decimal})

    @route("/settlements/<int:number>", type="http", auth="public", website=True, methods=["GET"], sitemap=False)
    def settlement(self, number, **_params):
        """Show one of them, and whether its figures fit together."""
        publication = self._get_publications([("number", "=", number)], limit=1)
        if not publication:
            raise request.not_found()
        content = json.loads(publication.content)
        return request.render("voucher_settlement.settlement", {
            "publication": publication, "content": content, "claims": self._prepare_claims(content),
            "is_whole": hashlib.sha256(publication.content.encode()).hexdigest() == publication.digest,
            "format_money": self._get_money_format(), "format_day": self._format_day, "Decimal": Decimal})

    @route("/settlements/<int:number>/figures", type="http", auth="public", website=True, methods=["GET"],
           sitemap=False)
    def figures(self, number, **_params):
        """Return what the digest is made of, byte by byte."""
        publication = self._get_publications([("number", "=", number)], limit=1)
        if not publication:
            raise request.not_found()
        return request.make_response(publication.content.encode(), headers=[
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Disposition", f"attachment; filename=settlement-{number}.json"),
            ("X-Content-Type-Options", "nosniff")])

    @staticmethod
    def _get_publications(domain, limit):
        # sudo: visitors have no rights on settlements; these were published, by the company whose website it is
        return request.env["settlement.publication"].sudo().search(
            [("company_id", "=", request.website.company_id.id), *domain], limit=limit)

    def _prepare_charts(self, shown):
        """Return the charts of contents, oldest first: what was paid of what was due, and what came of each cohort."""
        labels = [str(content["period"]) for _publication, content in shown]
        covered = [float((Decimal(content["coverage"]) * 100).quantize(Decimal("0.01"))) for _p, content in shown]
        multiples = {line["cohort"]: Decimal(line["multiple"]) for _p, content in shown for line in content["cohorts"]}
        return [
            make_chart("coverage", request.env._("Coverage by period (%)"), labels, [
                make_series(request.env._("Coverage (%)"), covered)]),
            make_chart("multiples", request.env._("Released so far, times base value, by period of the points"),
                       list(map(str, sorted(multiples))), [make_series(
                           request.env._("Multiple"), [float(round(multiples[key], 4)) for key in sorted(multiples)])]),
        ]

    def _prepare_claims(self, content):
        """Return ``(text, left side, right side, holds)`` of what everybody can check."""
        texts = {
            "released": request.env._("What was released is not more than what could be paid."),
            "payable": request.env._("What could be paid is not more than what the pool held."),
            "cohorts": request.env._("What all points together were given is what was released."),
            "escrow": request.env._("The escrow bank holds exactly what it owes."),
        }
        format_money = self._get_money_format()
        return [(texts[name], format_money(content, left), format_money(content, right), holds)
                for name, (left, right, holds) in check(content).items()]

    @staticmethod
    def _get_money_format():
        """Return the function that writes an amount of a content in its currency; currencies are read once."""
        # sudo: visitors have no rights on currencies
        known = request.env["res.currency"].sudo().with_context(active_test=False).search([]).grouped("name")
        return lambda content, amount: known[content["currency"]].format(float(amount))

    @staticmethod
    def _format_day(text):
        """Return the company's day of a moment, the same for every visitor."""
        day = request.website.company_id._get_day(fields.Datetime.to_datetime(text.replace("T", " ")))
        return request.env["ir.qweb.field.date"].value_to_html(day, {})
