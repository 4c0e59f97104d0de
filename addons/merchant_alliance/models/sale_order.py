from odoo import fields, models

from ..tools.money import split_by_weights, to_cents


class SaleOrder(models.Model):
    """A confirmed and paid order of a website with a store becomes one qualified sale."""

    _inherit = "sale.order"

    qualified_sale_ids = fields.One2many(
        "alliance.qualified.sale", "sale_order_id", readonly=True, groups=fields.NO_ACCESS)

    def action_confirm(self):
        # who sells each line is worked out now: from here on it stays as it is
        self.order_line.mapped("alliance_store_id")
        self.mapped("pickup_store_id")
        result = super().action_confirm()
        self._register_qualified_sale()  # money may be there before the order is confirmed
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        for order in self:
            order._register_qualified_cancellation()
        return result

    # -- registration ----------------------------------------------------------

    def _register_qualified_sale(self):
        """Register what these orders earn, once, as soon as they are confirmed and paid whole.

        :return: the ``alliance.qualified.sale``, may be empty
        """
        vals_list = [vals for order in self if (vals := order._prepare_qualified_sale_vals())]
        return self.env["alliance.qualified.sale"]._register_sales(vals_list)

    def _register_qualified_refund(self, refund_tx):
        """Register that ``refund_tx`` (done, negative amount) gave cash of this order back."""
        self.ensure_one()
        if refund_tx not in self._get_non_cash_transactions():
            cents = self._get_company_cents(-refund_tx.sudo()._get_kept_cents())  # sudo: see _take_back
            self._take_back(cents, f"payment.transaction,{refund_tx.id}", refund_tx.sudo().refund_store_id)

    def _register_qualified_cancellation(self):
        """Take back all that is left: goods that are not delivered earn nothing.

        An order that is cancelled twice was registered again in between, as other sales with other keys.
        """
        self.ensure_one()
        self._take_back(None, f"sale.order,{self.id},cancel")

    def _take_back(self, cents, key, store=None):
        """Register refunds of at most what is left of this order's sales, once for each ``key``.

        :param cents: company currency; divided by what is left of each sale; None: all of it
        :param store: the ``alliance.store`` whose sales are refunded; None or empty: of all of them
        """
        origins = self._get_qualified_sales()
        keys = {origin: f"{key},{origin.id}" for origin in origins}
        if store:
            origins = origins.filtered(lambda origin: origin.store_id == store)
        left = [origin._get_cash_left_cents() for origin in origins]
        if cents is None:
            cents = sum(left)
        elif origins.search_count([("idempotency_key", "in", list(keys.values()))], limit=1):
            return
        cents = min(cents, sum(left))
        if cents <= 0:
            return
        origins._register_sales([{
            "idempotency_key": keys[origin], "partner": origin.partner_id, "store": origin.store_id,
            "origin": origin, "sale_datetime": fields.Datetime.now(), "cash_cents": -part,
            "sale_order_id": self.id,
        } for origin, part in zip(origins, split_by_weights(cents, left), strict=True) if part])

    def _prepare_qualified_sale_vals(self):
        """Return the values to register this order, or None while it earns nothing."""
        self.ensure_one()
        visitor = self.website_id.sudo().user_id.partner_id  # sudo: shoppers may not read the public user
        if self.state != "sale" or self.partner_id == visitor or not self.order_line.alliance_store_id:
            return None
        transactions = self._get_payment_transactions()
        if self._get_counted_cents(transactions._get_moves()) < to_cents(self.amount_total, self.currency_id):
            return None
        key = self._get_sale_key()
        parts = key and self._get_qualified_parts()
        if not parts:
            return None
        moments = [moment for moment in transactions.mapped("last_state_change") if moment]
        return {
            "idempotency_key": key, "partner": self.partner_id, "parts": parts,
            "sale_datetime": max(moments, default=fields.Datetime.now()), "sale_order_id": self.id,
            "collected": True,
        }

    def _get_sale_key(self):
        """Return the key of this order's next sales, or None while those before count.

        They are registered anew when all of them were taken back, as when the order was cancelled by mistake and
        confirmed again, or refunded whole and paid again.
        """
        sales = self._get_qualified_sales()
        if any(sale._get_cash_left_cents() for sale in sales):
            return None
        number = len(set(sales.mapped("idempotency_key"))) + 1
        return f"sale.order,{self.id}" + (f",{number}" if number > 1 else "")

    def _get_qualified_sales(self):
        """Return what this order has earned, with what was taken back since, in the order it was registered (sudo)."""
        # sudo: shoppers and payment callbacks have no rights on the ledger
        return self.sudo().qualified_sale_ids.filtered(lambda sale: sale.kind == "sale").sorted("id")

    # -- amounts ---------------------------------------------------------------

    def _get_payment_transactions(self):
        """Return the transactions that have paid this order (sudo)."""
        # sudo: shoppers may not read the transactions of their orders
        return self.sudo().transaction_ids.filtered(
            lambda tx: tx.state == "done" or tx.child_transaction_ids)

    def _get_standing_refunds(self):
        """Return the refunds of these orders' payments that were made or may still be (sudo)."""
        # sudo: accountants may not read transactions of every order
        return self.sudo().transaction_ids._get_refunds().filtered(lambda tx: tx.state not in ("cancel", "error"))

    def _get_counted_cents(self, moves):
        """Return what ``moves``, payments and refunds that are done, have paid of this order.

        Giving back a part lowers the price: it is not to be paid again. Once all was given back, paying starts anew.
        """
        paid = given_back = 0
        for tx in moves.sorted(lambda tx: (tx.last_state_change or tx.create_date, tx.id)):
            cents = tx._get_kept_cents()
            paid, given_back = paid + max(cents, 0), given_back - min(cents, 0)
            if paid == given_back:
                paid = given_back = 0
        return paid

    def _get_company_cents(self, cents):
        """Convert ``cents`` of the order's currency at the rate of the order's date."""
        return self.env["alliance.qualified.sale"]._convert_cents(
            cents, self.currency_id, self.company_id.currency_id, self.company_id, self.date_order)

    def _get_non_cash_transactions(self):
        """Hook: return the transactions of these orders that are not cash, and their refunds."""
        return self.env["payment.transaction"]
