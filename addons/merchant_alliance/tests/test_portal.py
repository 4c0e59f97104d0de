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

    def test_my_store_shows_contract_deposit_and_pages(self):
        owner = self.env["res.partner"].create({"name": "Owner", "parent_id": self.merchant.partner_id.id})
        self._make_user("owner_p", "base.group_portal", owner)
        self.merchant._deposit("topup", 98_765, "top", "bank")
        self.authenticate("owner_p", "owner_p")
        empty = self.url_open("/my/store").text
        self.assertIn("my_store_no_sales", empty)
        self.assertIn("987.65", empty)
        self.assertIn(self.merchant.contract_ids.name, empty)
        for number in range(21):
            self._sell(10_000 + number, key=f"k,{number}")
        refund = self._sell(-10_000, key="r", origin=self.merchant.qualified_sale_ids.filtered(
            lambda sale: sale.cash_amount == 100.0))
        self.assertTrue(refund)
        first, second = self.url_open("/my/store").text, self.url_open("/my/store/page/2").text
        self.assertEqual(first.count('data-sale-id') + second.count('data-sale-id'), 22)
        self.assertEqual(first.count('data-sale-id'), 20)
        self.assertIn("21</span> sales", first)

    def test_home_counts_for_merchants_alone(self):
        owner = self.env["res.partner"].create({"name": "Owner", "parent_id": self.merchant.partner_id.id})
        for login, partner, count in (("owner_p", owner, 1), ("buyer_p", self.shopper, 0)):
            self._make_user(login, "base.group_portal", partner)
            self.authenticate(login, login)
            self.assertIn("/my/store", self.url_open("/my").text)
            found = self.make_jsonrpc_request("/my/counters", {"counters": ["my_store_count"]})
            self.assertEqual(found.get("my_store_count"), count)
