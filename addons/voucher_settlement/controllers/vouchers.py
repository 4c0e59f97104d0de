from odoo.exceptions import UserError
from odoo.http import Controller, request, route

from ..tools import parse_amount


class VoucherCheckout(Controller):
    """The shopper's own cart, and no other order, is paid with the shopper's own vouchers."""

    @route("/shop/payment/vouchers/apply", type="jsonrpc", auth="user", website=True)
    def apply_vouchers(self, amount):
        """Hold vouchers for the cart in the session, replacing what was applied before.

        :param float amount: in the cart's currency, above zero, at most what is due
        :return: dict of the amounts applied and still due
        """
        order_sudo = self._get_own_cart()
        order_sudo._apply_vouchers(parse_amount(request.env, amount, order_sudo.currency_id))
        return self._prepare_result(order_sudo)

    @route("/shop/payment/vouchers/remove", type="jsonrpc", auth="user", website=True)
    def remove_vouchers(self):
        """Give back what is held for the cart in the session."""
        order_sudo = self._get_own_cart()
        order_sudo._release_vouchers()
        return self._prepare_result(order_sudo)

    @route("/shop/payment/vouchers/confirm", type="http", auth="user", website=True,
           methods=["POST"], sitemap=False)
    def confirm_with_vouchers(self):
        """Confirm a cart that vouchers pay whole; anything else goes back to the payment page."""
        order_sudo = self._get_own_cart()
        if (order_sudo._release_stale_vouchers() or order_sudo._get_amount_due()
                or not order_sudo._get_voucher_transactions()):
            return request.redirect("/shop/payment")
        order_sudo._check_cart_is_ready_to_be_paid()
        vouchers = order_sudo._get_voucher_transactions()
        request.session["sale_last_order_id"] = order_sudo.id  # what the next page shows
        order_sudo._capture_vouchers()
        vouchers._post_process()
        return request.redirect("/shop/payment/validate")

    def _get_own_cart(self):
        """Return the session's cart (sudo), which must be the user's own draft."""
        order_sudo = request.cart
        if not order_sudo or order_sudo.partner_id != request.env.user.partner_id:
            raise UserError(request.env._("Your cart is empty."))
        return order_sudo

    def _prepare_result(self, order_sudo):
        return {
            "applied": sum(order_sudo._get_voucher_transactions().mapped("amount")),
            "due": order_sudo._get_amount_due(),
        }
