from datetime import timedelta
from uuid import uuid4

from freezegun import freeze_time

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

    def _give_back(self, *quantities):
        for number, qty in enumerate(quantities):
            self._buy(f"back-{number}", str(uuid4()), [
                (self.product, -qty, {"refunded_orderline_id": self.order.lines.id})])

    def test_several_refunds_before_are_taken_back_one_by_one(self):
        self._give_back(1, 1)
        self.order._claim(self.shopper)
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -50.0, -50.0])

    def test_several_refunds_of_less_than_half(self):
        self._give_back(0.6, 0.4)
        self.order._claim(self.shopper)
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -30.0, -20.0])
        self._buy("back-later", str(uuid4()), [(self.product, -1, {"refunded_orderline_id": self.order.lines.id})])
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -30.0, -20.0, -50.0])

    def _use_cashier(self):
        return self.order.with_user(self._make_user("claim_cashier", "base.group_user,point_of_sale.group_pos_user"))

    def test_a_till_cannot_say_who_claimed(self):
        order = self._use_cashier()
        registered = self.order.registered_on
        self.assertTrue(registered)
        for env in (order, order.sudo()):
            env.write({"claim_partner_id": self.shopper.id, "registered_on": False})
        self.assertFalse(self.order.claim_partner_id)
        self.assertEqual(self.order.registered_on, registered)

    def test_who_is_named_on_a_paid_receipt_has_to_claim_it(self):
        order = self._use_cashier()
        order.write({"partner_id": self.shopper.id})
        order.action_pos_order_paid()
        self.assertFalse(self._sales())
        with self.assertRaisesRegex(UserError, "somebody else's name"):
            self.order._claim(self.other_user.partner_id)
        self.assertEqual(self.order._claim(self.shopper).partner_id, self.shopper)

    def test_who_is_named_on_a_refund_gets_nothing_by_another_s_claim(self):
        self._buy("back", str(uuid4()), [
            (self.product, -1, {"refunded_orderline_id": self.order.lines.id}), (self.product, 1, {})])
        refund = self.env["pos.order"].search([("uuid", "=", "back")])
        refund.partner_id = self.other_user.partner_id
        self.order._claim(self.shopper)
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -50.0])

    def test_a_till_cannot_make_a_receipt_younger(self):
        order = self._use_cashier()
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            order.write({"date_order": fields.Datetime.now()})
            with self.assertRaisesRegex(UserError, "within 7 days"):
                self.order._claim(self.shopper)

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

    def test_page_with_several_refunds(self):
        self._give_back(0.8, 0.6)
        token = self._open().split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(f"/alliance/claim/{self.code}/confirm", data={"csrf_token": token})
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -40.0, -30.0])

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
