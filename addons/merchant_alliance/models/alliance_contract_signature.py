from odoo import api, fields, models
from odoo.exceptions import UserError

from .alliance_signed_document import EVIDENCE

SIGNING = {"signature", "sent_on"}


class AllianceContract(models.Model):
    """Signing in the portal: a drawn signature, who, when and from where, and the document as it was then."""

    _name = "alliance.contract"
    _inherit = ["alliance.contract", "alliance.signed.document"]

    sent_on = fields.Datetime(readonly=True, copy=False)
    signature = fields.Image(max_width=1024, max_height=1024, readonly=True, copy=False, attachment=True)

    _signature_is_proven = models.Constraint(
        "CHECK (signed_user_id IS NULL OR (signed_ip IS NOT NULL AND document_hash IS NOT NULL))",
        "A signature from the portal keeps its address and document.")

    def _get_server_fields(self):
        return super()._get_server_fields() | {"state", "version", "previous_id", "signed_on", "sent_on", "signature"}

    def _get_portal_path(self):
        """Return where its merchant reads it, logged in; a link alone opens no contract."""
        self.ensure_one()
        return f"/my/contracts/{self.id}"

    @api.model_create_multi
    def create(self, vals_list):
        if not all(self._is_unsigned_draft(vals, {"signed_on", *SIGNING}) for vals in vals_list):
            raise UserError(self.env._("A contract begins as a draft, without signature."))
        return super().create(vals_list)

    def write(self, vals):
        if {*SIGNING, *EVIDENCE} & set(vals):
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
        self._check_amends()
        self._write_step({"state": "sent", "sent_on": fields.Datetime.now()})

    def action_take_back(self):
        """Take contracts that were sent back to draft, and tell who was asked to sign (operator)."""
        self.check_access("write")
        template = self.env.ref("merchant_alliance.mail_contract_taken_back")
        for contract in self:
            if contract.state != "sent":
                raise UserError(self.env._("%s was not sent, or has been signed.", contract.name))
            contract._write_step({"state": "draft", "sent_on": False})
            # sudo: as when it was sent. The mail is the merchant's: it outlives a draft that is deleted.
            template.sudo().send_mail(contract.id, email_layout_xmlid="mail.mail_notification_light", email_values={
                "model": "alliance.merchant", "res_id": contract.merchant_id.id})

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
        self._activate(name.strip(), signature=signature, **self._prepare_evidence_vals(user, address))
        document = self._freeze_document()
        self.message_post(
            body=self.env._("Signed by %(name)s with the login %(login)s from %(address)s.",
                            name=name.strip(), login=user.login, address=address),
            attachment_ids=document.ids, author_id=user.partner_id.id)

    def _get_document_report(self):
        return "merchant_alliance.report_contract"
