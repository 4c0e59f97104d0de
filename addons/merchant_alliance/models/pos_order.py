from odoo import fields, models

from ..tools.money import split_by_weights, to_cents
from ..tools.serialize import touch

PAID_STATES = ("paid", "done")


class PosOrder(models.Model):
    """A till's paid order becomes one qualified sale; what it refunds is taken from the sale it names.

    Amounts are worked out here, from lines and payments: a till's own totals are not trusted.
    """

    _inherit = "pos.order"

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        # tills may take this step again with a paid order; what was written on it since earns nothing
        # sudo: cashiers have no rights on what it leads to
        if new := self.sudo().filtered(lambda order: not order.registered_on):
            new._set_server_fields({"registered_on": fields.Datetime.now()})
            new._register_qualified_sale()
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
        shopper = self._get_shopper()
        if not store or not shopper:
            return vals_list
        # in an exchange, what is returned pays for what is taken
        returned = -sum(vals["cash_cents"] for vals in vals_list)
        cents = self._get_qualified_cents(self._convert_from_company(returned))
        if cents > 0:
            vals_list.append({
                "idempotency_key": f"pos.order,{self.uuid}", "partner": shopper,
                "parts": self._get_qualified_parts(store, self._convert_to_company(cents)),
                "sale_datetime": self._get_sale_datetime(), "pos_order_id": self.id})
        return vals_list

    def _prepare_qualified_refund_vals(self, later=None):
        """Return the values of a refund for each sale of the orders that this order refunds.

        :param later: paid orders whose refunds are to be registered after this one's
        """
        self.ensure_one()
        refunded = self.lines.refunded_orderline_id.order_id
        if not refunded:
            return []
        touch(refunded)  # of a refund and a claim made at once, the later one sees the other
        origins = self.env["alliance.qualified.sale"].search(
            [("pos_order_id", "in", refunded.ids), ("kind", "=", "sale")], order="id")
        return [
            # 'pos.refund': no uuid of a till can make it the key of a sale
            {**vals, "idempotency_key": f"pos.refund,{self.uuid},{vals['origin'].id}",
             "sale_datetime": self._get_sale_datetime(), "pos_order_id": self.id}
            for order, sales in origins.grouped("pos_order_id").items()
            for vals in order._prepare_taken_vals(sales, later)]

    def _prepare_taken_vals(self, sales, later=None):
        """Return for each of this order's ``sales`` the values of what is to be taken from it, if anything.

        :param later: as for :meth:`_get_kept_cents`
        """
        left = {origin: origin._get_cash_left_cents() - kept
                for origin, kept in self._get_kept_cents(sales, later).items()}
        return [{"partner": origin.partner_id, "store": origin.store_id, "origin": origin, "cash_cents": -cents}
                for origin, cents in left.items() if cents > 0]

    def _get_sale_datetime(self):
        """Return the order's time, kept within its session: the till states it, and a rate depends on it."""
        moment = min(self.date_order, self.registered_on or fields.Datetime.now())
        return max(moment, self.session_id.start_at or moment)

    # -- amounts, in cents of the order's currency -------------------------------

    def _get_qualified_cents(self, returned_cents=0):
        """Return the cash paid for goods and services: what else was sold is paid by cash first.

        :param int returned_cents: cash value of what the same order gives back
        """
        self.ensure_one()
        goods, other = self._get_cents(self.lines.filtered(lambda line: not line.refunded_orderline_id))
        return min(self._get_cash_cents() + returned_cents, goods + other) - max(other, 0)

    def _get_qualified_parts(self, store, cents):
        """Return ``[(store, product.category, cents)]``: the qualified cash, divided by what the goods come to."""
        goods = self._filter_goods(self.lines.filtered(lambda line: not line.refunded_orderline_id))
        by_category = goods.grouped(lambda line: line.product_id.categ_id)
        if len(by_category) == 1:
            return [(store, category, cents) for category in by_category]
        weights = [max(self._get_lines_cents(lines), 0) for lines in by_category.values()]
        return list(zip([store] * len(weights), by_category, split_by_weights(cents, weights), strict=True))

    def _get_kept_cents(self, origins, later=None):
        """Return how much of this order's qualified cash is kept after its refunds: ``{origin: cents}``.

        The lower of two counts: the cash that belongs to the goods kept, and the cash that was not
        given back for them. Rounded down. Company currency.

        :param origins: this order's ``alliance.qualified.sale``, one for each rate and kind of goods
        :param later: refunds that do not count yet
        """
        self.ensure_one()
        lines_of, kept, sold = self._get_lines_of(origins), {}, 0
        earning = self.env["pos.order.line"].union(*lines_of.values())
        back = self.lines.refund_orderline_ids.filtered(
            lambda line: line.order_id.state in PAID_STATES and line.order_id not in (later or ()))
        returned_money, returned_apart = self._get_given_back_online_cents(), 0
        for refund, lines in back.grouped("order_id").items():
            _goods, refund_other = refund._get_cents(lines)
            if refund.lines.refunded_orderline_id.order_id == self:
                returned_money += max(-refund._get_cash_cents(), 0) + min(refund_other, 0)
                # goods of no rate: their part of the cash was never registered
                returned_apart -= refund._get_cents(lines - earning.refund_orderline_ids)[0]
        for origin, lines in lines_of.items():
            goods, _other = self._get_cents(lines)
            returned = -sum(refund._get_cents(parts)[0]
                            for refund, parts in (lines.refund_orderline_ids & back).grouped("order_id").items())
            cash = to_cents(origin.cash_amount, origin.currency_id)
            kept[origin] = cash * max(goods - returned, 0) // goods if goods > 0 else 0
            sold += goods
        cash = sum(to_cents(origin.cash_amount, origin.currency_id) for origin in origins)
        given_back = self._convert_to_company(max(returned_money, 0))
        if returned_apart > 0 and sold > 0:
            given_back = max(given_back - returned_apart * cash // sold, 0)
        by_money = max(cash - given_back, 0)
        if sum(kept.values()) <= by_money:
            return kept
        return dict(zip(kept, split_by_weights(by_money, list(kept.values())), strict=True))

    def _get_lines_of(self, origins):
        """Return ``{origin: lines}``: the lines sold that each qualified sale of this order was made of."""
        sold = self.lines.filtered(lambda line: not line.refunded_orderline_id)
        apart = origins.goods_category_id
        lines = {
            origin: self._filter_goods(sold).filtered(
                lambda line, origin=origin:
                origin.goods_category_id == origins._choose_category(line.product_id.categ_id, apart)
                and origin.contract_line_id == origin.contract_line_id.contract_id._get_line(
                    origin.store_id, line.product_id.categ_id))
            for origin in origins}
        # goods that changed their category since: every part counts as sold of everything
        return lines if all(lines.values()) else dict.fromkeys(origins, sold)

    def _get_cash_cents(self):
        """Return what was paid in cash, by card and the like, change deducted; negative: paid out."""
        self.ensure_one()
        # what is paid online at the till has no journal either, but is no debt
        cash = self.payment_ids.filtered(
            lambda payment: payment.payment_method_id.journal_id or payment.payment_method_id.is_online_payment)
        cash -= self._get_non_cash_payments()
        return sum(to_cents(amount, self.currency_id) for amount in cash.mapped("amount"))

    def _get_cents(self, lines):
        """Return what ``lines`` of this order come to with taxes: (goods and services, all else)."""
        self.ensure_one()
        goods = self._filter_goods(lines)
        return self._get_lines_cents(goods), self._get_lines_cents(lines - goods)

    def _filter_goods(self, lines):
        """Return those of ``lines`` that are goods and services: no tips, no gift cards."""
        earning = lines.product_id._filter_earning() - self.config_id.tip_product_id
        return lines.filtered(lambda line: line.product_id in earning)

    def _get_lines_cents(self, lines):
        if not lines:
            return 0
        tax = self.env["account.tax"]
        base_lines = [self._prepare_goods_base_line(line) for line in lines]
        tax._add_tax_details_in_base_lines(base_lines, self.company_id)
        tax._round_base_lines_tax_details(base_lines, self.company_id)
        total = tax._get_tax_totals_summary(
            base_lines=base_lines, currency=self.currency_id, company=self.company_id,
        )["total_amount_currency"]
        # core turns the quantities of an order with a negative total round
        return to_cents(total, self.currency_id) * (-1 if self.amount_total < 0 else 1)

    def _prepare_goods_base_line(self, line):
        """Return a line of this order as Odoo's taxes want it; unlike the till's own, without accounts to book on."""
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            line, currency_id=self.currency_id, rate=self.currency_rate, product_id=line.product_id,
            partner_id=self.partner_id, tax_ids=line.tax_ids_after_fiscal_position, price_unit=line.price_unit,
            quantity=line.qty * (-1 if self.amount_total < 0 else 1), discount=line.discount,
            is_refund=line.qty * line.price_unit < 0)

    def _convert_to_company(self, cents):
        return self.env["alliance.qualified.sale"]._convert_cents(
            cents, self.currency_id, self.company_id.currency_id, self.company_id, self.date_order)

    def _convert_from_company(self, cents):
        return self.env["alliance.qualified.sale"]._convert_cents(
            cents, self.company_id.currency_id, self.currency_id, self.company_id, self.date_order)

    def _get_non_cash_payments(self):
        """Hook: return the payments of these orders that are not cash."""
        return self.env["pos.payment"]
