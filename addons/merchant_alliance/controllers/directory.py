from urllib.parse import urlencode

from odoo import http
from odoo.http import request

STORES_PER_PAGE = 12  # on a phone, four screens
MAX_PAGE = 200
TEXT_LENGTH = 60
CITIES_KEPT = 3600  # seconds


class Directory(http.Controller):
    """Where to shop: every listed store, by name, category, city, nearness and opening hours."""

    @http.route("/alliance", type="http", auth="public", website=True, methods=["GET"], sitemap=True)
    def directory(self, **params):
        """Show the stores that fit; what makes no sense in the address is left out."""
        return request.render("merchant_alliance.directory", self._prepare_directory_values(params))

    @http.route("/alliance/cities", type="http", auth="public", website=True, methods=["GET"], sitemap=False)
    def cities(self, **_params):
        """Return the names of the cities that have listed stores, as JSON; browsers keep it for an hour."""
        # sudo: visitors have no rights on stores; these names stand in the directory
        names = request.env["alliance.store"].sudo()._get_listed_cities()
        return request.make_json_response(names, headers=[("Cache-Control", f"public, max-age={CITIES_KEPT}")])

    @http.route("/alliance/districts", type="http", auth="public", website=True, methods=["GET"], sitemap=False)
    def districts(self, city="", **_params):
        """Return the names of a city's districts that have listed stores, as JSON; browsers keep it for an hour."""
        # sudo: see cities
        names = request.env["alliance.store"].sudo()._get_listed_districts(city.strip()[:TEXT_LENGTH])
        return request.make_json_response(names, headers=[("Cache-Control", f"public, max-age={CITIES_KEPT}")])

    def _prepare_directory_values(self, params):
        # sudo: visitors have no rights on stores; the domain leaves those that are listed
        stores = request.env["alliance.store"].sudo()
        categories = request.env["alliance.category"].sudo().search([])  # sudo: the same
        asked = self._read_params(params, categories)
        domain = stores._get_directory_domain(**self._get_filters(asked))
        place = asked["place"]
        # one more than is shown says whether there is a next page: nobody counts all of them
        found = stores._find_listed(
            domain, place, (asked["page"] - 1) * STORES_PER_PAGE, STORES_PER_PAGE + 1)
        shown = found[:STORES_PER_PAGE]
        return {
            "stores": shown, "categories": categories, "asked": asked,
            "distances": {store.id: store._get_distance_km(place) for store in shown} if place else {},
            "previous_url": self._get_url(asked, page=asked["page"] - 1) if asked["page"] > 1 else None,
            "next_url": self._get_url(asked, page=asked["page"] + 1) if len(found) > len(shown) else None,
            "get_url": lambda **changes: self._get_url(asked, page=1, **changes),
        }

    def _read_params(self, params, categories):
        """Return what is asked for, as values that make sense."""
        category = params.get("category", "")
        return {
            "text": params.get("q", "").strip()[:TEXT_LENGTH],
            "category": int(category) if category.isdecimal() and int(category) in categories.ids else None,
            "city": params.get("city", "").strip()[:TEXT_LENGTH],
            "district": params.get("district", "").strip()[:TEXT_LENGTH] if params.get("city", "").strip() else "",
            "is_open": params.get("open") == "1",
            "place": self._read_place(params.get("near", "")),
            "page": self._read_page(params.get("page", "")),
        }

    @staticmethod
    def _read_page(text):
        return min(max(int(text), 1), MAX_PAGE) if text.isdecimal() else 1

    @staticmethod
    def _read_place(text):
        """Return (latitude, longitude) of "31.23,121.47", or None."""
        try:
            latitude, longitude = map(float, text.split(","))
        except ValueError:
            return None
        return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None

    def _get_filters(self, asked):
        """Return the arguments of the model's ``_get_directory_domain``; higher addons add theirs."""
        return {name: asked[name] for name in ("text", "category", "city", "district", "is_open")}

    def _get_query(self, asked):
        """Return the parameters of the page's address."""
        return {
            "q": asked["text"], "category": asked["category"], "city": asked["city"],
            "district": asked["district"], "open": "1" if asked["is_open"] else None,
            "near": "{:.4f},{:.4f}".format(*asked["place"]) if asked["place"] else None,
            "page": asked["page"] if asked["page"] > 1 else None,
        }

    def _get_url(self, asked, **changes):
        query = {key: value for key, value in self._get_query({**asked, **changes}).items() if value}
        return f"/alliance?{urlencode(query)}" if query else "/alliance"
