import base64
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.household import normalize_account
from ..tools.qr import draw_qr

STATES = [
    ("submitted", "New"), ("review", "In Review"), ("approved", "Approved"), ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"), ("ended", "Ended")]
ENDED = ("rejected", "withdrawn", "ended")
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like another
CODE_LENGTH = 10
STEPS = {"state", "decision_reason", "decided_on", "deadline"}
IDENTITY = {"name", "partner_id", "company_id", "code"}


class AlliancePromoter(models.Model):
    """A shopper who brings shoppers and earns from their purchases: the application, and what came of it.

    One level: a promoter is a contact; no field here or below leads from one promoter to another.
    """

    _name = "alliance.promoter"
    _description = "Promoter"
    _inherit = ["alliance.server.fields", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, copy=False, default="/")
    partner_id = fields.Many2one("res.partner", string="Contact", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    state = fields.Selection(
        STATES, required=True, default="submitted", readonly=True, copy=False, tracking=True, index=True,
        group_expand=True)
    code = fields.Char(
        string="Link Code", required=True, readonly=True, copy=False, help="Of the personal link and QR code.")
    motivation = fields.Text(string="How Shoppers Will Be Reached", required=True)
    phone = fields.Char(required=True)
    bank_name = fields.Char(string="Bank", required=True)
    bank_account = fields.Char(string="Account Number", required=True, help="Commissions are paid to it.")
    bank_id = fields.Many2one(
        "res.partner.bank", string="Bank Account", readonly=True, copy=False, ondelete="restrict",
        help="Made with the approval. Check it, and allow payments, before anything is paid to it.")
    user_id = fields.Many2one(
        "res.users", string="Reviewer", tracking=True, index=True, copy=False, domain=[("share", "=", False)],
        default=lambda self: self.env.company.alliance_reviewer_id)
    deadline = fields.Date(string="Answer Until", readonly=True, copy=False, index=True)
    decision_reason = fields.Text(
        string="Answer to the Promoter", readonly=True, copy=False, tracking=True,
        help="The applicant, or promoter, reads this in the portal and in the e-mail.")
    decided_on = fields.Datetime(readonly=True, copy=False)
    agreement_ids = fields.One2many("alliance.promoter.agreement", "promoter_id", string="Agreements")
    agreement_id = fields.Many2one(
        "alliance.promoter.agreement", string="Agreement in Force", compute="_compute_agreement_id")
    binding_ids = fields.One2many("alliance.promoter.binding", "promoter_id", string="Bound Shoppers")
    shopper_count = fields.Integer(string="Shoppers", compute="_compute_shopper_count")
    link = fields.Char(compute="_compute_link")

    _code_uniq = models.Constraint("UNIQUE (code)", "Another promoter has this link.")
    # what refers to a promoter can refer to its contact with it
    _contact_uniq = models.Constraint("UNIQUE (id, partner_id)", "A promoter is one contact.")
    _one_at_a_time = models.UniqueIndex(
        "(partner_id, company_id) WHERE state NOT IN ('rejected', 'withdrawn', 'ended')",
        "This contact is a promoter, or has applied, already.")

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for promoter in self:
            promoter.display_name = f"{promoter.name} · {promoter.partner_id.name or ''}"

    @api.depends("agreement_ids.state", "agreement_ids.date_start", "agreement_ids.date_end")
    def _compute_agreement_id(self):
        for promoter in self:
            promoter.agreement_id = promoter._get_agreement(promoter._get_today())

    @api.depends("binding_ids.ended_on")
    def _compute_shopper_count(self):
        counts = dict(self.env["alliance.promoter.binding"]._read_group(
            [("promoter_id", "in", self.ids), ("ended_on", "=", False)], ["promoter_id"], ["__count"]))
        for promoter in self:
            promoter.shopper_count = counts.get(promoter, 0)

    @api.depends("code")
    def _compute_link(self):
        for promoter in self:
            promoter.link = f"{promoter.get_base_url()}/alliance/p/{promoter.code}"

    def _get_qr(self):
        """Return the link as a QR code: an SVG picture in base64."""
        self.ensure_one()
        return base64.b64encode(draw_qr(self.link))

    def _get_today(self):
        """Return the day (``date``) that it is for the promoter's company."""
        self.ensure_one()
        return self.company_id._get_day()

    def _get_agreement(self, day):
        """Return the agreement in force on ``day``; may be empty."""
        self.ensure_one()
        return self.agreement_ids.filtered(lambda agreement: agreement._is_in_force(day))[:1]

    def _is_inviting(self):
        """Return whether shoppers can be bound to this promoter now."""
        self.ensure_one()
        return self.state == "approved" and bool(self._get_agreement(self._get_today()))

    @api.model
    def _get_by_code(self, code):
        """Return the promoter (sudo) whose link bears ``code``, if shoppers can be bound to it now; else empty."""
        # sudo: visitors have no rights on promoters; the code of the link is the key
        promoter = self.sudo().search([("code", "=", code)], limit=1) if code else self.sudo()
        return promoter if promoter and promoter._is_inviting() else promoter.browse()

    # -- what is said ----------------------------------------------------------------------------

    @api.model
    def _get_field_errors(self, vals):
        """Return ``{field: what is wrong and what is allowed}``; the portal's form and the model ask this."""
        env, errors = self.env, {}
        for name in ("motivation", "phone", "bank_name", "bank_account"):
            if name in vals and not (vals[name] or "").strip():
                errors[name] = env._("Please fill this in.")
        motivation = (vals.get("motivation") or "").strip()
        if motivation and not 10 <= len(motivation) <= 2000:
            errors["motivation"] = env._("Please write 10 to 2,000 characters.")
        phone = vals.get("phone")
        if phone and not self._phone_format(number=phone, country=env.company.country_id or env.ref("base.cn")):
            errors["phone"] = env._("%s is not a phone number; with a country code if it is from abroad.", phone)
        account = normalize_account(vals.get("bank_account"))
        if account and not (account.isascii() and 6 <= len(account) <= 34):
            errors["bank_account"] = env._("An account number has 6 to 34 digits or letters.")
        return errors

    @api.constrains("motivation", "phone", "bank_name", "bank_account")
    def _check_fields(self):
        for promoter in self:
            errors = self._get_field_errors(
                {name: promoter[name] for name in ("motivation", "phone", "bank_name", "bank_account")})
            if errors:
                raise ValidationError("\n".join(
                    f"{self._fields[name]._description_string(self.env)}: {error}" for name, error in errors.items()))

    @api.constrains("partner_id")
    def _check_person(self):
        for promoter in self:
            if promoter.partner_id.is_company:
                raise ValidationError(self.env._("Contact: a promoter is a person, not a company."))

    # -- guarded writing -------------------------------------------------------------------------

    def _get_server_fields(self):
        return {"state", "deadline", "decision_reason", "decided_on"}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state", "submitted") != "submitted":
                raise UserError(self.env._("A promoter begins as a new application; decide about it with the buttons."))
        sequence = self.env["ir.sequence"]
        self.flush_model(["state"])  # before the database compares
        promoters = super().create([{
            **vals, "name": sequence.next_by_code("alliance.promoter") or "/", "code": self._make_code(),
            "phone": self._phone_format(
                number=vals.get("phone") or "", country=self.env.company.country_id or self.env.ref("base.cn"),
            ) or vals.get("phone"),
        } for vals in vals_list])
        for promoter in promoters:
            promoter._write_step({"deadline": promoter.company_id._get_review_day()})
            if promoter.user_id:
                promoter.activity_schedule(
                    "merchant_alliance.activity_review_promoter", user_id=promoter.user_id.id,
                    date_deadline=promoter.deadline or fields.Date.today())
        return promoters

    @api.model
    def _make_code(self):
        return "".join(secrets.choice(LETTERS) for _number in range(CODE_LENGTH))

    def write(self, vals):
        if (STEPS | IDENTITY | {"bank_id"}) & set(vals):
            raise UserError(self.env._("Contact, link, state and answer of a promoter: use the buttons."))
        return super().write(vals)

    def _write_step(self, vals):
        """Write what the steps change; the only way past ``write``."""
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A promoter is not deleted; reject the application or end it."))
