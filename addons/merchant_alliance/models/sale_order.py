from odoo import fields, models

from ..tools.money import to_cents


class SaleOrder(models.Model):
    """A confirmed and paid order of a website with a store becomes one qualified sale."""

    _inherit = "sale.order"

    def action_confirm(self):
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
            self._take_back(cents, f"payment.transaction,{refund_tx.id}")

    def _register_qualified_cancellation(self):
        """Take back all that is left: goods that are not delivered earn nothing."""
        self.ensure_one()
        self._take_back(None, f"sale.order,{self.id},cancel")

    def _take_back(self, cents, key):
        """Register a refund of at most what is left of this order's sale (``cents`` None: all of it)."""
        # sudo: shoppers and payment callbacks have no rights on the ledger
        origin = self.env["alliance.qualified.sale"].sudo().search(
            [("sale_order_id", "=", self.id), ("kind", "=", "sale")], limit=1)
        left = origin._get_cash_left_cents() if origin else 0
        cents = left if cents is None else min(cents, left)
        if cents > 0:
            origin._register_sales([{
                "idempotency_key": key, "partner": origin.partner_id, "store": origin.store_id,
                "origin": origin, "sale_datetime": fields.Datetime.now(), "cash_cents": -cents,
                "sale_order_id": self.id,
            }])

    def _prepare_qualified_sale_vals(self):
        """Return the values to register this order, or None while it earns nothing."""
        self.ensure_one()
        store = self._get_alliance_store()
        visitor = self.website_id.sudo().user_id.partner_id  # sudo: shoppers may not read the public user
        if not store or self.state != "sale" or self.partner_id == visitor:
            return None
        transactions = self._get_payment_transactions()
        if transactions._get_received_cents() < to_cents(self.amount_total, self.currency_id):
            return None
        cents = self._get_company_cents(self._get_qualified_cents())
        if cents <= 0:
            return None
        moments = [moment for moment in transactions.mapped("last_state_change") if moment]
        return {
            "idempotency_key": f"sale.order,{self.id}", "partner": self.partner_id, "store": store,
            "sale_datetime": max(moments, default=fields.Datetime.now()), "cash_cents": cents,
            "sale_order_id": self.id,
            "collected": True,
        }

    # -- amounts ---------------------------------------------------------------

    def _get_payment_transactions(self):
        """Return the transactions that have paid this order (sudo)."""
        # sudo: shoppers may not read the transactions of their orders
        return self.sudo().transaction_ids.filtered(
            lambda tx: tx.state == "done" or tx.child_transaction_ids)

    def _get_qualified_cents(self):
        """Return the cash paid for goods and services: what else was sold is paid by cash first."""
        self.ensure_one()
        cash = self._get_payment_transactions() - self._get_non_cash_transactions()
        earning = self.order_line.product_id._filter_earning()
        other = sum(
            to_cents(line.price_total, self.currency_id) for line in self.order_line
            if line.is_delivery or line.product_id not in earning)
        paid = min(cash._get_received_cents(), to_cents(self.amount_total, self.currency_id))
        return paid - max(other, 0)

    def _get_company_cents(self, cents):
        """Convert ``cents`` of the order's currency at the rate of the order's date."""
        return self.env["alliance.qualified.sale"]._convert_cents(
            cents, self.currency_id, self.company_id.currency_id, self.company_id, self.date_order)

    def _get_non_cash_transactions(self):
        """Hook: return the transactions of these orders that are not cash, and their refunds."""
        return self.env["payment.transaction"]
