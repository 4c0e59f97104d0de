from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.serialize import touch

UNSIGNED = ("draft", "sent")


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
    date_start = fields.Date(
        required=True, default=lambda self: self.env.company._get_day())
    date_end = fields.Date(help="Last day in force; empty: until terminated.")
    agreed_end = fields.Date(
        string="Last Day as Signed", readonly=True, copy=False,
        help="What was signed, before an amendment or a termination: it counts again if the amendment does not begin.")
    reminded_end = fields.Date(
        string="Last Day Reminded of", readonly=True, copy=False,
        help="Whoever has done with a reminder gets no other.")
    state = fields.Selection(
        [("draft", "Draft"), ("sent", "Sent to Sign"), ("active", "Signed and Active"), ("amended", "Amended"),
         ("expired", "Expired"), ("terminated", "Terminated")],
        required=True, default="draft", tracking=True, copy=False, index=True,
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, domain=[("share", "=", False)],
        help="Is reminded before it ends.")
    version = fields.Integer(default=1, readonly=True, copy=False)
    previous_id = fields.Many2one(
        "alliance.contract", string="Amends", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        help="The version that this one follows on its first day.")
    next_ids = fields.One2many("alliance.contract", "previous_id", string="Amended By")
    signed_by = fields.Char(
        copy=False, tracking=True, help="Who signed for the merchant; needed to activate the contract.")
    signed_on = fields.Datetime(copy=False, readonly=True)
    line_ids = fields.One2many("alliance.contract.line", "contract_id", copy=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start OR state = 'terminated')",
        "The contract's last day must not be before its first day.")
    _active_is_signed = models.Constraint(
        "CHECK (state IN ('draft', 'sent') OR (signed_by IS NOT NULL AND signed_on IS NOT NULL))",
        "A contract in force names who signed it, and when.")
    # one rate in force at any moment, whoever signs at the same time (a range of one number needs no extension)
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (int4range(merchant_id, merchant_id, '[]') WITH &&,
                               daterange(date_start, date_end, '[]') WITH &&)
           WHERE (state NOT IN ('draft', 'sent') AND (date_end IS NULL OR date_end >= date_start))""",
        "The merchant has another contract in force in that time.")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("alliance.contract") or "/"
        return super().create(vals_list)

    def write(self, vals):
        if {"state", "signed_on"} & set(vals):
            raise UserError(self.env._("State and signature: use the buttons to activate or terminate."))
        terms = set(vals) & {
            "name", "merchant_id", "date_start", "date_end", "agreed_end", "line_ids", "version", "previous_id"}
        if terms and any(contract.state == "sent" for contract in self):
            raise UserError(self.env._(
                "The merchant has it to sign. Take it back to draft, change it, and send it again."))
        if (terms or "signed_by" in vals) and any(contract.state not in UNSIGNED for contract in self):
            raise UserError(self.env._("A signed contract cannot be changed. Amend or terminate it."))
        return super().write(vals)

    def _write_step(self, vals):
        """Write what the steps of a contract change; the only way past ``write``."""
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        if any(contract.state not in UNSIGNED for contract in self):
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
            contract._terminate()

    def _terminate(self):
        self.ensure_one()
        touch(self.merchant_id)  # who signs the next version at the same moment comes first or second
        today = self._get_today()
        self._write_step({"state": "terminated", "date_end": min(today, self.date_end or today)})
        self._end_versions()

    def _activate(self, signed_by, **evidence):
        """Put an unsigned contract in force; a version that amends another one ends that the day before.

        :param str signed_by: name of the person who signed for the merchant
        :param evidence: more values of the signature
        :raise UserError: without rates, signed already, or overlapping another contract in force
        """
        self.ensure_one()
        if self.state not in UNSIGNED:
            raise UserError(self.env._("Only an unsigned contract can be activated."))
        if not self.line_ids:
            raise UserError(self.env._("Add at least one concession rate before activating."))
        if not signed_by:
            raise UserError(self.env._("Signed By: enter who signed the contract for the merchant."))
        touch(self.merchant_id)  # of two activations at once, the later one sees the other
        self._end_previous()
        if overlap := self._get_overlapping(self.date_end)[:1]:
            raise ValidationError(self.env._(
                "%(merchant)s already has contract %(contract)s in force in that time. "
                "Terminate it or choose other dates.",
                merchant=self.merchant_id.name, contract=overlap.name))
        self._write_step({
            "state": "active", "signed_by": signed_by, "signed_on": fields.Datetime.now(),
            "agreed_end": self.date_end, **evidence})
        if self.merchant_id.state == "draft":  # it joined, and now has signed
            self.merchant_id.sudo().state = "active"  # sudo: the merchant itself signs, in the portal

    def _get_overlapping(self, last):
        """Return the merchant's other contracts in force between this one's first day and ``last`` (False: ever)."""
        self.ensure_one()
        return self.search(Domain.AND([
            [("merchant_id", "=", self.merchant_id.id), ("id", "!=", self.id)],
            [("date_start", "<=", last)] if last else [],
            ["|", ("date_end", "=", False), ("date_end", ">=", self.date_start)],
        ])).filtered(lambda contract: contract._is_ever_in_force())

    def _is_ever_in_force(self):
        """Return whether there was, is or will be a day in force: not if terminated before the first one."""
        self.ensure_one()
        return self.state not in UNSIGNED and (not self.date_end or self.date_start <= self.date_end)

    def _is_in_force(self, day):
        """Return whether this contract is in force on ``day``."""
        self.ensure_one()
        return self.state not in UNSIGNED and self.date_start <= day and (not self.date_end or self.date_end >= day)

    def _get_in_force(self, merchant, day):
        """Return the merchant's contract in force on ``day`` (company time zone); may be empty."""
        return self.search(Domain.custom(
            to_sql=lambda _model, alias, _query: self._get_in_force_sql(alias, merchant, day)), limit=1)

    @api.model
    def _get_in_force_sql(self, alias, merchant, day):
        """Return the condition (``SQL``) of the merchant's contract in force on ``day``: there is at most one."""
        self.flush_model(["merchant_id", "state", "date_start", "date_end"])
        return SQL(
            "(%(alias)s.merchant_id = %(merchant)s AND %(alias)s.state NOT IN %(unsigned)s"
            " AND %(alias)s.date_start <= %(day)s AND (%(alias)s.date_end IS NULL OR %(alias)s.date_end >= %(day)s))",
            alias=SQL.identifier(alias), merchant=merchant.id, unsigned=UNSIGNED, day=day)

    def _get_line(self, store, category=None):
        """Return this contract's rate line for goods of a category sold in ``store`` (see ``line._choose``)."""
        return self.line_ids._choose(store, category)
