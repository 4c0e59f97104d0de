from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents


class AllianceFunding(models.Model):
    """Every funding is booked: the deposit pays, and the escrow gets its parts or gives them back."""

    _inherit = "alliance.funding"

    move_id = fields.Many2one(
        "account.move", string="Sweep Entry", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict")
    reversal_move_id = fields.Many2one(
        "account.move", string="Return Entry", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict")

    _to_post_idx = models.Index("(company_id) WHERE move_id IS NULL AND reversal_move_id IS NULL AND amount <> 0")

    def _after_funded(self):
        """Book the money before anybody gets rewards from it."""
        posting = self.env["escrow.posting"]
        for funding in self:
            funding._note_vouchers_from_pool()
            if posting._has_books(funding.company_id):
                posting._post_funding(funding)
        return super()._after_funded()

    def _note_vouchers_from_pool(self):
        """Keep which part of a refund the pool bears; it depends on the origin's state now."""
        for refund in self.qualified_sale_ids.filtered(lambda sale: sale.kind == "refund"):
            refund.voucher_from_pool = from_cents(refund._get_voucher_from_pool_cents(), refund.currency_id)

    def _filter_refunds_payable(self, refunds):
        """A concession goes back only while the pool holds enough for it; else the refund waits."""
        refunds = super()._filter_refunds_payable(refunds)
        posting = self.env["escrow.posting"].sudo()  # sudo: balances, whoever funds
        payable = refunds.browse()
        for company, company_refunds in refunds.grouped("company_id").items():
            if not posting._has_books(company):
                payable += company_refunds  # nothing is booked there yet, so nothing can be short
                continue
            needed = {refund: refund._get_pool_share_cents() for refund in company_refunds.sorted("id")}
            posting._serialize_pool(company)
            left = posting._get_balance("rebate_pool", company)
            if sum(needed.values()) > left:
                posting._post_voucher_entries(company)  # what expired or was clawed back counts too
                left = posting._get_balance("rebate_pool", company)
            for refund, cents in needed.items():
                if cents <= left:
                    left -= cents
                    payable += refund
        return payable

    # -- what stands behind an entry that pays out of the escrow bank ----------------------------

    def _check_escrow_payment(self, cents):
        """Raise unless the refunds of this funding give back exactly ``cents``, for the first time."""
        self.ensure_one()
        refunds = self.qualified_sale_ids.filtered(lambda s: s.kind == "refund" and s.state == "funded")
        due = -sum(
            to_cents(refund[part], refund.currency_id)
            for refund in refunds for part in ("alloc_pool", "alloc_shopping", "alloc_reserve"))
        if self.reversal_move_id or due != cents:
            raise UserError(self.env._(
                "%s: no unbooked refunds of this amount stand behind it.", self.name))

    def _link_escrow_move(self, move):
        """Keep the entry that gave the refunds' money back."""
        self.reversal_move_id = move

    def action_open_moves(self):
        """Open the journal entries of these fundings."""
        return (self.move_id | self.reversal_move_id)._get_escrow_action()
