from odoo.exceptions import UserError
from odoo.http import Controller, request, route

from odoo.addons.merchant_alliance.controllers.scan import ScanToPay
from odoo.addons.merchant_alliance.tools.amount import parse_amount
from odoo.addons.merchant_alliance.tools.serialize import touch


class VoucherCheckout(Controller):
    """The shopper's own cart, and no other order, is paid with the shopper's own vouchers, or those of an own shop."""

    @route("/shop/payment/vouchers/apply", type="jsonrpc", auth="user", website=True)
    def apply_vouchers(self, amount, holder=None):
        """Hold vouchers for the cart in the session, replacing what was applied before.

        :param float amount: in the cart's currency, above zero, at most what is due
        :param int holder: number of the contact whose vouchers pay; the user's own if None
        :return: dict of the amounts applied and still due
        """
        order_sudo = self._get_own_cart()
        order_sudo._apply_vouchers(parse_amount(request.env, amount, order_sudo.currency_id), get_holder(holder))
        return get_result(order_sudo)

    @route("/shop/payment/vouchers/remove", type="jsonrpc", auth="user", website=True)
    def remove_vouchers(self):
        """Give back what is held for the cart in the session."""
        order_sudo = self._get_own_cart()
        order_sudo._release_vouchers()
        return get_result(order_sudo)

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


class VoucherScan(ScanToPay):
    """The same for the shopper's own payment in a store."""

    @route("/alliance/pay/<int:order_id>/vouchers/apply", type="jsonrpc", auth="user", website=True)
    def scan_apply_vouchers(self, order_id, amount, holder=None):
        """Hold vouchers for the payment, replacing what was applied before; see the cart's."""
        order_sudo = self._get_own_scan(order_id)
        order_sudo._apply_vouchers(parse_amount(request.env, amount, order_sudo.currency_id), get_holder(holder))
        return get_result(order_sudo)

    @route("/alliance/pay/<int:order_id>/vouchers/remove", type="jsonrpc", auth="user", website=True)
    def scan_remove_vouchers(self, order_id):
        """Give back what is held for the payment."""
        order_sudo = self._get_own_scan(order_id)
        order_sudo._release_vouchers()
        return get_result(order_sudo)

    @route("/alliance/pay/<int:order_id>/vouchers/confirm", type="http", auth="user", website=True,
           methods=["POST"], sitemap=False)
    def scan_confirm_with_vouchers(self, order_id, **_kwargs):
        """Make a payment that vouchers pay whole; anything else goes back to the payment page."""
        order_sudo = self._get_own_scan(order_id)
        touch(order_sudo)  # of two clicks, the later one sees what the earlier one did
        if (order_sudo.state in ("draft", "sent") and not order_sudo._release_stale_vouchers()
                and not order_sudo._get_amount_due()):
            vouchers = order_sudo._get_voucher_transactions()
            order_sudo._capture_vouchers()
            vouchers._post_process()
        return request.redirect(f"/alliance/pay/{order_id}")


def get_holder(number):
    """Return the contact of this number, whose vouchers must be the user's to spend; the user's own if None.

    :raise UserError: they are not
    """
    user = request.env.user
    holder = user.partner_id if number is None else user._get_voucher_holders().filtered(lambda who: who.id == number)
    if not holder:
        raise UserError(request.env._("These vouchers are not yours to spend."))
    return holder


def get_result(order_sudo):
    """Return the amounts applied and still due."""
    return {
        "applied": sum(order_sudo._get_voucher_transactions().mapped("amount")),
        "due": order_sudo._get_amount_due(),
    }
