from datetime import timedelta
from uuid import uuid4

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common_payments import VoucherTillCommon
from .test_pos_voucher import PosVoucherCase


@tagged("post_install", "-at_install")
class TestPaymentCode(PosVoucherCase):
    """Nobody spends a shopper's vouchers at a till without what is on the shopper's screen now."""

    def setUp(self):
        super().setUp()
        self.shown = self.env["voucher.payment.code"]._get_or_create(self._wallet())

    def _authorize(self, code, amount=10.0, partner=None, uuid=None):
        return self.voucher_method.with_user(self.cashier).voucher_authorize(
            self.session.id, uuid or str(uuid4()), (self.shopper if partner is None else partner).id, amount, code)


    def test_rfc_6238(self):
        # RFC 6238, appendix B, SHA-1, the last six of the eight digits
        self.shown.secret = b"12345678901234567890".hex()
        for moment, digits in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
            self.assertEqual(self.shown._make_code(moment // 30), self.shown.number + digits)

    def test_without_a_code_nothing_is_held(self):
        for code in (None, "", "1234", 1234567890123456, "abcdefghijklmnop", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦", False, ["0"]):
            self.assertEqual(self._authorize(code)["status"], "code", code)
        self.assertEqual(self._balance(), (100.0, 0.0))

    def test_the_code_says_who_the_shopper_is(self):
        answer = self._authorize(self.shown._get_current()[0], partner=self.env["res.partner"])
        self.assertEqual((answer["status"], answer["partner_id"]), ("approved", self.shopper.id))
        with self.assertRaisesRegex(UserError, "shopper"):
            self._authorize("0" * 16, partner=self.env["res.partner"])

    def test_a_code_pays_once(self):
        with freeze_time("2026-07-01 04:00:10") as clock:
            code, seconds = self.shown._get_current()
            self.assertEqual(seconds, 20)
            self.assertEqual(self._authorize(f"{code[:4]} {code[4:]}")["status"], "approved")
            answer = self._authorize(code)
            self.assertEqual((answer["status"], answer["reason"]), (
                "code", "This code has been used. Ask the shopper for the next one."))
            clock.tick(30)
            self.assertEqual(self._authorize(self.shown._get_current()[0])["status"], "approved")
        self.assertEqual(self._balance(), (100.0, 20.0))

    def test_a_code_ends_with_the_step_after_its_own(self):
        for late, status in ((25, "approved"), (49, "approved"), (50, "code"), (86400, "code"), (-30, "code")):
            with freeze_time("2026-07-01 04:00:10") as clock:
                self.shown.last_step = 0
                code, _seconds = self.shown._get_current()
                clock.tick(late)
                self.assertEqual(self._authorize(code)["status"], status, late)

    def test_another_shoppers_code(self):
        other = self._create_shopper("Wang Bo", "wangbo")
        self._give_vouchers(50.0, partner=other)
        answer = self._authorize(self._get_payment_code(other))
        self.assertEqual(answer["status"], "code")
        self.assertIn("Li Mei", answer["reason"])
        self.assertEqual((self._balance(), self._balance(other)), ((100.0, 0.0), (50.0, 0.0)))

    def test_guessing_is_stopped(self):
        with freeze_time("2026-07-01 04:00:10") as clock:
            right = self.shown._get_current()[0]
            wrong = right[:10] + f"{(int(right[10:]) + 1) % 10 ** 6:06}"
            for _attempt in range(5):
                self.assertIn("not valid", self._authorize(wrong)["reason"])
            self.assertIn("10 minutes", self._authorize(right)["reason"])
            clock.tick(timedelta(minutes=10, seconds=1))
            self.assertEqual(self._authorize(self.shown._get_current()[0])["status"], "approved")
            self.assertEqual((self.shown.failures, self.shown.locked_until), (0, False))

    def test_a_lost_answer_needs_no_new_code(self):
        code, uuid = self.shown._get_current()[0], str(uuid4())
        first = self._authorize(code, uuid=uuid)
        self.assertEqual(self._authorize(code, uuid=uuid), first)
        self.assertEqual(self._authorize(None, uuid=uuid), first)
        # but more needs one
        self.assertEqual(self._authorize(code, 20.0, uuid=uuid)["status"], "code")
        self.assertEqual(self._balance(), (100.0, 10.0))

    def test_too_little_does_not_use_the_code_up(self):
        code = self.shown._get_current()[0]
        self.assertEqual(self._authorize(code, 100.01)["status"], "short")
        self.assertEqual(self._authorize(code, 100.0)["status"], "approved")

    def test_the_balance_is_told_to_nobody_without_code(self):
        self.assertNotIn("available", self._authorize(None, 100.01))

    def test_secrets_are_read_by_nobody(self):
        auditor = self.env["res.users"].create({
            "name": "a", "login": "code_auditor",
            "group_ids": [(6, 0, [self.env.ref("merchant_alliance.group_auditor").id])]})
        self.assertEqual(self.shown.with_user(auditor).read(["failures"])[0]["failures"], 0)
        for fname in ("secret", "number", "last_step"):
            with self.assertRaises(AccessError):
                self.shown.with_user(auditor).read([fname])
        for user in (self.cashier, self.env["res.users"].search([("partner_id", "=", self.shopper.id)])):
            with self.assertRaises(AccessError):
                self.shown.with_user(user).read(["failures"])


@tagged("post_install", "-at_install")
class TestPaymentCodePage(VoucherTillCommon, HttpCase):
    """The shopper's screen."""

    def setUp(self):
        super().setUp()
        self._give_vouchers(100.0)
        self.shown = self.env["voucher.payment.code"]._get_or_create(self._wallet())

    def test_own_code_alone(self):
        self.authenticate("limei", "limei" * 2)
        answer = self.url_open("/my/vouchers/code")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        digits = answer.text.split("o_payment_code_digits")[1].split(">")[1].split("<")[0].replace(" ", "")
        self.assertEqual(self.shown._verify(digits)[1], "")
        again = self.make_jsonrpc_request("/my/vouchers/code/current", {})
        self.assertTrue(again["digits"].replace(" ", "").startswith(self.shown.number))
        self.assertLessEqual(again["seconds"], 30)
        self.assertNotIn(self.shown.secret, answer.text)

    def test_others(self):
        self._create_shopper("Wang Bo", "wangbo")  # has no wallet
        self.authenticate("wangbo", "wangbo" * 2)
        page = self.url_open("/my/vouchers/code").text
        self.assertIn("payment_code_empty", page)
        self.assertNotIn(self.shown.number, page)
        self.assertEqual(self.make_jsonrpc_request("/my/vouchers/code/current", {}), {})
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/my/vouchers/code").url)

    def test_of_the_website_s_company(self):
        """Whatever company the user knows: the website's tills take what the shopper has of its company."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._create_shopper("Wang Bo", "wangbo")
        staff = self._create_cashier("staff", other)
        users = self.shopper.user_ids | self.env["res.users"].search([("login", "=", "wangbo")])
        users.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        self._give_vouchers(35.0, partner=staff.partner_id)
        for login, worth in (("limei", "100.00"), ("staff", "35.00"), ("wangbo", None)):
            with self.subTest(login):
                self.authenticate(login, login * 2)
                page, code = (self.url_open(path).text for path in ("/my/green-points", "/my/vouchers/code"))
                shown = self.make_jsonrpc_request("/my/vouchers/code/current", {})
                if worth:
                    self.assertIn(worth, page)
                    self.assertIn("voucher_lot", page)
                    self.assertIn(worth, code)
                    self.assertTrue(self.env["voucher.payment.code"]._find(shown["digits"], self.company))
                else:
                    self.assertNotIn("voucher_lot", page)
                    self.assertEqual(shown, {})

    def test_linked_where_the_vouchers_are(self):
        self.authenticate("limei", "limei" * 2)
        self.assertIn("/my/vouchers/code", self.url_open("/my/green-points").text)
