from odoo import fields, models


class VoucherEntry(models.Model):
    """Each redemption is reimbursed once."""

    _inherit = "voucher.entry"

    reimbursement_id = fields.Many2one(
        "voucher.reimbursement", readonly=True, index="btree_not_null", ondelete="restrict",
        groups="base.group_user", help="Reimbursement in which the merchant is paid for this redemption.")
    statement_id = fields.Many2one(
        "merchant.statement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        groups="base.group_user", help="What happens from now on is on the next one.")

    _unstated_idx = models.Index("(merchant_id) WHERE statement_id IS NULL AND kind IN ('redeem', 'restore')")

    _unreimbursed_idx = models.Index(
        "(merchant_id) WHERE reimbursement_id IS NULL AND kind IN ('redeem', 'restore')")
