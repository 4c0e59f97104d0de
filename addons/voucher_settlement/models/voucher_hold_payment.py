from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import from_cents, split_by_weights, to_cents


class VoucherHold(models.Model):
    """What a web transaction holds, once for each store of its order."""

    _inherit = "voucher.hold"

    transaction_id = fields.Many2one(
        "payment.transaction", string="Web Payment", readonly=True, index="btree_not_null", ondelete="restrict")

    def _release(self):
        """A hold that is released, by time-out too, takes its web transaction along, and that its other holds."""
        result = super()._release()
        # sudo: whoever releases (job, cashier) has no access to transactions
        transactions = self.sudo().transaction_id.filtered(lambda tx: tx.state == "authorized")
        transactions._set_canceled(state_message=self.env._("The vouchers were released."))
        others = transactions.voucher_hold_ids.filtered(lambda hold: hold.state == "held")
        if others:
            others._release()
        return result

    def _restore_shares(self, amount_cents, key):
        """Give vouchers back to several captured holds, divided by what is left of each; idempotent by ``key``.

        :return: ``{hold: cents}``
        :raise UserError: more than is left
        """
        known = {hold: cents for hold in self if (cents := hold._get_restored_cents(key))}
        if known:
            return known
        left = [to_cents(hold.amount, hold.currency_id) - to_cents(hold.restored, hold.currency_id) for hold in self]
        if amount_cents > sum(left):
            raise UserError(self.env._(
                "At most %s of these vouchers can still be given back.",
                self.currency_id.format(float(from_cents(sum(left), self.currency_id)))))
        shares = dict(zip(self, split_by_weights(amount_cents, left), strict=True))
        for hold, cents in shares.items():
            if cents:
                hold._restore(cents, key)
        return {hold: cents for hold, cents in shares.items() if cents}
