from odoo import fields, models

from ..tools.money import to_cents

PAID_STATES = ("paid", "done")


class PosOrder(models.Model):
    """A till's paid order becomes one qualified sale; what it refunds is taken from the sale it names.

    Amounts are worked out here, from lines and payments: a till's own totals are not trusted.
    """

    _inherit = "pos.order"

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self._register_qualified_sale()
        return result

    # -- registration ----------------------------------------------------------

    def _register_qualified_sale(self):
        """Register what these paid orders earn and give back, once, whatever the till retries.

        :return: the ``alliance.qualified.sale``, may be empty
        """
        # sudo: cashiers have no rights on stores and sales, nor on the orders of other tills
        orders = self.sudo().filtered(lambda order: order.state in PAID_STATES)
        vals_list = [vals for order in orders for vals in order._prepare_qualified_sale_vals()]
        return self.env["alliance.qualified.sale"]._register_sales(vals_list)

    def _prepare_qualified_sale_vals(self):
        """Return the values to register for this order: its sale, and a refund for each order it refunds."""
        self.ensure_one()
        vals_list = self._prepare_qualified_refund_vals()
        store = self.config_id.alliance_store_id
        if not store or not self.partner_id:
            return vals_list
        # in an exchange, what is returned pays for what is taken
        returned = -sum(vals["cash_cents"] for vals in vals_list)
        cents = self._get_qualified_cents(self._convert_from_company(returned))
        if cents > 0:
            vals_list.append({
                "idempotency_key": f"pos.order,{self.uuid}", "partner": self.partner_id,
                "store": store, "sale_datetime": self._get_sale_datetime(),
                "cash_cents": self._convert_to_company(cents), "pos_order_id": self.id})
        return vals_list

    def _prepare_qualified_refund_vals(self):
        self.ensure_one()
        refunded = self.lines.refunded_orderline_id.order_id
        if not refunded:
            return []
        origins = self.env["alliance.qualified.sale"].search(
            [("pos_order_id", "in", refunded.ids), ("kind", "=", "sale")], order="id")
        vals_list = []
        for origin in origins:
            cents = origin._get_cash_left_cents() - origin.pos_order_id._get_kept_cents(origin)
            if cents > 0:
                vals_list.append({
                    # 'pos.refund': no uuid of a till can make it the key of a sale
                    "idempotency_key": f"pos.refund,{self.uuid},{origin.id}",
                    "partner": origin.partner_id, "store": origin.store_id, "origin": origin,
                    "sale_datetime": self._get_sale_datetime(), "cash_cents": -cents,
                    "pos_order_id": self.id})
        return vals_list

    def _get_sale_datetime(self):
        """Return the order's time, kept within its session: the till states it, and a rate depends on it."""
        moment = min(self.date_order, fields.Datetime.now())
        return max(moment, self.session_id.start_at or moment)

    # -- amounts, in cents of the order's currency -------------------------------

    def _get_qualified_cents(self, returned_cents=0):
        """Return the cash paid for goods and services: what else was sold is paid by cash first.

        :param int returned_cents: cash value of what the same order gives back
        """
        self.ensure_one()
        goods, other = self._get_cents(self.lines.filtered(lambda line: not line.refunded_orderline_id))
        return min(self._get_cash_cents() + returned_cents, goods + other) - max(other, 0)

    def _get_kept_cents(self, origin):
        """Return how much of this order's qualified cash is kept after its refunds (company currency).

        The lower of two counts: the cash that belongs to the goods kept, and the cash that was not
        given back. Rounded down.

        :param origin: this order's ``alliance.qualified.sale``
        """
        self.ensure_one()
        cash = to_cents(origin.cash_amount, origin.currency_id)
        goods, _other = self._get_cents(self.lines.filtered(lambda line: not line.refunded_orderline_id))
        returned_goods = returned_money = 0
        back = self.lines.refund_orderline_ids.filtered(lambda line: line.order_id.state in PAID_STATES)
        for refund, lines in back.grouped("order_id").items():
            refund_goods, refund_other = refund._get_cents(lines)
            returned_goods -= refund_goods
            if refund.lines.refunded_orderline_id.order_id == self:
                returned_money += max(-refund._get_cash_cents(), 0) + min(refund_other, 0)
        by_goods = cash * max(goods - returned_goods, 0) // goods if goods > 0 else 0
        by_money = cash - self._convert_to_company(max(returned_money, 0))
        return max(min(by_goods, by_money), 0)

    def _get_cash_cents(self):
        """Return what was paid in cash, by card and the like, change deducted; negative: paid out."""
        self.ensure_one()
        cash = self.payment_ids.filtered(lambda payment: payment.payment_method_id.type != "pay_later")
        cash -= self._get_non_cash_payments()
        return sum(to_cents(amount, self.currency_id) for amount in cash.mapped("amount"))

    def _get_cents(self, lines):
        """Return what ``lines`` of this order come to with taxes: (goods and services, all else)."""
        self.ensure_one()
        earning = lines.product_id._filter_earning() - self.config_id.tip_product_id
        goods = lines.filtered(lambda line: line.product_id in earning)
        return self._get_lines_cents(goods), self._get_lines_cents(lines - goods)

    def _get_lines_cents(self, lines):
        if not lines:
            return 0
        tax = self.env["account.tax"]
        base_lines = lines._prepare_tax_base_line_values()
        tax._add_tax_details_in_base_lines(base_lines, self.company_id)
        tax._round_base_lines_tax_details(base_lines, self.company_id)
        total = tax._get_tax_totals_summary(
            base_lines=base_lines, currency=self.currency_id, company=self.company_id,
        )["total_amount_currency"]
        # core turns the quantities of an order with a negative total round
        return to_cents(total, self.currency_id) * (-1 if self.amount_total < 0 else 1)

    def _convert_to_company(self, cents):
        return self.env["alliance.qualified.sale"]._convert_cents(
            cents, self.currency_id, self.company_id.currency_id, self.company_id, self.date_order)

    def _convert_from_company(self, cents):
        return self.env["alliance.qualified.sale"]._convert_cents(
            cents, self.company_id.currency_id, self.currency_id, self.company_id, self.date_order)

    def _get_non_cash_payments(self):
        """Hook: return the payments of these orders that are not cash."""
        return self.env["pos.payment"]
