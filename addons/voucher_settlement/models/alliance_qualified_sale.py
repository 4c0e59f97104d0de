from odoo import fields, models

from odoo.addons.merchant_alliance.tools.money import to_cents


class AllianceQualifiedSale(models.Model):
    _inherit = "alliance.qualified.sale"

    earned_move_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Entry (per merchant and day) that books the concession as earned.")
    voucher_from_pool = fields.Monetary(
        readonly=True, copy=False,
        help="Of a refund: its shopping voucher's part that the rebate pool bore, because the voucher had "
             "been given already; the clawback brings it back.")

    def _get_voucher_from_pool_cents(self):
        """Return what the pool bears for the shopping voucher when this refund is returned."""
        self.ensure_one()
        if self.origin_id.reward_state in ("pending", "held"):
            return 0
        return -to_cents(self.alloc_shopping, self.currency_id)

    def _reject_rewards(self):
        """The vouchers that are never given go back to the pool."""
        held = self.filtered(lambda sale: sale.kind == "sale" and sale.reward_state == "held")
        result = super()._reject_rewards()
        self.env["escrow.posting"].sudo()._post_rejected(held)  # sudo: nobody else may post to escrow
        return result
