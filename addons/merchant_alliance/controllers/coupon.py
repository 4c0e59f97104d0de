from odoo.exceptions import UserError
from odoo.http import request, route

from ..tools.amount import parse_typed_amount
from .portal import MerchantPortal
from .scan import ScanToPay

REDEEMED_SHOWN = 20


class CouponOnPayment(ScanToPay):
    """The shopper's own coupons lower a payment in a store, before it is paid."""

    def _prepare_scan_values(self, order_sudo):
        values = super()._prepare_scan_values(order_sudo)
        error = request.session.pop("alliance_coupon_error", None)
        coupon = order_sudo._get_coupon()
        may_use = bool(values["due"]) and not values["waiting"]
        return {**values, "coupon": coupon, "coupon_error": error,
                "coupons": order_sudo._get_usable_coupons() if may_use and not coupon else []}

    @route("/alliance/pay/<int:order_id>/coupon/apply", type="http", auth="user", website=True, methods=["POST"],
           sitemap=False)
    def scan_apply_coupon(self, order_id, code=None, **_kwargs):
        """Lower the shopper's own payment by the shopper's own coupon."""
        return self._change_coupon(order_id, lambda order: order._apply_coupon(code))

    @route("/alliance/pay/<int:order_id>/coupon/remove", type="http", auth="user", website=True, methods=["POST"],
           sitemap=False)
    def scan_remove_coupon(self, order_id, **_kwargs):
        """Take the coupon off again."""
        return self._change_coupon(order_id, lambda order: order._remove_coupon())

    def _change_coupon(self, order_id, change):
        order_sudo = self._get_own_scan(order_id)
        try:
            with request.env.cr.savepoint():
                change(order_sudo)
        except UserError as error:
            request.session["alliance_coupon_error"] = str(error)
        return request.redirect(f"/alliance/pay/{order_id}")


class CouponCounter(MerchantPortal):
    """Coupons at a counter with a till of its own: the code is entered here, the till takes the lower price."""

    @route("/my/store/coupons", type="http", auth="user", website=True, methods=["GET"])
    def my_coupons(self, **_kwargs):
        """Show the form, and the coupons redeemed last."""
        return self._render_counter()

    @route("/my/store/coupons/redeem", type="http", auth="user", website=True, methods=["POST"])
    def redeem_coupon(self, code=None, amount=None, confirm=None, **_kwargs):
        """Look at a coupon of the merchant's own for a purchase, and use it once that is confirmed."""
        merchant = self._get_my_merchant()
        try:
            with request.env.cr.savepoint():
                cents = parse_typed_amount(request.env, amount, merchant.currency_id or request.env.company.currency_id)
                coupon = request.env["alliance.coupon"]._find_by_code(code, merchant)
                coupon._check_usable(cents)
                if confirm == "1":
                    coupon._redeem_at_counter(cents)
                    return request.redirect(f"/my/store/coupons?done={coupon.code}")
        except UserError as error:
            return self._render_counter(error=str(error), code=code, amount=amount)
        return self._render_counter(
            code=code, amount=amount, coupon=coupon, cents=cents, reduction=coupon._get_reduction_cents(cents))

    def _render_counter(self, **values):
        merchant = self._get_my_merchant()
        # sudo: merchants have no rights on coupons; the domain leaves those of the user's merchant
        redeemed = request.env["alliance.coupon"].sudo().search(
            [("merchant_id", "in", merchant.ids), ("state", "=", "used")], order="used_at desc", limit=REDEEMED_SHOWN)
        return request.render("merchant_alliance.portal_my_coupons", {
            **self._prepare_portal_layout_values(), "page_name": "my_coupons", "merchant": merchant,
            "redeemed": redeemed, "currency": merchant.currency_id, **values})
