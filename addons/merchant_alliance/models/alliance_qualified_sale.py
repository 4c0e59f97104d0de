from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.tools import mute_logger

from ..tools.money import from_cents, percent_of, to_cents
from ..tools.serialize import touch
from .scene import SCENES

# Set at registration; what is left may change once: the state, the funding, a higher addon's columns.
FROZEN_FIELDS = {
    "name", "idempotency_key", "kind", "origin_id", "company_id", "merchant_id", "store_id", "scene",
    "partner_id", "sale_datetime", "cash_amount", "contract_line_id", "rate", "concession_amount",
    "pos_order_id", "sale_order_id", "collected"}

class AllianceQualifiedSale(models.Model):
    """One paid sale that earns rewards, whichever channel made it.

    Append-only: a refund is a second, negative record that names the first.
    Amounts are in company currency; all are set on the server at registration.
    """

    _name = "alliance.qualified.sale"
    _description = "Qualified Sale"
    _order = "sale_datetime desc, id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    idempotency_key = fields.Char(
        required=True, readonly=True, copy=False,
        help="Source document, e.g. 'pos.order,<uuid>' or 'sale.order,<id>'.")
    kind = fields.Selection(
        [("sale", "Sale"), ("refund", "Refund")], required=True, readonly=True, default="sale")
    origin_id = fields.Many2one(
        "alliance.qualified.sale", string="Refund of", readonly=True, index="btree_not_null",
        ondelete="restrict")
    refund_ids = fields.One2many("alliance.qualified.sale", "origin_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
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
    state = fields.Selection(
        [("pending", "Pending"), ("funded", "Funded"), ("cancelled", "Cancelled")],
        required=True, readonly=True, default="pending", index=True,
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
        "UNIQUE (idempotency_key)", "This sale has been registered already.")
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
    _pending_idx = models.Index("(merchant_id, id) WHERE state = 'pending'")
    _merchant_time_idx = models.Index("(merchant_id, sale_datetime DESC, id DESC)")

    # -- registration (order's path: one insert, nothing shared is locked) -------

    @api.model
    def _register_sales(self, vals_list):
        """Register paid sales or refunds, each once, whatever is retried.

        :param list vals_list: dicts with ``idempotency_key`` (str), ``partner`` (res.partner),
            ``store`` (alliance.store), ``sale_datetime`` (naive UTC), ``cash_cents`` (int, company
            currency; negative for a refund) and maybe ``origin`` (alliance.qualified.sale, whose
            store and shopper count), ``pos_order_id``, ``sale_order_id`` (ids), ``collected`` (bool: the platform
            took the payment)
        :return: their records, without the sales for which no contract was in force (noted on the order)
        :raise ValidationError: a refund takes back more than is left of its origin
        """
        # sudo: cashiers and shoppers have no rights on the ledger; amounts come from server documents
        self = self.sudo()
        if not vals_list:
            return self.browse()
        keys = [vals["idempotency_key"] for vals in vals_list]
        known = {sale.idempotency_key: sale for sale in self.search([("idempotency_key", "in", keys)])}
        new = {}
        for vals in vals_list:
            if vals["idempotency_key"] not in known:
                new.setdefault(vals["idempotency_key"], vals)
        created = self._insert_registrations(self._prepare_registrations(list(new.values())))
        if created:
            created._after_register()
            self.env.ref("merchant_alliance.cron_fund_pending")._trigger()
        known.update({sale.idempotency_key: sale for sale in created})
        return self.browse([known[key].id for key in dict.fromkeys(keys) if key in known])

    def _insert_registrations(self, vals_list):
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                return self.create(vals_list)
        except UniqueViolation as error:
            # a parallel request has just registered the same document: the retry finds it
            raise ConcurrencyError("alliance.qualified.sale: registered in parallel") from error

    def _prepare_registrations(self, vals_list):
        """Return the values of the records to create, without those that no contract covers."""
        origins = self.union(*(vals["origin"] for vals in vals_list if vals.get("origin")))
        touch(origins)  # of two refunds of one sale made at once, the later one sees the other
        left = {origin: (origin._get_cash_left_cents(), origin._get_concession_left_cents()) for origin in origins}
        sequence = self.env.ref("merchant_alliance.seq_qualified_sale")
        lines = {}
        prepared = []
        for vals in vals_list:
            if vals.get("origin"):
                specific = self._prepare_refund_vals(vals, left)
            else:
                specific = self._prepare_sale_vals(vals, lines)
            if specific:
                prepared.append({
                    "name": sequence._next(),
                    "idempotency_key": vals["idempotency_key"],
                    "sale_datetime": vals["sale_datetime"],
                    "pos_order_id": vals.get("pos_order_id"),
                    "sale_order_id": vals.get("sale_order_id"),
                    **specific,
                })
            elif not vals.get("origin"):
                self._note_not_registered(vals)
        return prepared

    def _prepare_sale_vals(self, vals, lines):
        """Return what is particular to a sale, or None when its merchant has no contract in force.

        :param dict lines: contract lines found before in this batch, by store and day
        """
        store, cents = vals["store"], vals["cash_cents"]
        if not cents or store.merchant_id.state != "active":
            return None
        place = (store, self._get_company_day(store.company_id, vals["sale_datetime"]))
        if place not in lines:
            lines[place] = self.env["alliance.contract"]._get_line(
                store.merchant_id, store, store.scene, place[1])
        line = lines[place]
        if not line:
            return None
        currency = store.company_id.currency_id
        return {
            "kind": "sale",
            "company_id": store.company_id.id,
            "merchant_id": store.merchant_id.id,
            "store_id": store.id,
            "scene": store.scene,
            "partner_id": vals["partner"].id,
            "collected": vals.get("collected", False),
            "contract_line_id": line.id,
            "rate": line.rate,
            "cash_amount": from_cents(cents, currency),
            "concession_amount": from_cents(percent_of(cents, line.rate), currency),
        }

    def _prepare_refund_vals(self, vals, left):
        """Return what is particular to a refund: a part of its origin, at the origin's rate.

        :param dict left: (cash, concession) cents left of each origin; lowered by this refund
        """
        origin, cents = vals["origin"], -vals["cash_cents"]
        cash_left, concession_left = left[origin]
        if origin.kind != "sale" or not 0 < cents <= cash_left:
            raise ValidationError(self.env._(
                "Refund of %(sale)s: more cash than was paid for it cannot be given back;"
                " %(left)s is left.", sale=origin.name,
                left=origin.currency_id.format(float(from_cents(cash_left, origin.currency_id)))))
        # the last refund takes what is left, so that all of them together take exactly all
        concession = concession_left if cents == cash_left else min(
            percent_of(cents, origin.rate), concession_left)
        left[origin] = (cash_left - cents, concession_left - concession)
        return {
            "kind": "refund",
            "origin_id": origin.id,
            "company_id": origin.company_id.id,
            "merchant_id": origin.merchant_id.id,
            "store_id": origin.store_id.id,
            "scene": origin.scene,
            "partner_id": origin.partner_id.id,
            "collected": origin.collected,
            "contract_line_id": origin.contract_line_id.id,
            "rate": origin.rate,
            "cash_amount": from_cents(-cents, origin.currency_id),
            "concession_amount": from_cents(-concession, origin.currency_id),
        }

    def _note_not_registered(self, vals):
        """Say on the order's log why its shopper gets nothing."""
        for model in ("pos.order", "sale.order"):
            if order_id := vals.get(f"{model.replace('.', '_')}_id"):
                self.env[model].browse(order_id)._message_log(body=self.env._(
                    "No green points: %s has no concession contract in force at the time of this sale,"
                    " or is not active.", vals["store"].merchant_id.name))

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
    def _get_company_day(self, company, moment):
        """Return the ``date`` that it is for the company at ``moment`` (naive UTC)."""
        # sudo: merchants and shoppers may not read the company's contact
        zone = self.with_context(tz=company.sudo().partner_id.tz or "UTC")
        return fields.Datetime.context_timestamp(zone, moment).date()

    # -- hooks -------------------------------------------------------------------

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
