from odoo import fields, models

from .voucher_kind import VOUCHER_KINDS


class VoucherEntry(models.Model):
    """Append-only voucher ledger; positive adds to the wallet, negative takes away."""

    _name = "voucher.entry"
    _description = "Voucher Entry"
    _order = "id desc"
    _log_access = False

    wallet_id = fields.Many2one(
        "voucher.wallet", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="wallet_id.partner_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    lot_id = fields.Many2one("voucher.lot", readonly=True, index="btree_not_null", ondelete="restrict")
    kind = fields.Selection(
        [("credit", "Released by Settlement"), ("grant", "Given with a Purchase"),
         ("redeem", "Spent"), ("restore", "Given Back by Refund"), ("expire", "Expired"),
         ("claw", "Taken Back"), ("debt", "Debt Paid")],
        required=True, readonly=True)
    voucher_kind = fields.Selection(VOUCHER_KINDS, required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    period_id = fields.Many2one("settlement.period", readonly=True, ondelete="restrict")
    hold_id = fields.Many2one("voucher.hold", readonly=True, index="btree_not_null", ondelete="restrict")
    merchant_id = fields.Many2one("alliance.merchant", readonly=True, ondelete="restrict")
    qualified_sale_id = fields.Many2one("alliance.qualified.sale", readonly=True, ondelete="restrict")
    idempotency_key = fields.Char(required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Aggregated journal entry that books this event.")

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "This voucher event has been recorded already.")
    _amount_not_zero = models.Constraint("CHECK (amount <> 0)", "A voucher entry has an amount.")
    _unposted_idx = models.Index(
        "(company_id, kind) WHERE move_id IS NULL AND kind NOT IN ('credit', 'grant')")
