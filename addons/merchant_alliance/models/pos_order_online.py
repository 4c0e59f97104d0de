from odoo import fields, models

from ..tools.money import to_cents
from ..tools.serialize import touch


class PosOrder(models.Model):
    """What was paid online at a till, to the platform's provider, is given back by that provider."""

    _inherit = "pos.order"

    def _register_online_refund(self, refund_tx):
        """Register that ``refund_tx`` (done, negative amount) gave money back that paid this order online."""
        self.ensure_one()
        touch(self)  # of two refunds at once, the later one sees the other
        # sudo: whoever gives back has no rights on the ledger
        sales = self.env["alliance.qualified.sale"].sudo()
        origins = sales.search([("pos_order_id", "=", self.id), ("kind", "=", "sale")], order="id")
        sales._register_sales([
            {**vals, "idempotency_key": f"payment.transaction,{refund_tx.id},{vals['origin'].id}",
             "sale_datetime": fields.Datetime.now(), "pos_order_id": self.id}
            for vals in self._prepare_taken_vals(origins)])

    def _register_earlier_refunds(self):
        result = super()._register_earlier_refunds()
        for refund_tx in self._get_online_refunds():
            self._register_online_refund(refund_tx)
        return result

    def _get_given_back_online_cents(self):
        """Return what providers have given back of the payments of this order, in cents of its currency."""
        return -sum(to_cents(tx.amount, tx.currency_id) for tx in self._get_online_refunds())

    def _get_online_refunds(self):
        payments = self.payment_ids.online_account_payment_id.payment_transaction_id
        return payments._get_refunds().filtered(lambda tx: tx.state == "done").sorted("id")
