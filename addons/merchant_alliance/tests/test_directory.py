import re

from freezegun import freeze_time

from odoo import Command
from odoo.tests import HttpCase, tagged

from ..models.alliance_store_directory import get_needed_terms, get_terms
from .common import AllianceCommon

PLACES = {  # city, latitude, longitude
    "Noodle House": ("Shanghai", 31.2304, 121.4737), "Tea House": ("Shanghai", 31.2504, 121.4737),
    "Silk": ("Suzhou", 31.2990, 120.5853), "Northern Hot Pot": ("Harbin", 45.8038, 126.5350)}
HERE = (31.2300, 121.4700)


class DirectoryCommon(AllianceCommon):
    """Four stores in three cities, the first of them open from 10 to 22 in Shanghai."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["alliance.store"].search([("id", "!=", cls.store.id)]).is_published = False
        cls.stores = {"Noodle House": cls.store}
        for name in list(PLACES)[1:]:
            cls.stores[name] = cls._make_merchant(name).store_ids
        for name, (city, latitude, longitude) in PLACES.items():
            cls.stores[name].partner_id = cls.env["res.partner"].create({
                "name": name, "city": city, "partner_latitude": latitude, "partner_longitude": longitude})
        cls.store.category_id = cls.env.ref("merchant_alliance.category_food")
        cls.store.calendar_id = cls.env["resource.calendar"].create({
            "name": "Noodles", "tz": "Asia/Shanghai", "attendance_ids": [Command.clear(), *(
                Command.create({"name": "Day", "dayofweek": day, "hour_from": 10, "hour_to": 22,
                                "day_period": "full_day"}) for day in "0123456")]})

    def _find(self, place=None, **filters):
        stores = self.env["alliance.store"]
        found = stores._find_listed(stores._get_directory_domain(**filters), place)
        return [next(name for name, store in self.stores.items() if store == one) for one in found]


class TestDirectory(DirectoryCommon):
    def test_newest_first(self):
        self.assertEqual(self._find(), list(reversed(PLACES)))
        stores = self.env["alliance.store"]
        self.assertEqual(stores._find_listed(stores._get_directory_domain(), offset=3, limit=5), self.store)

    def test_only_what_is_listed(self):
        self.stores["Silk"].is_published = False
        self.stores["Tea House"].merchant_id.action_suspend()
        self.stores["Northern Hot Pot"].active = False
        self.assertEqual(self._find(), ["Noodle House"])
        self.stores["Tea House"].merchant_id.action_activate()
        self.assertEqual(self._find(), ["Tea House", "Noodle House"])

    def test_district_of_a_city(self):
        for name, district in (("Noodle House", "Huangpu"), ("Tea House", "Pudong"), ("Silk", "Pudong")):
            self.stores[name].district = district
        self.assertEqual(self._find(city="Shanghai", district="Pudong"), ["Tea House"])
        self.assertEqual(self._find(city="Shanghai", district="Nowhere"), [])
        self.assertEqual(len(self._find(district="Pudong")), 4, "only within a city")
        stores = self.env["alliance.store"]
        self.assertEqual(stores._get_listed_districts("Shanghai"), ["Huangpu", "Pudong"])
        self.stores["Tea House"].is_published = False
        self.assertEqual(stores._get_listed_districts("Shanghai"), ["Huangpu"])
        self.assertEqual(stores._get_listed_districts("'; DROP TABLE"), [])

    def test_any_part_of_a_name(self):
        self.assertEqual(self._find(text="noodle"), ["Noodle House"])
        self.assertEqual(self._find(text="HOUSE tea"), ["Tea House"])
        self.assertEqual(self._find(text="ou"), ["Tea House", "Noodle House"])
        self.assertEqual(self._find(text="restaurant"), ["Noodle House"], "its category")
        self.assertEqual(self._find(text="teapot"), [])
        self.assertEqual(len(self._find(text="% _ '")), 4, "signs are no words")

    def test_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.store.with_context(lang="zh_CN").name = "老街牛肉面馆"
        for text in ("老街", "面馆", "牛", "老街 面馆"):
            self.assertEqual(self._find(text=text), ["Noodle House"], text)
        for text in ("馆面", "老面", "鱼"):
            self.assertEqual(self._find(text=text), [], text)

    def test_terms(self):
        self.assertEqual(get_terms("面馆 Ab"), {"面", "馆", "面馆", "a", "b", "ab"})
        self.assertEqual(get_needed_terms("Ａb 面"), {"ab", "面"})
        self.assertEqual(get_needed_terms(None), set())

    def test_category_and_city(self):
        self.assertEqual(self._find(category=self.store.category_id.id), ["Noodle House"])
        self.assertEqual(self._find(city="Shanghai"), ["Tea House", "Noodle House"])
        self.assertEqual(self._find(city="shanghai' OR 1=1"), [])
        self.assertEqual(self.env["alliance.store"]._get_listed_cities(), ["Harbin", "Shanghai", "Suzhou"])

    def test_a_moved_store_is_found_where_it_is(self):
        self.stores["Silk"].partner_id.write({"city": "Harbin", "partner_latitude": 45.8, "partner_longitude": 126.5})
        self.assertEqual(self._find(city="Harbin"), ["Northern Hot Pot", "Silk"])
        self.assertEqual(self._find(place=(45.8, 126.5))[:1], ["Silk"])

    def test_nearest_first(self):
        self.assertEqual(self._find(place=HERE), list(PLACES))
        self.assertEqual(self._find(place=(46.0, 126.0)), ["Northern Hot Pot", "Tea House", "Noodle House", "Silk"])
        self.assertAlmostEqual(self.store._get_distance_km(HERE), 0.355, places=2)
        self.assertAlmostEqual(self.stores["Northern Hot Pot"]._get_distance_km(HERE), 1672, delta=8)
        self.stores["Silk"].partner_id.write({"partner_latitude": 0, "partner_longitude": 0})
        self.assertNotIn("Silk", self._find(place=HERE), "nobody knows where it is")

    def test_north_counts_as_much_as_east(self):
        """A degree of longitude is shorter than one of latitude: by degrees the order would be the other way."""
        self.stores["Tea House"].partner_id.write({"partner_latitude": 31.23 + 0.095, "partner_longitude": 121.47})
        self.stores["Silk"].partner_id.write({"partner_latitude": 31.23, "partner_longitude": 121.47 + 0.105})
        self.assertLess(self.stores["Silk"]._get_distance_km(HERE), self.stores["Tea House"]._get_distance_km(HERE))
        self.assertEqual(self._find(place=HERE)[1:3], ["Silk", "Tea House"])

    def test_open_now(self):
        with freeze_time("2026-11-23 05:00:00"):
            self.assertEqual(self._find(is_open=True), ["Noodle House"])
        with freeze_time("2026-11-23 15:00:00"):  # 23:00 in Shanghai
            self.assertEqual(self._find(is_open=True), [])


@tagged("post_install", "-at_install")
class TestDirectoryPage(DirectoryCommon, HttpCase):
    def _get_names(self, query=""):
        page = self.url_open(f"/alliance{query}")
        self.assertEqual(page.status_code, 200)
        found = re.findall(r'href="[^"]*/alliance/store/[^"]*-(\d+)"', page.text)
        return [name for store_id in found for name, store in self.stores.items() if store.id == int(store_id)]

    def test_page(self):
        self.assertEqual(self._get_names(), list(reversed(PLACES)))
        self.assertEqual(self._get_names("?q=noodle"), ["Noodle House"])
        self.assertEqual(self._get_names("?city=Suzhou"), ["Silk"])
        self.assertEqual(self._get_names(f"?category={self.store.category_id.id}"), ["Noodle House"])
        self.assertEqual(self._get_names("?near=31.23,121.47"), list(PLACES))
        self.assertIn("0.4 km", re.sub(r"\s+", " ", self.url_open("/alliance?near=31.23,121.47").text))

    def test_cities(self):
        answer = self.url_open("/alliance/cities")
        self.assertEqual(answer.json(), ["Harbin", "Shanghai", "Suzhou"])
        self.stores["Silk"].is_published = False
        self.assertNotIn("Suzhou", self.url_open("/alliance/cities").json())

    def test_districts(self):
        self.stores["Tea House"].district = "Pudong"
        self.assertEqual(self.url_open("/alliance/districts?city=Shanghai").json(), ["Pudong"])
        self.assertEqual(self.url_open("/alliance/districts").json(), [])
        self.assertEqual(self._get_names("?city=Shanghai&district=Pudong"), ["Tea House"])
        page = self.url_open("/alliance?city=Shanghai&district=Pudong").text
        self.assertIn("district=Pudong", page, "filters keep it")

    def test_nonsense_is_left_out(self):
        for query in ("?category=abc", "?category=999999", "?near=1", "?near=x,y", "?near=91,0", "?near=nan,nan",
                      "?page=-3", "?page=x", "?open=maybe"):
            with self.subTest(query=query):
                self.assertEqual(len(self._get_names(query)), 4)
        self.assertIn("directory_empty", self.url_open("/alliance?page=9").text)
        self.assertIn("directory_empty", self.url_open("/alliance?q=zzzz").text)

    def test_words_are_shown_as_words(self):
        page = self.url_open("/alliance?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
        self.assertNotIn("<script>alert(1)", page)
