import re
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_customers import CustomersCommon
from .common_web import WebSaleCommon


@tagged("post_install", "-at_install")
class TestCustomerPages(HttpCase, CustomersCommon, WebSaleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, entity in (("owner_k", cls.merchant.partner_id), ("rival_k", cls.rival.partner_id)):
            partner = cls.env["res.partner"].create({"name": login, "parent_id": entity.id})
            cls._make_user(login, "base.group_portal", partner)
        cls._make_user("buyer_k", "base.group_portal", cls.shopper)
        cls._make_user("other_k", "base.group_portal", cls.people[5])

    def _post(self, path, login=None, **data):
        if login:
            self.authenticate(login, login)
        page = self.url_open("/my/messages")
        token = re.search(r'csrf_token" value="([^"]+)"', page.text)
        return self.url_open(path, data={"csrf_token": token[1] if token else "", **data})

    def _get(self, path, login):
        self.authenticate(login, login)
        return self.url_open(path)

    # -- consent ---------------------------------------------------------------------------------

    def test_agreed_on_the_stores_page_and_withdrawn_in_the_account(self):
        page = self._get(f"/alliance/store/{self.store.id}", "buyer_k").text
        self.assertIn("consent_agree", page)
        path = f"/alliance/store/{self.store.id}/consent"
        self._post(path)  # the box was not ticked
        consents = self.env["alliance.consent"]
        self.assertFalse(consents._find(self.shopper))
        self._post(path, agree="1")
        consent = consents._find(self.shopper)
        self.assertEqual((consent.merchant_id, consent.place), (self.merchant, "store"))
        self.assertIn("consent_given", self.url_open(f"/alliance/store/{self.store.id}").text)
        with mute_logger("odoo.http"):
            self.assertEqual(self._post(f"/my/messages/{consent.id}/withdraw", "other_k").status_code, 404)
        self.assertFalse(consent.withdrawn_at)
        self._post(f"/my/messages/{consent.id}/withdraw", "buyer_k")
        self.assertTrue(consent.withdrawn_at)
        self.assertIn("no_consents", self.url_open("/my/messages").text)

    def test_agreed_after_paying(self):
        order = self.env["sale.order"]._create_scan_order(self.store, self.shopper, 5_000, "consentorder")
        self.assertNotIn("consent_agree", self._get(f"/alliance/pay/{order.id}", "buyer_k").text)
        self._pay(order)
        self.assertIn("consent_agree", self.url_open(f"/alliance/pay/{order.id}").text)
        answer = self._post(f"/alliance/store/{self.store.id}/consent", agree="1", order=str(order.id))
        self.assertIn("consent_given", answer.text)
        self.assertEqual(self.env["alliance.consent"]._find(self.shopper).place, "receipt")

    def test_visitors_are_not_asked_and_cannot_agree(self):
        self.authenticate(None, None)
        self.assertNotIn("consent_agree", self.url_open(f"/alliance/store/{self.store.id}").text)
        before = self.env["alliance.consent"].search_count([])
        self._post(f"/alliance/store/{self.store.id}/consent", agree="1")
        self.assertEqual(self.env["alliance.consent"].search_count([]), before)

    def test_the_link_in_a_message_takes_one_click_and_looking_is_no_click(self):
        consent = self._agree(self.shopper)
        self.authenticate(None, None)
        path = f"/alliance/unsubscribe/{consent.id}/{consent._get_token()}"
        self.assertIn("Stop These Messages", self.url_open(path).text)
        self.assertFalse(consent.withdrawn_at)
        with mute_logger("odoo.http"):
            wrong = self.url_open(f"/alliance/unsubscribe/{consent.id}/{'0' * 64}", data={"x": "1"})
        self.assertEqual(wrong.status_code, 404)
        self.assertFalse(consent.withdrawn_at)
        # what a mail program sends by itself
        self.assertIn("unsubscribe_done", self.url_open(path, data={"List-Unsubscribe": "One-Click"}).text)
        self.assertEqual(consent.withdrawn_by, "message")

    def test_birthday_is_told_and_forgotten(self):
        self._post("/my/messages/birthday", "buyer_k", birthday="1990-05-17")
        self.assertEqual(str(self.shopper.alliance_birthday), "1990-05-17")
        self.assertIn("1990-05-17", self.url_open("/my/messages").text)
        for wrong in ("2990-01-01", "yesterday", "1800-01-01"):
            self.assertIn("Birthday:", self._post("/my/messages/birthday", birthday=wrong).text)
        self.assertEqual(str(self.shopper.alliance_birthday), "1990-05-17")
        self._post("/my/messages/birthday", birthday="")
        self.assertFalse(self.shopper.alliance_birthday)

    # -- customers ---------------------------------------------------------------------------------

    def test_the_merchant_learns_no_more_than_first_names(self):
        self.people[0].write({"name": "Huan Geheimnis", "phone": "13800000001", "alliance_birthday": "1991-02-03"})
        self._buy(self.people[0], 1)
        self._buy(self.people[5], 1)
        self.people[5].write({"name": "Notagreed Atall"})
        page = self._get("/my/store/customers", "owner_k").text
        self.assertIn("Huan •••", page)
        self.assertIn("p•••@e•••", page)
        for secret in ("Geheimnis", "person0@example.com", "13800000001", "1991", "Notagreed"):
            self.assertNotIn(secret, page)
        self.assertIn("customers_empty", self._get("/my/store/customers", "rival_k").text)
        self.assertIn("does not belong", self._get("/my/store/customers", "buyer_k").text)

    def _form(self, **values):
        return {"segment": "all", "name": "Spring", "body": "Dear {name}", **values}

    def test_a_campaign_is_written_previewed_sent_and_nobody_elses(self):
        answer = self._post("/my/store/campaigns/save", "owner_k", **self._form())
        campaign = self.env["alliance.campaign"].search([("name", "=", "Spring")])
        self.assertEqual((campaign.merchant_id, campaign.state), (self.merchant, "draft"))
        self.assertIn("Receivers now: <b>5</b>", answer.text)
        self.assertIn("Dear Mei", answer.text)
        path = f"/my/store/campaigns/{campaign.id}"
        for login in ("rival_k", "buyer_k"):
            with mute_logger("odoo.http"):
                self.assertEqual(self._get(path, login).status_code, 404)
                self.assertEqual(self._get(f"{path}/edit", login).status_code, 404)
                for action in ("send", "discard"):
                    self.assertEqual(self._post(f"{path}/{action}").status_code, 404)
                changed = self._post("/my/store/campaigns/save", campaign_id=campaign.id, **self._form(name="X"))
                self.assertEqual(changed.status_code, 404)
        self.assertEqual((campaign.state, campaign.name), ("draft", "Spring"))
        self._post("/my/store/campaigns/save", "owner_k", campaign_id=campaign.id, **self._form(name="Summer"))
        self.assertEqual(campaign.name, "Summer")
        sent = self._post(f"{path}/send")
        self.assertEqual(campaign.state, "sending")
        self.assertIn("5 waiting", " ".join(sent.text.split()))
        again = self._post(f"{path}/send")
        self.assertIn("has been sent already", again.text)
        self.assertIn("is kept", self._post(f"{path}/discard").text)
        with mute_logger("odoo.http"):
            self.assertEqual(self._post("/my/store/campaigns/save", "buyer_k", **self._form()).status_code, 404)

    def test_wrong_input_is_named_and_nothing_is_lost(self):
        today = fields.Date.today()
        good = self._form(kind="coupon", discount="amount", discount_amount="10", purchase_min="50",
                          valid_from=str(today), valid_to=str(today + timedelta(days=5)), body="Dear {name} {code}")
        self.authenticate("owner_k", "owner_k")
        for field, value, error in (
                ("name", "", "Please fill this in."), ("segment", "everybody", "Please choose one of these."),
                ("days", "1e3", "A whole number from"), ("discount_amount", "-5", "must be a number above zero"),
                ("purchase_min", "10", "must be more than the amount off"),
                ("valid_to", "soon", "Please choose a day."),
                ("valid_to", str(today - timedelta(days=1)), "nor in the past"),
                ("body", "{age}", "is no placeholder")):
            with self.subTest(field=field, value=value):
                page = self._post("/my/store/campaigns/save", **{**good, field: value}).text
                self.assertIn(error, page)
                self.assertIn('value="50"' if field != "purchase_min" else 'value="10"', page)
        self.assertFalse(self.env["alliance.campaign"].search([("name", "=", "Spring")]))
        self._post("/my/store/campaigns/save", **good)
        campaign = self.env["alliance.campaign"].search([("name", "=", "Spring")])
        self.assertEqual((campaign.kind, campaign.discount_amount, campaign.purchase_min), ("coupon", 10.0, 50.0))

    def test_a_category_that_was_not_sold_is_refused(self):
        category = self.env["product.category"].create({"name": "Secret"})
        page = self._post("/my/store/campaigns/save", "owner_k", **self._form(segment="category", categ_id=category.id))
        self.assertIn("that you have sold", page.text)

    # -- coupons -------------------------------------------------------------------------------------

    def test_used_in_scan_to_pay_by_its_shopper_alone(self):
        coupon = self._make_coupon()
        order = self.env["sale.order"]._create_scan_order(self.store, self.shopper, 10_000, "couponorder")
        path = f"/alliance/pay/{order.id}/coupon"
        with mute_logger("odoo.http"):
            self.assertEqual(self._post(f"{path}/apply", "other_k", code=coupon.code).status_code, 404)
        self.assertIn("coupon_choice", self._get(f"/alliance/pay/{order.id}", "buyer_k").text)
        self.assertIn("coupon_error", self._post(f"{path}/apply", code="NOSUCHCODE").text)
        page = self._post(f"{path}/apply", code=coupon.code)
        self.assertIn("coupon_applied", page.text)
        self.assertEqual(order.amount_total, 90.0)
        with mute_logger("odoo.http"):
            self.assertEqual(self._post(f"{path}/remove", "other_k").status_code, 404)
        self.assertEqual(coupon.state, "reserved")
        self._post(f"{path}/remove", "buyer_k")
        self.assertEqual((order.amount_total, coupon.state), (100.0, "open"))

    def test_redeemed_at_the_counter_of_its_merchant_alone(self):
        coupon = self._make_coupon()
        path = "/my/store/coupons/redeem"
        for login in ("rival_k", "buyer_k"):
            self._post(path, login, code=coupon.code, amount="80", confirm="1")
            self.assertEqual(coupon.state, "open")
        page = self._post(path, "owner_k", code=coupon.code, amount="80").text
        self.assertIn("coupon_offer", page)
        self.assertNotIn(self.shopper.name, page)
        self.assertEqual(coupon.state, "open", "only looked at")
        self.assertIn("at least", self._post(path, code=coupon.code, amount="20").text)
        self.assertIn("coupon_refused", self._post(path, code=coupon.code, amount="much").text)
        page = self._post(path, code=coupon.code, amount="80", confirm="1").text
        self.assertIn("coupon_redeemed", page)
        self.assertIn("70.00", page)
        self.assertEqual(coupon.state, "used")
        self.assertIn("has been used", self._post(path, code=coupon.code, amount="80", confirm="1").text)
        self.assertNotIn(coupon.code, self._get("/my/store/coupons", "rival_k").text)

    def test_the_shopper_sees_own_coupons(self):
        coupon, theirs = self._make_coupon(), self._make_coupon(self.people[0])
        page = self._get("/my/messages", "buyer_k").text
        self.assertIn(coupon.code, page)
        self.assertNotIn(theirs.code, page)
