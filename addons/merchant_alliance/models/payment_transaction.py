from odoo import models

from ..tools.money import to_cents
from ..tools.serialize import touch


class PaymentTransaction(models.Model):
    """Money that has come in makes a web order a qualified sale; money given back takes from it."""

    _inherit = "payment.transaction"

    def _post_process(self):
        # of two reports of one payment, the later one waits here, before it has done all the work in vain
        touch(self.filtered(lambda tx: tx.state == "done"))
        result = super()._post_process()
        done = self.filtered(lambda tx: tx.state == "done")
        refunds = done.filtered(lambda tx: tx.operation == "refund")
        # a capture in parts is a child of the order's transaction
        payments = (done - refunds) | (done - refunds).source_transaction_id
        payments.sale_order_ids._register_qualified_sale()
        for refund in refunds:
            for order in refund.source_transaction_id.sale_order_ids:
                order._register_qualified_refund(refund)
        return result

    def _invoice_sale_orders(self):
        """What was paid to a merchant is the merchant's to invoice."""
        others = self.filtered(lambda tx: not tx.sale_order_ids._filter_sold_by_merchants())
        return super(PaymentTransaction, others)._invoice_sale_orders()

    def _get_received_cents(self):
        """Return what these transactions have brought in to stay, in cents of their currency.

        What was captured in parts counts with its parts, and what was given back does not count.
        """
        # sudo: payers may not read the parts of their transactions
        return sum(tx._get_own_received_cents() for tx in self.sudo())

    def _get_own_received_cents(self):
        self.ensure_one()
        refunds = self.child_transaction_ids.filtered(lambda child: child.operation == "refund")
        parts = (self.child_transaction_ids - refunds) or self
        return sum(
            to_cents(tx.amount, tx.currency_id) for tx in parts | refunds if tx.state == "done")
