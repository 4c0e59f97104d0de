from odoo import api, fields, models

from odoo.addons.merchant_alliance.tools.money import from_cents, split_by_weights, to_cents


class AlliancePaymentShare(models.Model):
    """What of a payment the platform took, or gave back, for a merchant: owed to it, never revenue."""

    _name = "alliance.payment.share"
    _description = "Collected for a Merchant"
    _inherit = ["alliance.append.only"]
    _order = "date desc, id desc"
    _set_once = {"move_id"}

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, index=True, ondelete="restrict")
    order_id = fields.Many2one("sale.order", required=True, readonly=True, index=True, ondelete="restrict")
    merchant_id = fields.Many2one("alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    is_voucher = fields.Boolean(string="Paid with Vouchers", readonly=True)
    company_id = fields.Many2one(related="payment_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(related="payment_id.date", store=True)
    amount = fields.Monetary(required=True, readonly=True, help="Company currency. Negative: given back.")
    is_own = fields.Boolean(
        string="The Platform's Own", readonly=True, help="Of what it sold itself nothing is owed to anybody.")
    move_id = fields.Many2one(
        "account.move", string="Collection Entry", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict")
    statement_id = fields.Many2one(
        "merchant.statement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")

    _unstated_idx = models.Index("(merchant_id) WHERE statement_id IS NULL AND is_voucher IS NOT TRUE")

    _payment_merchant_uniq = models.Constraint(
        "UNIQUE (payment_id, merchant_id)", "What was collected for a merchant is noted once for each payment.")
    _amount_not_zero = models.Constraint("CHECK (amount <> 0)", "A share of a payment is not zero.")
    _to_post_idx = models.Index("(company_id) WHERE move_id IS NULL AND is_own IS NOT TRUE")

    @api.model
    def _share_out(self, tx, order):
        """Note for whom ``tx`` (done, with a payment) was collected or given back; idempotent.

        Nothing is noted of an order that the platform alone sells.
        """
        stores = order._get_alliance_stores()
        own, payment = stores._filter_own(), tx.payment_id
        if stores == own or payment.alliance_share_ids:
            return
        weights = {merchant: cents for merchant, cents in self._get_weights(tx, order).items() if cents > 0}
        amount = self._get_kept_cents(tx)
        if not weights or not amount:
            return
        sign = 1 if amount > 0 else -1
        if sign < 0:  # nobody gives back more than was collected
            amount = -min(-amount, sum(weights.values()))
        parts = split_by_weights(abs(amount), list(weights.values()))
        self.create([{
            "payment_id": payment.id, "order_id": order.id, "merchant_id": merchant.id,
            "is_voucher": tx.provider_code == "voucher", "is_own": merchant in own.merchant_id,
            "amount": float(from_cents(sign * cents, payment.company_currency_id)),
        } for merchant, cents in zip(weights, parts, strict=True) if merchant and cents])

    def _get_kept_cents(self, tx):
        """Return the company's cents of a transaction, refunds below zero, without what was paid too much."""
        payment = tx.payment_id
        cents = to_cents(payment.amount_company_currency_signed, payment.company_currency_id)
        if not tx.surplus_amount:
            return cents
        kept = abs(tx._get_kept_cents())
        part, _surplus = split_by_weights(abs(cents), [kept, abs(to_cents(tx.amount, tx.currency_id)) - kept])
        return part if cents > 0 else -part

    def _get_weights(self, tx, order):
        """Return ``{merchant: cents}`` by which a transaction divides; no merchant: what no store sells."""
        if tx.operation == "refund":
            return self._get_refund_weights(tx, order)
        if tx.provider_code == "voucher":
            return self._sum_by_merchant({
                hold.store_id: to_cents(hold.amount, hold.currency_id) for hold in tx.voucher_hold_ids})
        # what each is still to get in cash
        given = self._get_given(order)
        return {merchant: order._get_company_cents(cents) - given.get(merchant, 0)
                for merchant, cents in self._sum_by_merchant(order._get_cash_cents()).items()}

    def _get_refund_weights(self, tx, order):
        if tx.provider_code == "voucher":
            key = f"payment.transaction,{tx.reference}"
            return self._sum_by_merchant({
                hold.store_id: hold._get_restored_cents(key) or 0
                for hold in tx.source_transaction_id.voucher_hold_ids})
        given = self._get_given(order)
        if merchant := tx.refund_store_id.merchant_id:
            return {merchant: given.get(merchant, 0)}
        return given

    def _get_given(self, order):
        """Return ``{merchant: cents}`` of what of this order's cash is with each; no merchant: what no store sells."""
        shares = self.search([("order_id", "=", order.id), ("is_voucher", "=", False)])
        given = {merchant: sum(to_cents(share.amount, share.currency_id) for share in group)
                 for merchant, group in shares.grouped("merchant_id").items()}
        whole = sum(self._get_kept_cents(payment.payment_transaction_id) for payment in shares.payment_id)
        return given | {self.env["alliance.merchant"]: whole - sum(given.values())}

    def _sum_by_merchant(self, by_store):
        merchants = {}
        for store, cents in by_store.items():
            merchants[store.merchant_id] = merchants.get(store.merchant_id, 0) + cents
        return merchants

    # -- append-only -----------------------------------------------------------------------------

    def _get_kept_text(self):
        return self.env._("What was collected for a merchant is not changed; a refund gives it back.")
