from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from .portal import MerchantPortal


def get_public_store(slug):
    """Return the store (sudo) whose public page ``slug`` names.

    :param str slug: "12" or "old-street-noodles-12"
    :raise NotFound: there is none that anybody may see
    """
    store_id = request.env["ir.http"]._unslug(slug)[1]
    # sudo: visitors have no rights on stores; the domain leaves those that are public
    stores = request.env["alliance.store"].sudo()
    store = stores.search([("id", "=", store_id), ("is_listed", "=", True)]) if store_id else None
    if not store:
        raise NotFound
    return store


class StorePages(http.Controller):
    """A store's public page."""

    @http.route("/alliance/store/<string:slug>", type="http", auth="public", website=True, methods=["GET"],
                sitemap=False)
    def store_page(self, slug, **_kwargs):
        """Show a store: where it is, when it is open, and that it takes part."""
        return request.render("merchant_alliance.store_page", self._prepare_store_values(get_public_store(slug)))

    def _prepare_store_values(self, store):
        """Return the values of the page; higher addons add theirs."""
        return {
            "store": store, "place": store.partner_id, "hours": store._get_hours() if store.calendar_id else [],
            "map_url": store._get_map_url(), "main_object": store,
            # sudo: visitors have no rights on stores; products of the shop are public
            "products": request.env["product.template"].sudo().search(
                [("brand_store_id", "=", store.id), ("is_published", "=", True), ("sale_ok", "=", True)], limit=9)
            if store.scene == "brand_mall" else None,
        }

    @http.route("/alliance/store/<int:store_id>/image", type="http", auth="public", website=True, methods=["GET"],
                sitemap=False)
    def store_image(self, store_id, **_kwargs):
        """Return the picture of a public store, at most 512 pixels wide."""
        stream = request.env["ir.binary"]._get_image_stream_from(
            get_public_store(str(store_id)), "image_512", width=512, height=512)
        return stream.get_response()


class StoreSigns(MerchantPortal):
    """Owners, and who serves in a store, print its sign."""

    @http.route("/my/store/<int:store_id>/sign", type="http", auth="user", website=True, methods=["GET"])
    def my_store_sign(self, store_id, **_kwargs):
        """Download the QR sign of one of the user's own stores as a PDF."""
        store = request.env.user._get_stores("serve").filtered(lambda own: own.id == store_id)
        if not store:
            raise NotFound
        content, kind, mimetype = request.env["ir.actions.report"]._render_document(
            "merchant_alliance.report_store_sign", store.ids)
        return request.make_response(content, [
            ("Content-Type", mimetype), ("Content-Disposition", content_disposition(f"{store.name}.{kind}"))])
