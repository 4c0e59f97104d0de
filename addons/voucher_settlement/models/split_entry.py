from odoo import api, fields, models

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents


class SplitEntry(models.Model):
    """What a merchant got, or gave, where payments are split: it is not paid to it again. Append-only."""

    _name = "split.entry"
    _description = "Received at the Source"
    _inherit = ["alliance.append.only"]
    _order = "date desc, id desc"
    _set_once = {"move_id"}

    name = fields.Char(required=True, readonly=True)
    order_id = fields.Many2one("split.order", required=True, readonly=True, index=True, ondelete="restrict")
    merchant_id = fields.Many2one("alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("split", "Received"), ("return", "Returned for a Refund"), ("refund", "Refunded")],
        required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True, help="Positive: the merchant got it from the provider.")
    escrow_amount = fields.Monetary(required=True, readonly=True, help="Positive: the escrow got it from the provider.")
    idempotency_key = fields.Char(required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    statement_id = fields.Many2one(
        "merchant.statement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")

    _key_uniq = models.Constraint("UNIQUE (idempotency_key)", "This was recorded already.")
    _to_post_idx = models.Index("(company_id) WHERE move_id IS NULL")
    _unstated_idx = models.Index("(merchant_id) WHERE statement_id IS NULL")

    @api.model
    def _record_finished(self, order):
        """The payment is split: the merchant has what no receiver got."""
        got = order.line_ids.filtered(lambda line: line.state == "success")
        parts = {role: sum(to_cents(line.amount, line.currency_id) for line in got if line.role == role)
                 for role in ("escrow", "platform")}
        cents = to_cents(order.amount, order.currency_id) - sum(parts.values())
        return self._record(order, "split", f"split,{order.id}", cents, parts["escrow"])

    @api.model
    def _record_returned(self, giveback):
        """A receiver gave its part back to the merchant, who is to refund it."""
        cents = to_cents(giveback.amount, giveback.currency_id)
        return self._record(giveback.order_id, "return", f"return,{giveback.id}", cents,
                            -cents if giveback.role == "escrow" else 0)

    @api.model
    def _record_refund(self, order, refund_tx):
        """The shopper was paid back out of the merchant's money with the provider."""
        return self._record(order, "refund", f"refund,{refund_tx.id}",
                            refund_tx._get_kept_cents(), 0)

    def _record(self, order, kind, key, cents, escrow_cents):
        existing = self.search([("idempotency_key", "=", key)])
        if existing or not (cents or escrow_cents):
            return existing
        return self.create({
            "name": order.name, "order_id": order.id, "merchant_id": order.merchant_id.id, "kind": kind,
            "idempotency_key": key,
            "date": order.company_id._get_day(),
            "amount": from_cents(cents, order.currency_id),
            "escrow_amount": from_cents(escrow_cents, order.currency_id)})

    def _get_kept_text(self):
        return self.env._("What was received at the source is not changed; a refund takes it back.")
