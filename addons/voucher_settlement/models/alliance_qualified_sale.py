from odoo import fields, models

from odoo.addons.merchant_alliance.tools.money import to_cents


class AllianceQualifiedSale(models.Model):
    """Which journal entries book a sale's concession."""

    _inherit = "alliance.qualified.sale"

    earned_move_id = fields.Many2one(
        "account.move", string="Earned Entry", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict", help="Entry (per merchant and day) that books the concession as earned.")
    voucher_from_pool = fields.Monetary(
        readonly=True, copy=False,
        help="Of a refund: its shopping voucher's part that the rebate pool bore, because the voucher had "
             "been given already; the clawback brings it back.")

    forfeit_move_id = fields.Many2one(
        "account.move", string="Commission Returned", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict", groups="base.group_user",
        help="Entry that brought the commission of this rejected sale to the rebate pool.")
    statement_id = fields.Many2one(
        "merchant.statement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        groups="base.group_user", help="What happens from now on is on the next one.")

    _unstated_idx = models.Index("(merchant_id) WHERE statement_id IS NULL")
    _commission_due_idx = models.Index(
        "(company_id, sale_datetime) WHERE promoter_id IS NOT NULL AND kind = 'sale' AND alloc_commission > 0")
    _forfeited_idx = models.Index(
        "(company_id) WHERE promoter_id IS NOT NULL AND reward_state = 'rejected' AND forfeit_move_id IS NULL")
    _unearned_idx = models.Index("(company_id, merchant_id) WHERE earned_move_id IS NULL")

    def _get_voucher_from_pool_cents(self):
        """Return what the pool bears for the shopping voucher when this refund is returned."""
        self.ensure_one()
        if self.origin_id.reward_state in ("pending", "held"):
            return 0  # not given yet: it is still in vouchers outstanding
        return -to_cents(self.alloc_shopping, self.currency_id)

    def _get_reserved_voucher_cents(self):
        """Return what vouchers outstanding keep for vouchers that these sales have not given yet."""
        funded = (self + self.refund_ids).filtered(lambda sale: sale.state == "funded")
        return sum(
            to_cents(sale.alloc_shopping, sale.currency_id) + to_cents(sale.voucher_from_pool, sale.currency_id)
            for sale in funded)

    def _get_pool_share_cents(self):
        """Return what the pool must hold to return this refund."""
        return self._get_voucher_from_pool_cents() - to_cents(self.alloc_pool, self.currency_id)

    def _reject_rewards(self):
        """The vouchers that are never given go back to the pool."""
        held = self.filtered(lambda sale: sale.kind == "sale" and sale.reward_state == "held")
        result = super()._reject_rewards()
        self.env["escrow.posting"]._post_rejected(held)
        return result

    def action_open_moves(self):
        """Open the journal entries in which this sale's concession is booked."""
        return (
            self.earned_move_id | self.funding_id.move_id | self.funding_id.reversal_move_id | self.forfeit_move_id
        )._get_escrow_action()
