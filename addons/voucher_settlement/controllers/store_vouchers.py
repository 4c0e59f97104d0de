from werkzeug.exceptions import NotFound

from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.merchant_alliance.controllers.portal import MerchantPortal

from .green_points import find_wallet
from .payment_code import PaymentCodePortal

PATH = "/my/store/<int:merchant_id>/vouchers"


class VoucherStorePortal(MerchantPortal):
    """“My store” also shows what the shop's points have turned into."""

    def _prepare_my_store_values(self, page=1):
        values = super()._prepare_my_store_values(page)
        if merchant := values["merchant"]:
            values["store_wallet"] = get_wallet(merchant)
        return values


class StoreVouchersPortal(PaymentCodePortal):
    """The vouchers of a shop, which its owners spend elsewhere."""

    @route(PATH, type="http", auth="user", website=True, methods=["GET"], sitemap=False)
    def my_store_vouchers(self, merchant_id):
        """Show the vouchers of a merchant that the user owns."""
        merchant = self._get_own_merchant(merchant_id)
        return request.render("voucher_settlement.portal_store_vouchers", {
            **self._prepare_portal_layout_values(), "page_name": "store_vouchers", "merchant": merchant,
            "vouchers": self._prepare_vouchers_values(get_wallet(merchant))})

    @route(f"{PATH}/code", type="http", auth="user", website=True, methods=["GET"], sitemap=False)
    def my_store_payment_code(self, merchant_id):
        """Show the payment code of a merchant that the user owns."""
        merchant = self._get_own_merchant(merchant_id)
        return self._render_code(get_wallet(merchant), "store_payment_code",
                                 f"/my/store/{merchant.id}/vouchers/code/current", merchant=merchant)

    @route(f"{PATH}/code/current", type="jsonrpc", auth="user", website=True)
    def my_store_current_payment_code(self, merchant_id):
        """Return the code to show now, as ``my_current_payment_code`` does."""
        return self._get_shown_code(get_wallet(self._get_own_merchant(merchant_id)))

    def _get_own_merchant(self, merchant_id):
        """Return a merchant that the user owns.

        :raise NotFound: there is none of this number
        """
        merchant = request.env["alliance.merchant"].search(
            request.env.user._get_owned_domain() & Domain("id", "=", merchant_id))
        if not merchant:
            raise NotFound
        return merchant


def get_wallet(merchant):
    """Return the wallet of a merchant that the user owns, credited up to date; empty before its first points."""
    wallet = find_wallet(merchant.partner_id, merchant.company_id)
    wallet._credit_up_to_date()
    return wallet
