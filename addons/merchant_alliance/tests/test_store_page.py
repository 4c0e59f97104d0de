from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.tests import HttpCase, tagged

from ..tools.qr import draw_qr
from .common import AllianceCommon

MONDAY = "2026-11-23"


class TestOpeningHours(AllianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create({
            "name": "Noodles", "tz": "Asia/Shanghai", "attendance_ids": [Command.clear(), *(
                Command.create({"name": "Day", "dayofweek": day, "hour_from": 10.5, "hour_to": 21.0,
                                "day_period": "full_day"}) for day in "01234")]})
        cls.store.calendar_id = cls.calendar

    def _is_open(self, moment):
        """Ask the record and the search at a moment (UTC); both say the same."""
        with freeze_time(moment):
            self.store.invalidate_recordset(["is_open"])
            found = self.env["alliance.store"].search([("is_open", "=", True), ("id", "=", self.store.id)])
            closed = self.env["alliance.store"].search([("is_open", "=", False), ("id", "=", self.store.id)])
            self.assertEqual(bool(found), self.store.is_open)
            self.assertEqual(bool(closed), not self.store.is_open)
            return self.store.is_open

    def test_hours_are_those_of_the_stores_time_zone(self):
        self.assertFalse(self._is_open(f"{MONDAY} 02:29:00"))  # 10:29 in Shanghai
        self.assertTrue(self._is_open(f"{MONDAY} 02:30:00"))
        self.assertTrue(self._is_open(f"{MONDAY} 12:59:00"))
        self.assertFalse(self._is_open(f"{MONDAY} 13:00:00"))  # 21:00

    def test_the_day_is_the_stores(self):
        self.calendar.attendance_ids.filtered(lambda span: span.dayofweek == "0").write({
            "hour_from": 0.0, "hour_to": 24.0})
        self.assertTrue(self._is_open("2026-11-22 16:30:00"))  # Sunday in Greenwich, Monday in Shanghai

    def test_closing_days(self):
        self.env["resource.calendar.leaves"].create({
            "name": "Holiday", "calendar_id": self.calendar.id, "resource_id": False,
            "date_from": datetime(2026, 11, 22, 16), "date_to": datetime(2026, 11, 23, 16)})
        self.assertFalse(self._is_open(f"{MONDAY} 05:00:00"))
        self.assertTrue(self._is_open("2026-11-24 05:00:00"))

    def test_lunch_is_closed(self):
        self.calendar.attendance_ids = [Command.create({
            "name": "Lunch", "dayofweek": "5", "hour_from": 12.0, "hour_to": 13.0, "day_period": "lunch"})]
        self.assertFalse(self._is_open("2026-11-28 04:30:00"))

    def test_without_hours_it_is_closed(self):
        self.store.calendar_id = False
        self.assertFalse(self._is_open(f"{MONDAY} 05:00:00"))

    def test_the_week_on_the_page(self):
        hours = self.store._get_hours()
        self.assertEqual(len(hours), 7)
        self.assertEqual(hours[0][1], [("10:30", "21:00")])
        self.assertEqual(hours[6][1], [])
        self.calendar.attendance_ids[:1].hour_to = 24.0
        self.assertEqual(self.store._get_hours()[0][1], [("10:30", "24:00")])


class TestPlace(AllianceCommon):
    def test_map(self):
        self.assertFalse(self.store._get_map_url())
        place = self.env["res.partner"].create({
            "name": "Shop", "street": "1 Old Street", "city": "Shanghai", "country_id": self.env.ref("base.cn").id})
        self.store.partner_id = place
        self.assertIn("keyword=1+Old+Street%2C+Shanghai", self.store._get_map_url())
        place.write({"partner_latitude": 31.2, "partner_longitude": 121.5})
        self.assertIn("position=121.5%2C31.2", self.store._get_map_url())
        place.write({
            "country_id": self.env.ref("base.de").id, "partner_latitude": 31.2, "partner_longitude": 121.5})
        self.assertIn("mlat=31.2&mlon=121.5", self.store._get_map_url())
        place.write({"partner_latitude": 1000, "partner_longitude": 1000})
        self.assertIn("query=1+Old+Street%2C+Shanghai", self.store._get_map_url(), "that is nowhere on the earth")

    def test_sign(self):
        self.assertIn(f"/alliance/store/{self.store.id}/pay", self.store._get_pay_url())
        self.assertTrue(draw_qr(self.store._get_pay_url()).lstrip().startswith(b"<?xml"))
        self.assertNotEqual(draw_qr("one"), draw_qr("two"))
        operator = self._make_user("sign_operator", "base.group_user,merchant_alliance.group_operator")
        self.assertEqual(self.store.with_user(operator).action_print_sign()["report_name"],
                         "merchant_alliance.store_sign")

    def test_name_in_the_other_language(self):
        self.assertFalse(self.store._get_other_name())
        self.env["res.lang"]._activate_lang("zh_CN")
        self.store.with_context(lang="zh_CN").name = "老街面馆"
        self.assertEqual(self.store.with_context(lang="en_US")._get_other_name(), "老街面馆")
        self.assertEqual(self.store.with_context(lang="zh_CN")._get_other_name(), "Noodle House Store")


@tagged("post_install", "-at_install")
class TestStorePages(AllianceCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.path = f"/alliance/store/{self.store.id}"

    def test_anybody_sees_a_published_store_of_an_active_merchant(self):
        page = self.url_open(self.path)
        self.assertIn("Noodle House Store", page.text)
        self.assertIn(f"{self.path}/pay", page.text)
        self.assertEqual(self.url_open(self.store.website_url).status_code, 200)
        for change in ({"is_published": False}, {"active": False}):
            self.store.write(change)
            self.assertEqual(self.url_open(self.path).status_code, 404, change)
            self.assertEqual(self.url_open(f"{self.path}/pay").status_code, 404, change)
            self.store.write(dict.fromkeys(change, True))
        self.merchant.state = "suspended"
        self.assertEqual(self.url_open(self.path).status_code, 404)
        self.assertEqual(self.url_open("/alliance/store/nonsense").status_code, 404)

    def test_what_the_merchant_wrote_is_safe(self):
        self.store.description = "<p onclick='x()'>Fresh <script>alert(1)</script> noodles</p>"
        page = self.url_open(self.path).text
        self.assertIn("noodles", page)
        self.assertNotIn("alert(1)", page)

    def test_the_picture(self):
        pixel = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        self.store.image_1920 = pixel
        self.assertEqual(self.url_open(f"{self.path}/image").headers["Content-Type"], "image/png")
        self.store.is_published = False
        self.assertEqual(self.url_open(f"{self.path}/image").status_code, 404)

    def test_only_its_merchant_prints_the_sign(self):
        boss = self._make_user("boss_sign", "base.group_portal")
        boss.partner_id.parent_id = self.merchant.partner_id
        other = self._make_user("other_sign", "base.group_portal")
        other.partner_id.parent_id = self._make_merchant("Other").partner_id
        self.authenticate("boss_sign", "boss_sign")
        answer = self.url_open(f"/my/store/{self.store.id}/sign")
        self.assertEqual(answer.status_code, 200)
        # Odoo's tests get the page that would be printed
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn(self.store.name, answer.text)
        self.authenticate("other_sign", "other_sign")
        self.assertEqual(self.url_open(f"/my/store/{self.store.id}/sign").status_code, 404)
