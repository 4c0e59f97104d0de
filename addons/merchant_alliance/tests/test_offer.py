import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import AllianceCommon


@tagged("post_install", "-at_install")
class TestOffers(HttpCase, AllianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rival = cls._make_merchant("Rival House")
        cls.second = cls.env["alliance.store"].create(
            {"name": "Second", "merchant_id": cls.merchant.id, "scene": "alliance"})
        cls.env["res.lang"]._activate_lang("zh_CN")
        for login, entity in (("owner_o", cls.merchant.partner_id), ("rival_o", cls.rival.partner_id)):
            cls._make_user(login, "base.group_portal", cls.env["res.partner"].create(
                {"name": login, "parent_id": entity.id}))
        cls._make_user("buyer_o", "base.group_portal", cls.shopper)
        cls.operator = cls._make_user("operator_o", "merchant_alliance.group_operator")
        cls.today = fields.Date.today()

    def _submit(self, merchant=None, first=0, last=5, store=None, **texts):
        return self.env["alliance.offer"]._submit(merchant or self.merchant, {
            "date_from": self.today + timedelta(days=first), "date_to": self.today + timedelta(days=last),
            "store_id": store.id if store else False}, texts or {"en_US": {"name": "Free tea", "text": "For two"}})

    def _post(self, login, path, **data):
        self.authenticate(login, login)
        token = re.search(r'csrf_token" value="([^"]+)"', self.url_open("/my/messages").text)[1]
        return self.url_open(path, data={"csrf_token": token, **data})

    def _see(self, store=None):
        return self.url_open(f"/alliance/store/{(store or self.store).id}").text

    def test_shown_once_approved_within_its_days(self):
        offer = self._submit()
        self.assertNotIn("Free tea", self._see())
        offer.with_user(self.operator).action_publish()
        self.assertIn("Free tea", self._see())
        self.assertIn("Free tea", self._see(self.second))
        self.assertNotIn("Free tea", self._see(self.rival.store_ids))
        for first, last in ((1, 5), (-5, -1)):
            offer.sudo().write({
                "date_from": self.today + timedelta(days=first), "date_to": self.today + timedelta(days=last)})
            self.assertNotIn("Free tea", self._see())

    def test_one_store_alone(self):
        self._submit(store=self.second).with_user(self.operator).action_publish()
        self.assertNotIn("Free tea", self._see())
        self.assertIn("Free tea", self._see(self.second))

    def test_unpublished_with_a_reason(self):
        offer = self._submit()
        offer.with_user(self.operator).action_publish()
        with self.assertRaisesRegex(UserError, "Reason"):
            offer.with_user(self.operator).action_refuse()
        offer.with_user(self.operator).reason = "Promises a return"
        offer.with_user(self.operator).action_refuse()
        self.assertEqual(offer.state, "unpublished")
        self.assertNotIn("Free tea", self._see())
        self.authenticate("owner_o", "owner_o")
        self.assertIn("Promises a return", self.url_open("/my/store/offers").text)

    def test_without_review_it_is_shown_at_once(self):
        self.company.alliance_offer_review = False
        self._submit()
        self.assertIn("Free tea", self._see())

    def test_in_both_languages(self):
        self.store.with_context(lang="zh_CN").name = "面馆"
        offer = self._submit(zh_CN={"name": "免费喝茶", "text": ""}, en_US={"name": "Free tea", "text": ""})
        offer.with_user(self.operator).action_publish()
        page = self._see()
        self.assertIn("Free tea", page)
        self.assertIn("面馆", page, "the store's name in the other language")
        self.assertEqual(offer.with_context(lang="zh_CN").name, "免费喝茶")

    def test_only_operators_decide(self):
        offer = self._submit()
        for login in ("owner_o", "buyer_o"):
            user = self.env["res.users"].search([("login", "=", login)])
            for method in ("action_publish", "action_refuse"):
                with self.assertRaises(AccessError):
                    getattr(offer.with_user(user), method)()
        auditor = self._make_user("auditor_o", "merchant_alliance.group_auditor")
        with self.assertRaises(AccessError):
            offer.with_user(auditor).action_publish()
        with self.assertRaises(AccessError):
            offer.with_user(self.operator).write({"state": "published"})
        self.assertEqual(offer.state, "submitted")

    def test_written_in_the_portal(self):
        days = {"date_from": str(self.today), "date_to": str(self.today + timedelta(days=3))}
        self._post("owner_o", "/my/store/offers/send", name_en_US="Free <b>tea</b>", name_zh_CN="免费喝茶", **days)
        offer = self.env["alliance.offer"].search([])
        self.assertEqual(
            (offer.merchant_id, offer.state, offer.name), (self.merchant, "submitted", "Free <b>tea</b>"))
        self.assertEqual(offer.with_context(lang="zh_CN").name, "免费喝茶")
        offer.with_user(self.operator).action_publish()
        self.assertIn("Free &lt;b&gt;tea&lt;/b&gt;", self._see())
        for wrong, error in (({"date_to": "x"}, "Please choose a day"),
                             ({"name_en_US": ""}, "in one language at least"),
                             ({"date_to": str(self.today - timedelta(days=1))}, "nor in the past"),
                             ({"name_en_US": "x" * 81}, "At most 80 characters"),
                             ({"store": str(self.rival.store_ids.id)}, "one of your stores")):
            with self.subTest(wrong):
                page = self._post("owner_o", "/my/store/offers/send", **{"name_en_US": "More", **days, **wrong}).text
                self.assertIn(error, page)
        self.assertEqual(self.env["alliance.offer"].search_count([]), 1)

    def test_nobody_elses(self):
        offer = self._submit()
        with mute_logger("odoo.http"):
            for login in ("rival_o", "buyer_o"):
                self.assertEqual(self._post(login, f"/my/store/offers/{offer.id}/withdraw").status_code, 404)
                self.assertNotIn("Free tea", self.url_open("/my/store/offers").text)
            self.assertEqual(self._post("buyer_o", "/my/store/offers/send", name_en_US="x").status_code, 404)
        self.assertEqual(offer.state, "submitted")
        self._post("owner_o", f"/my/store/offers/{offer.id}/withdraw")
        self.assertEqual(offer.state, "withdrawn")
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/my/store/offers", allow_redirects=False).headers["Location"])
