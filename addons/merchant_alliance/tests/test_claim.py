from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .test_pos_sale import PosSaleCommon


@tagged("post_install", "-at_install")
class TestClaim(PosSaleCommon, HttpCase):
    """Two bowls (100) sold to nobody known; who keeps the receipt claims it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.code = str(uuid4())
        cls.shopper_user = cls._make_user("claimer", "base.group_portal")
        cls.other_user = cls._make_user("claimer_two", "base.group_portal")
        cls.shopper = cls.shopper_user.partner_id

    def setUp(self):
        super().setUp()
        self.order = self._buy("claim-1", self.code)

    def _buy(self, uuid, code, products=None, **vals):
        self._sync(self._order_data(
            uuid, products or [(self.product, 2, {})], partner=False, access_token=code, **vals))
        return self.env["pos.order"].search([("uuid", "=", uuid)])

    def test_it_counts_once(self):
        self.assertFalse(self._sales())
        sale = self.order._claim(self.shopper)
        self.assertEqual((sale.partner_id, sale.cash_amount, sale.sale_datetime), (
            self.shopper, 100.0, self.order._get_sale_datetime()))
        self.assertEqual(self.order._claim(self.shopper), sale)
        with self.assertRaisesRegex(UserError, "counts once"):
            self.order._claim(self.other_user.partner_id)
        self.assertEqual(self._sales(), sale)

    def test_a_sale_to_a_known_shopper_cannot_be_claimed(self):
        self._sync(self._order_data("claim-2", [(self.product, 1, {})], access_token=str(uuid4())))
        order = self.env["pos.order"].search([("uuid", "=", "claim-2")])
        with self.assertRaisesRegex(UserError, "counts once"):
            order._claim(self.other_user.partner_id)

    def test_within_days(self):
        self.order.date_order = fields.Datetime.now() - timedelta(days=7, minutes=1)
        with self.assertRaisesRegex(UserError, "within 7 days"):
            self.order._claim(self.shopper)
        self.order.company_id.alliance_claim_days = 8
        self.assertTrue(self.order._claim(self.shopper))

    def test_not_by_people_of_the_shop(self):
        for partner in (self.env.user.partner_id, self.merchant.partner_id):
            with self.assertRaisesRegex(UserError, "People of the shop"):
                self.order._claim(partner)

    def test_a_few_a_day(self):
        self.order.company_id.alliance_claims_per_day = 1
        self.order._claim(self.shopper)
        second = self._buy("claim-3", str(uuid4()))
        with self.assertRaisesRegex(UserError, "At most 1 receipts"):
            second._claim(self.shopper)

    def test_what_was_given_back_before_earns_nothing(self):
        self._buy("claim-4", str(uuid4()), [(self.product, -1, {"refunded_orderline_id": self.order.lines.id})])
        self.order._claim(self.shopper)
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -50.0])

    def test_a_till_cannot_say_who_claimed(self):
        cashier = self._make_user("claim_cashier", "base.group_user,point_of_sale.group_pos_user")
        self.order.with_user(cashier).write({"claim_partner_id": cashier.partner_id.id})
        self.assertFalse(self.order.claim_partner_id)

    # -- the page ------------------------------------------------------------------------------

    def _open(self, code=None, login="claimer"):
        self.authenticate(login, login)
        return self.url_open(f"/alliance/claim/{code or self.code}").text

    def test_page(self):
        page = self._open()
        self.assertIn("Claim the Points", page)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        done = self.url_open(f"/alliance/claim/{self.code}/confirm", data={"csrf_token": token}).text
        self.assertIn("claim_done", done)
        self.assertEqual(self._sales().partner_id, self.shopper)

    def test_others_see_why_not_and_nothing_else(self):
        self.order._claim(self.shopper)
        page = self._open(login="claimer_two")
        self.assertIn("counts once", page)
        self.assertNotIn("100.00", page)

    def test_unknown_code(self):
        for code in (str(uuid4()), "x", "0" * 36):
            self.assertIn("claim_unknown", self._open(code))
        self.assertEqual(self.url_open(f"/alliance/claim/{uuid4()}/confirm", data={
            "csrf_token": self._open().split('name="csrf_token" value="')[1].split('"')[0]}).status_code, 404)

    def test_public_is_asked_to_log_in(self):
        self.assertIn("/web/login", self.url_open(f"/alliance/claim/{self.code}").url)
