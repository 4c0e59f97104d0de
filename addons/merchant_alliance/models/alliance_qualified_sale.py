import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.money import from_cents, to_cents
from .scene import SCENES

# Set at registration; what is left may change once: the state, the funding, a higher addon's columns.
FROZEN_FIELDS = {
    "idempotency_key", "part", "kind", "origin_id", "company_id", "merchant_id", "store_id", "scene",
    "partner_id", "sale_datetime", "cash_amount", "contract_line_id", "rate", "concession_amount",
    "goods_category_id", "pos_order_id", "sale_order_id", "collected"}
MAX_ID = 2**31 - 1  # what PostgreSQL takes for an id
LOOKED_FOR = re.compile(r"(?:QS/)?(\d{1,10})", re.ASCII | re.IGNORECASE)
# The number of a sale, as _format_number says it, from the column with its id.
NUMBER = "'QS/' || lpad({column}::text, GREATEST(8, length({column}::text)), '0')"


class AllianceQualifiedSale(models.Model):
    """One paid sale that earns rewards, whichever channel made it.

    Append-only: a refund is a second, negative record that names the first.
    Amounts are in company currency; all are set on the server at registration.
    """

    _name = "alliance.qualified.sale"
    _description = "Qualified Sale"
    _inherit = ["alliance.server.fields"]
    _order = "sale_datetime desc, id desc"

    name = fields.Char(string="Number", compute="_compute_name", search="_search_name")
    idempotency_key = fields.Char(
        required=True, readonly=True, copy=False,
        help="Source document, e.g. 'pos.order,<uuid>' or 'sale.order,<id>'.")
    part = fields.Integer(
        required=True, readonly=True, default=0,
        help="Goods of several stores, rates or kinds in one document make several sales, numbered from 0.")
    kind = fields.Selection(
        [("sale", "Sale"), ("refund", "Refund")], required=True, readonly=True, default="sale")
    origin_id = fields.Many2one(
        "alliance.qualified.sale", string="Refund of", readonly=True, index="btree_not_null",
        ondelete="restrict")
    refund_ids = fields.One2many("alliance.qualified.sale", "origin_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, readonly=True, ondelete="restrict")  # searched by _merchant_time_idx
    store_id = fields.Many2one(
        "alliance.store", required=True, readonly=True, index=True, ondelete="restrict")
    scene = fields.Selection(SCENES, required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Shopper", required=True, readonly=True, index=True,
        ondelete="restrict")
    sale_datetime = fields.Datetime(string="Time", required=True, readonly=True, index=True)
    cash_amount = fields.Monetary(
        string="Cash Paid", required=True, readonly=True,
        help="Cash paid for goods and services; what vouchers paid is not in it. Negative: refund.")
    contract_line_id = fields.Many2one(
        "alliance.contract.line", required=True, readonly=True, ondelete="restrict")
    rate = fields.Float(string="Rate (%)", digits=(5, 2), required=True, readonly=True)
    concession_amount = fields.Monetary(string="Concession", required=True, readonly=True)
    goods_category_id = fields.Many2one(
        "product.category", string="Goods", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Goods that are counted apart from the rest of the receipt or order; empty: all others.")
    state = fields.Selection(
        [("pending", "Pending"), ("funded", "Funded"), ("cancelled", "Cancelled")],
        required=True, readonly=True, default="pending",
        help="Pending until the concession's money is really there; "
             "cancelled when refunded whole before that.")
    funding_id = fields.Many2one(
        "alliance.funding", readonly=True, index="btree_not_null", ondelete="restrict")
    pos_order_id = fields.Many2one(
        "pos.order", readonly=True, index="btree_not_null", ondelete="restrict")
    sale_order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="restrict")

    collected = fields.Boolean(
        string="Collected by the Platform", readonly=True,
        help="The platform took the payment: the concession is split off it, and the rest is owed to the merchant.")

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key, part)", "This sale has been registered already.")
    _pos_order_sale_uniq = models.UniqueIndex(
        "(pos_order_id, part) WHERE kind = 'sale'", "This till's order has been registered already.")
    _sign_fits_kind = models.Constraint(
        "CHECK ((kind = 'sale' AND cash_amount > 0 AND concession_amount >= 0 AND origin_id IS NULL)"
        " OR (kind = 'refund' AND cash_amount < 0 AND concession_amount <= 0 AND origin_id IS NOT NULL))",
        "A sale is positive; a refund is negative and names the sale it takes back.")
    _rate_in_bounds = models.Constraint(
        "CHECK (rate >= 3 AND rate <= 20)", "A concession is between 3 % and 20 % of the cash paid.")
    _concession_within_cash = models.Constraint(
        "CHECK (abs(concession_amount) <= abs(cash_amount))",
        "A concession cannot exceed the cash paid.")
    _funded_names_funding = models.Constraint(
        "CHECK ((state = 'funded') = (funding_id IS NOT NULL))",
        "A sale is funded by a funding, and only then.")
    _merchant_of_store = models.Constraint(
        "FOREIGN KEY (store_id, merchant_id) REFERENCES alliance_store (id, merchant_id) ON DELETE RESTRICT",
        "A store that has sales stays with its merchant.")
    _pending_idx = models.Index("(merchant_id, id) WHERE state = 'pending'")
    _merchant_time_idx = models.Index("(merchant_id, sale_datetime DESC, id DESC)")
    _merchant_shopper_idx = models.Index(
        "(merchant_id, partner_id, sale_datetime) WHERE kind = 'sale' AND state <> 'cancelled'")

    # -- number ------------------------------------------------------------------

    def _compute_name(self):
        for sale in self:
            sale.name = self._format_number(sale._origin.id)

    @api.model
    def _format_number(self, sale_id):
        """Return the number of the sale with that id, as people see it: a sequence of its own would cost each order."""
        return f"QS/{sale_id:08d}" if sale_id else "/"

    def _search_name(self, operator, value):
        """Find sales by their whole number or its digits."""
        if operator not in ("in", "ilike", "like", "=ilike", "=like"):
            return NotImplemented
        names = value if operator == "in" else [value]
        ids = [int(found[1]) for name in names if (found := LOOKED_FOR.fullmatch(str(name).strip()))]
        return Domain("id", "in", [sale_id for sale_id in ids if sale_id <= MAX_ID])

    # -- amounts -----------------------------------------------------------------

    def _get_cash_left_cents(self):
        """Return the cash of this sale that no refund has taken back."""
        self.ensure_one()
        return sum(to_cents(sale.cash_amount, sale.currency_id) for sale in self | self.refund_ids)

    def _get_concession_left_cents(self):
        """Return the concession of this sale that no refund has taken back."""
        self.ensure_one()
        return sum(to_cents(sale.concession_amount, sale.currency_id) for sale in self | self.refund_ids)

    @api.model
    def _convert_cents(self, cents, currency, to_currency, company, moment):
        """Return ``cents`` of one currency in cents of another, at the rate of ``moment``."""
        if currency == to_currency:
            return cents
        amount = currency._convert(
            float(from_cents(cents, currency)), to_currency, company, moment.date())
        return to_cents(amount, to_currency)

    @api.model
    def _choose_category(self, category, apart):
        """Return which of the categories ``apart`` is the nearest to goods of ``category`` (or None); may be empty."""
        above = [int(number) for number in (category.parent_path if category and apart else "").split("/") if number]
        return apart.browse([number for number in above if number in apart.ids][-1:])

    # -- hooks -------------------------------------------------------------------

    @api.model
    def _get_categories_apart(self, company):
        """Hook: return the ``product.category`` whose goods make sales of their own."""
        return self.env["product.category"]

    def _after_register(self):
        """Hook: these records have just been registered."""

    def _after_cancelled(self):
        """Hook: these records were cancelled before they were funded."""

    # -- append-only ---------------------------------------------------------------

    def write(self, vals):
        if FROZEN_FIELDS & set(vals):
            raise UserError(self.env._("A qualified sale cannot be changed; refund it instead."))
        if {"state", "funding_id"} & set(vals) and any(sale.state != "pending" for sale in self):
            raise UserError(self.env._("What became of a qualified sale cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A qualified sale cannot be deleted; refund it instead."))
