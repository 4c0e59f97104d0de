import base64

from odoo import api, fields, models

from ..tools import statement_xlsx

AMOUNTS = ("cash", "deposit", "account", "voucher")


class MerchantStatement(models.Model):
    """A statement as a workbook: the same for the merchant in the portal and for operators."""

    _inherit = "merchant.statement"

    file_xlsx = fields.Binary(string="XLSX", compute="_compute_file_xlsx", exportable=False)

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_file_xlsx(self):
        for statement in self:
            statement.file_xlsx = base64.b64encode(statement._make_xlsx())

    def _make_xlsx(self):
        """Return the accounts and every line as a workbook (bytes)."""
        self.ensure_one()
        return statement_xlsx.build(
            f"{self.name} {self.merchant_id.name}: {self.date_from} – {self.date_to}",
            self._get_account_rows(), self._get_columns(),
            [[line["day"], self._get_line_label(line), line["document"] or "", line["store"] or "",
              *(None if line[column] is None else float(line[column]) for column in AMOUNTS)]
             for line in self._get_lines()], self.currency_id.decimal_places)

    def _get_columns(self):
        """Return the names of what a file says of each line."""
        return [self.env._("Day"), self.env._("What"), self.env._("Document"), self.env._("Store"),
                self.env._("Cash paid"), self.env._("Deposit"), self.env._("Platform"), self.env._("Vouchers")]

    def _get_filename(self, extension):
        return f"{self.name.replace('/', '-')}.{extension}"

    def action_download_xlsx(self):
        """Download the accounts and every line as a workbook."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "target": "download",
                "url": f"/web/content/{self._name}/{self.id}/file_xlsx/{self._get_filename('xlsx')}?download=true"}
