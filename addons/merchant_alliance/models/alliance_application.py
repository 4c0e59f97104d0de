from stdnum.cn import uscc as uscc_format

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize, single_email_re

from .alliance_contract_line import RATE_MAX, RATE_MIN
from .scene import SCENES

STATES = [
    ("submitted", "New"), ("review", "In Review"), ("more", "Waiting for the Applicant"),
    ("approved", "Approved"), ("rejected", "Rejected"), ("withdrawn", "Withdrawn")]
ENDED = ("approved", "rejected", "withdrawn")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PICTURE_SIZE = {"max_width": 1920, "max_height": 1920}
# The same of these twice deserves a second look.
COMPARED = ("uscc", "contact_email", "contact_phone", "bank_account")
CHECKED = (*COMPARED, "rate", "hour_from", "hour_to")


class AllianceApplication(models.Model):
    """Somebody asks to join as a merchant: what the applicant says, and what the platform answers."""

    _name = "alliance.application"
    _description = "Merchant Application"
    _inherit = ["alliance.server.fields", "portal.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "deadline, id"

    name = fields.Char(string="Reference", required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    state = fields.Selection(
        STATES, required=True, default="submitted", readonly=True, copy=False, tracking=True, index=True,
        group_expand=True)
    legal_name = fields.Char(required=True, tracking=True, help="As on the business licence.")
    uscc = fields.Char(
        string="Unified Social Credit Code", required=True, tracking=True, index=True,
        help="18 characters, printed on the business licence.")
    scene = fields.Selection(
        [scene for scene in SCENES if scene[0] != "own_mall"], required=True, default="alliance",
        help="How it sells; the own mall is the platform's.")
    contact_name = fields.Char(string="Contact Person", required=True)
    contact_email = fields.Char(
        string="E-mail", required=True, index=True, help="The portal login, once the application is approved.")
    contact_phone = fields.Char(string="Phone", required=True, index=True)
    store_name = fields.Char(required=True, help="As shoppers know it.")
    street = fields.Char(required=True)
    city = fields.Char(required=True)
    district = fields.Char(help="Part of the city by which shoppers look for stores, for example 浦东新区.")
    state_id = fields.Many2one("res.country.state", string="Province")
    country_id = fields.Many2one("res.country", required=True, default=lambda self: self._get_default_country())
    hour_from = fields.Float(string="Opens At", default=9.0, help="On the days chosen, in the store's time zone.")
    hour_to = fields.Float(string="Closes At", default=21.0)
    mon = fields.Boolean(string="Monday", default=True)
    tue = fields.Boolean(string="Tuesday", default=True)
    wed = fields.Boolean(string="Wednesday", default=True)
    thu = fields.Boolean(string="Thursday", default=True)
    fri = fields.Boolean(string="Friday", default=True)
    sat = fields.Boolean(string="Saturday", default=True)
    sun = fields.Boolean(string="Sunday", default=True)
    bank_name = fields.Char(string="Bank", required=True)
    bank_account = fields.Char(string="Account Number", required=True, index=True)
    rate = fields.Float(
        string="Concession Offered (%)", digits=(5, 2), required=True, default=10.0,
        help="Percent of the cash paid, 3 to 20.")
    licence_image = fields.Image(string="Business Licence", **PICTURE_SIZE)
    identity_front_image = fields.Image(string="Identity Card, Front", **PICTURE_SIZE)
    identity_back_image = fields.Image(string="Identity Card, Back", **PICTURE_SIZE)
    lang = fields.Char(string="Language", default=lambda self: self.env.lang, help="Language of the answers.")
    submitted_ip = fields.Char(string="Sent From", readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users", string="Reviewer", tracking=True, index=True, copy=False,
        domain=[("share", "=", False)], default=lambda self: self.env.company.alliance_reviewer_id)
    deadline = fields.Date(
        string="Answer Until", readonly=True, copy=False, index=True,
        help="The working days promised to applicants, from the moment it came in (again).")
    decision_reason = fields.Text(
        string="Answer to the Applicant", readonly=True, copy=False, tracking=True,
        help="The applicant reads this on the status page and in the e-mail.")
    decided_on = fields.Datetime(readonly=True, copy=False)
    merchant_id = fields.Many2one("alliance.merchant", readonly=True, copy=False, index="btree_not_null")
    blacklist_ids = fields.Many2many(
        "alliance.blacklist", string="On the Blacklist", compute="_compute_blacklist_ids", compute_sudo=True)
    duplicate_ids = fields.Many2many(
        "alliance.application", string="Resembles", compute="_compute_duplicate_ids",
        help="Others with the same code, e-mail, phone or account number.")

    # one that is being looked at, or was approved, for each code
    _uscc_uniq = models.UniqueIndex(
        "(uscc, company_id) WHERE state NOT IN ('rejected', 'withdrawn')",
        "There is an application for this unified social credit code already.")
    _rate_in_bounds = models.Constraint(
        f"CHECK (rate >= {RATE_MIN} AND rate <= {RATE_MAX})",
        "A concession is between 3 % and 20 % of the cash paid.")
    _approved_has_merchant = models.Constraint(
        "CHECK ((state = 'approved') = (merchant_id IS NOT NULL))",
        "An approved application has a merchant, no other has.")

    @api.model
    def _get_default_country(self):
        return self.env.company.country_id or self.env.ref("base.cn")

    def _compute_access_url(self):
        done = super()._compute_access_url()
        for application in self:
            application.access_url = f"/alliance/apply/{application.id}"
        return done

    @api.depends("uscc", "legal_name", "contact_email", "contact_phone", "bank_account")
    def _compute_blacklist_ids(self):
        matches = self.env["alliance.blacklist"]._get_matches(self)
        for application in self:
            application.blacklist_ids = matches.get(application)

    @api.depends(*COMPARED)
    def _compute_duplicate_ids(self):
        same = self.search(Domain.OR(
            Domain(field, "in", [value for value in self.mapped(field) if value]) for field in COMPARED))
        for application in self:
            application.duplicate_ids = same.filtered(lambda other, own=application: other != own._origin and any(
                own[field] and own[field] == other[field] for field in COMPARED))

    # -- what is said ----------------------------------------------------------------------------

    @api.model
    def _normalize(self, vals):
        """Return ``vals`` with codes, addresses and numbers written in one way, so that they compare."""
        clean = {
            "uscc": lambda value: uscc_format.compact(value).upper(),
            "legal_name": lambda value: " ".join(value.split()),
            "contact_email": lambda value: email_normalize(value) or value.strip(),
            "contact_phone": lambda value: self._phone_format(
                number=value, country=self._get_default_country()) or value.strip(),
            "bank_account": lambda value: "".join(filter(str.isalnum, value)).upper(),
        }
        return {key: clean[key](str(value)) if key in clean and value else value for key, value in vals.items()}

    @api.model
    def _get_field_errors(self, vals):
        """Return ``{field: what is wrong and what is allowed}`` of normalised values; forms and models ask this."""
        errors = {}
        code = vals.get("uscc")
        if code and not uscc_format.is_valid(code):
            errors["uscc"] = self.env._(
                "%s is not a unified social credit code: 18 characters, as printed on the licence.", code)
        email = vals.get("contact_email")
        if email and not single_email_re.match(email):
            errors["contact_email"] = self.env._("%s is not an e-mail address.", email)
        phone = vals.get("contact_phone")
        if phone and not self._phone_format(number=phone, country=self._get_default_country()):
            errors["contact_phone"] = self.env._(
                "%s is not a phone number; with a country code if it is from abroad.", phone)
        account = vals.get("bank_account")
        if account and not (account.isascii() and 6 <= len(account) <= 34):
            errors["bank_account"] = self.env._("An account number has 6 to 34 digits or letters.")
        if "rate" in vals and not RATE_MIN <= (vals["rate"] or 0) <= RATE_MAX:
            errors["rate"] = self.env._(
                "A concession is between %(low)s %% and %(high)s %% of the cash paid.", low=RATE_MIN, high=RATE_MAX)
        if "hour_from" in vals and "hour_to" in vals and not 0 <= vals["hour_from"] < vals["hour_to"] <= 24:
            errors["hour_to"] = self.env._("Closing time comes after opening time, until 24:00 at the latest.")
        return errors

    @api.constrains(*CHECKED)
    def _check_fields(self):
        for application in self:
            self._raise_errors({name: application[name] for name in CHECKED})

    @api.model
    def _raise_errors(self, vals):
        """Raise ValidationError with everything that is wrong with ``vals``."""
        if errors := self._get_field_errors(vals):
            raise ValidationError("\n".join(
                f"{self._fields[name]._description_string(self.env)}: {error}" for name, error in errors.items()))

    def _get_server_fields(self):
        return {"state", "merchant_id", "deadline", "decision_reason", "decided_on"}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state", "submitted") != "submitted" or vals.get("merchant_id"):
                raise UserError(self.env._("An application begins as a new one; decide about it with the buttons."))
            self._raise_errors({"rate": vals["rate"]} if "rate" in vals else {})  # before the database refuses
        applications = super().create([{
            **self._normalize(vals),
            "name": self.env["ir.sequence"].next_by_code("alliance.application") or "/"} for vals in vals_list])
        applications._start_clock()
        return applications

    def write(self, vals):
        if {"state", "merchant_id", "decision_reason", "decided_on", "deadline"} & set(vals):
            raise UserError(self.env._("State and answer: use the buttons to decide about an application."))
        changed = set(vals) - {"user_id", "access_token"} - set(self.env["mail.thread"]._fields) - set(
            self.env["mail.activity.mixin"]._fields)
        if changed and any(application.state in ENDED for application in self):
            raise UserError(self.env._("An application that has been decided is kept as it was."))
        self._raise_errors({"rate": vals["rate"]} if "rate" in vals else {})
        return super().write(self._normalize(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        if any(application.state not in ("rejected", "withdrawn") for application in self):
            raise UserError(self.env._("Only rejected or withdrawn applications can be deleted."))

    def _write_state(self, state, **vals):
        """Write a step that the buttons take; no other way leads to it."""
        return super().write({"state": state, **vals})

    def _start_clock(self):
        """Promise an answer: a deadline in working days, and a task for the reviewer."""
        for application in self:
            application._write_state(application.state, deadline=application.company_id._get_review_day())
        for application in self.filtered("user_id"):
            application._ask_reviewer()

    def _ask_reviewer(self):
        self.ensure_one()
        self.activity_schedule(
            "merchant_alliance.activity_review", user_id=self.user_id.id,
            date_deadline=self.deadline or fields.Date.today())
