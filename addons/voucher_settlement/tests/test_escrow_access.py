from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_escrow import EscrowCommon


@tagged("post_install", "-at_install")
class TestEscrowAccess(EscrowCommon):
    """Who sees the settlement centre's entries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = new_test_user(cls.env, "escrow_auditor", groups="merchant_alliance.group_auditor")
        cls.operator = new_test_user(cls.env, "escrow_operator", groups="merchant_alliance.group_operator")
        cls.cashier = new_test_user(cls.env, "escrow_cashier", groups="base.group_user")

    def setUp(self):
        super().setUp()
        self.sale = self._sell(1000)
        self.move = self.sale.funding_id.move_id
        self.other = self.env["account.move"].create(self._prepare_theft(line_ids=[
            (0, 0, {"account_id": self.operating.id, "debit": 1}),
            (0, 0, {"account_id": self.company.merchant_clearing_account_id.id, "credit": 1})]))
        self.other.action_post()

    def test_entries(self):
        both = self.move | self.other
        moves = self.env["account.move"]
        for user, seen in ((self.maker, self.move), (self.checker, self.move), (self.auditor, both)):
            found = moves.with_user(user).search([("id", "in", both.ids)])
            self.assertEqual(found, seen, user.login)
            self.assertEqual(found.line_ids.account_id.sudo(), seen.line_ids.account_id)
            with self.assertRaises(AccessError):
                found[0].write({"ref": "Mine"})
        with self.assertRaises(AccessError):
            moves.with_user(self.cashier).search([("id", "in", both.ids)])

    def test_check_report(self):
        for user in (self.maker, self.checker, self.auditor):
            action = self.env["escrow.check"].with_user(user).action_open()
            check = self.env["escrow.check"].with_user(user).browse(action["res_id"])
            self.assertEqual((len(check.line_ids), check.difference_count), (6, 0))
            bank = check.line_ids.filtered(lambda line: line.account_id == self.escrow_bank)
            self.assertEqual((bank.ledger, bank.subledger), (80, 80))
        with self.assertRaises(AccessError):
            check.with_user(self.maker).read(["difference_count"])
        with self.assertRaises(AccessError):
            self.env["escrow.check"].with_user(self.cashier).action_open()

    def test_books_from_the_ledger(self):
        self.assertEqual(self.sale.with_user(self.auditor).action_open_moves()["res_id"], self.move.id)
        with self.assertRaises(AccessError):
            self.move.with_user(self.cashier).action_open_escrow_source()
        with self.assertRaises(UserError):
            self.other.action_open_escrow_source()
