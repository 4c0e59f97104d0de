from odoo import fields, models

from ..tools.money import split_by_weights, to_cents


class SaleOrder(models.Model):
    """A confirmed and paid order of a website with a store becomes one qualified sale."""

    _inherit = "sale.order"

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
            cents = self._get_company_cents(abs(to_cents(refund_tx.amount, refund_tx.currency_id)))
            self._take_back(cents, f"payment.transaction,{refund_tx.id}", refund_tx.sudo().refund_store_id)

    def _register_qualified_cancellation(self):
        """Take back all that is left: goods that are not delivered earn nothing."""
        self.ensure_one()
        self._take_back(None, f"sale.order,{self.id},cancel")

    def _take_back(self, cents, key, store=None):
        """Register refunds of at most what is left of this order's sales, once for each ``key``.

        :param cents: company currency; divided by what is left of each sale; None: all of it
        :param store: the ``alliance.store`` whose sales are refunded; None or empty: of all of them
        """
        # sudo: shoppers and payment callbacks have no rights on the ledger
        sales = self.env["alliance.qualified.sale"].sudo()
        origins = sales.search([("sale_order_id", "=", self.id), ("kind", "=", "sale")], order="id")
        keys = {origin: f"{key},{origin.id}" for origin in origins}
        if store:
            origins = origins.filtered(lambda origin: origin.store_id == store)
        left = [origin._get_cash_left_cents() for origin in origins]
        cents = sum(left) if cents is None else min(cents, sum(left))
        if cents <= 0 or sales.search_count([("idempotency_key", "in", list(keys.values()))], limit=1):
            return
        sales._register_sales([{
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
        if transactions._get_received_cents() < to_cents(self.amount_total, self.currency_id):
            return None
        parts = self._get_qualified_parts()
        if not parts:
            return None
        moments = [moment for moment in transactions.mapped("last_state_change") if moment]
        return {
            "idempotency_key": f"sale.order,{self.id}", "partner": self.partner_id, "parts": parts,
            "sale_datetime": max(moments, default=fields.Datetime.now()), "sale_order_id": self.id,
            "collected": True,
        }

    # -- amounts ---------------------------------------------------------------

    def _get_payment_transactions(self):
        """Return the transactions that have paid this order (sudo)."""
        # sudo: shoppers may not read the transactions of their orders
        return self.sudo().transaction_ids.filtered(
            lambda tx: tx.state == "done" or tx.child_transaction_ids)

    def _get_company_cents(self, cents):
        """Convert ``cents`` of the order's currency at the rate of the order's date."""
        return self.env["alliance.qualified.sale"]._convert_cents(
            cents, self.currency_id, self.company_id.currency_id, self.company_id, self.date_order)

    def _get_non_cash_transactions(self):
        """Hook: return the transactions of these orders that are not cash, and their refunds."""
        return self.env["payment.transaction"]
