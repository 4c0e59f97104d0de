from odoo import models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

# Longer than at the till: the shopper may go through a payment provider's pages.
HOLD_MINUTES = 30


class SaleOrder(models.Model):
    """Vouchers pay a web order through a transaction of their own, beside the one for the rest."""

    _inherit = "sale.order"

    # === LOOK-UPS === #

    def _get_voucher_transactions(self):
        """Return the authorised, not captured voucher transactions (sudo)."""
        # sudo: shoppers may not read transactions of an order
        return self.sudo().transaction_ids.filtered(
            lambda tx: tx.provider_code == "voucher" and tx.state == "authorized")

    def _get_voucher_amount(self):
        """Return what vouchers pay of this order, held or captured, in order currency."""
        # sudo: shoppers may not read transactions of an order
        return sum(
            tx.amount for tx in self.sudo().transaction_ids
            if tx.provider_code == "voucher" and tx.state in ("authorized", "done"))

    def _get_voucher_stores(self):
        """Return ``{store: cents}``: what vouchers may pay at most, by store; empty when the order takes none."""
        self.ensure_one()
        provider = self.env["payment.provider"]._get_voucher_provider(self.company_id)
        if not provider or self.currency_id != self.company_id.currency_id:
            return {}
        return {
            store: cents for store, cents in self._get_sold_cents().items()
            if store and cents > 0 and store.company_id == self.company_id and store._takes_vouchers_now()}

    def get_portal_last_transaction(self):
        """Leave out vouchers that wait for the rest: they must not end the cart (website_sale)."""
        self.ensure_one()
        transactions = self.sudo().transaction_ids
        vouchers = transactions.filtered(lambda tx: tx.provider_code == "voucher")
        return (transactions - vouchers)._get_last() or vouchers.filtered(
            lambda tx: tx.state == "done")._get_last()

    # === APPLY AND REMOVE === #

    def _apply_vouchers(self, cents, holder=None):
        """Hold vouchers for the order, replacing what was applied before.

        :param int cents: above zero, at most what is due
        :param holder: contact whose vouchers pay, the customer's if None; the caller made sure that the user may
        :return: the authorised payment.transaction (sudo)
        :raise UserError: amount above what is due or what the wallet has, order takes no vouchers, or money for it is
            on its way
        """
        self.ensure_one()
        touch(self)
        stores, holder = self._get_voucher_stores(), holder or self.partner_id
        if not stores or self.state not in ("draft", "sent"):
            raise UserError(self.env._("This order cannot be paid with vouchers."))
        current = self._get_voucher_transactions()
        if (len(current) == 1 and current._is_voucher_current() and current._get_voucher_holder() == holder
                and to_cents(current.amount, self.currency_id) == cents):
            return current
        # sudo: shoppers may not read transactions of an order
        if "pending" in self.sudo().transaction_ids.mapped("state"):
            raise UserError(self.env._("A payment of this order is on its way: vouchers cannot be added beside it."))
        self._release_vouchers()
        due = min(to_cents(self._get_amount_due(), self.currency_id), sum(stores.values()))
        if not 0 < cents <= due:
            raise UserError(self.env._(
                "Amount: vouchers pay at most what is due to stores that accept them, %s.",
                self.currency_id.format(float(from_cents(due, self.currency_id)))))
        # sudo: shoppers may not write wallets; the caller made sure that the order is theirs
        tx = self.env["payment.transaction"].sudo().create(
            self.sudo()._prepare_voucher_transaction_vals(cents, stores, holder))
        tx._set_authorized()
        self.invalidate_recordset(["amount_paid"])
        return tx

    def _prepare_voucher_transaction_vals(self, cents, stores, holder):
        provider = self.env["payment.provider"]._get_voucher_provider(self.company_id)
        links = [(6, 0, self.ids)]
        reference = self.env["payment.transaction"]._compute_reference("voucher", sale_order_ids=links)
        return {
            "provider_id": provider.id,
            "payment_method_id": provider.with_context(active_test=False).payment_method_ids[:1].id,
            "reference": reference,
            "amount": float(from_cents(cents, self.currency_id)),
            "currency_id": self.currency_id.id,
            "partner_id": self.partner_id.id,
            "operation": "online_direct",
            "sale_order_ids": links,
            "voucher_hold_ids": [(6, 0, self._hold_vouchers(reference, cents, stores, holder).ids)],
            "voucher_order_total": self.amount_total,
        }

    def _hold_vouchers(self, reference, cents, stores, holder):
        """Hold ``cents`` of the holder's wallet for the stores of the order.

        :param dict stores: ``{store: cents at most}``
        :return: the holds (sudo), one for each store that is paid something
        """
        wallet = self.env["voucher.wallet"]._get_or_create(holder, self.company_id)
        return wallet._authorize_stores(cents, stores, f"payment.transaction,{reference}", ttl_minutes=HOLD_MINUTES)

    def _release_vouchers(self):
        """Give back what is held for these orders; idempotent."""
        for tx in self._get_voucher_transactions():
            tx._void()
        self.invalidate_recordset(["amount_paid"])

    def _release_stale_vouchers(self):
        """Release vouchers whose time ran out or whose order changed; return whether there were any."""
        stale = self._get_voucher_transactions().filtered(lambda tx: not tx._is_voucher_current())
        for tx in stale:
            tx._void()
        self.invalidate_recordset(["amount_paid"])
        return bool(stale)

    # === CAPTURE === #

    def _capture_vouchers(self):
        """Capture what is held for an order that is about to be confirmed.

        Whole, or not at all: what cannot be captured any more (time ran out, or the money beside it leaves
        less to pay) is released, so that it does not count as paid.
        """
        for order in self:
            for tx in order._get_voucher_transactions():
                order.invalidate_recordset(["amount_paid"])  # core does not recompute it on states
                held = tx._is_held()
                # what is paid counts what is held, too
                if held and order.currency_id.compare_amounts(order.amount_paid, order.amount_total) <= 0:
                    tx._capture()
                else:
                    tx._void()
                    if held:
                        order._note_released(tx)
        self.invalidate_recordset(["amount_paid"])

    def _note_released(self, voucher_tx):
        """Say what is still due, if it is less than the vouchers that were held for it."""
        if due := self._get_amount_due():
            self.message_post(body=self.env._(
                "Vouchers for %(vouchers)s have been released: less than that was left to pay. %(amount)s is still"
                " due.",
                vouchers=self.currency_id.format(voucher_tx.amount), amount=self.currency_id.format(due)))

    def _renew_vouchers(self, voucher_tx):
        """Hold vouchers again beside money that has arrived too late for the first hold."""
        self.ensure_one()
        if voucher_tx.state == "authorized" and voucher_tx._is_held():
            return
        self._release_vouchers()
        cents, due = to_cents(voucher_tx.amount, self.currency_id), to_cents(self._get_amount_due(), self.currency_id)
        if due <= 0:
            return
        reason = self.env._("The order has changed since.")
        if cents == due:
            reason = self._try_vouchers(cents, voucher_tx._get_voucher_holder())
        if reason:
            self.message_post(body=self.env._(
                "The money for this order arrived after its vouchers had been released, and they"
                " could not be held again: %(reason)s %(amount)s is still due.",
                reason=reason, amount=self.currency_id.format(self._get_amount_due())))

    def _try_vouchers(self, cents, holder):
        """Hold vouchers if it is possible; return why it is not, or None."""
        try:
            with self.env.cr.savepoint():
                self._apply_vouchers(cents, holder)
        except UserError as error:
            return str(error)
        return None

    def _is_confirmation_amount_reached(self):
        # Core confirms a web order upon any payment, as its checkout charges the whole total. With
        # vouchers the charge is a part, and the order waits until both parts are there.
        reached = super()._is_confirmation_amount_reached()
        with_vouchers = self.sudo().transaction_ids.filtered(lambda tx: tx.provider_code == "voucher")
        return reached and (not with_vouchers or self._is_paid())

    def action_confirm(self):
        # Whoever confirms an order takes the vouchers that were applied to it.
        self.filtered(lambda order: order.state in ("draft", "sent"))._capture_vouchers()
        return super().action_confirm()

    def _action_cancel(self):
        self._release_vouchers()
        return super()._action_cancel()

    def _send_payment_succeeded_for_order_mail(self):
        if self.env.context.get("voucher_beside_rest"):
            return None
        return super()._send_payment_succeeded_for_order_mail()

    def _get_non_cash_transactions(self):
        """Vouchers are not cash: what they paid earns nothing."""
        # sudo: payment callbacks come from the public user
        vouchers = self.sudo().transaction_ids.filtered(lambda tx: tx.provider_code == "voucher")
        return super()._get_non_cash_transactions() | vouchers | vouchers.child_transaction_ids

    def _get_non_cash_cents(self):
        # sudo: payment callbacks come from the public user
        holds = self.sudo().transaction_ids.voucher_hold_ids.filtered(lambda hold: hold.state == "captured")
        return super()._get_non_cash_cents() | {
            store: sum(to_cents(hold.amount, hold.currency_id) - to_cents(hold.restored, hold.currency_id)
                       for hold in group)
            for store, group in holds.grouped("store_id").items()}

    def _before_price_change(self):
        """Vouchers are held for a price; with another one they are applied again."""
        result = super()._before_price_change()
        self._release_vouchers()
        return result
