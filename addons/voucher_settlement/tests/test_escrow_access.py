from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

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
            # the five accounts of the escrow, merchant deposits, promoter commission
            self.assertEqual((len(check.line_ids), check.difference_count), (7, 0))
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

    def test_screens(self):
        """What each screen of the menu reads can be read by those who have the menu."""
        for xmlid in ("escrow_account_action", "escrow_line_action", "escrow_move_action",
                      "voucher_reimbursement_action"):
            action = self.env.ref(f"voucher_settlement.{xmlid}")
            for user in (self.maker, self.checker, self.auditor):
                model = self.env[action.res_model].with_user(user)
                views = model.get_views(
                    [(view.view_id.id, view.view_mode) for view in action.view_ids]
                    or [(False, mode) for mode in action.view_mode.split(",")])
                shown = set(views["models"][action.res_model]["fields"]) & set(model._fields)
                model.search(safe_eval(action.domain or "[]")).read(sorted(shown))
        balances = self.env["account.account"].with_user(self.maker).search([("escrow_role", "=", "escrow_bank")])
        self.assertEqual(balances.filtered(lambda a: self.company in a.sudo().company_ids).current_balance, 80)
        menus = self.env["ir.ui.menu"]
        menu = self.env.ref("voucher_settlement.menu_escrow").id
        for user, visible in ((self.maker, True), (self.auditor, True), (self.operator, False), (self.cashier, False)):
            self.assertEqual(menu in menus.with_user(user)._visible_menu_ids(), visible, user.login)
