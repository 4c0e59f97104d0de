from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.http import Controller, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from .scan import ScanToPay
from .store import StorePages, get_public_store

EARLIEST_BIRTHDAY = "1900-01-01"


class ConsentPortal(CustomerPortal):
    """The shopper's page: which shops may write, coupons got, and the birthday, if told."""

    @route("/my/messages", type="http", auth="user", website=True, methods=["GET"])
    def my_messages(self, **_kwargs):
        """Show the shopper's own consents and coupons."""
        return self._render_messages()

    @route("/my/messages/<int:consent_id>/withdraw", type="http", auth="user", website=True, methods=["POST"])
    def withdraw_consent(self, consent_id, **_kwargs):
        """End one of the shopper's own consents."""
        consent = request.env["alliance.consent"]._find(request.env.user.partner_id).filtered(
            lambda own: own.id == consent_id)
        if not consent:
            raise NotFound
        consent._withdraw("account")
        return request.redirect("/my/messages")

    @route("/my/messages/birthday", type="http", auth="user", website=True, methods=["POST"])
    def tell_birthday(self, birthday=None, **_kwargs):
        """Keep, change or forget the shopper's birthday."""
        day = None
        if birthday:
            try:
                day = fields.Date.to_date(birthday)
            except ValueError:
                day = None
            if not day or not fields.Date.to_date(EARLIEST_BIRTHDAY) <= day <= fields.Date.today():
                return self._render_messages(error=request.env._("Birthday: please choose a day in the past."))
        # sudo: shops must not see it, so nobody but operators has a right on it; it is the shopper's own
        request.env.user.partner_id.sudo().alliance_birthday = day
        return request.redirect("/my/messages")

    def _render_messages(self, error=None):
        partner = request.env.user.partner_id
        # sudo: shoppers have no rights on coupons, these are their own
        coupons = request.env["alliance.coupon"].sudo().search([("partner_id", "=", partner.id)], limit=50)
        today = fields.Date.context_today(request.env.user)
        past = coupons.filtered(lambda coupon: coupon.state in ("used", "void") or coupon.valid_to < today)
        return request.render("merchant_alliance.portal_my_messages", {
            **self._prepare_portal_layout_values(), "page_name": "my_messages", "error": error,
            "consents": request.env["alliance.consent"]._find(partner),
            "coupons": coupons - past,
            "past": past[:10],
            "birthday": partner.sudo().alliance_birthday})  # sudo: see tell_birthday


class ConsentForm(Controller):
    """Where a shopper agrees to hear from a shop, and where the link in a message leads."""

    @route("/alliance/store/<string:slug>/consent", type="http", auth="user", website=True, methods=["POST"],
           sitemap=False)
    def give_consent(self, slug, agree=None, order=None, **_kwargs):
        """Record that the user agrees, if the box was ticked; go back to where the box was.

        :param order: id of the payment on whose result the box was
        """
        store = get_public_store(slug)
        back = f"/alliance/pay/{int(order)}" if (order or "").isdecimal() else store.website_url
        if agree == "1":
            request.env["alliance.consent"]._give(
                store.merchant_id, request.env.user.partner_id, "receipt" if back != store.website_url else "store")
        return request.redirect(f"{back}#alliance_consent")

    @route("/alliance/unsubscribe/<int:consent_id>/<string:token>", type="http", auth="public", website=True,
           methods=["GET"], sitemap=False)
    def unsubscribe_page(self, consent_id, token, **_kwargs):
        """Show what the link ends; mail programs that look at links in advance must not end it."""
        return self._render_unsubscribe(self._get_consent(consent_id, token), token)

    # no csrf token: mail programs send this by themselves when the reader clicks "unsubscribe" (RFC 8058)
    @route("/alliance/unsubscribe/<int:consent_id>/<string:token>", type="http", auth="public", website=True,
           methods=["POST"], sitemap=False, csrf=False)
    def unsubscribe(self, consent_id, token, **_kwargs):
        """End the consent that the link names."""
        consent = self._get_consent(consent_id, token)
        consent._follow_merge()._withdraw("message")
        return self._render_unsubscribe(consent, token)

    def _get_consent(self, consent_id, token):
        consent = request.env["alliance.consent"]._get_by_token(consent_id, token)
        if not consent:
            raise NotFound
        return consent

    def _render_unsubscribe(self, consent, token):
        return request.render("merchant_alliance.unsubscribe", {
            "merchant": consent.merchant_id, "ended": not consent._follow_merge(),
            "path": f"/alliance/unsubscribe/{consent.id}/{token}"})


class ConsentOnStorePage(StorePages):
    def _prepare_store_values(self, store):
        return {**super()._prepare_store_values(store), **prepare_consent_values(store)}


class ConsentOnReceipt(ScanToPay):
    def _prepare_scan_values(self, order_sudo):
        return {**super()._prepare_scan_values(order_sudo), **prepare_consent_values(order_sudo.scan_store_id)}


def prepare_consent_values(store):
    """Return what the box "may write to me" needs to know of the user and the store's merchant."""
    if request.env.user._is_public() or not store.is_listed:
        return {"consent_wording": None}
    consents, merchant = request.env["alliance.consent"], store.merchant_id
    return {"consent_wording": consents._get_wording(merchant),
            "consent": consents._find(request.env.user.partner_id, merchant)}
