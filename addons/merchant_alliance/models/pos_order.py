from odoo import models

from ..tools.money import to_cents


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self._register_qualified_sale()
        return result

    def _register_qualified_sale(self):
        """Register what these paid orders earn, once."""
        vals_list = [vals for order in self for vals in order._prepare_qualified_sale_vals()]
        return self.env["alliance.qualified.sale"]._register_sales(vals_list) if vals_list else None

    def _prepare_qualified_sale_vals(self):
        self.ensure_one()
        store = self.config_id.sudo().alliance_store_id  # sudo: cashiers have no rights on stores
        if not store or not self.partner_id:
            return []
        common = {"partner": self.partner_id, "store": store, "sale_datetime": self.date_order,
                  "pos_order_id": self.id}
        refunded = self.lines.refunded_orderline_id.order_id
        if not refunded:
            cents = self._get_qualified_cents()
            return [{**common, "idempotency_key": f"pos.order,{self.uuid}", "cash_cents": cents}] if cents > 0 else []
        origins = self.env["alliance.qualified.sale"].sudo().search(
            [("pos_order_id", "in", refunded.ids), ("kind", "=", "sale")])
        vals_list = []
        for origin in origins:
            lines = self.lines.filtered(lambda l, o=origin: l.refunded_orderline_id.order_id == o.pos_order_id)
            total = to_cents(origin.pos_order_id.amount_total, self.currency_id)
            part = -sum(to_cents(a, self.currency_id) for a in lines.mapped("price_subtotal_incl"))
            cents = min(to_cents(origin.cash_amount, self.currency_id) * part // total if total else 0,
                        to_cents(origin.cash_amount, self.currency_id))
            if cents > 0:
                vals_list.append({**common, "partner": origin.partner_id, "store": origin.store_id,
                                  "origin": origin, "cash_cents": -cents,
                                  "idempotency_key": f"pos.order,{self.uuid},{origin.id}"})
        return vals_list

    def _get_qualified_cents(self):
        """Return the cash kept for goods and services, in cents: what else was sold is paid by cash first."""
        cash = self.payment_ids.filtered(lambda p: p.payment_method_id.type != "pay_later")
        cash -= self._get_non_cash_payments()
        paid = sum(to_cents(amount, self.currency_id) for amount in cash.mapped("amount"))
        stored_value = self.env["product.product"]._get_stored_value_products()
        tip = self.config_id.tip_product_id
        other = sum(
            to_cents(line.price_subtotal_incl, self.currency_id) for line in self.lines
            if not line.product_id.earns_rewards or line.product_id in stored_value | tip)
        return min(paid, to_cents(self.amount_total, self.currency_id)) - max(other, 0)

    def _get_non_cash_payments(self):
        """Hook: return the payments of these orders that are not cash."""
        return self.env["pos.payment"]
