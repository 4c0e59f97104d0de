from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers.promoter_link import COOKIE
from .test_promoter import PromoterCommon

FORM = {
    "motivation": "My neighbours and my reading circle.", "phone": "+86 138 1111 2222", "bank_name": "Bank of Shanghai",
    "bank_account": "6222020200112233", "agreed": "1"}


@tagged("post_install", "-at_install")
class TestPromoterPages(HttpCase, PromoterCommon):
    def _post(self, path, **data):
        return self.url_open(path, data={"csrf_token": Request.csrf_token(self), **data})

    def test_logged_out_people_get_to_the_login(self):
        self.authenticate(None, None)
        response = self.url_open("/my/promoter", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])

    def test_apply_be_rejected_apply_again_and_accept(self):
        user = self._make_user("pr_new", "base.group_portal")
        self.authenticate("pr_new", "pr_new")
        self.assertIn("promoter_form", self.url_open("/my/promoter").text)
        page = self._post("/my/promoter/apply", **{**FORM, "phone": "12", "agreed": ""}).text
        self.assertIn("12 is not a phone number", page)
        self.assertIn("Please agree", page)
        self.assertIn("My neighbours", page, "nothing is lost")
        self.assertIn("promoter_waiting", self._post("/my/promoter/apply", **FORM).text)
        promoters = self.env["alliance.promoter"]
        promoter = promoters.search([("partner_id", "=", user.partner_id.id)])
        self.assertIn("promoter_waiting", self._post("/my/promoter/apply", **FORM).text)
        self.assertEqual(promoters.search_count([("partner_id", "=", user.partner_id.id)]), 1, "sent twice, taken once")
        promoter._reject("Not yet.")
        page = self.url_open("/my/promoter").text
        self.assertIn("Not yet.", page)
        self._post("/my/promoter/apply", **FORM)
        again = promoters.search([("partner_id", "=", user.partner_id.id), ("state", "=", "submitted")])
        again.action_approve()
        agreement = again.agreement_ids
        path = f"/my/promoter/agreements/{agreement.id}"
        self.assertIn(path, self.url_open("/my/promoter").text)
        self.assertIn("agreement_form", self.url_open(path).text)
        self.assertIn("have read", self._post(f"{path}/accept", name="Lin").text)
        self.assertIn("write your name", self._post(f"{path}/accept", name=" ", agreed="1").text)
        page = self._post(f"{path}/accept", name="Lin", agreed="1").text
        self.assertIn(f"/alliance/p/{again.code}", page)
        self.assertEqual((agreement.state, agreement.accepted_by, agreement.signed_ip), ("active", "Lin", "127.0.0.1"))
        self.assertIn("Download the document", self.url_open(path).text)
        self.assertEqual(self.url_open(f"{path}/document").content, agreement.document_id.raw)
        again.with_user(self.operator)._end("Spam was sent.")
        self.assertIn("Spam was sent.", self.url_open("/my/promoter").text)

    def test_withdrawn(self):
        promoter = self._apply_as_promoter("pr_lin")
        self.authenticate("pr_lin", "pr_lin")
        self.assertIn("promoter_form", self._post("/my/promoter/withdraw").text)
        self.assertEqual(promoter.state, "withdrawn")

    def test_others_see_and_accept_nothing_of_it(self):
        promoter = self._make_promoter("pr_lin", accepted=False)
        self._bind_shopper_of(self._make_promoter("pr_own"))
        self._make_user("pr_rival", "base.group_portal")
        self._make_user("pr_merchant", "base.group_portal", self.merchant.partner_id)
        path = f"/my/promoter/agreements/{promoter.agreement_ids.id}"
        for login in ("pr_rival", "pr_merchant", "pr_own", "pr_operator"):
            self.authenticate(login, login)
            with mute_logger("odoo.http"):
                for page in (path, f"{path}/document"):
                    self.assertEqual(self.url_open(page).status_code, 404)
                self.assertEqual(self._post(f"{path}/accept", name="Rival", agreed="1").status_code, 404)
            self.assertNotIn(promoter.code, self.url_open("/my/promoter").text)
        self.assertEqual(promoter.agreement_ids.state, "sent")

    def _bind_shopper_of(self, promoter):
        shopper = self.env["res.partner"].create({"name": "Zhang Secret", "email": "zhang@secret.example"})
        return self._bind(shopper, promoter)

    def test_shoppers_are_masked(self):
        promoter = self._make_promoter("pr_lin")
        self._bind_shopper_of(promoter)
        self.authenticate("pr_lin", "pr_lin")
        page = self.url_open("/my/promoter").text
        self.assertIn("Z**", page)
        for secret in ("Zhang", "Secret", "zhang@"):
            self.assertNotIn(secret, page)


@tagged("post_install", "-at_install")
class TestPromoterLink(HttpCase, PromoterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promoter = cls._make_promoter("pr_lin")
        cls.path = f"/alliance/p/{cls.promoter.code}"
        cls.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")

    def _register(self, login, **cookies):
        for name, value in cookies.items():
            self.opener.cookies.set(name, value)
        self.url_open("/web/signup", data={
            "csrf_token": Request.csrf_token(self), "login": login, "name": "New Shopper",
            "password": "Shopper-2026!", "confirm_password": "Shopper-2026!"})
        user = self.env["res.users"].search([("login", "=", login)])
        self.assertTrue(user, "registered")
        return self.env["alliance.promoter.binding"].search([("partner_id", "=", user.partner_id.id)])

    def test_who_registers_after_the_link_is_bound(self):
        self.authenticate(None, None)
        page = self.url_open(self.path)
        self.assertIn("invitation_register", page.text)
        self.assertNotIn(self.promoter.partner_id.name, page.text)
        binding = self._register("new@shop.example")
        self.assertEqual((binding.promoter_id, binding.source), (self.promoter, "registration"))

    def test_a_cookie_that_was_not_signed_here_binds_nobody(self):
        self.authenticate(None, None)
        for number, cookie in enumerate((self.promoter.code, "", "AQAAAA", "x" * 500)):
            with self.subTest(cookie=cookie):
                self.assertFalse(self._register(f"forged{number}@shop.example", **{COOKIE: cookie}))
                self.authenticate(None, None)

    def test_an_old_cookie_and_a_promoter_who_ended_bind_nobody(self):
        self.authenticate(None, None)
        self.url_open(self.path)
        self.promoter._end("Over.")
        self.assertFalse(self._register("late@shop.example"))
        self.authenticate(None, None)
        page = self.url_open(self.path)
        self.assertIn("invitation_over", page.text)
        self.assertIn("invitation_over", self.url_open("/alliance/p/nothing").text)

    def test_with_an_account_the_first_purchase_counts(self):
        user = self._make_user("pr_known", "base.group_portal")
        self.authenticate("pr_known", "pr_known")
        self.assertIn("invitation_accept", self.url_open(self.path).text)
        page = self.url_open(f"{self.path}/accept", data={"csrf_token": Request.csrf_token(self)}).text
        self.assertIn("invitation_taken", page)
        self.assertEqual(self._sell(1_000, partner=user.partner_id).promoter_id, self.promoter)
        self.assertIn("invitation_bound", self.url_open(self.path).text)

    def test_the_promoter_cannot_take_the_own_invitation_up(self):
        self.authenticate("pr_lin", "pr_lin")
        self.assertIn("invitation_refused", self.url_open(self.path).text)
        page = self.url_open(f"{self.path}/accept", data={"csrf_token": Request.csrf_token(self)}).text
        self.assertIn("invitation_refused", page)
        self.assertFalse(self.promoter.partner_id.alliance_referral_id)
