from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.serialize import touch


class AllianceContract(models.Model):
    """Concession contract: how much of each sale a merchant gives up."""

    _name = "alliance.contract"
    _description = "Concession Contract"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, index=True)
    date_start = fields.Date(required=True, default=fields.Date.context_today)
    date_end = fields.Date(help="Last day in force; empty: until terminated.")
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Signed and Active"), ("terminated", "Terminated")],
        required=True, default="draft", tracking=True, copy=False, index=True,
    )
    signed_by = fields.Char(
        copy=False, tracking=True, help="Who signed for the merchant; needed to activate the contract.")
    signed_on = fields.Datetime(copy=False, readonly=True)
    line_ids = fields.One2many("alliance.contract.line", "contract_id", copy=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start OR state = 'terminated')",
        "The contract's last day must not be before its first day.")
    _active_is_signed = models.Constraint(
        "CHECK (state = 'draft' OR (signed_by IS NOT NULL AND signed_on IS NOT NULL))",
        "A contract in force names who signed it, and when.")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state", "draft") != "draft" or vals.get("signed_on"):
                raise UserError(self.env._("A contract begins as a draft, without signature."))
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("alliance.contract") or "/"
        return super().create(vals_list)

    def write(self, vals):
        if {"state", "signed_on"} & set(vals):
            raise UserError(self.env._("State and signature: use the buttons to activate or terminate."))
        frozen = {"name", "merchant_id", "date_start", "date_end", "line_ids", "signed_by"} & set(vals)
        if frozen and any(contract.state != "draft" for contract in self):
            raise UserError(self.env._(
                "A signed contract cannot be changed. Terminate it and make a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        if any(contract.state != "draft" for contract in self):
            raise UserError(self.env._("Only a draft contract can be deleted; terminate a signed one."))

    def action_activate(self):
        """Put signed drafts in force (operator).

        :raise UserError: it is not said who signed
        """
        self.check_access("write")
        for contract in self:
            contract._activate(contract.signed_by)

    def action_terminate(self):
        """End the contract with this day; the sales made under it keep it (operator).

        One that has not begun is never in force.
        """
        self.check_access("write")
        for contract in self:
            if contract.state != "active":
                raise UserError(self.env._("Only an active contract can be terminated."))
            today = self.env["alliance.qualified.sale"]._get_company_day(
                contract.company_id, fields.Datetime.now())
            super(AllianceContract, contract).write(
                {"state": "terminated", "date_end": min(today, contract.date_end or today)})

    def _activate(self, signed_by):
        """Put a draft contract in force.

        :param str signed_by: name of the person who signed for the merchant
        :raise UserError: without rates, not in draft, or overlapping another contract in force
        """
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("Only a draft contract can be activated."))
        if not self.line_ids:
            raise UserError(self.env._("Add at least one concession rate before activating."))
        if not signed_by:
            raise UserError(self.env._("Signed By: enter who signed the contract for the merchant."))
        touch(self.merchant_id)  # of two activations at once, the later one sees the other
        overlap = self.search(Domain.AND([
            [("merchant_id", "=", self.merchant_id.id), ("id", "!=", self.id), ("state", "!=", "draft")],
            [("date_start", "<=", self.date_end)] if self.date_end else [],
            ["|", ("date_end", "=", False), ("date_end", ">=", self.date_start)],
        ])).filtered(lambda contract: not contract.date_end or contract.date_start <= contract.date_end)[:1]
        if overlap:
            raise ValidationError(self.env._(
                "%(merchant)s already has contract %(contract)s in force in that time. "
                "Terminate it or choose other dates.",
                merchant=self.merchant_id.name, contract=overlap.name))
        super().write({
            "state": "active", "signed_by": signed_by, "signed_on": fields.Datetime.now()})

    def _is_in_force(self, day):
        """Return whether this contract is in force on ``day``."""
        self.ensure_one()
        return self.state != "draft" and self.date_start <= day and (not self.date_end or self.date_end >= day)

    def _get_line(self, merchant, store, scene, day):
        """Return the rate line in force for a sale, store before scene before general; may be empty.

        :param day: ``date`` of the sale in the company's time zone
        """
        contract = self.search([
            ("merchant_id", "=", merchant.id), ("state", "!=", "draft"), ("date_start", "<=", day),
            "|", ("date_end", "=", False), ("date_end", ">=", day)], limit=1)  # at most one is in force
        fitting = contract.line_ids.filtered(
            lambda line: line.store_id in (store, line.store_id.browse())
            and line.scene in (scene, False))
        return fitting.sorted(
            lambda line: (not line.store_id, not line.scene, line.sequence, line.id))[:1]
