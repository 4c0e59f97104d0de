from psycopg2 import IntegrityError
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_correction import CorrectionCommon


@tagged("post_install", "-at_install")
class TestCorrectionSteps(CorrectionCommon):
    """Two people, in order, and nothing by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build = cls()  # the builders are methods
        cls.sale = build._sell(1000)
        cls.entry = build._get_earned(cls.sale)

    def test_two_people(self):
        self.maker.group_ids += self.env.ref("voucher_settlement.group_settlement_checker")
        correction = self._submit(self.entry, 10)
        with self.assertRaisesRegex(UserError, "another person must"):
            correction.action_approve()
        with self.assertRaisesRegex(UserError, "withdraw it"):
            correction._reject("mine")
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.cr.execute("UPDATE ledger_correction SET checker_id = maker_id WHERE id = %s", [correction.id])
        self.assertEqual(self._get_base(self.sale.cohort_id), 60)

    def test_wrong_people(self):
        correction = self._submit(self.entry, 10)
        draft = self._draft(self.entry, 10)
        people = {name: new_test_user(self.env, f"co_{name}", groups=f"merchant_alliance.group_{name}")
                  for name in ("operator", "auditor")}
        portal = new_test_user(self.env, "co_portal", groups="base.group_portal")
        values = {"points_entry_id": self.entry.id, "amount": 1, "reason": "x", "holder_text": "x"}
        for user in (*people.values(), self.checker, portal):
            with self.assertRaises(AccessError):
                draft.with_user(user).action_submit()
            with self.assertRaises(AccessError):
                correction.with_user(user).action_withdraw()
            with self.assertRaises(AccessError):
                self.env["ledger.correction"].with_user(user).create(values)
            with self.assertRaises(AccessError):
                self.entry.with_user(user).action_correct()
        for user in (*people.values(), self.maker, portal):
            with self.assertRaises(AccessError):
                correction.with_user(user).action_approve()
            with self.assertRaises(AccessError):
                correction.with_user(user)._reject("no")
            with self.assertRaises(AccessError):
                self.env["ledger.correction.reject"].with_user(user).create({"answer": "no"})
        with self.assertRaises(AccessError):
            correction.with_user(portal).read(["reason"])
        self.assertEqual((draft.state, correction.state), ("draft", "submitted"))

    def test_rejected_and_withdrawn(self):
        correction = self._submit(self.entry, 10)
        self.assertEqual(correction.activity_ids.user_id & self.checker, self.checker)
        action = correction.with_user(self.checker).action_reject()
        self.env["ledger.correction.reject"].with_user(self.checker).with_context(**action["context"]).create(
            {"answer": "The receipt is right"}).action_reject()
        self.assertEqual((correction.state, correction.answer), ("rejected", "The receipt is right"))
        other = self._submit(self.entry, 10)
        other.action_withdraw()
        self.assertEqual((other.state, other.activity_ids.ids), ("withdrawn", []))
        for record in (correction, other):
            with self.assertRaisesRegex(UserError, "not possible now"):
                record.with_user(self.checker).action_approve()
        self.assertEqual(self._get_base(self.sale.cohort_id), 60)

    def test_only_once(self):
        correction = self._correct(self.entry, 10)
        with self.assertRaisesRegex(UserError, "not possible now"):
            correction.with_user(self.checker).action_approve()
        self.assertEqual(self._get_base(self.sale.cohort_id), 50)
        self.assertFalse(self.env["green.points.entry"]._record([correction._prepare_points_row(-1000)]))

    def test_nothing_by_hand(self):
        correction = self._submit(self.entry, 10)
        for vals in ({"state": "booked"}, {"checker_id": self.checker.id}, {"period_id": False},
                     {"effect": "restore"}, {"partner_id": self.merchant.partner_id.id}, {"amount": 20},
                     {"reason": "another"}, {"points_entry_ids": []}):
            with self.assertRaises(UserError):
                correction.write(vals)
        with self.assertRaises(UserError):
            correction.unlink()
        forged = self._draft(
            self.entry, 10, state="booked", maker_id=self.checker.id, partner_id=self.merchant.partner_id.id)
        self.assertEqual((forged.state, forged.maker_id.id, forged.partner_id), ("draft", False, self.shopper))
        forged.write({"amount": 11})
        forged.unlink()

    @mute_logger("odoo.sql_db")
    def test_what_it_needs(self):
        voucher = self.env["voucher.entry"].search([("kind", "=", "grant")], limit=1)
        for vals in ({"amount": 0}, {"amount": -5}, {"reason": " "}, {"holder_text": ""},
                     {"points_entry_id": False}, {"voucher_entry_id": voucher.id}):
            with self.assertRaises(IntegrityError), self.cr.savepoint():
                self._draft(self.entry, **{"amount": 10, **vals})
                self.env.flush_all()
        with self.assertRaisesRegex(UserError, "at most"):
            self._submit(self.entry, 0.001)

    def test_opened_from_the_ledger(self):
        action = self.entry.with_user(self.maker).action_correct()
        self.assertEqual(action["context"], {"default_points_entry_id": self.entry.id})
        self._redeem(5)
        event = self._get_events("redeem")
        self.assertEqual(
            event.with_user(self.maker).action_correct()["context"], {"default_voucher_entry_id": event.id})
        correction = self._correct(event, 5)
        with self.assertRaisesRegex(UserError, "been booked yet"):
            correction.action_open_moves()
        self._balance("rebate_pool")
        correction.invalidate_recordset()
        self.assertTrue(correction.with_user(self.checker).action_open_moves())
