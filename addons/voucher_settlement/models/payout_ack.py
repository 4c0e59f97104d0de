import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import to_cents

from ..tools import bank_csv, pain002
from ..tools.file_error import explain


class PayoutAck(models.Model):
    """A file with the bank's answers to a payout: taken in once, whole or not at all."""

    _name = "payout.ack"
    _description = "Payout Acknowledgement"
    _inherit = ["alliance.server.fields"]
    _order = "id desc"
    _rec_name = "filename"

    batch_id = fields.Many2one("payout.batch", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="batch_id.company_id", store=True)
    filename = fields.Char(required=True, readonly=True)
    sha256 = fields.Char(string="SHA-256", required=True, readonly=True)
    paid_count = fields.Integer(string="Paid", readonly=True)
    failed_count = fields.Integer(string="Failed", readonly=True)
    pending_count = fields.Integer(string="Still on the Way", readonly=True)
    move_ids = fields.Many2many("account.move", string="Journal Entries", readonly=True)

    _file_once = models.Constraint("UNIQUE (batch_id, sha256)", "This answer was taken in already.")

    @api.model
    def _take_in(self, batch, content, filename):
        """Read a CSV or pain.002 file about ``batch`` and acknowledge its lines; the same file twice changes nothing.

        :param batch: ``payout.batch`` (sudo), locked
        :param bytes content: of the file
        :return: the ``payout.ack``
        :raise UserError: names the line and what is wrong with it; nothing is taken in then
        """
        digest = hashlib.sha256(content).hexdigest()
        if known := self.search([("batch_id", "=", batch.id), ("sha256", "=", digest)]):
            return known
        answers, pending = self._resolve(batch, self._read(batch, content))
        ack = self.create({
            "batch_id": batch.id, "filename": filename or "-", "sha256": digest, "pending_count": pending,
            "paid_count": sum(answer[1] == "paid" for answer in answers),
            "failed_count": sum(answer[1] == "failed" for answer in answers)})
        batch._acknowledge(answers, ack)
        return ack

    def _read(self, batch, content):
        """Return the file's rows as dicts (``tools.pain002``, ``tools.bank_csv``)."""
        try:
            if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
                return pain002.read(content, batch.name.replace("/", "-"))
            return bank_csv.read_acknowledgement(content)
        except ValueError as error:
            raise UserError(self.env._("The file cannot be read: %s", explain(error, self.env))) from error

    def _resolve(self, batch, rows):
        """Match rows with the batch's lines; return (answers, number of lines that are still on the way)."""
        by_name = {line.name: line for line in batch.line_ids}
        answers, pending, seen = [], 0, set()
        for row in rows:
            if row["reference"] is None:  # an answer for the whole file
                lines = batch.line_ids.filtered(lambda line: line.state in ("sent", "paid", "failed"))
            else:
                lines = by_name.get(row["reference"])
            if not lines:
                raise UserError(self.env._("%(where)s: %(reference)s is not in payout %(batch)s.", where=row["where"],
                                           reference=row["reference"], batch=batch.name))
            for line in lines:
                if line.id in seen:
                    raise UserError(self.env._("%(where)s: %(line)s is answered twice.", where=row["where"],
                                               line=line.name))
                seen.add(line.id)
                self._check_row(line, row)
                if row["status"] == "pending":
                    pending += 1
                    continue
                reason = row["reason"] or (self.env._("The bank gave no reason.") if row["status"] == "failed" else "")
                answers.append((line, row["status"], reason, row["bank_reference"], row["day"]))
        if not seen:
            raise UserError(self.env._("The file answers no payout of %s.", batch.name))
        return answers, pending

    def _check_row(self, line, row):
        if line.state not in ("sent", "paid", "failed"):
            raise UserError(self.env._("%(where)s: %(line)s was not sent.", where=row["where"], line=line.name))
        if row["currency"] and row["currency"] != line.currency_id.name:
            raise UserError(self.env._(
                "%(where)s: %(line)s is in %(currency)s, the file says %(other)s.", where=row["where"], line=line.name,
                currency=line.currency_id.name, other=row["currency"]))
        if row["amount"] is not None and to_cents(row["amount"], line.currency_id) != line._get_cents():
            raise UserError(self.env._(
                "%(where)s: %(line)s is %(amount)s, the file says %(other)s.", where=row["where"], line=line.name,
                amount=line.currency_id.format(line.amount), other=row["amount"]))
        today = line.company_id._get_day()
        if row["day"] and row["day"] > fields.Date.add(today, days=1):
            raise UserError(self.env._("%(where)s: %(day)s is in the future.", where=row["where"], day=row["day"]))
