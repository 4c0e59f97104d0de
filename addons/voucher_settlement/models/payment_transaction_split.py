from odoo import fields, models
from odoo.exceptions import ValidationError

from odoo.addons.merchant_alliance.tools.money import to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

from ..tools.split import SplitError
from .split_order import READERS


class PaymentTransaction(models.Model):
    """Payments that are split where they are taken; their refunds wait until the receivers have given back."""

    _inherit = "payment.transaction"

    split_order_ids = fields.One2many(
        "split.order", "transaction_id", readonly=True, groups=READERS)
    split_return_ids = fields.One2many(
        "split.return", "refund_tx_id", readonly=True, groups=READERS)
    split_held = fields.Boolean(
        string="Waits for Returns", readonly=True, copy=False,
        help="The provider is asked for this refund when the receivers have given their parts back.")
    split_tried_on = fields.Datetime(readonly=True, copy=False)

    _split_held_idx = models.Index("(split_tried_on) WHERE split_held IS TRUE")

    def _note_collected(self):
        result = super()._note_collected()
        for tx in self.sudo():  # sudo: payers have no rights on payments
            if tx.state != "done" or not tx.payment_id:
                continue
            if tx.operation == "refund":
                if order := tx.source_transaction_id.split_order_ids:
                    self.env["split.entry"].sudo()._record_refund(order, tx)
                    order._after_refund()
            elif tx.provider_id._splits():
                self.env["split.order"].sudo()._make_for(tx)
        return result

    # -- refunds -----------------------------------------------------------------------------------

    def _get_surplus_left_cents(self):
        """What was split is given back by those who got it, whatever other payment brought too much."""
        left = super()._get_surplus_left_cents()
        tx = self.sudo()  # sudo: whoever refunds
        if left > 0 and tx.split_order_ids:
            standing = tx.sale_order_ids._get_standing_refunds() & tx._get_refunds()
            left = min(left, sum(to_cents(each.surplus_amount, each.currency_id) for each in tx | standing))
        return left

    def _send_refund_request(self):
        order = self.source_transaction_id.sudo().split_order_ids  # sudo: whoever refunds
        if order and not self.env.context.get("split_returned") and not order._admit_refund(self):
            self.sudo().split_held = True
            self._set_pending(state_message=self.env._(
                "Waits until the escrow and the platform have given back their parts of %s.", order.name))
            order._trigger()
            return None
        return super()._send_refund_request()

    def _advance_split(self):
        """Take a refund that waits as far as it gets: ask the receivers, then the provider for the refund itself."""
        self.ensure_one()
        order = self.source_transaction_id.split_order_ids
        touch(order)
        self.invalidate_recordset(["split_held"])
        if not self.split_held:  # another run, or this one before it collided, has asked the provider
            return
        if not order._may_return(self):
            return
        returns = self.split_return_ids or self.env["split.return"]._make_for(order, self)
        for giveback in returns.filtered(lambda giveback: giveback.state in ("draft", "requested")):
            try:
                giveback._advance()
            except SplitError as error:
                giveback.reason = str(error)[:500]
        if all(giveback.state == "done" for giveback in returns):
            # noted first: a refund whose answer is lost is not asked for again, it stays pending
            self.split_held = False
            order._keep()
            try:
                self.with_context(split_returned=True)._send_refund_request()
            except ValidationError as error:
                self._set_error(str(error))
