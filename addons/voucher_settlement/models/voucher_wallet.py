from odoo import fields, models


class VoucherWallet(models.Model):
    """What a holder has been released, has and owes. Every change locks this row.

    ``earned`` is exact; ``credited = floor_cents(earned)`` once up to date with
    ``settled_number``, one floor for the whole wallet (product, settlement arithmetic).
    """

    _name = "voucher.wallet"
    _description = "Voucher Wallet"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Holder", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    settled_number = fields.Integer(
        readonly=True, required=True, default=0, help="Last settled period that was credited.")
    earned = fields.Float(
        digits=(24, 12), readonly=True, required=True, default=0.0,
        help="Exact sum of what the holder's points have released up to that period.")
    credited = fields.Monetary(readonly=True, required=True, default=0.0)
    debt = fields.Monetary(
        readonly=True, required=True, default=0.0,
        help="Released for points that were taken back later, and already spent; later credits pay it.")
    balance_deduction = fields.Monetary(string="Deduction Vouchers", readonly=True, required=True, default=0.0)
    balance_shopping = fields.Monetary(string="Shopping Vouchers", readonly=True, required=True, default=0.0)
    held_deduction = fields.Monetary(readonly=True, required=True, default=0.0)
    held_shopping = fields.Monetary(readonly=True, required=True, default=0.0)
    lot_ids = fields.One2many("voucher.lot", "wallet_id")
    entry_ids = fields.One2many("voucher.entry", "wallet_id")

    _holder_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)", "A holder has one wallet in each company.")
    _balances_sound = models.Constraint(
        "CHECK (held_deduction >= 0 AND held_deduction <= balance_deduction"
        " AND held_shopping >= 0 AND held_shopping <= balance_shopping)",
        "A wallet cannot spend or hold more than it has.")
    _credit_never_above_earned = models.Constraint(
        "CHECK (earned >= 0 AND credited >= 0 AND credited <= earned AND debt >= 0)",
        "A wallet is never credited more than its points have released.")
