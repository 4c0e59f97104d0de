from odoo.tests import HttpCase, tagged

from .common import AllianceCommon


@tagged("post_install", "-at_install")
class TestPortal(HttpCase, AllianceCommon):
    def test_my_store_shows_own_sales_only(self):
        other = self._make_merchant("Secret Rival")
        owner = self.env["res.partner"].create({"name": "Owner", "parent_id": self.merchant.partner_id.id})
        self._make_user("owner_p", "base.group_portal", owner)
        self._sell(12345, key="mine")
        self._sell(54321, key="theirs", store=other.store_ids)
        self.authenticate("owner_p", "owner_p")
        page = self.url_open("/my/store").text
        self.assertIn("Noodle House", page)
        self.assertIn("123.45", page)
        self.assertNotIn("543.21", page)
        self.assertNotIn("Secret Rival", page)

    def test_who_has_no_merchant_is_told_what_to_do(self):
        self._sell(12345)
        self._make_user("buyer_p", "base.group_portal", self.shopper)
        self.authenticate("buyer_p", "buyer_p")
        page = self.url_open("/my/store").text
        self.assertIn("does not belong to a merchant", page)
        self.assertNotIn("123.45", page)

    def test_the_public_is_sent_to_log_in(self):
        self.assertIn("/web/login", self.url_open("/my/store", allow_redirects=False).headers.get("Location", ""))
