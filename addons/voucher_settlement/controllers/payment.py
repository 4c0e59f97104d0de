from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route

from odoo.addons.merchant_alliance.controllers.scan import ScanToPay
from odoo.addons.merchant_alliance.tools.money import from_cents
from odoo.addons.website_sale.controllers.main import WebsiteSale
from odoo.addons.website_sale.controllers.payment import PaymentPortal


class VoucherPaymentPortal(PaymentPortal):
    """Beside vouchers, the transaction for the rest is what they leave, computed here."""

    @route()
    def shop_payment_transaction(self, order_id, access_token, **kwargs):
        try:
            order_sudo = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            order_sudo = request.env["sale.order"]  # super refuses with its own message
        vouchers = order_sudo and order_sudo._get_voucher_transactions()
        if vouchers:
            if not all(tx._is_voucher_current() for tx in vouchers):
                raise ValidationError(request.env._(
                    "The cart has changed or the time for paying with vouchers has run out."
                    " Please refresh the page."))
            amount = kwargs.pop("amount", None)  # what the shopper saw; never what is charged
            if amount and order_sudo.currency_id.compare_amounts(amount, order_sudo._get_amount_due()):
                raise ValidationError(request.env._(
                    "The cart has been updated. Please refresh the page."))
        return super().shop_payment_transaction(order_id, access_token, **kwargs)

    def _create_transaction(self, *args, custom_create_values=None, **kwargs):
        links = (custom_create_values or {}).get("sale_order_ids")
        orders_sudo = request.env["sale.order"].sudo().browse(links[0][2] if links else [])
        vouchers = orders_sudo._get_voucher_transactions()
        if vouchers and orders_sudo.state in ("draft", "sent"):
            # The rest of the order is paid whole: one charge, whose amount no client chooses.
            kwargs["amount"] = orders_sudo._get_amount_due()
            if not kwargs["amount"]:
                raise ValidationError(request.env._("Vouchers pay this order whole: confirm it."))
            provider_sudo = request.env["payment.provider"].sudo().browse(kwargs.get("provider_id"))
            if not self._is_beside_vouchers(provider_sudo):
                raise ValidationError(request.env._(
                    "%s takes days: pay another way, or remove the vouchers.", provider_sudo.name))
            custom_create_values = {**custom_create_values, "voucher_transaction_id": vouchers[:1].id}
        return super()._create_transaction(
            *args, custom_create_values=custom_create_values, **kwargs)

    @staticmethod
    def _is_beside_vouchers(provider):
        """Whether a provider answers before the vouchers' time is up: a wire transfer does not."""
        return provider.code != "custom"


class VoucherWebsiteSale(WebsiteSale):

    def _get_shop_payment_values(self, order, **kwargs):
        released = order._release_stale_vouchers()
        return add_vouchers(super()._get_shop_payment_values(order, **kwargs), order, released)


class VoucherScanToPay(ScanToPay):

    def _prepare_scan_values(self, order_sudo):
        payable = order_sudo.state in ("draft", "sent")
        released = payable and order_sudo._release_stale_vouchers()
        values = super()._prepare_scan_values(order_sudo)
        return add_vouchers(values, order_sudo, released) if payable and not values["waiting"] else values


def add_vouchers(values, order, released):
    """Return a payment page's ``values`` with the box "Pay with vouchers", and with what fits beside them.

    :param bool released: vouchers were applied to the order as it was before
    """
    vouchers = get_voucher_values(order, released)
    if vouchers and vouchers["applied"] and "providers_sudo" in values:
        providers = values["providers_sudo"].filtered(VoucherPaymentPortal._is_beside_vouchers)
        values.update(
            amount=vouchers["due"], providers_sudo=providers,
            payment_methods_sudo=values["payment_methods_sudo"].filtered(
                lambda method: method.provider_ids & providers))
    return values | {"vouchers": vouchers}


def get_voucher_values(order, released):
    """Return what the box "Pay with vouchers" shows, or None when the order takes none.

    :return: dict of amounts in order currency; ``offers``: what each contact whose vouchers the user spends has for
        this order, the user's own first
    """
    stores = order._get_voucher_stores()
    user = request.env.user
    if not stores or user._is_public() or order.partner_id != user.partner_id:
        return None
    transactions, due = order._get_voucher_transactions(), order._get_amount_due()
    applied, paying = sum(transactions.mapped("amount")), transactions._get_voucher_holder()
    offers = [get_offer(order, holder, stores, due) for holder in paying or user._get_voucher_holders()]
    return {
        "applied": applied,
        "offers": [offer for offer in offers if offer["holder"] == user.partner_id or offer["balance"]],
        "paying": paying,
        "due": due,
        "covered": bool(applied) and not due,
        "released": released and not applied,
    }


def get_offer(order, holder, stores, due):
    """Return what the vouchers of ``holder``, which are the user's to spend, can do for an order."""
    # sudo: shoppers have no access to wallets
    wallet = request.env["voucher.wallet"].sudo()._get_or_create(holder, order.company_id)
    offer = wallet._get_offer(stores)
    return {
        "holder": holder,
        "balance": float(from_cents(offer["available"], order.currency_id)),
        "proposed": min(float(from_cents(offer["payable"], order.currency_id)), due),
        "elsewhere": offer["elsewhere"],
    }
