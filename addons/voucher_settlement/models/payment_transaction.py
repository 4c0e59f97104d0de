from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.merchant_alliance.tools.money import to_cents


class PaymentTransaction(models.Model):
    """A voucher transaction is as good as its hold: authorised while held, done when captured."""

    _inherit = "payment.transaction"

    voucher_hold_ids = fields.One2many(
        "voucher.hold", "transaction_id", readonly=True, copy=False,
        help="What is held of the wallet, once for each store of the order.")
    voucher_order_total = fields.Monetary(
        readonly=True, copy=False,
        help="The order's total when the vouchers were applied; they are asked for again when it changes.")
    voucher_transaction_id = fields.Many2one(
        "payment.transaction", string="Beside Vouchers", readonly=True, copy=False, ondelete="set null",
        help="The voucher transaction that pays the other part of the order.")

    @api.constrains("state", "amount", "provider_id", "voucher_hold_ids", "operation", "source_transaction_id")
    def _check_voucher_hold(self):
        for tx in self:
            if tx.provider_code != "voucher":
                continue
            # sudo: whoever pays has no access to holds
            holds = tx.sudo().voucher_hold_ids
            if tx.operation == "refund":
                sound = tx.amount < 0 and tx.source_transaction_id.provider_code == "voucher"
            else:
                held = sum(to_cents(hold.amount, hold.currency_id) for hold in holds)
                sound = (
                    holds and held == to_cents(tx.amount, tx.currency_id)
                    and (tx.state != "done" or set(holds.mapped("state")) == {"captured"})
                    and (tx.state != "authorized" or set(holds.mapped("state")) == {"held"}))
            if not sound:
                raise ValidationError(self.env._(
                    "Transaction %s: vouchers pay only what is held of a wallet.", tx.reference))

    # === HOLD === #

    def _is_voucher_current(self):
        """Whether an authorised voucher transaction can still be captured for its order as it is."""
        self.ensure_one()
        order, currency = self.sale_order_ids, self.currency_id
        if not self._is_held() or currency.compare_amounts(order.amount_total, self.voucher_order_total):
            return False
        stores = order._get_voucher_stores()  # collecting elsewhere makes it another store's sale
        return all(
            to_cents(hold.amount, currency) <= stores.get(hold.store_id, 0) for hold in self.voucher_hold_ids)

    def _get_voucher_holder(self):
        """Return the contact whose vouchers are held."""
        return self.voucher_hold_ids.wallet_id.partner_id

    def _is_held(self):
        """Whether all of this voucher transaction is still held."""
        return all(hold.state == "held" for hold in self.voucher_hold_ids)

    def _capture(self, amount_to_capture=None):
        if self.provider_code != "voucher":
            return super()._capture(amount_to_capture=amount_to_capture)
        self._check_whole(amount_to_capture)
        self.voucher_hold_ids._capture()
        self._set_done()
        return self

    def _void(self, amount_to_void=None):
        if self.provider_code != "voucher":
            return super()._void(amount_to_void=amount_to_void)
        self._check_whole(amount_to_void)
        self.voucher_hold_ids._release()
        self._set_canceled()
        return self

    def _check_whole(self, amount):
        self.ensure_one()
        if amount and self.currency_id.compare_amounts(amount, self.amount):
            raise ValidationError(self.env._(
                "Transaction %s: vouchers are captured and released as a whole.", self.reference))

    def _send_refund_request(self):
        """Give vouchers back to the lots that paid; the wallet refuses more than was captured."""
        if self.provider_code != "voucher":
            return super()._send_refund_request()
        holds = self.source_transaction_id.voucher_hold_ids
        if self.refund_store_id:
            holds = holds.filtered(lambda hold: hold.store_id == self.refund_store_id)
        holds._restore_shares(-to_cents(self.amount, self.currency_id), f"payment.transaction,{self.reference}")
        self._set_done()
        self.env.ref("payment.cron_post_process_payment_tx")._trigger()
        return None

    def _get_store_left_cents(self, store):
        """Of vouchers, what was captured in that store; of cash, what is with its merchant."""
        tx = self.sudo()  # sudo: accountants have no rights on holds and shares
        order = tx._get_first().sale_order_ids
        if tx.provider_code == "voucher":
            return sum(to_cents(hold.amount, hold.currency_id) - to_cents(hold.restored, hold.currency_id)
                       for hold in tx.voucher_hold_ids if hold.store_id == store and hold.state == "captured")
        if len(order) != 1 or order.currency_id != order.company_id.currency_id:
            return super()._get_store_left_cents(store)
        waiting = order._get_standing_refunds().filtered(
            lambda refund: refund.provider_code != "voucher" and not refund.payment_id.alliance_share_ids)
        given = self.env["alliance.payment.share"].sudo()._get_given(order)
        if not any(given):  # nothing was noted: the platform alone sells
            return super()._get_store_left_cents(store)
        return waiting._take_off(given, lambda refunded: refunded.merchant_id).get(store.sudo().merchant_id, 0)

    # === POST-PROCESSING === #

    def _check_amount_and_confirm_order(self):
        """Capture the order's vouchers first: only captured ones count towards its confirmation."""
        for tx in self:
            order = tx.sale_order_ids
            if len(order) == 1 and order.state in ("draft", "sent"):
                order.invalidate_recordset(["amount_paid"])  # core does not recompute it on states
                tx._renew_vouchers()
                if order._get_voucher_transactions() and order._is_confirmation_amount_reached():
                    order._capture_vouchers()
        return super()._check_amount_and_confirm_order()

    def _renew_vouchers(self):
        """Hold the vouchers again that ran out while the money for the rest was on its way."""
        self.ensure_one()
        voucher_tx = self.voucher_transaction_id
        if self.state in ("authorized", "done") and voucher_tx.state in ("authorized", "cancel"):
            self.sale_order_ids._renew_vouchers(voucher_tx)

    def _post_process(self):
        # The voucher part waits for the rest: by itself it neither confirms nor announces anything.
        waiting = self.filtered(lambda tx: tx.provider_code == "voucher" and tx.state == "authorized")
        waiting.is_post_processed = True
        others = self - waiting
        super(PaymentTransaction, others)._post_process()
        captured = others.sale_order_ids.transaction_ids.filtered(
            lambda tx: tx.provider_code == "voucher" and tx.state == "done" and not tx.is_post_processed)
        if captured - others:
            # The shopper has been told about the payment as a whole.
            (captured - others).with_context(voucher_beside_rest=True)._post_process()
        others._note_collected()

    def _note_collected(self):
        """Say for which merchants the platform took these payments, or gave them back."""
        for tx in self.sudo():  # sudo: payers have no rights on payments
            orders = tx._get_first().sale_order_ids
            if tx.state == "done" and tx.payment_id and len(orders) == 1:
                self.env["alliance.payment.share"]._share_out(tx, orders)

    def _invoice_sale_orders(self):
        # Captured beside the rest, whose invoice it is linked to already (sale's _prepare_invoice).
        invoiced = self.filtered(lambda tx: tx.provider_code == "voucher" and tx.invoice_ids)
        return super(PaymentTransaction, self - invoiced)._invoice_sale_orders()
