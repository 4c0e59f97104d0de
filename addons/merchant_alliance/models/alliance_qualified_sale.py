from odoo import fields, models

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
