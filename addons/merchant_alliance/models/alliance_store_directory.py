import math
import re
import unicodedata

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

EARTH_KM = 6371.0088
# Mercator's projection keeps shapes: what is near on it is near on the ground, so an index finds neighbours.
PROJECTION = "point(radians({0}), ln(tan(pi() / 4 + radians(greatest(least({1}, 85), -85)) / 2)))"
STORED_POINT = PROJECTION.format("longitude::float8", "latitude::float8")
GIVEN_POINT = PROJECTION.format("%s::float8", "%s::float8")
WORDS = re.compile(r"[^\W_]+")
LISTED = "is_listed IS TRUE"  # as the ORM asks for it: PostgreSQL takes no partial index for another wording
# Found first and through their own index: guessing how many there are, PostgreSQL may look at all stores instead.
NAMED = f"ARRAY(SELECT id FROM alliance_store WHERE {LISTED} AND string_to_array(search_terms, ' ') @> %s)"
# One row for each value, by jumping along the index: cities and their districts are few, stores many.
VALUES = """
    WITH RECURSIVE found AS (
        (SELECT %(field)s AS name FROM alliance_store WHERE %(scope)s AND %(field)s > '' ORDER BY %(field)s LIMIT 1)
        UNION ALL
        SELECT (SELECT %(field)s FROM alliance_store
                 WHERE %(scope)s AND %(field)s > f.name ORDER BY %(field)s LIMIT 1)
          FROM found f WHERE f.name IS NOT NULL)
    SELECT name FROM found WHERE name IS NOT NULL LIMIT 500
"""


def get_terms(text):
    """Return the pairs of neighbouring characters of each word in ``text``, and each character alone.

    Chinese has no spaces between words; pairs find any part of a name, in any script, through an index.

    :return: set of str
    """
    words = WORDS.findall(unicodedata.normalize("NFKC", text or "").lower())
    return {word[at:at + size] for word in words for size in (1, 2) for at in range(len(word) - size + 1)}


def get_needed_terms(text):
    """Return those that a name must have to contain every word of ``text``."""
    words = WORDS.findall(unicodedata.normalize("NFKC", text or "").lower())
    return {word[at:at + 2] for word in words for at in range(max(len(word) - 1, 1))}


class AllianceStore(models.Model):
    """Finding stores: by name, category, city, nearness and opening hours, among very many."""

    _inherit = "alliance.store"

    category_id = fields.Many2one("alliance.category", index="btree_not_null", ondelete="restrict")
    city = fields.Char(related="partner_id.city", store=True)
    district = fields.Char(help="Part of the city by which shoppers look for stores, for example 浦东新区.")
    latitude = fields.Float(compute="_compute_place", store=True, digits=(10, 7))
    longitude = fields.Float(compute="_compute_place", store=True, digits=(10, 7))
    is_listed = fields.Boolean(
        compute="_compute_is_listed", store=True, help="Published, and its merchant is active: anybody sees it.")
    search_terms = fields.Char(compute="_compute_search_terms", store=True)

    _listed_idx = models.Index(f"(id DESC) WHERE {LISTED}")
    _listed_category_idx = models.Index(f"(category_id, id DESC) WHERE {LISTED}")
    _listed_city_idx = models.Index(f"(city, id DESC) WHERE {LISTED}")
    _listed_district_idx = models.Index(f"(city, district, id DESC) WHERE {LISTED}")
    _listed_terms_idx = models.Index(f"USING gin (string_to_array(search_terms, ' ')) WHERE {LISTED}")
    _listed_place_idx = models.Index(f"USING gist ({STORED_POINT}) WHERE {LISTED} AND latitude <> 0")
    _calendar_idx = models.Index("(calendar_id)")

    @api.depends("partner_id.partner_latitude", "partner_id.partner_longitude")
    def _compute_place(self):
        for store in self:
            place = store.partner_id
            known = abs(place.partner_latitude) <= 90  # Odoo's shop notes a place off the earth where it knows none
            store.latitude = place.partner_latitude if known else 0.0
            store.longitude = place.partner_longitude if known else 0.0

    @api.depends("is_published", "active", "merchant_id.state", "merchant_id.active")
    def _compute_is_listed(self):
        for store in self:
            merchant = store.merchant_id
            store.is_listed = store.is_published and store.active and merchant.active and merchant.state == "active"

    @api.depends("name", "merchant_id.name", "category_id.name")
    def _compute_search_terms(self):
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        for store in self:
            terms = get_terms(store.merchant_id.name)
            for lang in languages:
                spoken = store.with_context(lang=lang)
                terms |= get_terms(spoken.name) | get_terms(spoken.category_id.name)
            store.search_terms = " ".join(sorted(terms))

    # -- looking for stores ----------------------------------------------------------------------

    @api.model
    def _get_directory_domain(self, text=None, category=None, city=None, district=None, is_open=False):
        """Return the domain of the listed stores that somebody looks for.

        :param str text: words or parts of words of its name, its merchant's or its category's
        :param int category: id of an ``alliance.category``
        :param str city: exactly as in the address
        :param str district: exactly as the city's
        :param bool is_open: only those that are open at this moment
        """
        domain = Domain("is_listed", "=", True)
        if terms := get_needed_terms(text):
            domain &= Domain.custom(to_sql=lambda _model, alias, _query: SQL(
                "%s = ANY(%s)", SQL.identifier(alias, "id"), SQL(NAMED, sorted(terms))))
        if category:
            domain &= Domain("category_id", "=", category)
        if city:
            domain &= Domain("city", "=", city)
        if city and district:
            domain &= Domain("district", "=", district)
        if is_open:
            domain &= Domain("is_open", "=", True)
        return domain

    @api.model
    def _find_listed(self, domain, place=None, offset=0, limit=20):
        """Return listed stores: the nearest first where ``place`` is known, else the newest.

        :param place: (latitude, longitude) in degrees; stores without coordinates are left out then
        """
        self.flush_model()
        query = self._search(domain)
        table = SQL.identifier(query.table)
        if place:
            latitude, longitude = place
            query.add_where(SQL("%s.latitude <> 0", table))
            query.order = SQL("%s <-> %s", SQL(STORED_POINT), SQL(GIVEN_POINT, longitude, latitude))
        else:
            query.order = SQL("%s.id DESC", table)
        query.offset, query.limit = offset, limit
        return self.browse([store_id for store_id, in self.env.execute_query(query.select())])

    def _get_distance_km(self, place):
        """Return how far this store is from ``place`` (latitude, longitude), in kilometres along the ground.

        Haversine formula.
        """
        self.ensure_one()
        lat1, lon1, lat2, lon2 = map(math.radians, (*place, self.latitude, self.longitude))
        half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
        return 2 * EARTH_KM * math.asin(math.sqrt(half))

    @api.model
    def _get_listed_cities(self):
        """Return the cities that have listed stores, at most 500, by their code points."""
        return self._get_listed_values("city", SQL(LISTED))

    @api.model
    def _get_listed_districts(self, city):
        """Return the districts of a city that have listed stores, at most 500, by their code points."""
        return self._get_listed_values("district", SQL("%s AND city = %s", SQL(LISTED), city))

    def _get_listed_values(self, fname, scope):
        self.flush_model()
        return [name for name, in self.env.execute_query(SQL(VALUES, field=SQL.identifier(fname), scope=scope))]
