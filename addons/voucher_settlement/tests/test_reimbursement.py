from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_escrow import EscrowCommon
from .common_payments import VoucherTillCommon


@tagged("post_install", "-at_install")
class TestReimbursement(EscrowCommon):
    """Money leaves the escrow bank for redeemed vouchers alone, once, and through two people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mall_merchant = cls.mall.merchant_id

    def _make(self, merchant=None):
        return self.env["voucher.reimbursement"].with_user(self.maker).create(
            {"merchant_id": (merchant or self.mall_merchant).id})

    def _submit(self):
        reimbursement = self._make()
        reimbursement.action_submit()
        return reimbursement

    def _approve(self, reimbursement):
        reimbursement.with_user(self.checker).action_approve()
        return reimbursement

    def test_pays_what_was_redeemed(self):
        self._sell(1000)
        hold = self._redeem(6)
        self._redeem(2)
        hold._restore(100, "back")
        reimbursement = self._submit()
        self.assertEqual((reimbursement.amount, reimbursement.due_amount), (7, 7))
        self._approve(reimbursement)
        self.assertEqual(reimbursement.state, "paid")
        self.assertEqual((reimbursement.maker_id, reimbursement.checker_id), (self.maker, self.checker))
        self.assertEqual(self._get_lines(reimbursement.sudo().move_id), {
            "redeemed_due": 7, "escrow_bank": -7, "operating_bank": 7, "merchant_clearing": -7})
        self.assertEqual((self._held("redeemed_due"), self._held("escrow_bank")), (0, 73))
        self.assertReconciled()
        self._check_commit()

    def test_each_redemption_once(self):
        self._sell(1000)
        self._redeem(6)
        self._approve(self._submit())
        again = self._make()
        with self.assertRaisesRegex(UserError, "no redeemed vouchers"):
            again.action_submit()
        self._redeem(1)
        again.action_submit()
        self._approve(again)
        self.assertEqual(again.amount, 1)
        self.assertReconciled()

    def test_one_unfinished_at_a_time(self):
        self._make()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._make()
            self.env.flush_all()

    def test_cancelled_is_due_again(self):
        self._sell(1000)
        self._redeem(6)
        reimbursement = self._submit()
        reimbursement.action_cancel()
        self.assertFalse(reimbursement.entry_ids)
        self.assertEqual(self._approve(self._submit()).amount, 6)

    def test_given_back_after_submission(self):
        self._sell(1000)
        hold = self._redeem(6)
        reimbursement = self._submit()
        hold._restore(100, "back")
        with self.assertRaisesRegex(UserError, "has become less"):
            self._approve(reimbursement)
        self.assertEqual(reimbursement.state, "submitted")

    def _get_returns(self):
        return self.env["voucher.reimbursement"].search([("state", "=", "returned")])

    def _book(self):
        self.env["escrow.posting"]._post_unposted(self.company)

    def test_given_back_after_payment_returns(self):
        self._sell(1000)
        hold = self._redeem(6)
        self._approve(self._submit())
        before = {key: self._balance(key) for key in ("escrow_bank", "operating_bank", "merchant_clearing")}
        self._make()  # a draft is in nobody's way
        hold._restore(200, "back")
        self._book()
        self._book()
        back = self._get_returns()
        self.assertEqual((back.merchant_id, back.amount, len(back.entry_ids)), (self.mall_merchant, -2, 1))
        self.assertFalse(back.maker_id | back.checker_id)
        self.assertEqual(self._balance("redeemed_due"), 0)
        self.assertEqual({key: self._balance(key) - cents for key, cents in before.items()}, {
            "escrow_bank": 2, "operating_bank": -2, "merchant_clearing": 2})
        self.assertReconciled()
        self._redeem(5)
        self.assertEqual(back.due_amount, 5, "nothing is set off twice")

    def test_given_back_is_set_off_where_there_is_more(self):
        self._sell(1000)
        hold = self._redeem(6)
        self._approve(self._submit())
        self._redeem(4)
        hold._restore(200, "back")
        self._book()
        self.assertFalse(self._get_returns())
        self.assertEqual(self._approve(self._submit()).amount, 2)
        self.assertReconciled()

    def test_return_waits_for_what_is_submitted(self):
        self._sell(1000)
        hold = self._redeem(6)
        self._approve(self._submit())
        self._redeem(1)
        waiting = self._submit()
        hold._restore(200, "back")
        self._book()
        self.assertFalse(self._get_returns())
        waiting.action_cancel()
        self.assertEqual(self._get_returns().amount, -1)
        self.assertEqual(self._balance("redeemed_due"), 0)
        self.assertReconciled()

    def test_nobody_makes_returns_by_hand(self):
        vals = {"merchant_id": self.mall_merchant.id, "state": "returned", "amount": -5, "move_id": 1}
        forged = ({}, {"reimbursement_return": True}, {"reimbursement_return": {}}, {"default_state": "returned"})
        for context in forged:
            document = self.env["voucher.reimbursement"].with_user(self.maker).with_context(**context).create(vals)
            self.assertEqual((document.state, document.amount, document.move_id.id), ("draft", 0, False))
            document.action_cancel()
        for column in ("state = 'returned'", "amount = -1"):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.env.cr.execute(f"UPDATE voucher_reimbursement SET {column} WHERE id = %s", [document.id])

    def test_checkers_are_asked(self):
        self._sell(1000)
        self._redeem(6)
        reimbursement = self._submit()
        asked = reimbursement.sudo().activity_ids.user_id
        self.assertIn(self.checker, asked)
        self.assertNotIn(self.maker, asked)
        reimbursement.action_cancel()
        self.assertFalse(reimbursement.sudo().activity_ids)
        self.assertFalse(self._approve(self._submit()).sudo().activity_ids)

    def test_two_people(self):
        self._sell(1000)
        self._redeem(6)
        self.maker.group_ids += self.env.ref("voucher_settlement.group_settlement_checker")
        reimbursement = self._submit()
        with self.assertRaisesRegex(UserError, "another person must"):
            reimbursement.action_approve()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env.cr.execute(
                "UPDATE voucher_reimbursement SET checker_id = maker_id WHERE id = %s", [reimbursement.id])

    def test_wrong_people(self):
        self._sell(1000)
        self._redeem(6)
        reimbursement = self._submit()
        operator = new_test_user(self.env, "rb_operator", groups="merchant_alliance.group_operator")
        auditor = new_test_user(self.env, "rb_auditor", groups="merchant_alliance.group_auditor")
        with self.assertRaises(AccessError):
            self._make(self.merchant).with_user(self.checker).action_submit()
        for user in (operator, auditor, self.maker):
            with self.assertRaises(AccessError):
                reimbursement.with_user(user).action_approve()
        for user in (operator, auditor):
            with self.assertRaises(AccessError):
                reimbursement.with_user(user).action_cancel()
            with self.assertRaises(AccessError):
                self.env["voucher.reimbursement"].with_user(user).create({"merchant_id": self.merchant.id})
        self.assertEqual(reimbursement.state, "submitted")

    def test_figures_are_not_written_by_hand(self):
        self._sell(1000)
        self._redeem(6)
        reimbursement = self._submit().sudo()
        for vals in ({"amount": 7}, {"state": "paid"}, {"checker_id": self.checker.id}, {"move_id": False}):
            with self.assertRaises(UserError):
                reimbursement.write(vals)
        forged = self.env["voucher.reimbursement"].create({
            "merchant_id": self.merchant.id, "amount": 50, "state": "submitted", "maker_id": self.maker.id})
        self.assertEqual((forged.amount, forged.state, forged.maker_id.id), (0, "draft", False))
        with self.assertRaises(UserError):
            reimbursement.unlink()

    def test_paid_only_as_approved(self):
        """Not even superuser code can pay another amount, twice, or without the document."""
        self._sell(1000)
        self._redeem(6)
        reimbursement = self._submit().sudo()
        for cents, backing in ((601, reimbursement), (600, None), (600, self._make(self.merchant).sudo())):
            with self.assertRaises(UserError):
                self.posting._post_event(
                    "reimburse", self.company, [("redeemed_due", cents), ("escrow_bank", -cents)], backing=backing)
        self._approve(reimbursement)
        with self.assertRaises(UserError):
            self.posting._post_event(
                "reimburse", self.company, [("redeemed_due", 600), ("escrow_bank", -600)], backing=reimbursement)
        self.assertEqual(self._held("escrow_bank"), 74)


@tagged("post_install", "-at_install")
class TestReimbursementTill(VoucherTillCommon):
    """What tills of these books took in vouchers is settled with the reimbursement."""

    def setUp(self):
        super().setUp()
        self.session = self._open_session(self.till)
        self._give_vouchers(50)

    def _pay(self, merchant=None):
        reimbursement = self.env["voucher.reimbursement"].with_user(self.maker).create(
            {"merchant_id": (merchant or self.merchant).id})
        reimbursement.action_submit()
        reimbursement.with_user(self.checker).action_approve()
        balances = {}
        for line in reimbursement.sudo().move_id.line_ids:
            balances[line.account_id] = balances.get(line.account_id, 0) + line.balance
        return balances

    def test_accepted_on_these_books(self):
        self._sell(30.0, cash=70.0)
        outside = self._authorize(500)._capture()  # a till of the merchant's own
        accounts = [self.env["escrow.posting"]._get_account(key, self.company) for key in (
            "redeemed_due", "escrow_bank", "operating_bank", "merchant_clearing", "voucher_accepted")]
        self.assertEqual(outside.state, "captured")
        self.assertEqual(self._pay(), dict(zip(accounts, [35, -35, 35, -5, -30], strict=True)))

    def test_own_shop_gets_the_money(self):
        own = self._make_merchant("Own Shop", is_platform=True)
        self.till.alliance_store_id = own.store_ids
        self._sell(30.0, cash=70.0)
        self.assertEqual(
            self._pay(own)[self.env["escrow.posting"]._get_account("operating_bank", self.company)], 30)

    def test_accepted_comes_back(self):
        order = self._sell(30.0, cash=70.0)
        self._pay()
        order._get_voucher_payments().voucher_hold_id._restore(1000, "back")
        posting = self.env["escrow.posting"]
        posting._post_unposted(self.company)
        move = self.env["voucher.reimbursement"].search([("state", "=", "returned")]).move_id
        keys = ("redeemed_due", "escrow_bank", "operating_bank", "merchant_clearing", "voucher_accepted")
        accounts = {posting._get_account(key, self.company): key for key in keys}
        balances = dict.fromkeys(keys, 0)
        for line in move.line_ids:
            balances[accounts[line.account_id]] += line.balance
        self.assertEqual(balances, dict(zip(keys, [-10, 10, -10, 0, 10], strict=True)))
