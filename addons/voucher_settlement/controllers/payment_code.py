import base64

from odoo.http import request, route

from odoo.addons.merchant_alliance.tools.qr import draw_qr

from .green_points import VoucherGreenPointsPortal

GROUP = 4  # digits that people read at once


class PaymentCodePortal(VoucherGreenPointsPortal):
    """The screen that a shopper shows at a till; the code on it changes every half minute."""

    @route("/my/vouchers/code", type="http", auth="user", website=True, methods=["GET"], sitemap=False)
    def my_payment_code(self, **_kwargs):
        """Show the user's own payment code."""
        return self._render_code(self._get_my_wallet(), "payment_code", "/my/vouchers/code/current")

    @route("/my/vouchers/code/current", type="jsonrpc", auth="user", website=True)
    def my_current_payment_code(self):
        """Return the code to show now.

        :return: dict of ``digits``, ``picture`` (source of a QR picture) and ``seconds`` until the next one;
            empty for a user without wallet
        """
        return self._get_shown_code(self._get_my_wallet())

    def _render_code(self, wallet, page_name, route, **values):
        """Return the screen with the code of a wallet that is the user's to spend; ``route`` gives the next ones."""
        wallet._credit_up_to_date()
        answer = request.render("voucher_settlement.portal_payment_code", {
            **self._prepare_portal_layout_values(), "page_name": page_name, "wallet": wallet, "route": route,
            "shown": self._get_shown_code(wallet), **values})
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _get_shown_code(self, wallet):
        if not wallet:
            return {}
        code, seconds = request.env["voucher.payment.code"]._get_or_create(wallet)._get_current()
        return {
            "digits": " ".join(code[start:start + GROUP] for start in range(0, len(code), GROUP)),
            "picture": f"data:image/svg+xml;base64,{base64.b64encode(draw_qr(code)).decode()}",
            "seconds": seconds,
        }
