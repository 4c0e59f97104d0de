from odoo import models

from odoo.addons.merchant_alliance.tools.serialize import touch


class SplitOrder(models.Model):
    """When a refund of a split payment may go, and what the receivers give back for it."""

    _inherit = "split.order"

    def _admit_refund(self, refund_tx):
        """Return whether a refund may go at once: nothing was split, and nothing is on its way."""
        self.ensure_one()
        touch(self)  # of a request and a refund at once, the later one sees the other
        self.invalidate_recordset(["state", "request_sent_on"])
        if not self._may_return(refund_tx):
            return False
        return not self.env["split.return"]._make_for(self, refund_tx)

    def _may_return(self, refund_tx):
        """Return whether it is this refund's turn: the order rests, and earlier refunds are through."""
        if self.state not in ("finished", "failed", "lost", "returned") and not self._is_untouched():
            return False
        return not self._get_unsettled_refunds().filtered(lambda tx: tx.id < refund_tx.id)

    def _is_untouched(self):
        """Return whether nothing was asked of the provider yet: the whole payment is frozen there."""
        return self.state == "draft" and not self.request_sent_on

    def _get_taken_cents(self, refund_tx):
        """Return ``{role: cents}`` that a refund takes back of the order's concession."""
        return self.order_id._get_split_taken(self.merchant_id, -refund_tx._get_kept_cents())

    def _after_refund(self):
        """Everything was paid back: nothing is left of the split."""
        for order in self:
            left = any(line._get_left_cents() for line in order.line_ids.filtered(lambda line: line.state == "success"))
            if order.state in ("finished", "failed", "lost") and not order._get_paid_cents() and not left:
                order.state = "returned"
