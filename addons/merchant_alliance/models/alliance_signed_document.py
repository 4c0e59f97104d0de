import hashlib

from odoo import api, fields, models

EVIDENCE = {"signed_ip", "signed_user_id", "document_id", "document_hash"}


class AllianceSignedDocument(models.AbstractModel):
    """What is agreed to in the portal: who, when and from where, and the text as it was then.

    Whoever inherits it has ``name``, ``_write_step(vals)`` (the only way past its own guard) and
    ``_get_document_report()``, and leaves ``EVIDENCE`` to nobody's ``write``, nor ``create`` (``_is_unsigned_draft``).
    """

    _name = "alliance.signed.document"
    _description = "Signed Document"
    _inherit = ["alliance.server.fields"]

    signed_ip = fields.Char(string="Signed From", readonly=True, copy=False, help="Internet address.")
    signed_user_id = fields.Many2one("res.users", string="Signed With Login", readonly=True, copy=False)
    document_id = fields.Many2one(
        "ir.attachment", string="Signed Document", readonly=True, copy=False, ondelete="restrict")
    document_hash = fields.Char(
        string="SHA-256", readonly=True, copy=False, help="Of the signed document; shows that nobody changed it.")
    document_intact = fields.Boolean(compute="_compute_document_intact", compute_sudo=True)

    def _get_server_fields(self):
        return set(EVIDENCE)

    @api.depends("document_id.checksum", "document_hash")
    def _compute_document_intact(self):
        for record in self:
            document = record.document_id.raw
            record.document_intact = bool(document) and get_hash(document) == record.document_hash

    def _is_unsigned_draft(self, vals, names=()):
        """Return whether a record created of ``vals`` begins as a draft, with nothing that only signing may fill in.

        :param names: more fields that stay empty; ``EVIDENCE`` does always
        """
        return vals.get("state", "draft") == "draft" and not any(vals.get(name) for name in EVIDENCE.union(names))

    def _prepare_evidence_vals(self, user, address):
        """Return who signs from where; the hash follows with the document, in the same transaction."""
        return {"signed_ip": address, "signed_user_id": user.id, "document_hash": "-" * 64}

    def _freeze_document(self):
        """Keep the document as it is now, with its hash; return the attachment."""
        self.ensure_one()
        document = self._make_document()
        self._write_step({"document_id": document.id, "document_hash": get_hash(document.raw)})
        return document

    def _make_document(self):
        """Return the document as it is now as an attachment; PDF where it can be made, else HTML."""
        content, kind, mimetype = self.env["ir.actions.report"]._render_document(
            self._get_document_report(), self.ids)
        return self.env["ir.attachment"].create({
            "name": f"{self.name.replace('/', '-')}.{kind}", "raw": content, "res_model": self._name, "res_id": self.id,
            "mimetype": mimetype.split(";")[0]})


def get_hash(content: bytes) -> str:
    """Return the SHA-256 of a document, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
