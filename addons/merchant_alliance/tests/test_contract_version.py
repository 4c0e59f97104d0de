from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_contract_signature import SignatureCommon


@tagged("post_install", "-at_install")
class TestContractVersion(SignatureCommon):
    """What becomes of the versions of a contract that ends, and of the contract whose next version does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.contract._get_today()

    def _day(self, days):
        return self.today + timedelta(days=days)

    def _in(self, days):
        return freeze_time(fields.Datetime.now() + timedelta(days=days))

    def _amend_signed(self, contract, days, **vals):
        version = self._amend(contract, self._day(days), 5.0)
        version.write(vals)
        version._activate("Chen")
        return version

    def _terminate(self, contract):
        contract.with_user(self.operator).action_terminate()

    def _follow(self):
        self.env["alliance.contract"]._cron_follow_dates()

    def _get_in_force(self, days):
        return self.contract._get_in_force(self.joining, self._day(days))

    # -- the contract is terminated ------------------------------------------------------------------

    def test_what_is_terminated_is_not_signed_into_force_again(self):
        self.contract._activate("Chen")
        version = self._amend(self.contract, self._day(10), 5.0)
        self._send(version)
        self._terminate(self.contract)
        self.assertEqual((version.state, version.sent_on), ("draft", False))
        told = self.env["mail.mail"].search([
            ("model", "=", "alliance.merchant"), ("res_id", "=", self.joining.id)], order="id desc", limit=1)
        self.assertIn(version.name, told.subject)
        self.assertEqual(told.recipient_ids, self.owner.partner_id, "who was asked to sign is told")
        version.signed_by = "Chen"
        for step in (self._send, lambda draft: draft.with_user(self.operator).action_activate()):
            with self.assertRaisesRegex(UserError, f"{self.contract.name} was terminated"):
                step(version)
        self.assertFalse(self._get_in_force(10))
        self._make_contract(self.joining, start=self._day(10))._activate("Chen")
        self.assertTrue(self._get_in_force(10), "a new contract begins anew")

    def test_a_version_to_come_ends_with_it(self):
        self.contract._activate("Chen")
        version = self._amend_signed(self.contract, 10)
        third = self._amend_signed(version, 20)
        waiting = self._amend(third, self._day(30), 4.0)
        self._send(waiting)
        self._terminate(self.contract)
        self.assertEqual((version | third).mapped("state"), ["terminated", "terminated"])
        self.assertEqual(waiting.state, "draft")
        self.assertEqual((self.contract.state, self.contract.date_end), ("terminated", self.today))
        for days in (1, 10, 20):
            self.assertFalse(self._get_in_force(days))

    def test_a_version_that_has_begun_does_not(self):
        """The job that closes what has ended comes at night."""
        self.contract._activate("Chen")
        version = self._amend_signed(self.contract, 10)
        with self._in(10):
            self._terminate(self.contract)
            self.assertEqual(version.state, "active")
            self.assertEqual(self.contract.date_end, self._day(9))

    # -- it has expired ------------------------------------------------------------------------------

    def test_what_expired_is_not_amended_in_the_past(self):
        self.contract.date_end = self._day(5)
        self.contract._activate("Chen")
        version = self._amend(self.contract, self._day(7), 5.0)
        version.date_end = False
        with self._in(10):
            self._follow()
            self.assertEqual(self.contract.state, "expired")
            for step in (self._send, lambda draft: draft._activate("Chen")):
                with self.assertRaisesRegex(UserError, "today at the earliest"):
                    step(version)
            version.date_start = self._day(10)
            version._activate("Chen")
            self.assertEqual((version.state, self.contract.date_end), ("active", self._day(5)))

    # -- the next version is terminated --------------------------------------------------------------

    def test_it_lasts_as_signed_if_the_next_one_does_not_begin(self):
        for number, days in enumerate((False, 30)):
            contract = self.contract.copy({"date_start": self._day(100 * number), "date_end": days and self._day(130)})
            contract._activate("Chen")
            agreed = contract.date_end
            version = self._amend_signed(contract, 100 * number + 10)
            self.assertEqual(contract.date_end, self._day(100 * number + 9))
            self._terminate(version)
            self.assertEqual((contract.state, contract.date_end), ("active", agreed))
            self.assertEqual(self._get_in_force(100 * number + 10), contract)
            again = self._amend(contract, self._day(100 * number + 20), 6.0)
            self.assertEqual((again.version, again.name), (3, f"{contract.name}-3"), "a number is not used twice")
            self._terminate(contract)

    def test_it_ends_before_another_contract(self):
        self.contract._activate("Chen")
        version = self._amend_signed(self.contract, 10, date_end=self._day(20))
        self._make_contract(self.joining, start=self._day(31))._activate("Chen")
        self._terminate(version)
        self.assertEqual(self.contract.date_end, self._day(30))

    def test_it_does_not_come_back_once_the_next_one_has_begun(self):
        self.contract._activate("Chen")
        version = self._amend_signed(self.contract, 10)
        with self._in(10):
            self._terminate(version)
            self.assertEqual((version.date_end, self.contract.date_end), (self._day(10), self._day(9)))
            self._follow()
            self.assertEqual(self.contract.state, "amended")
            self.assertFalse(self._get_in_force(11))

    def test_the_last_day_as_signed_is_nobody_s_to_write(self):
        self.contract._activate("Chen")
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            self.contract.with_user(self.operator).agreed_end = self._day(5)

    # -- what follows it -----------------------------------------------------------------------------

    def _assert_reminders(self, count, message):
        self._follow()
        self.assertEqual(len(self.contract.activity_ids), count, message)

    def test_only_what_will_be_in_force_spares_the_reminder(self):
        self.contract.date_end = self._day(20)
        self.contract._activate("Chen")
        version = self._amend_signed(self.contract, 10, date_end=False)
        self._assert_reminders(0, "it goes on")
        self._terminate(version)
        self._assert_reminders(1, "it does not go on any more")

    def test_a_version_nobody_has_signed_does_not(self):
        self.contract.date_end = self._day(20)
        self.contract._activate("Chen")
        version = self._amend(self.contract, self._day(10), 5.0)
        self._assert_reminders(1, "a draft")
        self.contract.activity_ids.unlink()
        self.contract._write_step({"reminded_end": False})  # as if it had been sent before
        self._send(version)
        self._assert_reminders(1, "to be signed")

    def test_it_expires_if_nothing_followed(self):
        self.contract.date_end = self._day(5)
        self.contract._activate("Chen")
        self._terminate(self._amend_signed(self.contract, 3))
        with self._in(10):
            self._follow()
        self.assertEqual(self.contract.state, "expired")

    def test_a_version_is_of_the_same_merchant(self):
        self.contract._activate("Chen")
        version = self._amend(self.contract, self._day(10), 5.0)
        version.write({"merchant_id": self._make_merchant("Another House").id, "signed_by": "Chen"})
        with self.assertRaisesRegex(UserError, f"Merchant: {self.contract.name} is"):
            version.with_user(self.operator).action_activate()
        self.assertFalse(self.contract.date_end)
