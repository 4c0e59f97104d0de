from odoo import fields, models

from .voucher_kind import VOUCHER_KINDS


class VoucherHold(models.Model):
    """A card-like authorisation of vouchers: held, then captured or released."""

    _name = "voucher.hold"
    _description = "Voucher Hold"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, default="/")
    wallet_id = fields.Many2one(
        "voucher.wallet", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="wallet_id.partner_id", store=True, index=True)
    company_id = fields.Many2one(related="wallet_id.company_id", store=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    amount = fields.Monetary(required=True, readonly=True)
    state = fields.Selection(
        [("held", "Held"), ("captured", "Captured"), ("released", "Released")],
        required=True, default="held", readonly=True, index=True)
    store_id = fields.Many2one(
        "alliance.store", required=True, readonly=True, ondelete="restrict", index=True,
        help="Where the vouchers are being spent.")
    merchant_id = fields.Many2one(related="store_id.merchant_id", store=True, index=True)
    idempotency_key = fields.Char(required=True, readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True, help="Released after this if not captured.")
    captured_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("voucher.hold.line", "hold_id")

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "This authorisation exists already.")
    _amount_positive = models.Constraint("CHECK (amount > 0)", "A hold has an amount above zero.")
    _timeout_idx = models.Index("(expires_at) WHERE state = 'held'")
