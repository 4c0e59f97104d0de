from odoo import fields, models


class AllianceDepositEntry(models.Model):
    """Money that merchants pay in, or get back, is booked at once."""

    _inherit = "alliance.deposit.entry"

    move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict", help="What a funding draws is booked with the funding.")
    statement_id = fields.Many2one(
        "merchant.statement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        groups="base.group_user", help="What happens from now on is on the next one.")

    _unstated_idx = models.Index("(merchant_id) WHERE statement_id IS NULL")
    _to_post_idx = models.Index("(company_id) WHERE move_id IS NULL AND kind <> 'funding'")

    def _after_recorded(self):
        super()._after_recorded()
        posting = self.env["escrow.posting"]
        for entry in self:
            if posting._has_books(entry.company_id):
                posting._post_deposit(entry)
