import re

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common_exchange import ExchangeCommon


@tagged("post_install", "-at_install")
class TestExchangePages(ExchangeCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_user("ex_shopper", cls.shopper)
        cls._create_user("ex_other", cls.other_shopper)
        cls._create_user("ex_host", cls.host_contact)
        cls._create_user("ex_rival", cls.merchant.partner_id)
        cls._earn(200_000)
        cls._open_website()

    def _open(self, path, **data):
        if not data:
            return self.url_open(path)
        token = self.url_open("/my/services").text.split('csrf_token: "')[1].split('"')[0]
        return self.url_open(path, data={"csrf_token": token, **data})

    def _book(self, agreed="1", **data):
        page = self._open(f"/alliance/services/{self.offer.id}/exchange").text
        key = re.search(r'name="key" value="(\w+)"', page)[1]
        return self._open(f"/alliance/services/{self.offer.id}/exchange/confirm",
                          key=key, points="50.0", agreed=agreed, **data)

    def test_everybody_may_look(self):
        self.assertIn("Portrait", self._open("/alliance/services").text)
        self.assertIn("Portrait", self._open("/alliance/services?q=photo").text)
        self.assertIn("Nothing fits", self._open("/alliance/services?q=haircut&page=x").text)
        page = self._open(f"/alliance/services/{self.offer.id}").text
        self.assertIn("50.00 points", re.sub(r"</?span[^>]*>", "", page))
        self.assertIn("Portrait", self._open(self.host.store_ids.website_url).text)
        self.offer._withdraw()
        self.assertNotIn("Portrait", self._open("/alliance/services").text)
        for path in ("", "/image"):
            self.assertEqual(self._open(f"/alliance/services/{self.offer.id}{path}").status_code, 404)

    def test_booking_needs_a_word(self):
        self.authenticate("ex_shopper", "ex_shopper")
        page = self._open(f"/alliance/services/{self.offer.id}/exchange").text
        self.assertIn("What you give up", page)
        refused = self._book(agreed="")
        self.assertIn("Please confirm", refused.text)
        self.assertFalse(self.env["green.points.exchange"].search([]))

    def test_booked_shown_provided(self):
        self.authenticate("ex_shopper", "ex_shopper")
        page = self._book().text
        booking = self.env["green.points.exchange"].search([("partner_id", "=", self.shopper.id)])
        self.assertIn(booking.sudo().code, page)
        self.assertIn("Portrait", self._open("/my/services").text)
        self.authenticate("ex_host", "ex_host")
        desk = self._open("/my/store/services").text
        self.assertIn(booking.name, desk)
        self.assertNotIn(booking.sudo().code, desk)
        wrong = self._open(f"/my/store/bookings/{booking.id}/provide", code="x")
        self.assertIn("not the code", wrong.text)
        self.env.invalidate_all()
        self.assertEqual(booking.sudo().tries, 1, "kept, although refused")
        self._open(f"/my/store/bookings/{booking.id}/provide", code=booking.sudo().code)
        self.env.invalidate_all()
        self.assertEqual(booking.state, "provided")

    def test_wrong_users_are_refused(self):
        booking = self._exchange()
        for login in ("ex_other", "ex_rival"):
            self.authenticate(login, login)
            for path in (f"/my/services/{booking.id}", f"/my/store/services/{self.offer.id}"):
                self.assertEqual(self._open(path).status_code, 404, path)
            for path in (f"/my/services/{booking.id}/cancel", f"/my/store/bookings/{booking.id}/provide",
                         f"/my/store/bookings/{booking.id}/cancel", f"/my/store/services/{self.offer.id}/send",
                         f"/my/store/services/{self.offer.id}/pause", f"/my/store/services/{self.offer.id}/publish"):
                self.assertEqual(self._open(path, code=booking.code).status_code, 404, path)
        self.assertEqual((booking.state, self.offer.state), ("booked", "published"))

    def test_a_user_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["res.users"].search([("login", "in", ("ex_shopper", "ex_other"))]).write(
            {"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        self.authenticate("ex_shopper", "ex_shopper")
        self.assertIn("Portrait", self._open("/alliance/services").text)
        booked = self._book()
        booking = self.env["green.points.exchange"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((booking.state, booked.url.rsplit("/", 1)[-1]), ("booked", str(booking.id)))
        self.assertIn("Portrait", self._open("/my/services").text)
        self.authenticate("ex_other", "ex_other")
        self.assertNotIn("Portrait", self._open("/my/services").text)
        self.assertEqual(self._open(f"/my/services/{booking.id}").status_code, 404)

    def test_cancelled_by_its_shopper(self):
        booking = self._exchange()
        self.authenticate("ex_shopper", "ex_shopper")
        page = self._open(f"/my/services/{booking.id}/cancel", x="1")
        self.assertIn("The points are back", page.text)
        self.assertEqual(booking.state, "cancelled")

    def test_a_merchant_offers_in_two_languages(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.authenticate("ex_host", "ex_host")
        form = {"name_en_US": "Photo class", "name_zh_CN": "摄影课", "description_en_US": "Two hours", "points": "12.5",
                "capacity": "3", "date_from": "2026-01-01", "date_to": "", "provide_days": "30", "cancel_days": "7",
                "min_periods_left": "5"}
        wrong = self._open("/my/store/services/send", **{**form, "points": "-1", "provide_days": "91"}).text
        self.assertIn("a price above zero", wrong)
        self.assertIn("from 1 to 90", wrong)
        self._open("/my/store/services/send", **form)
        offer = self.env["green.points.offer"].search([("name", "=", "Photo class")])
        self.assertEqual((offer.state, offer.points, offer.store_id), ("published", 12.5, self.host.store_ids))
        self.assertEqual(offer.with_context(lang="zh_CN").name, "摄影课")
        self.assertEqual(offer.with_context(lang="zh_CN").description, "Two hours")
        self._open(f"/my/store/services/{offer.id}/send", **{**form, "name_zh_CN": "摄影班"})
        self.assertEqual(offer.with_context(lang="zh_CN").name, "摄影班")
        self._open(f"/my/store/services/{offer.id}/pause", x="1")
        self.assertEqual(offer.state, "draft")

    def test_no_less_is_offered_than_is_booked(self):
        self._exchange()
        self._exchange()
        self.authenticate("ex_host", "ex_host")
        form = {"name_en_US": "Portrait", "points": "50", "date_from": "2020-01-01", "date_to": "",
                "provide_days": "30", "cancel_days": "7", "min_periods_left": "1"}
        page = self._open(f"/my/store/services/{self.offer.id}/send", **form, capacity="1")
        self.assertEqual(page.status_code, 200)
        self.assertIn("2 are booked already", page.text)
        self.assertEqual(self.offer.capacity, 0)
        for capacity in ("2", "0"):
            self._open(f"/my/store/services/{self.offer.id}/send", **form, capacity=capacity)
            self.assertEqual(self.offer.capacity, int(capacity))
        with self.assertRaisesRegex(UserError, "stays with its store"):
            self.offer.store_id = self.store
