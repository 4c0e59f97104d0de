import re
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers import application as pages
from ..tools import picture
from .common_application import CODES, ApplicationCommon, make_picture


@tagged("post_install", "-at_install")
class TestApplicationPages(HttpCase, ApplicationCommon):
    def setUp(self):
        super().setUp()
        self.model = self.env["alliance.application"]
        self.env["website"].search([]).company_id.partner_id.country_id = self.env.ref("base.cn")

    def test_the_form_is_sent_once_and_followed(self):
        answer = self._send()
        application = self.model.search([])
        self.assertEqual(len(application), 1)
        self.assertIn(f"/alliance/apply/{application.id}?access_token=", answer.url)
        self.assertIn(application.name, answer.text)
        self.assertEqual(
            (application.uscc, application.rate, application.hour_from, application.sun, application.submitted_ip),
            (CODES[1], 8.5, 10.5, False, "127.0.0.1"))
        self.assertTrue(application.licence_image and application.identity_back_image)
        mail = self.env["mail.mail"].search([("model", "=", application._name)])
        self.assertIn(application.access_token, mail.body_html)
        self.assertIn("There is an application for this code", self._send().text)
        self.assertEqual(self.model.search_count([]), 1)

    def test_what_is_wrong_is_marked_and_nothing_is_lost(self):
        for values, text in (
                ({"uscc": "911100006000373411"}, "is not a unified social credit code"),
                ({"store_name": " "}, "Please fill this in"), ({"rate": "21"}, "between 3 % and 20 %"),
                ({"rate": "much"}, "Please fill this in"), ({"hour_to": "09:00"}, "Closing time comes after"),
                ({"scene": "own_mall"}, "choose one of the list"), ({"agreed": ""}, "Please agree")):
            with self.subTest(values=values):
                answer = self._send(**values)
                self.assertIn(text, answer.text)
                self.assertIn("Wang Fang", answer.text, "what was typed is still there")
        self.assertFalse(self.model.search([]))

    def test_the_district_may_be_left_out(self):
        self._send(district="")
        self.assertFalse(self.model.search([]).district)

    def test_pictures_are_pictures(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for content in (b"%PDF-1.4 nothing", svg, b"\x89PNG\r\n\x1a\nbroken"):
            with mute_logger("odoo.addons.base.models.ir_attachment"):
                answer = self._send(licence_image=content)
            self.assertIn("is-invalid" if content[:4] != b"\x89PNG" else "alert-danger", answer.text)
        with patch.object(picture, "PICTURE_BYTES", 10):
            self.assertIn("larger than", self._send().text)
        self.assertIn("Please add a picture", self._send(identity_front_image=b"").text)
        self.assertFalse(self.model.search([]))

    def test_so_many_in_an_hour(self):
        with patch.object(pages, "SENT_PER_HOUR", 1):
            self._send()
            self.assertIn("try again in an hour", self._send(uscc=CODES[0]).text)

    def test_asked_answered_withdrawn(self):
        application = self._apply()
        self._answer(application, "more", "Please send a sharper licence.")
        page = self.url_open(application.get_portal_url())
        self.assertIn("sharper licence", page.text)
        answer = self._send(
            f"/alliance/apply/{application.id}/answer", street="9 Old Street", access_token=application.access_token,
            identity_front_image=b"", identity_back_image=b"")
        self.assertIn("In Review", answer.text)
        self.env.invalidate_all()
        self.assertEqual((application.state, application.street), ("review", "9 Old Street"))
        self._send(f"/alliance/apply/{application.id}/answer", access_token=application.access_token, street="Evil")
        self._send(f"/alliance/apply/{application.id}/withdraw", access_token=application.access_token)
        self.env.invalidate_all()
        self.assertEqual((application.state, application.street), ("withdrawn", "9 Old Street"))

    def test_only_who_has_the_link_sees_it(self):
        application = self._apply()
        application._portal_ensure_token()
        other = self._apply(uscc=CODES[0])
        other._portal_ensure_token()
        self._make_user("app_rival", "base.group_portal", self.merchant.partner_id)
        for login in (None, "app_rival"):
            self.authenticate(login, login)
            for token in ("", "guess", other.access_token):
                with self.subTest(login=login, token=token), mute_logger("odoo.http"):
                    page = self.url_open(f"/alliance/apply/{application.id}?access_token={token}")
                    self.assertEqual(page.status_code, 404)
                    for action in ("answer", "withdraw"):
                        answer = self._send(f"/alliance/apply/{application.id}/{action}", access_token=token)
                        self.assertEqual(answer.status_code, 404)
            for name in ("licence_image", "identity_front_image"):
                picture = self.url_open(f"/web/image/alliance.application/{application.id}/{name}")
                self.assertNotEqual(picture.content, make_picture(), "no way to the papers")
                self.assertIn("placeholder", picture.headers.get("Content-Disposition", "placeholder"))
        self.env.invalidate_all()
        self.assertEqual(application.state, "submitted")

    def _send(self, path="/alliance/apply/send", **values):
        page = self.url_open("/alliance/apply")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        form = {
            "legal_name": "Old Street Foods Ltd.", "uscc": CODES[1], "scene": "alliance",
            "contact_name": "Wang Fang",
            "contact_email": "wang.fang@shop.example", "contact_phone": "13800138000",
            "store_name": "Old Street Noodles", "street": "1 Old Street", "city": "Shanghai", "district": "Huangpu",
            "bank_name": "Bank of Shanghai", "bank_account": "62220202001",
            "rate": "8.5", "hour_from": "10:30", "hour_to": "21:00", "mon": "1", "tue": "1", "agreed": "1",
            "licence_image": make_picture(), "identity_front_image": make_picture(),
            "identity_back_image": make_picture("JPEG"), "csrf_token": token, **values}
        files = {name: (f"{name}.png", form.pop(name)) for name in list(form) if name.endswith("_image")}
        return self.url_open(path, data=form, files=files)
