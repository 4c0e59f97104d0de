from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError, ValidationError
from odoo.http import request, route

from odoo.addons.payment.controllers.portal import PaymentPortal
from odoo.addons.portal.controllers.portal import pager

from ..tools.amount import parse_typed
from ..tools.money import from_cents
from .portal import MerchantPortal

ROWS = 20
TOPUPS_SHOWN = 5


class DepositPortal(MerchantPortal, PaymentPortal):
    """The owner's page of the prepaid deposit: what came in and went, and topping it up online."""

    @route(["/my/deposit/<int:merchant_id>", "/my/deposit/<int:merchant_id>/page/<int:page>"], type="http",
           auth="user", website=True, methods=["GET"])
    def my_deposit(self, merchant_id, page=1, **_kwargs):
        """Show balance, entries and top-ups that are on their way."""
        return self._render_deposit(self._get_own_merchant(merchant_id), page)

    @route("/my/deposit/<int:merchant_id>/pay", type="http", auth="user", website=True, methods=["GET"])
    def pay_deposit(self, merchant_id, amount=None, **_kwargs):
        """Show the ways to pay the amount; or what is wrong with it."""
        merchant = self._get_own_merchant(merchant_id)
        try:
            cents = merchant._parse_topup(parse_typed(amount))
        except UserError as error:
            return self._render_deposit(merchant, error=str(error), amount=amount)
        return request.render("merchant_alliance.portal_my_deposit_pay", self._prepare_pay_values(merchant, cents))

    @route("/my/deposit/<int:merchant_id>/transaction", type="jsonrpc", auth="user", website=True)
    def deposit_transaction(self, merchant_id, amount=None, **kwargs):
        """Begin the payment of a top-up; what is paid is what the deposit gets.

        :param float amount: within the limits
        :return: the processing values that Odoo's payment form expects
        :raise UserError: the amount is not allowed
        :raise ValidationError: this way to pay is not offered
        """
        merchant = self._get_own_merchant(merchant_id)
        cents = merchant._parse_topup(amount)
        amount = float(from_cents(cents, merchant.currency_id))
        kwargs.pop("access_token", None)  # of Odoo's form; here the login decides
        self._validate_transaction_kwargs(kwargs)
        if kwargs.get("provider_id") not in self._get_providers(merchant, amount).ids:
            raise ValidationError(request.env._("This way to pay is not offered. Please refresh the page."))
        kwargs.update(
            amount=amount, partner_id=merchant.partner_id.id, currency_id=merchant.currency_id.id,
            landing_route=f"/my/deposit/{merchant.id}")
        tx_sudo = self._create_transaction(
            reference_prefix=f"TOPUP{merchant.id}", custom_create_values={"deposit_merchant_id": merchant.id}, **kwargs)
        return tx_sudo._get_processing_values()

    # -- what is the owner's own --------------------------------------------------------------------

    def _get_own_merchant(self, merchant_id):
        merchant = request.env.user._get_owned_merchants().filtered(lambda own: own.id == merchant_id)
        if not merchant:
            raise NotFound
        return merchant

    def _get_providers(self, merchant, amount):
        # sudo: merchants don't read providers
        providers_sudo = request.env["payment.provider"].sudo()._get_compatible_providers(
            merchant.company_id.id, merchant.partner_id.id, amount, currency_id=merchant.currency_id.id)
        return providers_sudo._filter_prompt()

    def _render_deposit(self, merchant, page=1, error=None, amount=None):
        entries = request.env["alliance.deposit.entry"]
        domain = [("merchant_id", "=", merchant.id)]
        pages = pager(
            url=f"/my/deposit/{merchant.id}", total=entries.search_count(domain), page=page, step=ROWS)
        least, most = (from_cents(cents, merchant.currency_id) for cents in merchant._get_topup_limits())
        return request.render("merchant_alliance.portal_my_deposit", {
            **self._prepare_portal_layout_values(), "page_name": "my_deposit", "merchant": merchant, "error": error,
            "amount": amount, "least": float(least), "most": float(most), "pager": pages,
            "entries": entries.search(domain, limit=ROWS, offset=pages["offset"]),
            # sudo: merchants don't read transactions; these top up their own deposit
            "underway": request.env["payment.transaction"].sudo().search(
                [("deposit_merchant_id", "=", merchant.id), ("state", "in", ("pending", "authorized", "error"))],
                order="id desc", limit=TOPUPS_SHOWN)})

    def _prepare_pay_values(self, merchant, cents):
        """Return what the page and Odoo's payment form show."""
        amount = float(from_cents(cents, merchant.currency_id))
        providers_sudo = self._get_providers(merchant, amount)
        return {
            **self._prepare_portal_layout_values(), "page_name": "my_deposit", "merchant": merchant,
            "reference_prefix": f"TOPUP{merchant.id}", "amount": amount, "currency": merchant.currency_id,
            "partner_id": merchant.partner_id.id, "providers_sudo": providers_sudo,
            # sudo: merchants don't read ways to pay
            "payment_methods_sudo": request.env["payment.method"].sudo()._get_compatible_payment_methods(
                providers_sudo.ids, merchant.partner_id.id, currency_id=merchant.currency_id.id),
            "tokens_sudo": request.env["payment.token"].sudo(), "availability_report": {},
            "show_tokenize_input_mapping": dict.fromkeys(providers_sudo.ids, False),
            "transaction_route": f"/my/deposit/{merchant.id}/transaction", "access_token": False,
            "landing_route": f"/my/deposit/{merchant.id}"}
