import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError


class AllianceContract(models.Model):
    """Signing in the portal: a drawn signature, who, when and from where, and the document as it was then."""

    _inherit = "alliance.contract"

    sent_on = fields.Datetime(readonly=True, copy=False)
    signature = fields.Image(max_width=1024, max_height=1024, readonly=True, copy=False, attachment=True)
    signed_ip = fields.Char(string="Signed From", readonly=True, copy=False, help="Internet address.")
    signed_user_id = fields.Many2one("res.users", string="Signed With Login", readonly=True, copy=False)
    document_id = fields.Many2one(
        "ir.attachment", string="Signed Document", readonly=True, copy=False, ondelete="restrict")
    document_hash = fields.Char(
        string="SHA-256", readonly=True, copy=False, help="Of the signed document; shows that nobody changed it.")
    document_intact = fields.Boolean(compute="_compute_document_intact", compute_sudo=True)

    _signature_is_proven = models.Constraint(
        "CHECK (signed_user_id IS NULL OR (signed_ip IS NOT NULL AND document_hash IS NOT NULL))",
        "A signature from the portal keeps its address and document.")

    def _get_portal_path(self):
        """Return where its merchant reads it, logged in; a link alone opens no contract."""
        self.ensure_one()
        return f"/my/contracts/{self.id}"

    @api.depends("document_id.checksum", "document_hash")
    def _compute_document_intact(self):
        for contract in self:
            document = contract.document_id.raw
            contract.document_intact = bool(document) and get_hash(document) == contract.document_hash

    def write(self, vals):
        if {"signature", "signed_ip", "signed_user_id", "document_id", "document_hash", "sent_on"} & set(vals):
            raise UserError(self.env._("A signature is made in the portal, by the merchant."))
        return super().write(vals)

    def action_send(self):
        """Send drafts to their merchants to sign in the portal (operator).

        :raise UserError: without rates, sent already, or nobody of the merchant has a login
        """
        self.check_access("write")
        for contract in self:
            if not contract._get_signers():
                raise UserError(self.env._(
                    "%s: nobody of the merchant can log in. Invite a contact to the portal first.",
                    contract.merchant_id.name))
            contract._send_to_sign()
        template = self.env.ref("merchant_alliance.mail_contract_to_sign")
        for contract in self:
            # sudo: a template reads the whole contract and its merchant's contacts
            template.sudo().send_mail(contract.id, email_layout_xmlid="mail.mail_notification_light")

    def _send_to_sign(self):
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("%s is not a draft.", self.name))
        if not self.line_ids:
            raise UserError(self.env._("Add at least one concession rate before sending."))
        self._write_step({"state": "sent", "sent_on": fields.Datetime.now()})

    def action_take_back(self):
        """Take a contract that was sent back to draft (operator)."""
        self.check_access("write")
        for contract in self:
            if contract.state != "sent":
                raise UserError(self.env._("%s was not sent, or has been signed.", contract.name))
            contract._write_step({"state": "draft", "sent_on": False})

    def _get_signers(self):
        """Return the contacts of the merchant that have a login."""
        partner = self.merchant_id.partner_id
        # sudo: operators don't manage users
        return self.env["res.users"].sudo().search([("partner_id", "child_of", partner.id)]).partner_id

    def _sign(self, name, signature, user, address):
        """Sign for the merchant; puts the contract in force and freezes its document. The caller checked who asks.

        :param str name: as written by who signs
        :param signature: picture, base64
        :param user: ``res.users`` who is logged in
        :param str address: internet address
        :raise UserError: it is not there to be signed, or overlaps another contract
        """
        self.ensure_one()
        self.lock_for_update()
        if self.state != "sent":
            raise UserError(self.env._("%s is not there to be signed; ask the platform.", self.name))
        if not (name or "").strip() or not signature:
            raise UserError(self.env._("Please write your name and draw your signature."))
        self._activate(
            name.strip(), signature=signature, signed_ip=address, signed_user_id=user.id, document_hash="-" * 64)
        document = self._make_document()
        self._write_step({"document_id": document.id, "document_hash": get_hash(document.raw)})
        self.message_post(
            body=self.env._("Signed by %(name)s with the login %(login)s from %(address)s.",
                            name=name.strip(), login=user.login, address=address),
            attachment_ids=document.ids, author_id=user.partner_id.id)

    def _make_document(self):
        """Return the contract as it is now as an attachment; PDF where it can be made, else HTML."""
        content, kind, mimetype = self.env["ir.actions.report"]._render_document(
            "merchant_alliance.report_contract", self.ids)
        return self.env["ir.attachment"].create({
            "name": f"{self.name.replace('/', '-')}.{kind}", "raw": content, "res_model": self._name, "res_id": self.id,
            "mimetype": mimetype.split(";")[0]})


def get_hash(content: bytes) -> str:
    """Return the SHA-256 of a document, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
