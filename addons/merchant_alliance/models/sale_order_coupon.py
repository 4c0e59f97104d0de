from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..tools.money import from_cents, to_cents
from ..tools.serialize import touch


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "alliance.server.fields"]

    alliance_coupon_id = fields.Many2one(
        "alliance.coupon", string="Merchant's Coupon", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict", groups="base.group_user")

    _coupon_once = models.UniqueIndex(
        "(alliance_coupon_id) WHERE alliance_coupon_id IS NOT NULL", "This coupon is used in another order.")

    def _get_server_fields(self):
        return {"alliance_coupon_id"}

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any("alliance_coupon_id" in vals for vals in vals_list):
            raise AccessError(self.env._("Merchant's Coupon: only the payment page sets it."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and "alliance_coupon_id" in vals:
            raise AccessError(self.env._("Merchant's Coupon: only the payment page sets it."))
        return super().write(vals)


class SaleOrder(models.Model):
    """A coupon lowers what is paid in a store, before it is paid: concession and points are on the cash really kept."""

    _inherit = "sale.order"

    def _get_coupon_lines(self):
        return self.sudo().order_line.filtered("alliance_coupon_id")  # sudo: shoppers do not read coupons

    def _get_coupon(self):
        """Return the coupon (sudo) that lowers this order, may be empty."""
        return self._get_coupon_lines().alliance_coupon_id

    def _get_usable_coupons(self):
        """Return the shopper's own coupons (sudo) that would lower this payment in a store."""
        self.ensure_one()
        cents = to_cents(self.amount_total, self.currency_id)
        coupons = self.env["alliance.coupon"]._find_usable(self.partner_id, self.scan_store_id.merchant_id)
        return coupons.filtered(lambda coupon: not coupon._get_refusal(cents))

    def _apply_coupon(self, code):
        """Lower this payment in a store by the shopper's own coupon, replacing one applied before.

        :raise UserError: a payment is on its way, or the coupon cannot be used for it
        """
        self.ensure_one()
        order = self._begin_coupon_change()
        coupon = self.env["alliance.coupon"]._find_by_code(code, order.scan_store_id.merchant_id, order.partner_id)
        if coupon and coupon == order._get_coupon():
            return
        order._drop_coupon()
        reduction = coupon._reserve(order, to_cents(order.amount_total, order.currency_id))
        order.order_line = [Command.create(order._prepare_coupon_line_vals(coupon, reduction))]

    def _remove_coupon(self):
        """Take the coupon off again: it can be used for another purchase.

        :raise UserError: a payment is on its way
        """
        self._begin_coupon_change()._drop_coupon()

    def _begin_coupon_change(self):
        """Return this order (sudo), locked, once nothing is being paid for its present price."""
        order = self.sudo()  # sudo: shoppers don't write orders; the caller made sure that this one is theirs
        touch(order)
        order.invalidate_recordset(["state"])
        if not order.scan_store_id or order.state not in ("draft", "sent"):
            raise UserError(self.env._("This payment has been made or cancelled. Please refresh the page."))
        order._before_price_change()
        if any(tx.state in ("pending", "authorized", "done") for tx in order.transaction_ids):
            raise UserError(self.env._("A payment is on its way. Please wait for its result."))
        return order

    def _before_price_change(self):
        """Hook: what this order is to cost is about to change; what was set aside for it is let go."""

    def _prepare_coupon_line_vals(self, coupon, reduction):
        product = self.env.ref("merchant_alliance.product_coupon")
        return {
            "product_id": product.id, "product_uom_qty": 1, "tax_ids": [Command.clear()],
            "name": self.env._("Coupon %(code)s: %(terms)s", code=coupon.code, terms=coupon._get_terms()),
            "price_unit": -float(from_cents(reduction, self.currency_id)), "alliance_coupon_id": coupon.id}

    def _drop_coupon(self):
        """Give these orders' coupons back, and take their lines away."""
        lines = self._get_coupon_lines()
        coupons = lines.alliance_coupon_id
        lines.unlink()
        coupons._give_back()

    def _drop_unneeded_coupon(self):
        """Give the coupons of those of these orders back of which the price without it was paid.

        As when its payment had begun in one tab before the coupon was applied in another one.
        """
        lowered = self.filtered(lambda order: order._get_coupon().state == "reserved")
        lowered.invalidate_recordset(["amount_paid"])  # core does not recompute it on states
        for order in lowered:
            coupon, paid = order._get_coupon(), order.amount_paid
            price = order.amount_total - sum(order._get_coupon_lines().mapped("price_total"))
            if order.currency_id.compare_amounts(paid, price) >= 0:
                order._drop_coupon()
                order._message_log(body=self.env._(
                    "Coupon %(code)s can be used again: %(amount)s, the price without it, has been paid.",
                    code=coupon.code, amount=order.currency_id.format(order.amount_total)))

    # -- the order's way --------------------------------------------------------------------------------

    def action_confirm(self):
        self._drop_unneeded_coupon()
        result = super().action_confirm()
        self.filtered(lambda order: order.state == "sale")._get_coupon()._use()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        # one that was paid with stays used, and takes off what it took
        self.filtered(lambda order: order._get_coupon().state == "reserved")._drop_coupon()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_gives_coupons_back(self):
        self._drop_coupon()
