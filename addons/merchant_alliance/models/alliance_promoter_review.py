from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.household import normalize_account


class AlliancePromoter(models.Model):
    """Steps: taken on, approved or rejected, ended."""

    _inherit = "alliance.promoter"

    def action_start_review(self):
        """Take new applications on (operator)."""
        self._check_step("submitted")
        for promoter in self:
            promoter._write_step({"state": "review", "user_id": self.env.user.id})

    def action_approve(self):
        """Approve applications and offer each an agreement on the company's terms (operator).

        :raise UserError: decided already
        """
        self._check_step("submitted", "review")
        for promoter in self:
            promoter._write_step({
                "state": "approved", "decided_on": fields.Datetime.now(), "decision_reason": False,
                "user_id": (promoter.user_id or self.env.user).id, "bank_id": promoter._make_bank_account().id})
            if not promoter.partner_id.phone:
                # sudo: contacts are not an operator's to write; by it households are compared
                promoter.partner_id.sudo().phone = promoter.phone
            promoter.activity_feedback(["merchant_alliance.activity_review_promoter"])
            promoter._offer_agreement().action_send()

    def _make_bank_account(self):
        """Return the contact's bank account (sudo); a new one is not trusted for payments yet."""
        # sudo: bank accounts are not an operator's to make; the right to decide was checked
        accounts = self.env["res.partner.bank"].sudo()
        number = normalize_account(self.bank_account)
        known = accounts.search(
            [("partner_id", "=", self.partner_id.id), ("sanitized_acc_number", "=", number)], limit=1)
        if known:
            return known
        banks = accounts.env["res.bank"]
        bank = banks.search([("name", "=", self.bank_name)], limit=1) or banks.create({"name": self.bank_name})
        return accounts.create({
            "partner_id": self.partner_id.id, "acc_number": number, "bank_id": bank.id, "allow_out_payment": False})

    def _offer_agreement(self):
        """Return a new draft of an agreement on the company's terms."""
        company, today = self.company_id, self._get_today()
        return self.env["alliance.promoter.agreement"].create({
            "promoter_id": self.id, "rate": company.promoter_rate, "binding_days": company.promoter_binding_days,
            "date_start": today,
            "date_end": fields.Date.add(today, days=company.promoter_agreement_days - 1)
            if company.promoter_agreement_days else False})

    def _reject(self, reason):
        """Refuse; the applicant reads ``reason`` (operator)."""
        self._check_step("submitted", "review")
        self._answer("rejected", reason, "merchant_alliance.mail_promoter_rejected")

    def _end(self, reason):
        """End promoters, and their agreements with this day; they read ``reason`` (operator).

        Sales made before stay theirs; shoppers who are bound earn them nothing from now on.
        """
        self._check_step("approved")
        for promoter in self:
            promoter.agreement_ids._end(reason)
        self._answer("ended", reason, "merchant_alliance.mail_promoter_ended")

    def _withdraw(self):
        """The applicant takes the application back; the caller checked whose it is."""
        self.ensure_one()
        self.lock_for_update()
        if self.state not in ("submitted", "review"):
            raise UserError(self.env._("This application has been decided."))
        self._write_step({"state": "withdrawn", "decided_on": fields.Datetime.now()})
        self.activity_unlink(["merchant_alliance.activity_review_promoter"])

    def _check_step(self, *states):
        self.check_access("write")
        self.lock_for_update()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for promoter in self:
            if promoter.state not in states:
                raise UserError(self.env._(
                    "%(promoter)s is %(state)s; this step needs: %(needed)s.", promoter=promoter.display_name,
                    state=labels[promoter.state], needed=", ".join(labels[state] for state in states)))

    def _answer(self, state, reason, template):
        if not (reason or "").strip():
            raise UserError(self.env._("Reason: please say why; the promoter reads it."))
        for promoter in self:
            promoter._write_step({
                "state": state, "decision_reason": reason.strip(), "decided_on": fields.Datetime.now(),
                "user_id": (promoter.user_id or self.env.user).id})
            # sudo: a template reads the whole record
            self.env.ref(template).sudo().send_mail(promoter.id, email_layout_xmlid="mail.mail_notification_light")
        self.activity_feedback(["merchant_alliance.activity_review_promoter"], feedback=reason)

    def action_view_shoppers(self):
        """Open the history of bindings."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Shoppers of %s", self.partner_id.name),
            "res_model": "alliance.promoter.binding", "view_mode": "list,form",
            "domain": [("promoter_id", "=", self.id)], "context": {"search_default_current": 1}}
