from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common_payout import PayoutCommon


@tagged("post_install", "-at_install")
class TestPayoutPortal(PayoutCommon, HttpCase):
    """A merchant sees its payouts once they are sent, and nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant.partner_id.email = "teahouse@example.com"
        cls.users = {login: cls.env["res.users"].with_context(no_reset_password=True).create({
            "login": login, "password": login * 2, "partner_id": partner.id,
            "group_ids": [(6, 0, cls.env.ref("base.group_portal").ids)]}) for login, partner in (
                ("tea_boss", cls.merchant.partner_id), ("bread_boss", cls.bakery.partner_id))}

    def _page(self, login):
        self.authenticate(login, login * 2)
        return self.url_open("/my/store/statements").text

    def test_from_sent_to_paid(self):
        self._owe(12.5)
        batch = self._approve_payout()
        self.assertNotIn("my_payouts", self._page("tea_boss"), "not before it is sent")
        batch.action_send()
        self.assertIn("On its way", self._page("tea_boss"))
        self._answer(batch, self._answer_rows((batch.line_ids, 12.5, "failed", "Account closed")))
        page = self._page("tea_boss")
        self.assertIn("Account closed", page)
        self.assertNotIn("6217000010001234567", page)
        again = self._send()
        self._pay(again)
        self.assertIn("Paid on", self._page("tea_boss"))
        self.assertNotIn("my_payouts", self._page("bread_boss"))
        mails = self.env["mail.mail"].search([("model", "=", "payout.line")], order="id")
        self.assertEqual(len(mails), 2)
        self.assertIn("Account closed", mails[0].body_html)
        self.assertIn("12.50", mails[1].body_html)
        self.assertEqual(mails.recipient_ids, self.merchant.partner_id)

    def test_records_of_ones_own(self):
        self._owe(7)
        waiting = self._submit()
        line = waiting.sudo().line_ids
        boss, rival = (line.with_user(self.users[login]) for login in ("tea_boss", "bread_boss"))
        with self.assertRaises(AccessError):
            boss.read(["amount"])  # it is not sent yet
        self._send(waiting)
        self.assertEqual(boss.read(["amount"])[0]["amount"], 7)
        with self.assertRaises(AccessError):
            rival.read(["amount"])
        for user in self.users.values():
            self.assertFalse(self.env["payout.batch"].with_user(user).has_access("read"))
            with self.assertRaises(AccessError):
                line.with_user(user).action_mark_paid()
