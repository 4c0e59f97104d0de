from odoo import fields, models

from ..tools.money import from_cents, to_cents
from ..tools.serialize import touch


class PaymentTransaction(models.Model):
    """What is paid beyond an order's total is nobody's sale: giving it back changes no sale and no merchant's account.

    As when a shopper begins a payment, pays with another one, and the first one comes in all the same.
    """

    _inherit = "payment.transaction"

    surplus_amount = fields.Monetary(
        string="Paid Too Much", readonly=True, copy=False,
        help="What of this payment its order did not cost. Negative: what of this refund gives such money back.")

    _surplus_within = models.Constraint(
        "CHECK (surplus_amount IS NULL OR surplus_amount BETWEEN LEAST(amount, 0) AND GREATEST(amount, 0))",
        "What was paid too much is a part of the payment.")

    def _get_kept_cents(self):
        """Return what this payment brought in for its order, or what a refund (negative) gave back of it."""
        self.ensure_one()
        return to_cents(self.amount, self.currency_id) - to_cents(self.surplus_amount, self.currency_id)

    def _note_surplus(self):
        """Note what of these payments, which have just come in, their orders did not cost."""
        waiting = self.sudo()  # sudo: payers have no rights on transactions and stores
        for tx in waiting:
            waiting -= tx
            order = tx._get_first().sale_order_ids
            if len(order) != 1 or not order._get_alliance_stores():
                continue
            moves, not_cash = order.transaction_ids._get_moves(), order._get_non_cash_transactions()
            if tx not in moves - not_cash:
                continue
            # others that were not looked at yet come after this one
            before = (moves - tx - waiting).filtered(
                lambda other, known=not_cash: other.is_post_processed or other.operation == "refund" or other in known)
            cents = to_cents(tx.amount, tx.currency_id)
            surplus = min(cents, order._get_counted_cents(before) + cents - to_cents(
                order.amount_total, order.currency_id))
            if surplus > 0:
                tx.surplus_amount = float(from_cents(surplus, tx.currency_id))
                order._message_log(body=self.env._(
                    "%(amount)s of %(payment)s is more than this order costs: no merchant gets it. Whatever payment of"
                    " this order is refunded, this is given back first.",
                    amount=tx.currency_id.format(tx.surplus_amount), payment=tx.reference))

    def _get_surplus_left_cents(self):
        """Return what of this payment may be given back as paid too much, whichever payment of its order that was."""
        order = self.sudo()._get_first().sale_order_ids  # sudo: accountants need not read orders
        if len(order) != 1 or self in order._get_non_cash_transactions():
            return 0
        payments = order.transaction_ids | order.transaction_ids.child_transaction_ids
        standing = (payments - payments._get_refunds()) | order._get_standing_refunds()
        left = sum(to_cents(tx.surplus_amount, tx.currency_id) for tx in standing)
        if left:
            touch(order)  # of two refunds at once, the later one sees the other
        return left
