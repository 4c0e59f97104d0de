from odoo import fields, models


class VoucherHoldLine(models.Model):
    """The part of a hold that one lot backs."""

    _name = "voucher.hold.line"
    _description = "Voucher Hold Line"
    _inherit = ["alliance.server.fields"]
    _log_access = False

    hold_id = fields.Many2one(
        "voucher.hold", required=True, readonly=True, index=True, ondelete="restrict")
    lot_id = fields.Many2one(
        "voucher.lot", required=True, readonly=True, index=True, ondelete="restrict")
    currency_id = fields.Many2one(related="hold_id.currency_id")
    amount = fields.Monetary(required=True, readonly=True)
    restored = fields.Monetary(
        required=True, readonly=True, default=0.0, help="Given back by refunds after capture.")

    _amounts_sound = models.Constraint(
        "CHECK (amount > 0 AND restored >= 0 AND restored <= amount)",
        "A refund cannot give back more vouchers than were spent.")
