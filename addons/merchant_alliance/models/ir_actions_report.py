from odoo import api, models


class IrActionsReport(models.Model):
    """Documents for people without rights on reports: PDF where it can be made, else a page to print."""

    _inherit = "ir.actions.report"

    @api.model
    def _render_document(self, xmlid, ids):
        """Render a report of records that the caller has checked.

        :return: (content in bytes, ``pdf`` or ``html``, mimetype)
        """
        report = self.sudo()  # sudo: reports are the system's to render
        if report.get_wkhtmltopdf_state() in ("install", "broken"):
            content, kind = report._render_qweb_html(xmlid, ids)
        else:
            content, kind = report._render_qweb_pdf(xmlid, ids)
        return content, kind, "application/pdf" if kind == "pdf" else "text/html; charset=utf-8"

    def _get_rendering_context(self, report, docids, data):
        """Refuse records that the user may not read before anything is rendered.

        Odoo's report addresses take any number. It is the template that meets the first field it may not read, which
        is an error page, or meets none.

        :raise AccessError: the user may not read them all
        """
        if docids and self._get_rendering_context_model(report) is None:
            self.env[report.model].browse(docids).check_access("read")
        return super()._get_rendering_context(report, docids, data)
