from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.http import request, route

from odoo.addons.website_sale.controllers.payment import PaymentPortal

from ..models.sale_order_paid import WAS_PAID
from ..tools.amount import parse_typed_amount
from .portal import MerchantPortal
from .store import get_public_store

PAYMENTS_SHOWN = 20


class ScanToPay(PaymentPortal):
    """Scan-to-pay: the store's QR code, an amount, a payment, and the result for both sides."""

    @route("/alliance/store/<string:slug>/pay", type="http", auth="public", website=True, methods=["GET"],
           sitemap=False)
    def scan_store(self, slug, amount=None, **_kwargs):
        """What the QR code opens: ask for the amount, or first for a login."""
        return self._render_scan_form(get_public_store(slug), amount=amount)

    @route("/alliance/store/<string:slug>/pay/begin", type="http", auth="user", website=True, methods=["POST"],
           sitemap=False)
    def scan_begin(self, slug, amount=None, note=None, key=None, **_kwargs):
        """Make the order of the amount typed, and go on to its payment."""
        store = get_public_store(slug)
        try:
            cents = parse_typed_amount(request.env, amount, store.currency_id)
            order = request.env["sale.order"]._create_scan_order(
                store, request.env.user.partner_id, cents, key, note)
        except UserError as error:
            return self._render_scan_form(store, amount=amount, note=note, error=str(error))
        return request.redirect(f"/alliance/pay/{order.id}")

    def _render_scan_form(self, store, **values):
        user = request.env.user
        return request.render("merchant_alliance.scan_form", {
            "store": store, "known": not user._is_public(),
            "may_sign_up": user._get_signup_invitation_scope() == "b2c", **values})

    # -- paying --------------------------------------------------------------------------------------

    @route("/alliance/pay/<int:order_id>", type="http", auth="user", website=True, methods=["GET"], sitemap=False)
    def scan_pay(self, order_id, **_kwargs):
        """Show the shopper's own payment: to be paid, or its receipt."""
        return request.render("merchant_alliance.scan_pay", self._prepare_scan_values(self._get_own_scan(order_id)))

    @route("/alliance/pay/<int:order_id>/transaction", type="jsonrpc", auth="user", website=True)
    def scan_transaction(self, order_id, **kwargs):
        """Begin the payment of what is due; the amount is the server's.

        :return: the processing values that Odoo's payment form expects
        :raise ValidationError: nothing is due, a payment of it is on its way, or this way to pay is not offered
        """
        order_sudo = self._get_own_scan(order_id)
        if not order_sudo.try_lock_for_update():
            raise UserError(request.env._("Payment is already being processed."))
        due = order_sudo._get_amount_due() if order_sudo.state in ("draft", "sent") else 0
        if not due:
            raise ValidationError(request.env._("This payment has been made or cancelled. Please refresh the page."))
        if order_sudo.transaction_ids.filtered(lambda tx: tx.state == "pending"):
            raise ValidationError(request.env._("A payment is on its way. Please wait for its result."))
        kwargs.pop("access_token", None)  # of Odoo's form; here the login decides
        self._validate_transaction_kwargs(kwargs)
        if kwargs.get("provider_id") not in self._get_scan_providers(order_sudo, due).ids:
            raise ValidationError(request.env._("This way to pay is not offered. Please refresh the page."))
        kwargs.update(
            partner_id=order_sudo.partner_id.id, currency_id=order_sudo.currency_id.id, amount=due,
            sale_order_id=order_id, landing_route=f"/alliance/pay/{order_id}")
        tx_sudo = self._create_transaction(
            custom_create_values={"sale_order_ids": [Command.set([order_id])]}, **kwargs)
        return tx_sudo._get_processing_values()

    def _get_own_scan(self, order_id):
        """Return the user's own payment in a store (sudo); those of others are not there."""
        # sudo: shoppers may not read the stores and transactions of their orders
        order_sudo = request.env["sale.order"].sudo().search([
            ("id", "=", order_id), ("scan_store_id", "!=", False),
            ("partner_id", "=", request.env.user.partner_id.id)])
        if not order_sudo:
            raise NotFound
        return order_sudo

    def _get_scan_providers(self, order_sudo, amount):
        return order_sudo.env["payment.provider"]._get_compatible_providers(
            order_sudo.company_id.id, order_sudo.partner_id.id, amount, currency_id=order_sudo.currency_id.id,
            sale_order_id=order_sudo.id)._filter_prompt()

    def _prepare_scan_values(self, order_sudo):
        """Return the values of the payment page; higher addons add theirs."""
        open_ = order_sudo.state in ("draft", "sent")
        due = order_sudo._get_amount_due() if open_ else 0
        last = order_sudo.transaction_ids._get_last()
        values = {
            "order": order_sudo, "store": order_sudo.scan_store_id, "due": due, "page_name": "scan_pay",
            "paid": order_sudo.state == "sale" and bool(order_sudo._filter_paid(WAS_PAID)),
            "waiting": open_ and last.state == "pending", "failed": open_ and last.state in ("cancel", "error"),
        }
        if due and not values["waiting"]:
            values.update(self._get_payment_values(order_sudo))
            providers = values["providers_sudo"]._filter_prompt()
            values.update(
                providers_sudo=providers, payment_methods_sudo=values["payment_methods_sudo"].filtered(
                    lambda method: method.provider_ids & providers))
            values.update(
                amount=due, transaction_route=f"/alliance/pay/{order_sudo.id}/transaction",
                landing_route=f"/alliance/pay/{order_sudo.id}")
        return values


class ScanDesk(MerchantPortal):
    """What the store's people see: each payment, as soon as it is made."""

    @route("/my/store/payments", type="http", auth="user", website=True, methods=["GET"])
    def my_store_payments(self, **_kwargs):
        """Show the last payments made with the QR codes of the stores that the user owns or serves in."""
        stores = request.env.user._get_stores("serve")
        # sudo: merchants don't read orders; these were paid in their own stores
        orders = request.env["sale.order"].sudo()
        orders = orders.search(
            Domain("scan_store_id", "in", stores.ids) & Domain("state", "=", "sale")
            & orders._get_paid_domain(WAS_PAID),
            order="date_order desc, id desc", limit=PAYMENTS_SHOWN) if stores else orders
        return request.render("merchant_alliance.portal_my_store_payments", {
            **self._prepare_portal_layout_values(), "page_name": "my_store_payments",
            "stores": stores, "payments": orders})
