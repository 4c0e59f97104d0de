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
    signed_by = fields.Char(copy=False, readonly=True)
    signed_on = fields.Datetime(copy=False, readonly=True)
    line_ids = fields.One2many("alliance.contract.line", "contract_id", copy=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "The contract's last day must not be before its first day.")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state", "draft") != "draft" or vals.get("signed_by") or vals.get("signed_on"):
                raise UserError(self.env._("A contract begins as a draft, without signature."))
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("alliance.contract") or "/"
        return super().create(vals_list)

    def write(self, vals):
        if {"state", "signed_by", "signed_on"} & set(vals):
            raise UserError(self.env._("State and signature: use the buttons to activate or terminate."))
        frozen = {"merchant_id", "date_start", "date_end", "line_ids"} & set(vals)
        if frozen and any(contract.state != "draft" for contract in self):
            raise UserError(self.env._(
                "A signed contract cannot be changed. Terminate it and make a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        if any(contract.state != "draft" for contract in self):
            raise UserError(self.env._("Only a draft contract can be deleted; terminate a signed one."))

    def action_activate(self):
        """Sign and activate (operator)."""
        self.check_access("write")
        for contract in self:
            contract._activate(signed_by=self.env.user.name)

    def action_terminate(self):
        """End the contract today; the sales made under it keep it (operator)."""
        self.check_access("write")
        today = fields.Date.context_today(self)
        for contract in self:
            if contract.state != "active":
                raise UserError(self.env._("Only an active contract can be terminated."))
            super(AllianceContract, contract).write(
                {"state": "terminated", "date_end": max(today, contract.date_start)})

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
        # the merchant's row serialises parallel activations
        self.merchant_id.lock_for_update()
        overlap = self.search(Domain.AND([
            [("merchant_id", "=", self.merchant_id.id), ("id", "!=", self.id), ("state", "!=", "draft")],
            [("date_start", "<=", self.date_end)] if self.date_end else [],
            ["|", ("date_end", "=", False), ("date_end", ">=", self.date_start)],
        ]), limit=1)
        if overlap:
            raise ValidationError(self.env._(
                "%(merchant)s already has contract %(contract)s in force in that time. "
                "Terminate it or choose other dates.",
                merchant=self.merchant_id.name, contract=overlap.name))
        super().write({
            "state": "active", "signed_by": signed_by, "signed_on": fields.Datetime.now()})
        touch(self.merchant_id)  # a parallel activation with an older snapshot fails and is retried

    def _get_line(self, merchant, store, scene, day):
        """Return the rate line in force for a sale, store before scene before general; may be empty.

        :param day: ``date`` of the sale in the company's time zone
        """
        contract = self.search([
            ("merchant_id", "=", merchant.id), ("state", "!=", "draft"), ("date_start", "<=", day),
            "|", ("date_end", "=", False), ("date_end", ">=", day)], limit=1)
        fitting = contract.line_ids.filtered(
            lambda line: line.store_id in (store, line.store_id.browse())
            and line.scene in (scene, False))
        return fitting.sorted(
            lambda line: (not line.store_id, not line.scene, line.sequence, line.id))[:1]
