from datetime import datetime

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_escrow import EscrowCommon


@tagged("post_install", "-at_install")
class TestPosting(EscrowCommon):
    """Each step of a sale's money, booked once and to the cent."""

    def test_funded_from_the_deposit(self):
        sale = self._sell(1000)
        self.assertEqual(self._get_lines(sale.funding_id.move_id), {
            "merchant_deposit": 100, "merchant_clearing": -100,
            "escrow_bank": 80, "rebate_pool": -65, "vouchers_outstanding": -10, "risk_reserve": -5,
            "concession_transit": 80, "operating_bank": -80})
        self.assertEqual(sale.funding_id.move_id.escrow_event, "funded")
        self.assertEqual(sale.funding_id.move_id.journal_id, self.company.escrow_journal_id)
        self.assertTrue(sale.funding_id.move_id.inalterable_hash)
        self._check_commit()

    def test_funded_by_split_leaves_the_clearing_open(self):
        merchant = self._make_merchant("Split", funding_method="split")
        sale = self._sell(1000, store=merchant.store_ids)
        self.assertEqual(sale.funding_id.move_id.line_ids.account_id & (
            self.company.merchant_deposit_account_id | self.company.merchant_clearing_account_id),
            self.env["account.account"])
        self.posting._post_concessions_earned(self.company)
        self.assertEqual(self._held("merchant_clearing"), 100)
        self._check_commit()

    def test_earned_per_merchant_and_day(self):
        with freeze_time("2026-03-02 09:00:00"):
            first = self._sell(1000) + self._sell(200)
            other = self._sell(500, store=self.mall)
            refund = self._refund(first[0], 300)
        with freeze_time("2026-03-03 09:00:00"):
            later = self._sell(100)
            moves = self.posting._post_concessions_earned(self.company)
        self.assertEqual(len(moves), 4)
        self.assertEqual(first.earned_move_id.ensure_one(), moves & first.earned_move_id)
        self.assertEqual(self._get_lines(first.earned_move_id), {
            "merchant_clearing": 120, "concession_transit": -96, "platform_fee": -24})
        self.assertEqual(self._get_lines(refund.earned_move_id), {
            "merchant_clearing": -30, "concession_transit": 24, "platform_fee": 6})
        self.assertEqual(
            (first + other + later).earned_move_id.mapped(lambda move: str(move.date)),
            ["2026-03-02", "2026-03-02", "2026-03-03"])
        self.assertFalse(self.posting._post_concessions_earned(self.company))

    def test_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2026-03-02 20:00:00"):  # 04:00 on the 3rd
            sale = self._sell(1000)
            self.posting._post_concessions_earned(self.company)
        self.assertEqual(sale.earned_move_id.date, datetime(2026, 3, 3).date())

    def test_commission(self):
        sale = self._register(1000, self.shopper, self.store)
        sale.write({"alloc_pool": 60.0, "alloc_commission": 5.0})
        self.posting._post_concessions_earned(self.company)
        self.assertEqual(self._get_lines(sale.earned_move_id), {
            "merchant_clearing": 100, "concession_transit": -75, "commission_payable": -5, "platform_fee": -20})

    def test_platform_bears_its_own_concession(self):
        own = self._make_merchant("Own", scene="own_mall", is_platform=True)
        bank = self._held("operating_bank")
        sale = self._sell(1000, store=own.store_ids)
        self.posting._post_concessions_earned(self.company)
        self.assertEqual(self._get_lines(sale.earned_move_id), {
            "concession_expense": 100, "concession_transit": -80, "platform_fee": -20})
        self.assertEqual(self._held("operating_bank"), bank - 80)
        self._check_commit()

    def test_transit_empties_when_funded(self):
        self._sell(1000)
        self.posting._post_concessions_earned(self.company)
        self.assertEqual(self._held("concession_transit"), 0)
        self._register(1000, self.shopper, self._make_poor_merchant().store_ids)
        self.posting._post_concessions_earned(self.company)
        self.assertEqual(self._held("concession_transit"), 80)

    def test_cancelled_before_it_was_funded(self):
        poor = self._make_poor_merchant()
        booked = self._register(1000, self.shopper, poor.store_ids)
        self.posting._post_concessions_earned(self.company)
        other = self._register(500, self.shopper, poor.store_ids)
        for sale in (booked, other):
            self._refund(sale, sale.cash_amount)
            self.assertEqual(sale.state, "cancelled")
        self.posting._post_concessions_earned(self.company)
        self.assertTrue(all(sale.earned_move_id for sale in (booked + other).refund_ids + other), "on the days of both")
        self.assertEqual([self._held(key) for key in (
            "merchant_clearing", "concession_transit", "commission_payable", "platform_fee")], [0, 0, 0, 0])
        self.assertFalse(self.posting._post_concessions_earned(self.company))

    def _make_poor_merchant(self):
        merchant = self._make_merchant("Poor")
        merchant._deposit("withdrawal", -100_000_000, "poor", "All of it")
        return merchant

    def test_deposit_in_and_out(self):
        bank, deposits = self._held("operating_bank"), self._held("merchant_deposit")
        entry = self.merchant._deposit("topup", 50_000, "in", "Bank transfer 7")
        self.assertEqual(self._get_lines(entry.move_id), {"operating_bank": 500, "merchant_deposit": -500})
        self.assertEqual(entry.move_id.ref, "Bank transfer 7")
        back = self.merchant._deposit("withdrawal", -20_000, "out")
        self.assertEqual(self._get_lines(back.move_id), {"operating_bank": -200, "merchant_deposit": 200})
        self.assertEqual(self.merchant._deposit("topup", 50_000, "in").move_id, entry.move_id)
        self.assertEqual((self._held("operating_bank"), self._held("merchant_deposit")), (bank + 300, deposits + 300))
        self.assertEqual(self.posting._check_subledger(self.company), [])

    # -- refunds -------------------------------------------------------------------------------

    def test_refund_of_given_rewards(self):
        sale = self._sell(1000)
        refund = self._refund(sale, 500)
        self.assertEqual(refund.state, "funded")
        self.assertEqual(self._get_lines(refund.funding_id.reversal_move_id), {
            "merchant_deposit": -50, "merchant_clearing": 50,
            "escrow_bank": -40, "rebate_pool": 37.5, "risk_reserve": 2.5,
            "concession_transit": -40, "operating_bank": 40})
        self.assertReconciled()  # the claw brings the voucher's 5.00 back to the pool
        self.assertEqual(self._held("rebate_pool"), 32.5)
        self._check_commit()

    def test_refund_of_held_rewards(self):
        sale = self._sell_held(1000)
        refund = self._refund(sale, 500)
        lines = self._get_lines(refund.funding_id.reversal_move_id)
        self.assertEqual((lines["rebate_pool"], lines["vouchers_outstanding"]), (32.5, 5))
        self.assertReconciled()
        sale._activate_rewards()
        self.assertReconciled()
        self._check_commit()

    def test_rejected_rewards_stay_in_the_pool(self):
        sale = self._sell_held(1000)
        self._refund(sale, 300)
        sale._reject_rewards()
        self.assertEqual((self._held("rebate_pool"), self._held("vouchers_outstanding")), (52.5, 0))
        self.assertReconciled()
        self._refund(sale, 700)
        self.assertReconciled()
        self.assertEqual(
            [self._held(role) for role in ("escrow_bank", "rebate_pool", "vouchers_outstanding")], [0, 0, 0])
        self._check_commit()

    def _sell_held(self, cash):
        sale = self._register(cash, self.shopper, self.store)
        self.patch(self.env.registry["alliance.qualified.sale"], "_filter_rewardable", lambda sales: (
            sales.write({"reward_state": "held"}), sales.browse())[1])
        self._fund(sale.merchant_id)
        return sale

    def test_refund_waits_for_the_pool(self):
        self._use_policy(period_count=1, max_multiple=5)
        sale = self._sell(1000)
        self._settle()
        self._settle()
        self.assertEqual(self._held("rebate_pool"), 0)
        refund = self._refund(sale, 1000)
        self.assertEqual(refund.state, "pending")
        self._sell(2000)
        self._fund(self.merchant)
        self.assertEqual(refund.state, "funded")
        self.assertReconciled()

    def test_pool_is_never_overdrawn(self):
        self._sell(1000)
        for pool in ("rebate_pool", self.posting._get_account("rebate_pool", self.company)):
            with self.subTest(pool), self.assertRaisesRegex(UserError, "cannot be taken out"):
                self.posting._post_event("release", self.company, [(pool, 6501), ("vouchers_outstanding", -6501)])
        self.assertTrue(self.posting._post_event(
            "release", self.company, [("rebate_pool", 6500), ("vouchers_outstanding", -6500)]))

    # -- vouchers ------------------------------------------------------------------------------

    def test_vouchers_in_aggregate(self):
        self._sell(1000)
        hold = self._redeem(6)
        self._redeem(2)
        hold._restore(100, "back")
        moves = self.posting._post_voucher_entries(self.company)
        self.assertEqual(sorted(move.escrow_event for move in moves), ["redeem", "redeem_reversal"])
        redeem = moves.filtered(lambda move: move.escrow_event == "redeem")
        self.assertEqual(self._get_lines(redeem), {"vouchers_outstanding": 8, "redeemed_due": -8})
        self.assertEqual(redeem.line_ids.partner_id, self.mall.merchant_id.partner_id)
        entries = self.env["voucher.entry"].search([("kind", "in", ("redeem", "restore"))])
        self.assertEqual(entries.move_id, moves)
        self.assertFalse(self.posting._post_voucher_entries(self.company))
        self.assertReconciled()
        self._check_commit()

    def test_all_that_is_unbooked_at_once(self):
        """Each row names the entry of its own event, though all entries are made together."""
        sale, other = self._sell(1000), self._sell(500, store=self.mall)
        self._redeem(6)
        self.posting._post_unposted(self.company)
        self.assertEqual(self._get_lines(sale.earned_move_id)["merchant_clearing"], 100)
        self.assertEqual(other.earned_move_id.ref, other.merchant_id.name)
        self.assertNotEqual(sale.earned_move_id, other.earned_move_id)
        redeemed = self.env["voucher.entry"].search([("kind", "=", "redeem")]).move_id
        self.assertEqual(self._get_lines(redeemed), {"vouchers_outstanding": 6, "redeemed_due": -6})
        self.assertReconciled()
        self._check_commit()

    def test_whatever_is_unbooked_is_found(self):
        self._sell(1000)
        self._redeem(6)
        self._check_found(
            ("alliance_deposit_entry", "move_id"), ("alliance_funding", "move_id"),
            ("alliance_qualified_sale", "earned_move_id"), ("voucher_entry", "move_id"))

    def test_a_funding_of_nothing(self):
        """Sales of which nothing is conceded leave nothing to book, and are not looked for for ever."""
        sale = self._sell("0.04")
        self.assertEqual((sale.state, sale.concession_amount, sale.funding_id.amount), ("funded", 0.0, 0.0))
        self.posting._post_unposted(self.company)
        self.assertFalse(sale.funding_id.move_id)
        self.assertFalse(self.posting.sudo()._has_unposted(self.company))

    def test_analytic_lines_of_the_fee(self):
        plan = self.env["account.analytic.plan"].create({"name": "Platform"})
        account = self.env["account.analytic.account"].create({"name": "Fees", "plan_id": plan.id})
        fee = self.posting._get_account("platform_fee", self.company)
        self.env["account.analytic.distribution.model"].create({
            "account_prefix": fee.code, "analytic_distribution": {account.id: 100}})
        sale = self._sell(1000)
        self.posting._post_concessions_earned(self.company)
        line = sale.earned_move_id.line_ids.filtered(lambda line: line.account_id == fee)
        self.assertEqual(line.analytic_line_ids.mapped("amount"), [-line.balance])

    def test_expired_vouchers_return_to_the_pool(self):
        self._sell(1000)
        with freeze_time(fields.Date.add(fields.Date.today(), days=91)):
            self.env["voucher.lot"]._cron_expire()
            [move] = self.posting._post_voucher_entries(self.company)
        self.assertEqual(
            (move.escrow_event, self._get_lines(move)), ("expire", {"vouchers_outstanding": 10, "rebate_pool": -10}))
        self.assertEqual(self._held("rebate_pool"), 75)

    def test_debt_is_paid_to_the_pool(self):
        sale = self._sell(1000)
        self._sell(1000, shopper=self._make_partner("Another"))  # the pool must bear the spent voucher
        self._redeem(10)
        self._refund(sale, 1000)
        self.assertEqual(self._wallet().debt, 10)
        self._sell(2000)
        self.assertEqual(self._wallet().debt, 0)
        self.assertReconciled()

    # -- sub-ledgers ---------------------------------------------------------------------------

    def test_difference_is_named(self):
        self._sell(1000)
        self.posting._post_event("release", self.company, [("rebate_pool", 300), ("vouchers_outstanding", -300)])
        differences = {row["account_id"]: row for row in self.posting._check_subledger(self.company)}
        self.assertEqual(set(differences), {
            self.pool_account.id, self.posting._get_account("vouchers_outstanding", self.company).id})
        row = differences[self.pool_account.id]
        self.assertEqual(
            (row["ledger_cents"], row["subledger_cents"], row["difference_cents"]), (6200, 6500, -300))
        self.assertTrue(row["hint"])

    def test_lines_that_do_not_add_up_are_refused(self):
        moves = self.env["account.move"].search_count([])
        with self.assertRaisesRegex(UserError, "add up to 1 cents"):
            self.posting._post_event("deposit", self.company, [("operating_bank", 101), ("merchant_deposit", -100)])
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_unposted_is_no_difference(self):
        self._sell(1000)
        self._redeem(3)
        self.assertEqual(self.posting._check_subledger(self.company), [])

    def test_deposit_booked_by_hand_is_a_difference(self):
        move = self.env["account.move"].create({
            "journal_id": self.misc.id, "line_ids": [
                (0, 0, {"account_id": self.operating.id, "debit": 5}),
                (0, 0, {"account_id": self.company.merchant_deposit_account_id.id, "credit": 5})]})
        move.action_post()
        [row] = self.posting._check_subledger(self.company)
        self.assertEqual((row["account_id"], row["difference_cents"]),
                         (self.company.merchant_deposit_account_id.id, 500))

    def test_links_both_ways(self):
        sale = self._sell(1000)
        self.posting._post_concessions_earned(self.company)
        for move in (sale.earned_move_id, sale.funding_id.move_id):
            action = move.action_open_escrow_source()
            self.assertEqual(action["res_model"], "alliance.qualified.sale")
            self.assertIn(sale, self.env["alliance.qualified.sale"].search(action["domain"]))
        action = sale.action_open_moves()
        self.assertEqual(
            self.env["account.move"].search(action["domain"]), sale.earned_move_id | sale.funding_id.move_id)
