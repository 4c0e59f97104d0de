from odoo import fields, models
from odoo.exceptions import ValidationError

from ..tools.money import from_cents, split_by_weights, to_cents
from ..tools.serialize import touch


class PaymentTransaction(models.Model):
    """Money that has come in makes a web order a qualified sale; money given back takes from it."""

    _inherit = "payment.transaction"

    refund_store_id = fields.Many2one(
        "alliance.store", string="Refund of Store", readonly=True, copy=False, ondelete="restrict",
        help="Whose goods were paid back. Empty: divided over all stores of the order.")

    def _create_child_transaction(self, amount, is_refund=False, **custom_create_values):
        if is_refund:
            custom_create_values |= self._prepare_refund_vals(to_cents(amount, self.currency_id))
        return super()._create_child_transaction(amount, is_refund=is_refund, **custom_create_values)

    def _prepare_refund_vals(self, cents):
        """Return whose goods a refund of ``cents`` pays back, or what of it was paid too much (given back first)."""
        if store_id := self.env.context.get("alliance_refund_store_id"):
            store = self.env["alliance.store"].browse(store_id)
            self._check_refund_of_store(store, cents)
            return {"refund_store_id": store.id}
        surplus = min(cents, self._get_surplus_left_cents())
        return {"surplus_amount": -float(from_cents(surplus, self.currency_id))} if surplus > 0 else {}

    def _check_refund_of_store(self, store, cents):
        """Raise ValidationError if ``store`` sold less than that of the order, or it was paid back already."""
        orders = self.sudo()._get_first().sale_order_ids  # sudo: accountants have no rights on stores
        sold = sum(order._get_sold_cents().get(store, 0) for order in orders)
        named = orders._get_standing_refunds().filtered(lambda tx: tx.refund_store_id == store)
        left = min(sold + sum(to_cents(tx.amount, tx.currency_id) for tx in named), self._get_store_left_cents(store))
        if cents > left:
            raise ValidationError(self.env._(
                "Refund of Store: at most %(left)s of what %(store)s sold in this order can still be paid back.",
                left=self.currency_id.format(float(from_cents(max(left, 0), self.currency_id))),
                store=store.sudo().name))

    def _get_store_left_cents(self, store):
        """Hook: return what of ``store``'s goods can still be paid back of this payment.

        What was paid back of no store in particular was divided over what was left of all.
        """
        orders = self.sudo()._get_first().sale_order_ids  # sudo: accountants have no rights on stores
        return sum(
            order._get_standing_refunds()._take_off(order._get_sold_cents(), lambda refunded: refunded).get(store, 0)
            for order in orders)

    def _take_off(self, left, get_key):
        """Return ``left``, ``{key: cents}``, less these refunds: each of its store's key, or else divided over all."""
        left = {key: max(cents, 0) for key, cents in left.items()}
        for refund in self.sorted("id"):
            weights = {get_key(refund.refund_store_id): 1} if refund.refund_store_id else left
            if any(weights.values()):
                parts = split_by_weights(-refund._get_kept_cents(), list(weights.values()))
                left |= {key: max(left.get(key, 0) - part, 0) for key, part in zip(weights, parts, strict=True)}
        return left

    def _post_process(self):
        # of two reports of one payment, the later one waits here, before it has done all the work in vain
        arrived = self.filtered(lambda tx: tx.state == "done")
        touch(arrived)
        # neither does one payment of an order overlook the other that comes in at the same time
        touch(arrived._get_first().sale_order_ids.filtered(
            lambda order: len(order.sudo().transaction_ids) > 1))  # sudo: payers may not read them
        self._defer_on_site()
        new = self.filtered(lambda tx: not tx.is_post_processed)
        result = super()._post_process()
        done = self.filtered(lambda tx: tx.state == "done")
        refunds = done.filtered(lambda tx: tx.operation == "refund")
        ((done - refunds) & new)._note_surplus()
        (done - refunds)._get_first().sale_order_ids._register_qualified_sale()
        for refund in refunds & new:  # one reported again says nothing about what was paid since
            for order in refund._get_first().sale_order_ids:
                order._register_qualified_refund(refund)
            # sudo: whoever gives back has no rights on tills
            for order in refund._get_first().sudo().pos_order_id:
                order._register_online_refund(refund.sudo())
        return result

    def _defer_on_site(self):
        """Keep core from confirming orders of stores upon the mere choice to pay on site.

        What stores sell here is paid online; such an order waits, as with every other payment on its way.
        """
        on_site = self.filtered(lambda tx: tx.state == "pending" and tx.provider_id.custom_mode == "on_site")
        on_site.sale_order_ids.filtered(
            lambda order: order.state == "draft" and order._get_alliance_stores(),
        ).with_context(tracking_disable=True).action_quotation_sent()

    def _invoice_sale_orders(self):
        """The platform invoices what it sells itself, and no advance on what merchants sell."""
        return super(PaymentTransaction, self.filtered(
            lambda tx: tx.sale_order_ids._may_be_invoiced_when_paid()))._invoice_sale_orders()

    def _get_first(self):
        """Return the payments, which orders name, that these are or are parts or refunds of, or refunds of parts."""
        children = self.filtered("source_transaction_id")
        return (self - children) | children.source_transaction_id._get_first() if children else self

    def _get_refunds(self):
        """Return the refunds of these payments and of the parts that were captured of them."""
        children = self.child_transaction_ids
        return (children | children.child_transaction_ids).filtered(lambda tx: tx.operation == "refund")

    def _get_received_cents(self):
        """Return what these transactions have brought in to stay, in cents of their currency.

        What was captured in parts counts with its parts, and what was given back does not count.
        """
        # sudo: payers may not read the parts of their transactions
        return sum(tx._get_kept_cents() for tx in self.sudo()._get_moves())

    def _get_moves(self):
        """Return what really moved money: these payments, or the parts captured of them, and their refunds; done."""
        children = self.child_transaction_ids
        return (self | children | children.child_transaction_ids).filtered(
            lambda tx: tx.state == "done" and not tx.child_transaction_ids - tx._get_refunds())

    def _create_payment(self, **extra_create_values):
        """Money is dated with the company's day on which it came in, whoever reports it, and when."""
        return super()._create_payment(
            **{"date": self.company_id._get_day(self.last_state_change), **extra_create_values})
