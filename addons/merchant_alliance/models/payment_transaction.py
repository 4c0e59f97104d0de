from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _post_process(self):
        result = super()._post_process()
        done = self.filtered(lambda tx: tx.state == "done")
        refunds = done.filtered(lambda tx: tx.operation == "refund")
        (done - refunds).sale_order_ids._register_qualified_sale()
        for refund in refunds:
            for order in refund.source_transaction_id.sale_order_ids:
                order._register_qualified_refund(refund)
        return result
