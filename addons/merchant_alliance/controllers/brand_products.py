from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from ..tools.amount import parse_amount
from ..tools.money import from_cents
from ..tools.picture import read_picture
from .portal import MerchantPortal

ROWS = 80


class BrandProducts(MerchantPortal):
    """A brand keeps what it sells in the web mall: content and price with approval, stock at once."""

    @route("/my/store/products", type="http", auth="user", website=True, methods=["GET"])
    def my_products(self, search=None, **_kwargs):
        """Show the brand's products and what waits for approval."""
        return self._render_products(search=search)

    @route("/my/store/products/new", type="http", auth="user", website=True, methods=["GET"])
    def new_product(self, **_kwargs):
        """Show the empty form."""
        if not self._get_brand_stores():
            raise NotFound
        return self._render_product_form(None, {}, {})

    @route("/my/store/products/<int:product_id>", type="http", auth="user", website=True, methods=["GET"])
    def edit_product(self, product_id, **_kwargs):
        """Show a listed product in the form."""
        product = self._get_own_product(product_id)
        return self._render_product_form(product, self._get_product_values(product), {})

    @route(["/my/store/products/send", "/my/store/products/<int:product_id>/send"], type="http", auth="user",
           website=True, methods=["POST"])
    def send_product(self, product_id=None, **post):
        """Ask for approval of a new product, or of changes; or show the form with what is wrong."""
        stores = self._get_brand_stores()
        if not stores:
            raise NotFound
        product = self._get_own_product(product_id) if product_id else None
        values, errors = self._read_product(post, product.brand_store_id if product else stores)
        if not errors:
            try:
                with request.env.cr.savepoint():
                    # sudo: brands have no rights on requests; store and product are their own
                    request.env["alliance.product.request"].sudo().create({
                        **values, "product_tmpl_id": product.id if product else False})
                return request.redirect("/my/store/products?sent=1")
            except UserError as error:
                errors["form"] = str(error)
        return self._render_product_form(product, {**post, **values}, errors)

    @route("/my/store/products/<int:product_id>/stock", type="http", auth="user", website=True, methods=["POST"])
    def set_stock(self, product_id, quantity=None, **_kwargs):
        """Set how many pieces there are."""
        product = self._get_own_product(product_id)
        try:
            with request.env.cr.savepoint():
                product._set_brand_stock(int(quantity) if (quantity or "").strip().isdecimal() else None)
        except UserError as error:
            return self._render_products(error=str(error))
        return request.redirect("/my/store/products")

    @route("/my/store/products/<int:product_id>/unlist", type="http", auth="user", website=True, methods=["POST"])
    def unlist_product(self, product_id, **_kwargs):
        """Take a product out of the shop."""
        self._get_own_product(product_id)._unlist()
        return request.redirect("/my/store/products")

    @route("/my/store/requests/<int:request_id>/withdraw", type="http", auth="user", website=True, methods=["POST"])
    def withdraw_request(self, request_id, **_kwargs):
        """Take back what waits for approval."""
        found = self._search_requests(Domain("id", "=", request_id))
        if not found:
            raise NotFound
        try:
            found._withdraw()
        except UserError as error:
            return self._render_products(error=str(error))
        return request.redirect("/my/store/products")

    # -- what is the user's own ------------------------------------------------------------------

    def _get_brand_stores(self):
        return request.env.user._get_stores("products").filtered(lambda store: store.scene == "brand_mall")

    def _search_products(self, domain):
        # sudo: brands have no rights on products; the domain leaves their own
        return request.env["product.template"].sudo().search(
            Domain("brand_store_id", "in", self._get_brand_stores().ids) & domain, limit=ROWS)

    def _search_requests(self, domain):
        # sudo: brands have no rights on requests; the domain leaves their own
        return request.env["alliance.product.request"].sudo().search(
            Domain("store_id", "in", self._get_brand_stores().ids) & domain, limit=ROWS)

    def _get_own_product(self, product_id):
        product = self._search_products(Domain("id", "=", product_id))
        if not product:
            raise NotFound
        return product

    # -- the form --------------------------------------------------------------------------------

    def _get_product_values(self, product):
        return {
            "name": product.name, "description": product.description_sale or "", "price": product.list_price,
            "default_code": product.default_code or "", "public_categ_id": product.public_categ_ids[:1].id}

    def _read_product(self, post, stores):
        """Return values of the request and ``{field: what is wrong}`` of what a form sent."""
        env, errors = request.env, {}
        values = {name: (post.get(name) or "").strip() for name in ("name", "description", "default_code")}
        if not 2 <= len(values["name"]) <= 120:
            errors["name"] = env._("Please give a name of 2 to 120 characters.")
        chosen = stores.filtered(lambda store: str(store.id) == post.get("store_id")) or stores[:1]
        values["store_id"] = chosen.id
        try:
            cents = parse_amount(env, float((post.get("price") or "").replace(",", ".")), chosen.currency_id)
            values["price"] = float(from_cents(cents, chosen.currency_id))
        except (ValueError, UserError):
            errors["price"] = env._("Please give a price above zero.")
        number = post.get("public_categ_id") or ""
        values["public_categ_id"] = env["product.public.category"].sudo().search(  # sudo: all of them are public
            [("id", "=", int(number) if number.isdecimal() else 0)]).id
        picture, error = read_picture(env, request.httprequest.files.get("image_1920"))
        if error:
            errors["image_1920"] = error
        elif picture:
            values["image_1920"] = picture
        return values, errors

    def _render_product_form(self, product, values, errors):
        stores = self._get_brand_stores()
        return request.render("merchant_alliance.portal_my_product", {
            **self._prepare_portal_layout_values(), "page_name": "my_products", "product": product,
            "values": values, "errors": errors, "stores": stores, "currency": stores[:1].currency_id,
            # sudo: all of them are public
            "categories": request.env["product.public.category"].sudo().search([])})

    def _render_products(self, search=None, error=None):
        domain = Domain("name", "ilike", search) if search else Domain.TRUE
        products = self._search_products(domain)
        return request.render("merchant_alliance.portal_my_products", {
            **self._prepare_portal_layout_values(), "page_name": "my_products", "search": search, "error": error,
            "sent": request.params.get("sent"), "stores": self._get_brand_stores(), "products": products,
            "stock": {product: product._get_brand_stock() for product in products},
            "requests": self._search_requests(Domain("state", "in", ("submitted", "refused")))})
