"""A merchant joins: from the form on the website to the first sale on its own page."""

import re

from odoo.tests import HttpCase, tagged

from odoo.addons.voucher_settlement.tests.common_payments import VoucherTillCommon

from tests.support.roles import create_users
from tests.support.screenshots import PicturedTours

MERCHANT = "wang.fang@shop.example"


@tagged("post_install", "-at_install")
class TestOnboarding(PicturedTours, VoucherTillCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = create_users(cls.env, prefix="join_")
        cls.env["website"].search([]).company_id.partner_id.country_id = cls.env.ref("base.cn")
        cls.env["product.template"].search([("available_in_pos", "=", True)]).available_in_pos = False
        cls.product.write({"available_in_pos": True, "list_price": 1000.0})

    def _tour(self, name, login, url):
        self.start_tour(url, f"onboarding_{name}", login=login, timeout=180, picture=f"onboarding_{name}")

    def test_from_the_application_to_the_first_sale(self):
        self._tour("applicant", None, "/alliance/apply")
        application = self.env["alliance.application"].search([("contact_email", "=", MERCHANT)])
        self.assertEqual((application.uscc, application.state), ("91110000600037341L", "submitted"))

        self._tour("operator", self.users["operator"].login, "/odoo")
        merchant = application.merchant_id
        self.assertEqual((merchant.state, merchant.contract_ids.state), ("draft", "sent"))

        self.browser_size, self.touch_enabled = "375x667", True
        self._tour("merchant_signs", None, self._get_invitation())
        contract = merchant.contract_ids
        self.assertEqual((merchant.state, contract.state, contract.signed_by), ("active", "active", "Wang Fang"))
        self.assertTrue(contract.document_intact)
        self.browser_size, self.touch_enabled = type(self).browser_size, False

        merchant._deposit("topup", 50_000, "join,1", "Bank reference")
        self.till.alliance_store_id = merchant.store_ids
        self.till.with_user(self.users["cashier"]).open_ui()
        self.start_tour(f"/pos/ui/{self.till.id}", "money_loop_cashier_sells", login=self.users["cashier"].login,
                        timeout=180, picture="onboarding_first_sale")
        self.env.ref("merchant_alliance.cron_fund_pending").method_direct_trigger()
        sale = merchant.qualified_sale_ids
        self.assertEqual((sale.cash_amount, sale.concession_amount, sale.state), (1000.0, 100.0, "funded"))
        self.browser_size, self.touch_enabled = "375x667", True
        self._tour("merchant_looks", MERCHANT, "/my/store")

    def _get_invitation(self):
        """Return the link of the mail that invites the merchant."""
        mails = self.env["mail.mail"].search([("email_to", "ilike", MERCHANT)]) | self.env["mail.mail"].search(
            [("recipient_ids.email", "=", MERCHANT)])
        links = [link for body in mails.mapped("body_html")
                 for link in re.findall(r'href="([^"]*/web/signup\?[^"]*)"', str(body))]
        self.assertTrue(links, "the invitation has a link")
        return "/web/signup?" + links[0].split("?", 1)[1].replace("&amp;", "&")
