from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from .alliance_application import WEEKDAYS

# Identity papers of those who did not join are not kept longer than that.
PICTURES = ("licence_image", "identity_front_image", "identity_back_image")
PICTURES_KEPT_DAYS = 180


class AllianceApplication(models.Model):
    """What the platform answers: review, questions, rejection, and the merchant that comes of an approval."""

    _inherit = "alliance.application"

    # -- steps -----------------------------------------------------------------------------------

    def action_start_review(self):
        """Take new applications on (operator)."""
        self._check_step("submitted")
        for application in self:
            application._write_state("review", user_id=self.env.user.id)

    def action_approve(self):
        """Make merchants of applications and invite them to the portal (operator).

        :raise UserError: decided already, on the blacklist, without licence, or its e-mail belongs to another login
        """
        self._check_step("submitted", "review", "more")
        for application in self:
            application._check_approvable()
            application._approve()

    def _ask(self, reason):
        """Ask the applicant for more; ``reason`` says what."""
        self._check_step("submitted", "review")
        self._answer("more", reason, "merchant_alliance.mail_application_more")

    def _reject(self, reason):
        """Refuse; the applicant reads ``reason``."""
        self._check_step("submitted", "review", "more")
        self._answer(
            "rejected", reason, "merchant_alliance.mail_application_rejected", decided_on=fields.Datetime.now())

    def _resubmit(self, vals):
        """Take what the applicant corrected and answered.

        :raise UserError: nothing was asked
        """
        self.ensure_one()
        if self.state != "more":
            raise UserError(self.env._("Nothing was asked: this application can't be changed."))
        self.write(vals)
        self._write_state("review")
        self._start_clock()

    def _withdraw(self):
        """The applicant takes the application back."""
        self.ensure_one()
        if self.state not in ("submitted", "review", "more"):
            raise UserError(self.env._("This application has been decided."))
        self._write_state("withdrawn", decided_on=fields.Datetime.now())
        self.activity_unlink(["merchant_alliance.activity_review"])

    def _check_step(self, *states):
        """Check that the user may decide, and that it is time to; lock the applications."""
        self.check_access("write")
        self.lock_for_update()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for application in self:
            if application.state not in states:
                raise UserError(self.env._(
                    "%(application)s is %(state)s; this step needs: %(needed)s.", application=application.name,
                    state=labels[application.state], needed=", ".join(labels[state] for state in states)))

    def _answer(self, state, reason, template, **vals):
        for application in self:
            application._write_state(
                state, decision_reason=reason, user_id=(application.user_id or self.env.user).id, **vals)
        self.activity_feedback(["merchant_alliance.activity_review"], feedback=reason)
        self._send(template)

    def _send(self, template):
        """Write to the applicants, in their languages."""
        template = self.env.ref(template)
        for application in self:
            # sudo: a template reads the whole application, and links to the status page with its token
            template.sudo().send_mail(
                application.id, email_layout_xmlid="mail.mail_notification_light")

    # -- approval --------------------------------------------------------------------------------

    def _check_approvable(self):
        """Raise UserError with what speaks against approving."""
        self.ensure_one()
        if self.blacklist_ids:
            raise UserError(self.env._(
                "%(application)s is on the blacklist (%(values)s). Reject it, or archive the entry first.",
                application=self.name, values=", ".join(self.blacklist_ids.mapped("value"))))
        if not self.licence_image:
            raise UserError(self.env._("%s: the picture of the business licence is missing.", self.name))
        users = self.env["res.users"].sudo().with_context(active_test=False)  # sudo: operators don't manage users
        if users.search_count(Domain.OR([
                Domain("login", "=ilike", self.contact_email),
                Domain("email", "=ilike", self.contact_email)]), limit=1):
            raise UserError(self.env._(
                "%(application)s: %(email)s is the login of somebody already. Ask the applicant for another e-mail.",
                application=self.name, email=self.contact_email))
        taken = self.env["alliance.merchant"].sudo().search(  # sudo: of every company that the user doesn't see
            [("partner_id.vat", "=", self.uscc), ("company_id", "=", self.company_id.id)], limit=1)
        if taken:
            raise UserError(self.env._(
                "%(application)s: %(merchant)s has this unified social credit code already.",
                application=self.name, merchant=taken.name))

    def _approve(self):
        self.ensure_one()
        self = self.with_company(self.company_id)  # whichever the operator works in: the login is of that company
        # sudo: contacts and bank accounts are not an operator's to make; the right to decide was checked
        builder = self.sudo()
        partners = builder.env["res.partner"]
        partner = partners.create(builder._prepare_partner_vals())
        contact = partners.create(builder._prepare_contact_vals(partner))
        builder.env["res.partner.bank"].create(builder._prepare_bank_vals(partner))
        merchant = self.env["alliance.merchant"].create(builder._prepare_merchant_vals(partner))
        self.env["alliance.store"].create(builder._prepare_store_vals(merchant))
        contract = self.env["alliance.contract"].create(builder._prepare_contract_vals(merchant))
        builder._write_state(
            "approved", merchant_id=merchant.id, decided_on=fields.Datetime.now(), decision_reason=False,
            user_id=(self.user_id or self.env.user).id)
        self.activity_feedback(["merchant_alliance.activity_review"])
        self._send("merchant_alliance.mail_application_approved")
        builder._invite(contact)
        contract._send_to_sign()

    def _invite(self, contact):
        """Give the contact person a login and send the invitation."""
        wizard = self.env["portal.wizard"].with_context(lang=self.lang).create({"partner_ids": contact.ids})
        wizard.user_ids.action_grant_access()

    def _prepare_partner_vals(self):
        return {
            "name": self.legal_name, "is_company": True, "vat": self.uscc, "lang": self.lang,
            "street": self.street, "city": self.city, "state_id": self.state_id.id, "country_id": self.country_id.id,
            "email": self.contact_email, "phone": self.contact_phone}

    def _prepare_contact_vals(self, partner):
        return {  # not as a command of the partner's: Odoo takes those with the user's own rights
            "name": self.contact_name, "type": "contact", "parent_id": partner.id, "lang": self.lang,
            "email": self.contact_email, "phone": self.contact_phone}

    def _prepare_bank_vals(self, partner):
        bank = self.env["res.bank"].search([("name", "=", self.bank_name)], limit=1)
        return {
            "partner_id": partner.id, "acc_number": self.bank_account,
            "bank_id": (bank or self.env["res.bank"].create({"name": self.bank_name})).id,
            "allow_out_payment": False}  # who pays checks the account first

    def _prepare_merchant_vals(self, partner):
        return {
            "name": self.store_name, "partner_id": partner.id, "scene": self.scene, "company_id": self.company_id.id,
            "funding_method": "split" if self.scene == "brand_mall" else "deposit"}

    def _prepare_store_vals(self, merchant):
        address = self.env["res.partner"].create({
            "name": self.store_name, "type": "other", "parent_id": merchant.partner_id.id, "street": self.street,
            "city": self.city, "state_id": self.state_id.id, "country_id": self.country_id.id,
            "phone": self.contact_phone})
        return {
            "name": self.store_name, "merchant_id": merchant.id, "scene": self.scene, "partner_id": address.id,
            "district": self.district,
            "calendar_id": self.env["resource.calendar"].create(self._prepare_calendar_vals()).id}

    def _prepare_calendar_vals(self):
        return {
            "name": self.store_name, "company_id": self.company_id.id,
            "tz": self.company_id._get_zone(),
            "attendance_ids": [Command.clear(), *(
                Command.create({
                    "name": self._fields[day]._description_string(self.env), "dayofweek": str(number),
                    "hour_from": self.hour_from, "hour_to": self.hour_to, "day_period": "full_day"})
                for number, day in enumerate(WEEKDAYS) if self[day])]}

    def _prepare_contract_vals(self, merchant):
        return {"merchant_id": merchant.id, "line_ids": [Command.create({"rate": self.rate})]}

    # -- buttons ---------------------------------------------------------------------------------

    def action_view_merchant(self):
        """Open the merchant that came of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": "alliance.merchant", "view_mode": "form",
            "res_id": self.merchant_id.id}

    @api.model
    def get_import_templates(self):
        """Return the template that the import screen offers."""
        return [{
            "label": self.env._("Import Template for Merchant Applications"),
            "template": "/merchant_alliance/static/xlsx/merchant_applications.xlsx",
        }]

    @api.autovacuum
    def _gc_pictures(self):
        """Delete the papers of those who did not join."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=PICTURES_KEPT_DAYS)
        old = self.search([
            ("state", "in", ("rejected", "withdrawn")), ("decided_on", "<", limit),
            *Domain.OR(Domain(name, "!=", False) for name in PICTURES)])
        for application in old:
            application._write_state(application.state, **dict.fromkeys(PICTURES, False))
