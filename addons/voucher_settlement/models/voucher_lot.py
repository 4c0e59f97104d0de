from odoo import fields, models

from .voucher_kind import VOUCHER_KINDS


class VoucherLot(models.Model):
    """Vouchers of one kind given at one moment, with one expiry."""

    _name = "voucher.lot"
    _description = "Voucher"
    _order = "expires_on, id"

    wallet_id = fields.Many2one(
        "voucher.wallet", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="wallet_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(related="wallet_id.company_id")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    kind = fields.Selection(VOUCHER_KINDS, required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    remaining = fields.Monetary(required=True, readonly=True)
    held = fields.Monetary(required=True, readonly=True, default=0.0)
    date = fields.Date(required=True, readonly=True)
    expires_on = fields.Date(required=True, readonly=True, help="Last day on which it can be spent.")
    period_id = fields.Many2one("settlement.period", readonly=True, ondelete="restrict")
    qualified_sale_id = fields.Many2one(
        "alliance.qualified.sale", readonly=True, index="btree_not_null", ondelete="restrict")
    idempotency_key = fields.Char(required=True, readonly=True)

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "This voucher has been given already.")
    _amounts_sound = models.Constraint(
        "CHECK (amount > 0 AND held >= 0 AND held <= remaining AND remaining <= amount)",
        "A voucher cannot be spent or held beyond its amount.")
    _spendable_idx = models.Index("(wallet_id, kind, expires_on, id) WHERE remaining > 0")
    _expiry_idx = models.Index("(expires_on) WHERE remaining > 0")
