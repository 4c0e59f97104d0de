from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.serialize import touch
from .alliance_signed_document import EVIDENCE

UNSIGNED = ("draft", "sent")
TERMS = {"name", "promoter_id", "rate", "binding_days", "date_start", "date_end"}


class AlliancePromoterAgreement(models.Model):
    """On which terms a promoter earns: accepted in the portal, in force for its dates, its text frozen."""

    _name = "alliance.promoter.agreement"
    _description = "Promoter Agreement"
    _inherit = ["mail.thread", "alliance.signed.document"]
    _order = "date_start desc, id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    promoter_id = fields.Many2one("alliance.promoter", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="promoter_id.company_id", store=True)
    rate = fields.Float(
        string="Promoter's Share (%)", digits=(5, 2), required=True,
        default=lambda self: self.env.company.promoter_rate,
        help="Of the part of each concession that the points policy sets aside for commission; the rest goes to the "
             "rebate pool.")
    binding_days = fields.Integer(
        string="Shopper Earns for", required=True, default=lambda self: self.env.company.promoter_binding_days,
        help="Days, from being bound, in which a shopper's purchases earn a commission.")
    date_start = fields.Date(
        required=True, default=lambda self: self.env.company._get_day())
    date_end = fields.Date(help="Last day in force; empty: until it is ended.")
    state = fields.Selection(
        [("draft", "Draft"), ("sent", "To Be Accepted"), ("active", "Accepted"), ("ended", "Ended")],
        required=True, default="draft", readonly=True, tracking=True, copy=False, index=True)
    accepted_by = fields.Char(readonly=True, copy=False, tracking=True)
    accepted_on = fields.Datetime(readonly=True, copy=False)
    end_reason = fields.Text(readonly=True, copy=False)

    _rate_in_bounds = models.Constraint(
        "CHECK (rate > 0 AND rate <= 100)", "A promoter's share is above 0 and at most 100 % of the commission share.")
    _days_positive = models.Constraint("CHECK (binding_days > 0)", "A shopper earns for at least one day.")
    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start OR state = 'ended')",
        "The agreement's last day must not be before its first day.")
    _acceptance_is_proven = models.Constraint(
        "CHECK (state IN ('draft', 'sent') OR (accepted_by IS NOT NULL AND accepted_on IS NOT NULL"
        " AND signed_user_id IS NOT NULL AND signed_ip IS NOT NULL AND document_hash IS NOT NULL))",
        "An agreement in force keeps who accepted it, when and from where, and its text.")
    # one at any moment, whoever accepts at the same time
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (int4range(promoter_id, promoter_id, '[]') WITH &&,
                               daterange(date_start, date_end, '[]') WITH &&)
           WHERE (state NOT IN ('draft', 'sent') AND (date_end IS NULL OR date_end >= date_start))""",
        "The promoter has another agreement in force in that time.")

    def _get_server_fields(self):
        return super()._get_server_fields() | {"state", "accepted_by", "accepted_on", "end_reason"}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self._is_unsigned_draft(vals, {"accepted_by", "accepted_on", "end_reason"}):
                raise UserError(self.env._("An agreement begins as a draft, not accepted by anybody."))
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("alliance.promoter.agreement") or "/"
        return super().create(vals_list)

    def write(self, vals):
        if {"state", "accepted_by", "accepted_on", "end_reason", *EVIDENCE} & set(vals):
            raise UserError(self.env._(
                "An agreement is accepted in the portal, by the promoter, and ended with the button."))
        if TERMS & set(vals) and any(agreement.state != "draft" for agreement in self):
            raise UserError(self.env._(
                "The terms of an agreement change only while it is a draft."
                " Take it back, or end it and offer another."))
        return super().write(vals)

    def _write_step(self, vals):
        """Write what the steps change; the only way past ``write``."""
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        if any(agreement.state != "draft" for agreement in self):
            raise UserError(self.env._("Only a draft agreement can be deleted; end one that is in force."))

    # -- steps -----------------------------------------------------------------------------------

    def action_send(self):
        """Offer drafts to their promoters, to be accepted in the portal (operator).

        :raise UserError: no draft, or not a promoter (any more)
        """
        self.check_access("write")
        for agreement in self:
            if agreement.state != "draft" or agreement.promoter_id.state != "approved":
                raise UserError(self.env._("%s: only a draft for an approved promoter can be offered.", agreement.name))
            agreement._write_step({"state": "sent"})
            # sudo: a template reads the whole record
            self.env.ref("merchant_alliance.mail_promoter_agreement").sudo().send_mail(
                agreement.id, email_layout_xmlid="mail.mail_notification_light")

    def action_take_back(self):
        """Take what was offered back to draft (operator)."""
        self.check_access("write")
        for agreement in self:
            if agreement.state != "sent":
                raise UserError(self.env._("%s was not offered, or has been accepted.", agreement.name))
            agreement._write_step({"state": "draft"})

    def _accept(self, name, user, address):
        """Accept for the promoter; puts it in force and freezes its text. The caller checked who asks.

        It is in force from the day of acceptance at the earliest: nothing is earned backwards.

        :param str name: as written by who accepts
        :param user: ``res.users`` who is logged in
        :param str address: internet address
        :raise UserError: it is not there to be accepted, is over already, or overlaps another one
        """
        self.ensure_one()
        self.lock_for_update()
        promoter, today = self.promoter_id, self.promoter_id._get_today()
        if self.state != "sent" or promoter.state != "approved":
            raise UserError(self.env._("%s is not there to be accepted; ask the platform.", self.name))
        if not (name or "").strip():
            raise UserError(self.env._("Please write your name."))
        start = max(self.date_start, today)
        if self.date_end and self.date_end < start:
            raise UserError(self.env._("%s is over. Ask the platform for another one.", self.name))
        touch(promoter)  # of two acceptances at once, the later one sees the other
        if promoter.agreement_ids.filtered(lambda other: other._overlaps(start, self.date_end)):
            raise ValidationError(self.env._("You have another agreement in force in that time."))
        self._write_step({
            "state": "active", "date_start": start, "accepted_by": name.strip()[:120],
            "accepted_on": fields.Datetime.now(), **self._prepare_evidence_vals(user, address)})
        document = self._freeze_document()
        promoter.message_post(
            body=self.env._("%(agreement)s accepted by %(name)s with the login %(login)s from %(address)s.",
                            agreement=self.name, name=name.strip(), login=user.login, address=address),
            attachment_ids=document.ids, author_id=user.partner_id.id)

    def _overlaps(self, start, end):
        """Return whether this agreement is accepted and in force some day between both (``end`` may be empty)."""
        self.ensure_one()
        if self.state in UNSIGNED or (self.date_end and self.date_end < self.date_start):
            return False
        return (not end or self.date_start <= end) and (not self.date_end or self.date_end >= start)

    def action_open_end(self):
        """Ask for the reason, then end it (operator)."""
        self.ensure_one()
        return self.env["alliance.promoter.decision"]._open("end_agreement", agreement_id=self.id)

    def _end(self, reason):
        """End these agreements with this day; one that was only offered is taken back (operator)."""
        self.check_access("write")
        for agreement in self:
            if agreement.state == "active":
                today = agreement.promoter_id._get_today()
                agreement._write_step({
                    "state": "ended", "end_reason": reason, "date_end": min(today, agreement.date_end or today)})
            elif agreement.state == "sent":
                agreement._write_step({"state": "draft"})

    def _is_in_force(self, day):
        """Return whether this agreement is in force on ``day`` (``date``)."""
        self.ensure_one()
        return self.state not in UNSIGNED and self.date_start <= day and (not self.date_end or self.date_end >= day)

    def _get_document_report(self):
        return "merchant_alliance.report_promoter_agreement"
