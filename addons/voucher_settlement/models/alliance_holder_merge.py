from odoo import fields, models
from odoo.tools import SQL


class AllianceHolderMerge(models.Model):
    """What was in the wallet that is gone, to the last decimal."""

    _inherit = "alliance.holder.merge"

    wallet_id = fields.Many2one(
        "voucher.wallet", string="Into Wallet", readonly=True, index="btree_not_null", ondelete="restrict")
    source_wallet_number = fields.Integer(
        string="Number of the Wallet Merged", readonly=True, aggregator=None,
        help="Stands in the keys of the entries that the wallet got while it was there.")
    wallet_earned = fields.Float(string="Earned", digits=(24, 14), readonly=True)
    wallet_credited = fields.Monetary(string="Credited", readonly=True)
    wallet_debt = fields.Monetary(string="Debt", readonly=True)
    wallet_deduction = fields.Monetary(string="Deduction Vouchers", readonly=True)
    wallet_shopping = fields.Monetary(string="Shopping Vouchers", readonly=True)
    wallet_held = fields.Monetary(string="Held", readonly=True, help="Part of them set aside for payments under way.")
    debt_paid = fields.Monetary(
        readonly=True, help="What one contact owed that was paid out of the other's vouchers at once.")

    def _record(self, vals_list):
        """Keep what was earned exactly; the ORM's float is not."""
        earned = [vals.get("wallet_earned") for vals in vals_list]
        merges = super()._record(vals_list)
        merges.flush_recordset()
        for merge, amount in zip(merges, earned, strict=True):
            if amount:
                self.env.execute_query(SQL(
                    "UPDATE alliance_holder_merge SET wallet_earned = %s WHERE id = %s RETURNING id", amount, merge.id))
        merges.invalidate_recordset(["wallet_earned"])
        return merges

    def _describe(self):
        lines = super()._describe()
        if self.wallet_id:
            money = self.currency_id.format
            lines.append(self.env._(
                "vouchers for %(deduction)s and %(shopping)s (%(held)s of them held), a debt of %(debt)s, %(paid)s of"
                " debts paid", deduction=money(self.wallet_deduction), shopping=money(self.wallet_shopping),
                held=money(self.wallet_held), debt=money(self.wallet_debt), paid=money(self.debt_paid)))
        return lines
