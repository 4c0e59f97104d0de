from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import VoucherCommon


@tagged("post_install", "-at_install")
class TestReminder(VoucherCommon):
    """Who has vouchers that expire soon is told once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.voucher_reminder_days = 7
        cls.shopper.email = "limei@example.com"

    def _remind(self):
        before = self.env["mail.mail"].search([])
        self.env["voucher.lot"]._cron_remind()
        return self.env["mail.mail"].search([]) - before

    def test_one_mail_with_all_that_expires(self):
        soon, later = self._give_vouchers(12.5, days=3), self._give_vouchers(40.0, days=8)
        self._give_vouchers(7.0, kind="shopping", days=3)
        self._give_vouchers(99.0, days=-1)  # over already
        mail = self._remind()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.shopper)
        self.assertIn("19.50", mail.body_html)
        for amount in ("40.00", "99.00"):
            self.assertNotIn(amount, mail.body_html)
        self.assertEqual((soon.reminded_for, later.reminded_for), (soon.expires_on, False))

    def test_once_for_each_last_day(self):
        lot = self._give_vouchers(10.0, days=7)
        self.assertEqual(len(self._remind()), 1)
        self.assertFalse(self._remind())
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=1)):
            self.assertFalse(self._remind())
            self._give_vouchers(5.0, days=7)
            self.assertIn("5.00", self._remind().body_html)
        lot.expires_on = fields.Date.add(lot.expires_on, days=-2)  # as a refund's grace does, forwards
        self.assertEqual(len(self._remind()), 1)

    def test_what_cannot_be_spent_is_not_reminded_of(self):
        self._give_vouchers(10.0, days=3)
        self._authorize(1000)
        self.assertFalse(self._remind())

    def test_switched_off_or_without_address(self):
        lot = self._give_vouchers(10.0, days=3)
        self.company.voucher_reminder_days = 0
        self.assertFalse(self._remind())
        self.assertFalse(lot.reminded_for)
        self.company.voucher_reminder_days = 7
        self.shopper.email = False
        self.assertFalse(self._remind())
        self.assertEqual(lot.reminded_for, lot.expires_on, "not looked at again every day")
