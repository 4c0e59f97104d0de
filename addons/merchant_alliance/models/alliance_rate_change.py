from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .alliance_contract_line import RATE_MAX, RATE_MIN
from .scene import SCENES


class AllianceRateChange(models.Model):
    """Concession rates of many contracts changed at once: previewed, then sent as amendments to be signed."""

    _name = "alliance.rate.change"
    _description = "Change of Rates"
    _inherit = ["alliance.server.fields", "mail.thread"]
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    user_id = fields.Many2one(
        "res.users", string="Responsible", required=True, readonly=True, default=lambda self: self.env.user)
    method = fields.Selection(
        [("set", "New Rate"), ("add", "Add Percentage Points")], required=True, default="add", tracking=True)
    value = fields.Float(
        string="Percent", digits=(5, 2), required=True, tracking=True,
        help="The new rate, or how many percentage points are added; negative: taken off.")
    date_start = fields.Date(
        string="From", required=True, tracking=True, default=lambda self: self._get_tomorrow() + timedelta(days=30),
        help="First day of the new rates, tomorrow at the earliest. Merchants sign before that.")
    contract_ids = fields.Many2many(
        "alliance.contract", domain="[('state', '=', 'active'), ('company_id', '=', company_id)]",
        help="Empty: all active contracts that the filter leaves.")
    scene = fields.Selection(SCENES, help="Merchants of this scene. Empty: all.")
    category_id = fields.Many2one("alliance.category", ondelete="restrict", help="Merchants with a store of this kind.")
    city = fields.Char(help="Merchants with a store in this city.")
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Being Sent"), ("done", "Sent"), ("undone", "Undone")],
        required=True, readonly=True, default="draft", copy=False, tracking=True, index=True)
    line_ids = fields.One2many("alliance.rate.change.line", "change_id", string="Preview", readonly=True, copy=False)
    contract_count = fields.Integer(string="Contracts to Amend", compute="_compute_counts")
    skipped_count = fields.Integer(string="Contracts Skipped", compute="_compute_counts")
    sent_count = fields.Integer(string="Sent", compute="_compute_counts")
    signed_count = fields.Integer(string="Signed", compute="_compute_counts")
    progress = fields.Float(string="Progress (%)", compute="_compute_counts")

    @api.depends("line_ids.problem", "line_ids.amendment_id", "line_ids.amendment_id.state")
    def _compute_counts(self):
        for change in self:
            skipped = change.line_ids.filtered("problem").contract_id
            planned = change.line_ids.contract_id - skipped
            amendments = change.line_ids.amendment_id
            change.contract_count = len(planned)
            change.skipped_count = len(skipped)
            change.sent_count = len(amendments)
            change.signed_count = len(amendments.filtered("signed_on"))
            change.progress = 100.0 * len(amendments) / len(planned) if planned else 0.0

    @api.model
    def _get_tomorrow(self):
        today = (self.company_id or self.env.company)._get_day()
        return today + timedelta(days=1)

    def _get_server_fields(self):
        return {"state", "line_ids"}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state", "draft") != "draft":
                raise UserError(self.env._("A change of rates begins as a draft."))
            vals["name"] = self.env["ir.sequence"].next_by_code("alliance.rate.change") or "/"
        return super().create(vals_list)

    def write(self, vals):
        terms = {
            "method", "value", "date_start", "contract_ids", "scene", "category_id", "city", "company_id", "user_id"}
        if "state" in vals and not self.env.su:
            raise UserError(self.env._("State: use the buttons."))
        if terms & set(vals):
            if any(change.state != "draft" for change in self):
                raise UserError(self.env._("What was sent is not changed any more. Undo it and make a new one."))
            self.sudo().line_ids.unlink()  # sudo: previews are written by the preview alone
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        if any(change.state != "draft" for change in self):
            raise UserError(self.env._("Only drafts can be deleted."))

    # -- preview -----------------------------------------------------------------------------------

    def action_preview(self):
        """List each rate with its new value, and what is skipped and why (operator).

        :raise UserError: begins too early, the rate itself is out of bounds, or nothing is found
        """
        self.check_access("write")
        for change in self:
            change._check_terms()
            contracts = change._get_contracts()
            if not contracts:
                raise UserError(self.env._("No active contract fits."))
            lines = change.sudo().line_ids  # sudo: previews are written by the preview alone
            lines.unlink()
            lines.create(change._prepare_lines(contracts))

    def _check_terms(self):
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("%s was sent already.", self.name))
        if self.date_start < self._get_tomorrow():
            raise UserError(self.env._("From: tomorrow at the earliest."))
        if self.method == "set":
            self.env["alliance.contract.line"]._check_rate(self.value)
        elif not 0 < abs(self.value) <= RATE_MAX - RATE_MIN:
            raise UserError(self.env._(
                "Percent: add or take off up to %s percentage points.", RATE_MAX - RATE_MIN))

    def _get_contracts(self):
        """Return the active contracts that were chosen, or that the filter leaves."""
        self.ensure_one()
        domain = Domain("state", "=", "active") & Domain("company_id", "=", self.company_id.id)
        if self.contract_ids:
            domain &= Domain("id", "in", self.contract_ids.ids)
        if self.scene:
            domain &= Domain("merchant_id.scene", "=", self.scene)
        stores = Domain.TRUE
        if self.category_id:
            stores &= Domain("category_id", "=", self.category_id.id)
        if self.city:
            stores &= Domain("city", "=ilike", self.city.strip())
        if not stores.is_true():
            domain &= Domain("merchant_id.store_ids", "any", stores)
        return self.env["alliance.contract"].search(domain)

    def _prepare_lines(self, contracts):
        """Return the values of a preview line for each rate of ``contracts``."""
        problems = self._get_problems(contracts)
        return [{
            "change_id": self.id, "contract_id": contract.id, "contract_line_id": line.id, "old_rate": line.rate,
            "new_rate": self._get_new_rate(line.rate), "problem": problems.get(contract)}
            for contract in contracts for line in contract.line_ids]

    def _get_new_rate(self, rate):
        """Return the new rate, percent with two decimals; may be out of bounds."""
        return self.value if self.method == "set" else round(rate + self.value, 2)

    def _get_problems(self, contracts):
        """Return ``{contract: why it is skipped}``; those without are amended."""
        waiting = contracts.next_ids.filtered(lambda version: version.state in ("draft", "sent")).previous_id
        signers = self._get_merchants_with_login(contracts.merchant_id)
        return {contract: problem for contract in contracts if (
            problem := self._get_problem(contract, contract in waiting, contract.merchant_id in signers))}

    def _get_problem(self, contract, is_waiting, may_sign):
        rates = {line.rate: self._get_new_rate(line.rate) for line in contract.line_ids}
        beyond = [new for new in rates.values() if not RATE_MIN <= new <= RATE_MAX]
        problem = False
        if contract.state != "active":
            problem = self.env._("It is not active any more.")
        elif contract.date_start >= self.date_start:
            problem = self.env._("It begins on that day or later.")
        elif contract.date_end and contract.date_end < self.date_start:
            problem = self.env._("It ends before that day.")
        elif is_waiting:
            problem = self.env._("Another amendment waits for its signature.")
        elif beyond:
            problem = self.env._(
                "%(rate)s %% is out of bounds (%(low)s %% to %(high)s %%).", rate=f"{beyond[0]:g}", low=RATE_MIN,
                high=RATE_MAX)
        elif all(old == new for old, new in rates.items()):
            problem = self.env._("It has these rates already.")
        elif not may_sign:
            problem = self.env._("Nobody of the merchant can log in to sign.")
        return problem

    def _get_merchants_with_login(self, merchants):
        # sudo: operators don't manage users
        users = self.env["res.users"].sudo().search([("partner_id", "child_of", merchants.partner_id.ids)])
        return merchants.filtered(lambda merchant: merchant.partner_id in users.partner_id.commercial_partner_id)
