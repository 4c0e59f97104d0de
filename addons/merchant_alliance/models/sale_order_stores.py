from odoo import models

from ..tools.money import split_by_weights, to_cents


class SaleOrder(models.Model):
    """A web order may be sold by several stores: what of it is whose, in cents of the order's currency."""

    _inherit = "sale.order"

    def _get_alliance_store(self):
        """Return this order's store (sudo): the scanned one, where it is collected, else the mall's; may be empty."""
        self.ensure_one()
        order = self.sudo()  # sudo: shoppers have no rights on stores
        return order.scan_store_id or order._get_pickup_store() or order.website_id.alliance_store_id

    def _get_pickup_store(self):
        """Return the store (sudo) in which this order is collected; empty when it is delivered."""
        self.ensure_one()
        order = self.sudo()  # sudo: shoppers have no rights on stores
        stores = self.env["alliance.store"].sudo()
        if order.carrier_id.delivery_type != "in_store" or not order.warehouse_id:
            return stores
        return stores.search([("warehouse_id", "=", order.warehouse_id.id)], limit=1)

    def _get_alliance_stores(self):
        """Return the stores (sudo) that sell something in this order."""
        return self.sudo().order_line.alliance_store_id  # sudo: shoppers have no rights on stores

    # -- what was sold -------------------------------------------------------------------------

    def _get_goods_cents(self):
        """Return ``{store: {product.category: cents}}`` of the goods and services."""
        self.ensure_one()
        goods = {}
        for line in self._get_earning_lines():
            by_category = goods.setdefault(line.alliance_store_id, {})
            category = line.product_id.categ_id
            by_category[category] = by_category.get(category, 0) + to_cents(line.price_total, self.currency_id)
        return goods

    def _get_sold_cents(self):
        """Return ``{store: cents}`` of everything, none below zero, adding up to the total (if that is not).

        A discount on the whole order is a line of the mall: what of it the mall's own goods don't cover lowers what
        the other stores sold.
        """
        lines = self._get_line_cents()
        weights = [max(cents, 0) for cents in lines.values()]
        short = min(sum(weights) - sum(lines.values()), sum(weights))
        parts = split_by_weights(short, weights) if short else [0] * len(weights)
        return {store: weight - part for store, weight, part in zip(lines, weights, parts, strict=True)}

    def _get_line_cents(self):
        """Return ``{store: cents}`` of each store's own lines, discounts below zero, adding up to the order's total."""
        self.ensure_one()
        lines = self.sudo().order_line.filtered(lambda line: not line.display_type)
        sold = {store: sum(to_cents(line.price_total, self.currency_id) for line in group)
                for store, group in lines.grouped("alliance_store_id").items()}
        if sold:
            # taxes rounded on the order, not on its lines, may make a cent of difference
            largest = max(sold, key=sold.get)
            sold[largest] += to_cents(self.amount_total, self.currency_id) - sum(sold.values())
        return sold

    def _get_earning_lines(self):
        """Return the lines (sudo) of goods and services: no delivery, no gift cards."""
        lines = self.sudo().order_line  # sudo: payment callbacks come from the public user
        earning = lines.product_id._filter_earning()
        return lines.filtered(lambda line: line.product_id in earning and not line.is_delivery)

    # -- how it was paid -----------------------------------------------------------------------

    def _get_cash_cents(self):
        """Return ``{store: cents}`` of what cash pays in this order, now."""
        self.ensure_one()
        sold, total = self._get_sold_cents(), to_cents(self.amount_total, self.currency_id)
        transactions, not_cash_transactions = self._get_payment_transactions(), self._get_non_cash_transactions()
        cash = (transactions - not_cash_transactions)._get_received_cents()
        # cash beyond the rest was paid too much
        not_cash = max(total - cash, min((transactions & not_cash_transactions)._get_received_cents(), total))
        if not sold or not_cash <= 0:
            return sold
        known = self._get_non_cash_cents()
        weights = [max((known or sold).get(store, 0), 0) for store in sold]
        if not any(weights):
            return sold
        return {store: sold[store] - part
                for store, part in zip(sold, split_by_weights(not_cash, weights), strict=True)}

    def _get_qualified_parts(self):
        """Return ``[(store, product.category, cents)]``, company currency: the cash paid for goods and services.

        What else a store sold in this order is paid by cash first.
        """
        goods, lines = self._get_goods_cents(), self._get_line_cents()
        parts = []
        for store, cash in self._get_cash_cents().items():
            by_category = goods.get(store, {})
            other = lines[store] - sum(by_category.values())
            cents = self._get_company_cents(cash - max(other, 0))
            weights = [max(amount, 0) for amount in by_category.values()]
            if store and cents > 0 and any(weights):
                parts += zip([store] * len(weights), by_category, split_by_weights(cents, weights), strict=True)
        return [part for part in parts if part[2]]

    def _get_non_cash_cents(self):
        """Hook: return ``{store: cents}`` of what was not paid in cash, where that is known by store."""
        return {}

    # -- invoices ------------------------------------------------------------------------------

    def _get_invoiceable_lines(self, final=False):
        """The platform invoices nothing that it doesn't sell: merchants invoice what is paid to them."""
        lines = super()._get_invoiceable_lines(final=final)
        return lines - lines._filter_sold_by_merchants()

    def _may_be_invoiced_when_paid(self):
        """Whether the platform sells all of these orders, or a part of orders paid whole."""
        lines = self.sudo().order_line  # sudo: payment callbacks come from the public user
        merchants = lines._filter_sold_by_merchants()
        return not merchants or (bool(lines - merchants) and self.sudo()._filter_paid() == self.sudo())
