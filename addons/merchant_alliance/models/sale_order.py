from odoo import models

from ..tools.money import to_cents


class SaleOrder(models.Model):
    """A confirmed and paid order of the own mall becomes one qualified sale."""

    _inherit = "sale.order"

    def _register_qualified_sale(self):
        """Register what these orders earn, once, as soon as they are confirmed and paid whole."""
        vals_list = [vals for order in self if (vals := order._prepare_qualified_sale_vals())]
        return self.env["alliance.qualified.sale"]._register_sales(vals_list) if vals_list else None

    def _register_qualified_refund(self, refund_tx):
        """Register that ``refund_tx`` (done, negative amount) gave cash of this order back."""
        self.ensure_one()
        # sudo: payment callbacks come from the public user
        origin = self.env["alliance.qualified.sale"].sudo().search(
            [("sale_order_id", "=", self.id), ("kind", "=", "sale")], limit=1)
        if not origin or refund_tx in self._get_non_cash_transactions():
            return
        left = origin.cash_amount + sum(
            origin.refund_ids.filtered(lambda refund: refund.state != "cancelled").mapped("cash_amount"))
        cents = min(
            to_cents(abs(refund_tx.amount), refund_tx.currency_id), to_cents(left, origin.currency_id))
        if cents > 0:
            self.env["alliance.qualified.sale"]._register_sales([{
                "idempotency_key": f"payment.transaction,{refund_tx.id}",
                "partner": origin.partner_id, "store": origin.store_id, "origin": origin,
                "sale_datetime": self.env.cr.now(), "cash_cents": -cents, "sale_order_id": self.id,
            }])

    def _prepare_qualified_sale_vals(self):
        """Return the values to register this order, or None while it earns nothing."""
        self.ensure_one()
        store = self.website_id.sudo().alliance_store_id  # sudo: shoppers have no rights on stores
        if not store or self.state != "sale":
            return None
        paid = self._get_paid_cents()
        if paid < to_cents(self.amount_total, self.currency_id):
            return None
        cents = self._get_company_cents(self._get_qualified_cents())
        if cents <= 0:
            return None
        return {
            "idempotency_key": f"sale.order,{self.id}", "partner": self.partner_id, "store": store,
            "sale_datetime": self.env.cr.now(), "cash_cents": cents, "sale_order_id": self.id,
        }

    def _get_paid_cents(self):
        transactions = self.sudo().transaction_ids.filtered(lambda tx: tx.state == "done")  # sudo: as above
        return sum(to_cents(amount, self.currency_id) for amount in transactions.mapped("amount"))

    def _get_qualified_cents(self):
        """Return the cash kept for goods and services: what else was sold is paid by cash first."""
        cash = self.sudo().transaction_ids.filtered(lambda tx: tx.state == "done")
        cash -= self._get_non_cash_transactions()
        paid = sum(to_cents(amount, self.currency_id) for amount in cash.mapped("amount"))
        stored_value = self.env["product.product"]._get_stored_value_products()
        other = sum(
            to_cents(line.price_total, self.currency_id) for line in self.order_line
            if line.is_delivery or not line.product_id.earns_rewards or line.product_id in stored_value)
        return min(paid, to_cents(self.amount_total, self.currency_id)) - max(other, 0)

    def _get_company_cents(self, cents):
        company = self.company_id
        if self.currency_id == company.currency_id:
            return cents
        amount = self.currency_id._convert(
            float(cents) / 10 ** self.currency_id.decimal_places, company.currency_id, company,
            self.date_order)
        return to_cents(amount, company.currency_id)

    def _get_non_cash_transactions(self):
        """Hook: return the transactions of these orders that are not cash."""
        return self.env["payment.transaction"]
