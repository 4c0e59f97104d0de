import csv
import io

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.http import content_disposition, request, route

from odoo.addons.merchant_alliance.controllers.portal import MerchantPortal
from odoo.addons.portal.controllers.portal import pager

from ..models.merchant_statement_files import AMOUNTS

LINES_PER_PAGE = 40
STATEMENTS_PER_PAGE = 24
PAYOUTS_SHOWN = 6


class StatementPortal(MerchantPortal):
    """A merchant's statements: to read down to each sale, to download, to contradict."""

    @route(["/my/store/statements", "/my/store/statements/page/<int:page>"], type="http", auth="user", website=True,
           methods=["GET"])
    def my_statements(self, page=1, **_kwargs):
        """Show the merchant's statements, the latest first."""
        statements, domain = request.env["merchant.statement"], self._get_my_statements_domain()
        pages = pager(url="/my/store/statements", total=statements.search_count(domain), page=page,
                      step=STATEMENTS_PER_PAGE)
        return request.render("voucher_settlement.portal_my_statements", {
            **self._prepare_portal_layout_values(), "page_name": "my_statements", "pager": pages,
            "payouts": self._get_my_payouts() if page == 1 else None,
            "statements": statements.search(domain, limit=STATEMENTS_PER_PAGE, offset=pages["offset"])})

    @route(["/my/store/statements/<int:statement_id>", "/my/store/statements/<int:statement_id>/page/<int:page>"],
           type="http", auth="user", website=True, methods=["GET"])
    def my_statement(self, statement_id, page=1, **_kwargs):
        """Show one statement and its lines."""
        return self._render_statement(self._get_my_statement(statement_id), page)

    @route("/my/store/statements/<int:statement_id>/pdf", type="http", auth="user", website=True, methods=["GET"])
    def my_statement_pdf(self, statement_id, **_kwargs):
        """Download the statement on paper."""
        statement = self._get_my_statement(statement_id)
        content, kind, mimetype = request.env["ir.actions.report"]._render_document(
            "voucher_settlement.report_merchant_statement", statement.ids)
        return self._make_download(content, mimetype, statement, kind)

    @route("/my/store/statements/<int:statement_id>/csv", type="http", auth="user", website=True, methods=["GET"])
    def my_statement_csv(self, statement_id, **_kwargs):
        """Download every line, for a spreadsheet or the merchant's own books."""
        statement = self._get_my_statement(statement_id)
        text, places = io.StringIO(), statement.currency_id.decimal_places
        writer = csv.writer(text)
        writer.writerow(statement._get_columns())
        for line in statement._get_lines():
            writer.writerow([
                line["day"], statement._get_line_label(line), self._as_text(line["document"]),
                self._as_text(line["store"]),
                *("" if line[column] is None else f"{line[column]:.{places}f}"
                  for column in AMOUNTS)])
        # with a byte order mark, by which spreadsheets know the encoding
        return self._make_download(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", statement, "csv")

    @route("/my/store/statements/<int:statement_id>/xlsx", type="http", auth="user", website=True, methods=["GET"])
    def my_statement_xlsx(self, statement_id, **_kwargs):
        """Download the accounts and every line as a workbook."""
        statement = self._get_my_statement(statement_id)
        return self._make_download(
            statement._make_xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", statement,
            "xlsx")

    @route("/my/store/statements/<int:statement_id>/dispute", type="http", auth="user", website=True, methods=["POST"])
    def dispute_statement(self, statement_id, reason=None, **_kwargs):
        """Contradict a statement, with what is wrong."""
        statement = self._get_my_statement(statement_id)
        try:
            with request.env.cr.savepoint():
                statement._dispute(reason)
        except UserError as error:
            return self._render_statement(statement, error=str(error), reason=reason)
        return request.redirect(f"/my/store/statements/{statement_id}#statement_dispute")

    # -- what is the user's own ------------------------------------------------------------------

    def _get_my_statements_domain(self):
        return [("merchant_id", "in", request.env["alliance.merchant"].search(self._get_my_merchant_domain()).ids)]

    def _get_my_statement(self, statement_id):
        statement = request.env["merchant.statement"].search(
            [*self._get_my_statements_domain(), ("id", "=", statement_id)])
        if not statement:
            raise NotFound
        return statement

    def _get_my_payouts(self, domain=None):
        """Return the merchant's payouts that were sent, the latest first."""
        merchants = request.env["alliance.merchant"].search(self._get_my_merchant_domain())
        return request.env["payout.line"].search([
            ("merchant_id", "in", merchants.ids), ("state", "in", ("sent", "paid", "failed")), *(domain or [])],
            order="id desc", limit=PAYOUTS_SHOWN)

    def _render_statement(self, statement, page=1, error=None, reason=None):
        pages = pager(url=f"/my/store/statements/{statement.id}", total=statement._count_lines(), page=page,
                      step=LINES_PER_PAGE)
        return request.render("voucher_settlement.portal_my_statement", {
            **self._prepare_portal_layout_values(), "page_name": "my_statement", "statement": statement,
            "payouts": self._get_my_payouts([("statement_id", "=", statement.id)]),
            "lines": statement._get_lines(pages["offset"], LINES_PER_PAGE), "pager": pages,
            "error": error, "reason": reason, "may_dispute": statement._may_be_disputed()})

    @staticmethod
    def _as_text(value):
        """Return a name so that no spreadsheet takes it for a formula."""
        value = value or ""
        return f"'{value}" if value[:1] in "=+-@\t\r" and value else value

    @staticmethod
    def _make_download(content, mimetype, statement, extension):
        return request.make_response(content, [
            ("Content-Type", mimetype), ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(statement._get_filename(extension)))])
