import re

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Date, Domain
from odoo.http import request, route

from odoo.addons.merchant_alliance.controllers.portal import MerchantPortal
from odoo.addons.merchant_alliance.tools.picture import read_picture

ROWS = 80
LIMIT = 1_000_000
WHOLE_NUMBERS = {"min_periods_left": (1, 40), "capacity": (0, LIMIT), "cancel_days": (0, 90), "provide_days": (1, 90)}


class StoreServices(MerchantPortal):
    """The merchant offers services for points, and provides what was booked."""

    @route("/my/store/services", type="http", auth="user", website=True, methods=["GET"])
    def my_store_services(self, **_kwargs):
        """Show the services and the bookings that wait."""
        return self._render_services()

    @route("/my/store/services/new", type="http", auth="user", website=True, methods=["GET"])
    def new_service(self, **_kwargs):
        """Show the empty form."""
        if not self._get_service_stores():
            raise NotFound
        return self._render_service_form(None, {"date_from": Date.to_string(Date.context_today(request.env.user))}, {})

    @route("/my/store/services/<int:offer_id>", type="http", auth="user", website=True, methods=["GET"])
    def edit_service(self, offer_id, **_kwargs):
        """Show a service in the form."""
        offer = self._get_own_offer(offer_id)
        return self._render_service_form(offer, self._get_offer_values(offer), {})

    @route(["/my/store/services/send", "/my/store/services/<int:offer_id>/send"], type="http", auth="user",
           website=True, methods=["POST"])
    def send_service(self, offer_id=None, **post):
        """Make or change a service, and offer it; or show the form with what is wrong."""
        stores = self._get_service_stores()
        if not stores:
            raise NotFound
        offer = self._get_own_offer(offer_id) if offer_id else None
        values, texts, errors = self._read_offer(post, offer.store_id if offer else stores)
        self._check_booked(offer, values, errors)
        if not errors:
            try:
                with request.env.cr.savepoint():
                    self._save_offer(offer, values, texts)
                return request.redirect("/my/store/services")
            except (UserError, ValidationError) as error:
                errors["form"] = str(error)
        return self._render_service_form(offer, {**post, **values}, errors)

    @route("/my/store/services/<int:offer_id>/publish", type="http", auth="user", website=True, methods=["POST"])
    def publish_service(self, offer_id, **_kwargs):
        """Offer it again."""
        return self._try_services(self._get_own_offer(offer_id)._publish)

    @route("/my/store/services/<int:offer_id>/pause", type="http", auth="user", website=True, methods=["POST"])
    def pause_service(self, offer_id, **_kwargs):
        """Offer it no more."""
        return self._try_services(self._get_own_offer(offer_id)._withdraw)

    # -- bookings ------------------------------------------------------------

    @route("/my/store/bookings/<int:booking_id>/provide", type="http", auth="user", website=True, methods=["POST"])
    def provide_booking(self, booking_id, code=None, **_kwargs):
        """Record that the service was provided to the shopper who shows the code."""
        booking = self._get_own_booking(booking_id)
        try:
            booking._provide(code)
        except UserError as error:
            # not rolled back: wrong codes are counted
            return self._render_services(error=str(error), failed=booking)
        return self._render_services(done=booking)

    @route("/my/store/bookings/<int:booking_id>/cancel", type="http", auth="user", website=True, methods=["POST"])
    def cancel_booking(self, booking_id, **_kwargs):
        """Cancel it; the points go back to the shopper."""
        booking = self._get_own_booking(booking_id)
        return self._try_services(lambda: booking._cancel("merchant"))

    def _try_services(self, step):
        try:
            with request.env.cr.savepoint():
                step()
        except UserError as error:
            return self._render_services(error=str(error))
        return request.redirect("/my/store/services")

    # -- what is the user's own ----------------------------------------------

    def _get_service_stores(self):
        merchants = request.env["alliance.merchant"].search(self._get_my_merchant_domain())
        return request.env["alliance.store"].search(
            [("merchant_id", "in", merchants.ids), ("merchant_id.is_platform", "=", False)])

    def _search_own(self, model, domain, **options):
        # sudo: merchants write neither services nor bookings; the domain leaves those of their own stores
        return request.env[model].sudo().search(
            Domain("store_id", "in", self._get_service_stores().ids) & domain, **options)

    def _get_own_offer(self, offer_id):
        offer = self._search_own("green.points.offer", Domain("id", "=", offer_id))
        if not offer:
            raise NotFound
        return offer

    def _get_own_booking(self, booking_id):
        booking = self._search_own("green.points.exchange", Domain("id", "=", booking_id))
        if not booking:
            raise NotFound
        return booking

    # -- the form ------------------------------------------------------------

    def _get_offer_values(self, offer):
        values = {name: offer[name] for name in ("points", "store_id", *WHOLE_NUMBERS)}
        values["store_id"] = offer.store_id.id
        for lang, (name, description) in offer._get_names().items():
            values[f"name_{lang}"], values[f"description_{lang}"] = name, description
        for name in ("date_from", "date_to"):
            values[name] = Date.to_string(offer[name]) or ""
        return values

    def _read_offer(self, post, stores):
        """Return values, ``{lang: (name, description)}`` and ``{field: what is wrong}`` of what a form sent."""
        env, errors, values = request.env, {}, {}
        texts = {
            lang: ((post.get(f"name_{lang}") or "").strip(), (post.get(f"description_{lang}") or "").strip()[:4000])
            for lang in env["green.points.offer"]._get_names()}
        names = [name for name, _description in texts.values() if name]
        if not names or any(not 2 <= len(name) <= 80 for name in names):
            errors["name"] = env._("Please give a name of 2 to 80 characters, in one language at least.")
        chosen = stores.filtered(lambda store: str(store.id) == str(post.get("store_id"))) or stores[:1]
        values["store_id"] = chosen.id
        price = re.fullmatch(r"\d{1,7}(?:[.,]\d{1,2})?", (post.get("points") or "").strip())
        values["points"] = float(price[0].replace(",", ".")) if price else 0.0
        if values["points"] <= 0:
            errors["points"] = env._("Please give a price above zero, with at most two decimals.")
        for name, (lowest, highest) in WHOLE_NUMBERS.items():
            text = (post.get(name) or "").strip()
            if text.isdecimal() and lowest <= int(text) <= highest:
                values[name] = int(text)
            else:
                errors[name] = env._("A whole number from %(lowest)s to %(highest)s.", lowest=lowest, highest=highest)
        self._read_dates(post, values, errors)
        picture, error = read_picture(env, request.httprequest.files.get("image_1920"))
        if error:
            errors["image_1920"] = error
        elif picture:
            values["image_1920"] = picture
        return values, texts, errors

    def _read_dates(self, post, values, errors):
        for name in ("date_from", "date_to"):
            try:
                values[name] = Date.to_date((post.get(name) or "").strip()) or False
            except ValueError:
                errors[name] = request.env._("Please give a day as year-month-day.")
        if not values.get("date_from") and "date_from" not in errors:
            errors["date_from"] = request.env._("Please give the first day.")
        if not errors and values["date_to"] and values["date_to"] < values["date_from"]:
            errors["date_to"] = request.env._("The last day comes before the first one.")
        if not errors and values["cancel_days"] > values["provide_days"]:
            errors["cancel_days"] = request.env._("At most as many days as there are to provide it.")

    def _check_booked(self, offer, values, errors):
        """Add what is wrong where a service, with its bookings, does not allow what the form says."""
        capacity = values.get("capacity")
        if offer and capacity and capacity < offer.booked_count:
            errors["capacity"] = request.env._(
                "%s are booked already; at least so many, or 0 for any number.", offer.booked_count)

    def _save_offer(self, offer, values, texts):
        """Write what the form says, in each language; the other language's text stands in for one left out."""
        first = next(text for text in texts.values() if text[0])
        if offer:
            offer.write(values)
        else:
            # sudo: merchants have no rights on services; the store is their own
            offer = request.env["green.points.offer"].sudo().create({**values, "name": first[0]})
        for lang, (name, description) in texts.items():
            offer.with_context(lang=lang).write(
                {"name": name or first[0], "description": description or first[1]})
        offer._publish()

    def _render_service_form(self, offer, values, errors):
        languages = dict(request.env["res.lang"].get_installed())
        return request.render("green_points.portal_my_store_service", {
            **self._prepare_portal_layout_values(), "page_name": "my_store_services", "offer": offer,
            "values": values, "errors": errors, "stores": self._get_service_stores(),
            "languages": [(lang, languages[lang]) for lang in request.env["green.points.offer"]._get_names()]})

    def _render_services(self, **values):
        return request.render("green_points.portal_my_store_services", {
            **self._prepare_portal_layout_values(), "page_name": "my_store_services",
            "stores": self._get_service_stores(),
            "offers": self._search_own("green.points.offer", Domain.TRUE, limit=ROWS),
            "bookings": self._search_own(
                "green.points.exchange", Domain("state", "=", "booked"), order="provide_until, id", limit=ROWS),
            "provided": self._search_own(
                "green.points.exchange", Domain("state", "=", "provided"), order="provided_on desc, id desc", limit=10),
            "error": None, "failed": None, "done": None, **values})
