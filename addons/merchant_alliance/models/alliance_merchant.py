from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools.money import from_cents, to_cents
from .scene import SCENES


class AllianceMerchant(models.Model):
    """A seller that concedes part of its sales to the platform."""

    _name = "alliance.merchant"
    _description = "Merchant"
    _inherit = ["alliance.server.fields", "mail.thread", "mail.activity.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="restrict",
        help="Commercial entity; whoever logs in as a contact of it sees this merchant.",
    )
    scene = fields.Selection(SCENES, required=True, default="alliance", tracking=True)
    is_platform = fields.Boolean(
        help="The platform's own shop: its concession is the platform's expense and earns it no points.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("suspended", "Suspended"), ("closed", "Closed")],
        required=True, default="draft", tracking=True, index=True,
    )
    funding_method = fields.Selection(
        [("deposit", "Prepaid Deposit"), ("split", "Split from Collected Payments")],
        required=True, default="deposit",
        help="Where the money for concessions of its own tills comes from: the merchant's prepaid deposit, "
             "or the payments that the platform itself collected. What is paid to the platform (web orders, "
             "scan-to-pay) is always split.",
    )
    deposit_balance = fields.Monetary(
        readonly=True, copy=False,
        help="Sum of the deposit entries. Only new entries change it.",
    )
    active = fields.Boolean(default=True)
    store_ids = fields.One2many("alliance.store", "merchant_id")
    contract_ids = fields.One2many("alliance.contract", "merchant_id")
    qualified_sale_ids = fields.One2many("alliance.qualified.sale", "merchant_id")
    deposit_entry_ids = fields.One2many("alliance.deposit.entry", "merchant_id")

    _partner_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)", "This contact is a merchant already.")
    _deposit_not_negative = models.Constraint(
        "CHECK (deposit_balance >= 0)", "A merchant's deposit cannot fall below zero.")

    _archived_is_closed = models.Constraint(
        "CHECK (active IS TRUE OR state = 'closed')", "Only closed merchants are archived.")

    sale_count = fields.Integer(compute="_compute_counts")
    store_count = fields.Integer(compute="_compute_counts")
    contract_count = fields.Integer(
        compute="_compute_counts", string="Contracts Active", help="Signed and not terminated.")
    pending_amount = fields.Monetary(
        compute="_compute_counts", string="Concessions Pending",
        help="Conceded, but not funded yet: their rewards wait.")

    def _compute_counts(self):
        sales = self.env["alliance.qualified.sale"]
        by_merchant = dict(sales._read_group([("merchant_id", "in", self.ids)], ["merchant_id"], ["__count"]))
        pending = dict(sales._read_group(
            [("merchant_id", "in", self.ids), ("state", "=", "pending")], ["merchant_id"],
            ["concession_amount:sum"]))
        for merchant in self:
            merchant.sale_count = by_merchant.get(merchant, 0)
            merchant.store_count = len(merchant.store_ids)
            merchant.contract_count = len(
                merchant.contract_ids.filtered(lambda contract: contract.state == "active"))
            merchant.pending_amount = pending.get(merchant, 0.0)

    @api.constrains("partner_id")
    def _check_commercial_entity(self):
        for merchant in self:
            if merchant.partner_id != merchant.partner_id.commercial_partner_id:
                raise ValidationError(self.env._(
                    "Contact: %(contact)s belongs to %(entity)s; choose that one. Its contacts log in for it.",
                    contact=merchant.partner_id.name, entity=merchant.partner_id.commercial_partner_id.name))

    @api.constrains("active", "state")
    def _check_archived_is_closed(self):
        """Archived, a merchant that still sells would be overlooked: in searches, by its owners, and in jobs."""
        for merchant in self:
            if not merchant.active and merchant.state != "closed":
                raise ValidationError(self.env._(
                    "%s: only closed merchants are archived. Close it first; or unarchive it to open it again.",
                    merchant.name))

    def _get_server_fields(self):
        return {"deposit_balance"}

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("deposit_balance") for vals in vals_list):
            raise UserError(self.env._("Deposit: record a deposit entry instead."))
        return super().create(vals_list)

    def write(self, vals):
        if "deposit_balance" in vals:
            raise UserError(self.env._("Deposit: record a deposit entry instead."))
        # the books know who owes and is owed by these
        for fname in {"company_id", "partner_id", "is_platform"} & set(vals):
            field = self._fields[fname]
            changed = self.filtered(lambda m, f=field: f.convert_to_write(m[f.name], m) != vals[f.name])
            if changed._has_history(fname):
                raise UserError(self.env._(
                    "%s: a merchant that has sales, deposits or points cannot change it.",
                    field._description_string(self.env)))
        return super().write(vals)

    def _has_history(self, fname):
        """Return whether something was recorded of these merchants that holds the field ``fname`` as it is. Hook."""
        return bool(self.qualified_sale_ids or self.deposit_entry_ids)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.contract_ids or self.deposit_entry_ids:
            raise UserError(self.env._("A merchant with contracts or deposits is closed or archived, not deleted."))

    # -- buttons -----------------------------------------------------------------

    def action_view_sales(self):
        """Open the merchant's qualified sales."""
        return self._get_own_action("merchant_alliance.action_qualified_sale")

    def action_view_stores(self):
        """Open the merchant's stores."""
        return self._get_own_action("merchant_alliance.action_store")

    def action_view_contracts(self):
        """Open the merchant's contracts."""
        return self._get_own_action("merchant_alliance.action_contract")

    def action_view_deposits(self):
        """Open the merchant's deposit ledger."""
        return self._get_own_action("merchant_alliance.action_deposit_entry")

    def _get_own_action(self, xmlid):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(xmlid),
            "domain": [("merchant_id", "=", self.id)],
            "context": {"default_merchant_id": self.id, "default_scene": self.scene},
        }

    def action_activate(self):
        """Let the merchant's stores sell (operator)."""
        self.check_access("write")
        self.write({"state": "active"})

    def action_suspend(self):
        """Stop new sales from being registered (operator)."""
        self.check_access("write")
        self.write({"state": "suspended"})

    def action_close(self):
        """End the co-operation (operator).

        :raise UserError: concessions are still pending, or a deposit has not been paid back
        """
        self.check_access("write")
        if unfunded := self._filter_unfunded()[:1]:
            raise UserError(self.env._(
                "%s: first let its pending concessions be funded and pay its deposit back.", unfunded.name))
        self.write({"state": "closed"})

    def _filter_unfunded(self):
        """Return those of these merchants with concessions still to be funded, or with a deposit."""
        pending = self.env["alliance.qualified.sale"].search(
            [("merchant_id", "in", self.ids), ("state", "=", "pending")]).merchant_id
        return self.filtered(lambda merchant: merchant in pending or merchant.deposit_balance)

    def _filter_unsettled(self):
        """Return those of these merchants that go on, or have accounts to be settled. Hook."""
        return self.filtered(lambda merchant: merchant.state != "closed") | self._filter_unfunded()

    # -- deposit -----------------------------------------------------------------

    def _deposit(self, kind, amount_cents, idempotency_key, reference=None, **links):
        """Record money into or out of the prepaid deposit, once. The only writer of the balance.

        :param str kind: kind of ``alliance.deposit.entry``
        :param int amount_cents: positive in, negative out
        :param links: ids of documents that the entry is of, by field
        :raise UserError: the deposit would fall below zero, or the key belongs to another entry
        :return: the ``alliance.deposit.entry``
        """
        self.ensure_one()
        entries = self.env["alliance.deposit.entry"].sudo()  # sudo: nobody may write the ledger otherwise
        amount = from_cents(amount_cents, self.currency_id)
        if known := entries.search([("idempotency_key", "=", idempotency_key)]):
            if (known.merchant_id, known.kind, to_cents(known.amount, known.currency_id)) != (
                    self, kind, amount_cents):
                raise UserError(self.env._("Deposit entry %s exists already, but differs.", idempotency_key))
            return known
        self.flush_recordset()
        updated = self.env.execute_query(SQL(
            "UPDATE alliance_merchant SET deposit_balance = COALESCE(deposit_balance, 0) + %s"
            " WHERE id = %s AND COALESCE(deposit_balance, 0) + %s >= 0 RETURNING id",
            amount, self.id, amount))
        if not updated:
            raise UserError(self.env._(
                "%(merchant)s: the deposit of %(balance)s is too small for this.",
                merchant=self.name, balance=self.currency_id.format(self.deposit_balance)))
        self.invalidate_recordset(["deposit_balance"])
        entry = entries._record({
            "merchant_id": self.id, "kind": kind, "amount": amount,
            "date": self.company_id._get_day(),
            "idempotency_key": idempotency_key, "reference": reference, **links})
        entry._after_recorded()
        return entry
