from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.money import from_cents, percent_of, to_cents
from .scene import SCENES


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
    sale_datetime = fields.Datetime(required=True, readonly=True, index=True)
    cash_amount = fields.Monetary(
        required=True, readonly=True,
        help="Cash paid for goods and services; what vouchers paid is not in it. Negative: refund.")
    contract_line_id = fields.Many2one(
        "alliance.contract.line", required=True, readonly=True, ondelete="restrict")
    rate = fields.Float(string="Concession (%)", digits=(5, 2), required=True, readonly=True)
    concession_amount = fields.Monetary(required=True, readonly=True)
    state = fields.Selection(
        [("pending", "Pending"), ("funded", "Funded"), ("cancelled", "Cancelled")],
        required=True, readonly=True, default="pending", index=True,
        help="Pending until the concession's money is really there; "
             "cancelled when refunded whole before that.")
    funding_id = fields.Many2one(
        "alliance.funding", readonly=True, index="btree_not_null", ondelete="restrict")
    pos_order_id = fields.Many2one("pos.order", readonly=True, index="btree_not_null")
    sale_order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null")

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
    _pending_idx = models.Index("(merchant_id, id) WHERE state = 'pending'")

    # -- registration (order's path: one insert, nothing shared is locked) -------

    @api.model
    def _register_sales(self, vals_list):
        """Register paid sales or refunds, each once, whatever is retried.

        :param list vals_list: dicts with ``idempotency_key`` (str), ``partner`` (res.partner),
            ``store`` (alliance.store), ``sale_datetime`` (naive UTC), ``cash_cents`` (int, company
            currency; negative for a refund) and maybe ``origin`` (alliance.qualified.sale),
            ``pos_order_id``, ``sale_order_id`` (ids)
        :return: their records, without the sales for which no contract was in force
        :raise ValidationError: a refund takes back more than is left of its origin
        """
        # sudo: cashiers and shoppers have no rights on the ledger; amounts come from server documents
        self = self.sudo()
        keys = [vals["idempotency_key"] for vals in vals_list]
        known = {sale.idempotency_key: sale for sale in self.search([("idempotency_key", "in", keys)])}
        to_create = {}
        for vals in vals_list:
            if vals["idempotency_key"] in known or vals["idempotency_key"] in to_create:
                continue
            prepared = self._prepare_registration(vals)
            if prepared:
                to_create[vals["idempotency_key"]] = prepared
        created = self.create(list(to_create.values()))
        created._check_refunds_within_origin()
        created._after_register()
        known.update({sale.idempotency_key: sale for sale in created})
        if created:
            self.env.ref("merchant_alliance.cron_fund_pending")._trigger()
        return self.browse([known[key].id for key in dict.fromkeys(keys) if key in known])

    def _prepare_registration(self, vals):
        """Return the values of one record to create, or None when no contract is in force."""
        origin, store, cents = vals.get("origin"), vals["store"], vals["cash_cents"]
        company = store.company_id
        if origin:
            line, rate = origin.contract_line_id, origin.rate
        else:
            line = self._get_contract_line(store, vals["sale_datetime"])
            rate = line.rate
        if not line or not cents or not (origin or store.merchant_id.state == "active"):
            return None
        concession = percent_of(abs(cents), rate)
        if origin:
            concession = -origin._get_refund_concession_cents(-cents, concession)
        return {
            "name": self.env["ir.sequence"].next_by_code("alliance.qualified.sale") or "/",
            "idempotency_key": vals["idempotency_key"],
            "kind": "refund" if origin else "sale",
            "origin_id": origin.id if origin else False,
            "company_id": company.id,
            "merchant_id": store.merchant_id.id,
            "store_id": store.id,
            "scene": store.scene,
            "partner_id": vals["partner"].id,
            "sale_datetime": vals["sale_datetime"],
            "cash_amount": from_cents(cents, company.currency_id),
            "contract_line_id": line.id,
            "rate": rate,
            "concession_amount": from_cents(concession, company.currency_id),
            "pos_order_id": vals.get("pos_order_id"),
            "sale_order_id": vals.get("sale_order_id"),
        }

    def _get_contract_line(self, store, moment):
        zone = self.with_context(tz=store.company_id.partner_id.tz or "UTC")
        day = fields.Datetime.context_timestamp(zone, moment).date()
        return self.env["alliance.contract"]._get_line(store.merchant_id, store, store.scene, day)

    def _get_refund_concession_cents(self, cash_cents, concession_cents):
        """Return the concession that a refund of ``cash_cents`` takes back: the last one takes all."""
        self.ensure_one()
        live = self.refund_ids.filtered(lambda refund: refund.state != "cancelled")
        currency = self.currency_id
        cash_left = sum(to_cents(amount, currency) for amount in (self + live).mapped("cash_amount"))
        left = sum(to_cents(amount, currency) for amount in (self + live).mapped("concession_amount"))
        return left if cash_cents >= cash_left else min(concession_cents, left)

    def _check_refunds_within_origin(self):
        for origin in self.origin_id:
            live = origin + origin.refund_ids.filtered(lambda refund: refund.state != "cancelled")
            if sum(to_cents(amount, origin.currency_id) for amount in live.mapped("cash_amount")) < 0:
                raise ValidationError(self.env._(
                    "Refund of %s: more cash than was paid for it cannot be given back.", origin.name))

    def _after_register(self):
        """Hook: these records have just been registered."""

    def _after_cancelled(self):
        """Hook: these records were cancelled before they were funded."""

    # -- append-only ---------------------------------------------------------

    def write(self, vals):
        frozen = set(vals) & {
            "idempotency_key", "kind", "origin_id", "company_id", "merchant_id", "store_id", "scene",
            "partner_id", "sale_datetime", "cash_amount", "contract_line_id", "rate",
            "concession_amount"}
        if frozen:
            raise UserError(self.env._("A qualified sale cannot be changed; refund it instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A qualified sale cannot be deleted; refund it instead."))
