from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import SettlementCommon


class ClosureCommon(SettlementCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(
            cls.env, "closing", groups="base.group_user,base.group_partner_manager,merchant_alliance.group_operator")
        cls.other = cls._make_partner("Other")

    def _close_account(self, partner=None):
        closures = (partner or self.shopper)._close_account("operator", "asked for by letter")
        self.env.flush_all()
        self.env.invalidate_all()
        return closures

    def _live(self):
        """Two shoppers with points of two periods and vouchers of both kinds."""
        for partner in (self.shopper, self.other):
            self._sell(1000, partner)
        self._settle()
        self._settle()
        self._credit()
        return self._wallet()


@tagged("post_install", "-at_install")
class TestClosure(ClosureCommon):

    def test_what_is_left_goes_to_the_pool(self):
        wallet = self._live()
        left = wallet.balance_deduction + wallet.balance_shopping
        self.assertTrue(wallet.balance_deduction > 0 < wallet.balance_shopping)
        pool = self._balance("rebate_pool")
        [closure] = self._close_account()
        self.assertEqual((wallet.balance_deduction, wallet.balance_shopping, wallet.closed), (0.0, 0.0, True))
        self.assertEqual((closure.voucher_amount, closure.points_base, closure.by), (left, 60.0, "operator"))
        self.assertAlmostEqual(self._balance("rebate_pool"), pool + left)
        cohort = self.env["green.points.cohort"].search([("number", "=", 1)])
        self.assertEqual(cohort.base_shopper, 60.0, "the other's alone")
        self.assertSound(wallet)
        self.assertReconciled()
        self._settle()
        self.env["voucher.wallet"]._cron_credit()
        self.assertEqual(wallet.balance_deduction, 0.0)
        self.assertGreater(self._credit(self.other).balance_deduction, 0.0)
        self.assertReconciled()

    def test_an_approved_period_notices(self):
        """What was approved counted points that are gone: it is refused, and computed again."""
        self._live()
        period = self._approve()
        self._close_account()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            period.with_user(self.checker).action_settle()
        period.with_user(self.checker).action_reset()
        self._settle(period)
        self.assertReconciled()

    def test_purchases_after_it_reward_the_merchant_alone(self):
        wallet = self._live()
        waiting = self._register(500, self.shopper, self.store)
        self._close_account()
        self.assertEqual(waiting.reward_state, "pending")
        pool = self._balance("rebate_pool")
        self._fund(waiting.merchant_id)
        sale = self._sell(1000)
        self.assertEqual((sale.reward_state, waiting.reward_state), ("active", "active"))
        entries = (sale | waiting).points_entry_ids
        mine = entries.filtered(lambda entry: entry.partner_id == self.shopper)
        self.assertEqual((sum(mine.mapped("base")), set(mine.mapped("kind"))), (0.0, {"earn", "give_up"}))
        self.assertGreater(sum((entries - mine).mapped("base")), 0.0)
        self.assertEqual((wallet.balance_shopping, wallet.balance_deduction), (0.0, 0.0))
        parts = sale.alloc_pool + sale.alloc_shopping + waiting.alloc_pool + waiting.alloc_shopping
        self.assertAlmostEqual(self._balance("rebate_pool"), pool + parts)
        self.assertSound(wallet)
        self.assertReconciled()
        self._refund(sale, 1000)
        self.assertSound(wallet)
        self.assertReconciled()

    def test_vouchers_given_back_lapse_at_once(self):
        wallet = self._live()
        hold = wallet._authorize(100, self.store, "test,spent")._capture()
        self._close_account()
        self.assertEqual(hold._restore(100, "test,back"), 100)
        self.assertEqual(wallet.balance_deduction + wallet.balance_shopping, 0.0)
        self.assertEqual(wallet.entry_ids[0].kind, "expire")
        self.assertSound(wallet)
        self.assertReconciled()

    def test_a_refund_after_it(self):
        sale = self._sell(1000)
        self._sell(5000, self.other)
        self._settle()
        self._settle()
        wallet = self._credit()
        self._close_account()
        self._refund(sale, 1000)
        self.assertEqual(wallet.balance_deduction + wallet.balance_shopping, 0.0)
        self.assertSound(wallet)
        self.assertReconciled()

    def test_what_stands_in_the_way(self):
        wallet = self._live()
        hold = wallet._authorize(100, self.store, "test,held")
        with self.assertRaisesRegex(UserError, "payment under way"):
            self._close_account()
        hold._release()
        for partner in (self.merchant.partner_id, self.env["res.partner"].create(
                {"name": "Owner", "parent_id": self.merchant.partner_id.id})):
            with self.assertRaisesRegex(UserError, "belongs to a merchant"):
                self._close_account(partner)
        with self.assertRaisesRegex(UserError, "say why"):
            self.shopper._close_account("operator", " ")

    def test_who_owes_can_leave(self):
        """Nobody has to buy again to be let go; what is owed stays noted, and is owed if the account opens again."""
        wallet = self._live()
        sale = self._sell(1000)
        wallet._authorize(round(wallet.balance_shopping * 100), self.mall, "test,mall")._capture()
        self._refund(sale, 1000)
        owed = wallet.debt
        self.assertGreater(owed, 0)
        with self.assertRaisesRegex(UserError, "vouchers or debts"):
            self.shopper.action_archive()
        [closure] = self._close_account()
        self.assertEqual(closure.voucher_debt, owed)
        self.shopper.action_archive()
        self.assertEqual((self.shopper.active, wallet.debt), (False, owed))
        self.assertReconciled()
        self.shopper.action_unarchive()
        self.shopper.with_user(self.operator).action_reopen_account()
        self.assertEqual(wallet.debt, owed)

    def test_closed_once_and_opened_again_with_nothing(self):
        wallet = self._live()
        self._close_account()
        with self.assertRaisesRegex(UserError, "closed already"):
            self._close_account()
        with self.assertRaisesRegex(UserError, "closed; it has no vouchers"):
            wallet._authorize(100, self.store, "test,none")
        with self.assertRaisesRegex(UserError, "is closed"):
            self.env["base.partner.merge.automatic.wizard"]._merge((self.shopper | self.other).ids, self.other)
        with self.assertRaises(AccessError):
            self.shopper.with_user(self.checker).action_reopen_account()
        self.shopper.with_user(self.operator).action_reopen_account()
        self._sell(1000)
        self.assertEqual((wallet.closed, wallet.balance_deduction), (False, 0.0))
        self.assertGreater(wallet.balance_shopping, 0.0)
        self.assertReconciled()

    def test_points_given_up_are_not_owed_when_it_is_opened_again(self):
        sale = self._sell(1000)
        self._sell(5000, self.other)
        self._settle()
        wallet = self._wallet()
        self._close_account()
        self._refund(sale, 1000)
        debt = self.env["green.points.debt"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((debt.given_up, debt.amount, debt.paid), (True, 60.0, 60.0))
        self.shopper.with_user(self.operator).action_reopen_account()
        entries = self._sell(1000).points_entry_ids
        mine = entries.filtered(lambda entry: entry.partner_id == self.shopper)
        self.assertEqual(mine.mapped("base"), [60.0])
        self.assertEqual(self.env["green.points.position"].search(
            [("partner_id", "=", self.shopper.id), ("base", ">", 0)]).base, 60.0)
        self.assertNotIn("Points are owed", "".join(self.shopper._get_closing_obstacles()))
        self.assertSound(wallet)
        self.assertReconciled()

    def test_what_points_given_up_had_released_is_cancelled(self):
        sale = self._sell(1000)
        self._sell(5000, self.other)
        self._settle()
        self._settle()
        wallet = self._credit()
        earned = self._earned(wallet)
        self.assertGreater(earned, 0)
        self._close_account()
        self._refund(sale, 1000)
        debt = self.env["green.points.debt"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((debt.given_up, debt._get_released(), self._earned(wallet)), (True, earned, 0))
        self.assertSound(wallet)
        self.assertReconciled()

    def _live_and_close(self, spent=0):
        """Buy, be credited, spend some of the vouchers in the mall, and close the account; return purchase, wallet."""
        sale = self._sell(1000)
        self._sell(5000, self.other)
        self._settle()
        self._settle()
        wallet = self._credit()
        if spent:
            wallet._authorize(spent, self.mall, "test,spent")._capture()
        self._close_account()
        return sale, wallet

    def test_vouchers_given_up_are_not_owed_when_it_is_opened_again(self):
        sale, wallet = self._live_and_close()
        pool = self._balance("rebate_pool")
        self._refund(sale, 400)
        self.shopper.with_user(self.operator).action_reopen_account()
        self._refund(sale, 600)
        self.assertEqual(wallet.debt, 0.0)
        merchant = self._wallet(self.merchant.partner_id).entry_ids.filtered(lambda entry: entry.kind == "claw")
        self.assertAlmostEqual(self._balance("rebate_pool"), pool - sale.alloc_pool - sale.alloc_shopping - sum(
            merchant.mapped("amount")), msg="once: it has what lapsed")
        again = self._sell(1000)
        self.assertEqual(wallet.balance_shopping, again.alloc_shopping, "nothing is paid off")
        self.assertSound(wallet)
        self.assertReconciled()

    def test_vouchers_spent_before_it_are_owed(self):
        sale, wallet = self._live_and_close(spent=100)
        self._refund(sale, 1000)
        self.assertEqual(wallet.debt, 1.0)
        self.assertSound(wallet)
        self.assertReconciled()

    def test_what_was_given_up_pays_for_nothing_later(self):
        _sale, wallet = self._live_and_close()
        self.shopper.with_user(self.operator).action_reopen_account()
        later = self._sell(1000)
        self._settle()
        self._settle()
        self._credit()
        spent = self.currency.round(wallet.balance_deduction + wallet.balance_shopping)
        self.assertTrue(wallet.balance_deduction > 0 < wallet.balance_shopping)
        wallet._authorize(round(spent * 100), self.mall, "test,later")._capture()
        self._refund(later, 1000)
        self.assertEqual(wallet.debt, spent)
        self.assertSound(wallet)
        self.assertReconciled()

    def test_vouchers_that_lapsed_at_once_are_not_owed(self):
        """Spent, the account closed, given back, and then the purchase that had brought them is given back."""
        sale, wallet = self._live_and_close(spent=100)
        wallet.env["voucher.hold"].search([("wallet_id", "=", wallet.id)])._restore(100, "test,back")
        self._refund(sale, 1000)
        self.assertEqual(wallet.debt, 0.0)
        self.assertSound(wallet)
        self.assertReconciled()

    def test_closed_again_with_what_came_back(self):
        """Vouchers of the same lot are given up twice."""
        wallet = self._live()
        hold = wallet._authorize(100, self.store, "test,spent")._capture()
        for number in range(2):
            self._close_account()
            self.shopper.with_user(self.operator).action_reopen_account()
            hold._restore(50, f"test,back,{number}")
            self.assertEqual(wallet.balance_deduction, 0.5)
        self._close_account()
        self.assertEqual(wallet.balance_deduction, 0.0)
        self.assertSound(wallet)
        self.assertReconciled()

    def test_a_contact_without_a_wallet_is_closed_too(self):
        self._close_account()
        self._sell(1000)
        self.assertEqual((self._wallet().closed, self._wallet().balance_shopping), (True, 0.0))
        self.assertReconciled()

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_a_closed_wallet_empty(self):
        wallet = self._live()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE voucher_wallet SET closed = TRUE WHERE id = %s", [wallet.id])

    def test_the_log_never_changes(self):
        self._live()
        [closure] = self._close_account()
        with self.assertRaisesRegex(UserError, "never changes"):
            closure.reason = "another"
        with self.assertRaisesRegex(UserError, "never deleted"):
            closure.unlink()

    # -- who --------------------------------------------------------------------------------

    def test_the_operator_sees_what_is_lost(self):
        wallet = self._live()
        closing = self.env["alliance.account.close"]
        with self.assertRaises(AccessError):
            closing.with_user(self.checker).create({"partner_id": self.shopper.id, "reason": "x"})
        dialog = closing.with_user(self.operator).with_context(
            active_model="res.partner", active_id=self.shopper.id).create({"reason": "asked by letter"})
        self.assertEqual(dialog.partner_id, self.shopper)
        self.assertIn("60.00 green points", dialog.losses)
        self.assertIn(self.currency.format(wallet.balance_deduction + wallet.balance_shopping), dialog.losses)
        self.assertFalse(dialog.obstacles)
        dialog.action_close()
        self.assertTrue(wallet.closed)
        self.assertEqual(self.env["alliance.account.closure"].search([]).user_id, self.operator)

    # -- archiving -----------------------------------------------------------------------------

    def test_who_has_something_is_not_archived(self):
        self._live()
        for contact in (self.shopper, self.merchant.partner_id):
            with self.assertRaisesRegex(UserError, "cannot be archived"):
                contact.action_archive()
        nobody = self._make_partner("Nobody")
        nobody.action_archive()
        self.assertFalse(nobody.active)
        self._close_account()
        self.shopper.action_archive()
        self.assertFalse(self.shopper.active)


@tagged("post_install", "-at_install")
class TestClosureInThePortal(ClosureCommon, HttpCase):

    def test_deleting_the_login_closes_the_account(self):
        wallet = self._live()
        user = new_test_user(self.env, "leaving", groups="base.group_portal", password="leaving-leaving",
                             partner_id=self.shopper.id)
        hold = wallet._authorize(100, self.store, "test,held")
        self.authenticate("leaving", "leaving-leaving")
        page = self.url_open("/my/security").text
        self.assertIn("You lose for good", page)
        self.assertIn("60.00 green points", page)
        form = {"validation": "leaving", "password": "leaving-leaving"}

        def ask():
            token = self.url_open("/my/security").text.split('name="csrf_token" value="')[1].split('"')[0]
            return self.url_open("/my/deactivate_account", data={**form, "csrf_token": token}).text

        self.assertIn("payment under way", ask())
        self.assertTrue(user.active)
        self.assertFalse(wallet.closed)
        hold._release()
        ask()
        self.env.invalidate_all()
        self.assertTrue(wallet.closed)
        self.assertEqual((user.active, self.shopper.active), (False, False))
        closure = self.env["alliance.account.closure"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((closure.by, closure.user_id), ("shopper", user))
        self.assertLessEqual(closure.date, fields.Datetime.now())
        self.assertReconciled()
