from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request, route

from ..models.alliance_offer import NAME_LIMIT, TEXT_LIMIT
from .portal import MerchantPortal
from .store import StorePages

LANGUAGES = ("zh_CN", "en_US")
OFFERS_LISTED = 40


class OffersOnStorePage(StorePages):
    def _prepare_store_values(self, store):
        offers = request.env["alliance.offer"]._find_shown(store)
        return {**super()._prepare_store_values(store), "store_offers": offers}


class OfferPortal(MerchantPortal):
    """A merchant's offers on the public pages of its stores."""

    @route("/my/store/offers", type="http", auth="user", website=True, methods=["GET"])
    def my_offers(self, **_kwargs):
        """Show the merchant's offers, and the form of a new one."""
        return self._render_offers()

    @route("/my/store/offers/send", type="http", auth="user", website=True, methods=["POST"])
    def send_offer(self, **post):
        """Keep a new offer; it is published once it is approved."""
        merchant = self._get_my_merchant()
        if not merchant:
            raise NotFound
        vals, texts, errors = self._read_store_offer(merchant, post)
        if not errors:
            try:
                with request.env.cr.savepoint():
                    request.env["alliance.offer"]._submit(merchant, vals, texts)
                return request.redirect("/my/store/offers")
            except UserError as error:
                errors = {"form": str(error)}
        return self._render_offers(errors, post)

    @route("/my/store/offers/<int:offer_id>/withdraw", type="http", auth="user", website=True, methods=["POST"])
    def withdraw_offer(self, offer_id, **_kwargs):
        """Take one of the merchant's own offers back."""
        offer = self._search_my_offers([("id", "=", offer_id)])
        if not offer:
            raise NotFound
        offer._withdraw()
        return request.redirect("/my/store/offers")

    def _search_my_offers(self, domain):
        # sudo: merchants have no rights on offers; the domain leaves those of the user's merchant
        return request.env["alliance.offer"].sudo().search(
            [("merchant_id", "in", self._get_my_merchant().ids), *domain], limit=OFFERS_LISTED, order="id desc")

    def _get_languages(self):
        """Return ``{code: name}`` of the languages an offer is written in: Chinese and English, where installed."""
        installed = dict(request.env["res.lang"].get_installed())
        return {code: installed[code] for code in LANGUAGES if code in installed}

    def _read_store_offer(self, merchant, post):
        """Return ``(values, {language: texts}, {field: what is wrong})`` of the form."""
        env, errors, texts = request.env, {}, {}
        for lang in self._get_languages():
            name, text = ((post.get(f"{field}_{lang}") or "").strip() for field in ("name", "text"))
            if len(name) > NAME_LIMIT or len(text) > TEXT_LIMIT:
                errors[f"name_{lang}"] = env._(
                    "At most %(name)s characters for the offer and %(text)s for the text.",
                    name=NAME_LIMIT, text=TEXT_LIMIT)
            if name:
                texts[lang] = {"name": name, "text": text}
            elif text:
                errors[f"name_{lang}"] = env._("Please fill in the offer, too.")
        if not texts and not errors:
            errors["form"] = env._("Please write the offer in one language at least.")
        vals = {"store_id": False}
        for field in ("date_from", "date_to"):
            try:
                vals[field] = fields.Date.to_date(post.get(field) or None)
            except ValueError:
                vals[field] = None
            if not vals[field]:
                errors[field] = env._("Please choose a day.")
        today = env["alliance.offer"]._get_day(merchant)
        if vals["date_from"] and vals["date_to"] and vals["date_to"] < max(vals["date_from"], today):
            errors["date_to"] = env._("The last day must not be before the first day, nor in the past.")
        if post.get("store"):
            store = env["alliance.store"].search([("merchant_id", "=", merchant.id)]).filtered(
                lambda own: str(own.id) == post["store"])
            if not store:
                errors["store"] = env._("Please choose one of your stores.")
            vals["store_id"] = store.id
        return vals, texts, errors

    def _render_offers(self, errors=None, post=None):
        merchant = self._get_my_merchant()
        return request.render("merchant_alliance.portal_my_offers", {
            **self._prepare_portal_layout_values(), "page_name": "my_offers", "merchant": merchant,
            "offers": self._search_my_offers([]), "languages": self._get_languages(), "errors": errors or {},
            "values": post or {},
            "today": merchant.sudo().company_id._get_day(),
            "stores": request.env["alliance.store"].search([("merchant_id", "=", merchant.id)])})
