from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementFigures(SettlementCommon):
    """What a settlement releases, and that it is never more than the pool holds."""

    def test_first_released_one_period_after_its_own(self):
        sale = self._sell(1000)
        own = self._settle()
        self.assertEqual(own.cohort_id, sale.cohort_id)
        self.assertEqual((own.due_amount, own.released_amount, own.coverage), (0.0, 0.0, 1.0))
        self.assertFalse(own.index_ids)
        after = self._settle()
        self.assertEqual((after.due_amount, after.released_amount), (12.5, 12.5))
        self.assertEqual(after.index_ids.mapped("age"), [1, 1])
        self.assertEqual(self._credit().balance_deduction, 7.5)
        self.assertEqual(self._credit(self.merchant.partner_id).balance_deduction, 5.0)
        self.assertReconciled()

    def test_age_40_is_the_last(self):
        self._use_policy(max_multiple=0.4)
        cohort = self._sell(1000).cohort_id
        for number in range(1, 42):
            period = self._settle()
            self.assertEqual(period.number, number)
        self.assertEqual(period.index_ids.filtered(lambda i: i.cohort_id == cohort).mapped("age"), [40, 40])
        self.assertEqual(cohort.state, "matured")
        self.assertEqual(cohort._get_accumulated()[cohort.id, "shopper"], Decimal("0.4"))
        self.assertNotIn(cohort, self._settle().index_ids.cohort_id)
        self.assertEqual(self._credit().credited, 24.0)

    def test_accumulated_is_what_each_cohort_had_at_its_own_last(self):
        self._sell(1000)
        for _number in range(4):
            self._settle()
        first, second = self.env["green.points.cohort"].search([("state", "=", "maturing")], order="number", limit=2)
        first.settled_number = 3
        releases = {(i.cohort_id, i.period_number): i for i in (first | second).index_ids if i.holder_kind == "shopper"}
        self.assertLess(releases[first, 3].accumulated, releases[first, 4].accumulated)
        accumulated = (first | second)._get_accumulated()
        for cohort, number in ((first, 3), (second, 4)):
            self.assertEqual(float(accumulated[cohort.id, "shopper"]), releases[cohort, number].accumulated)

    def test_shorter_curve_ends_earlier(self):
        self._use_policy(period_count=2, max_multiple=0.4)
        cohort = self._sell(1000).cohort_id
        released = [self._settle().released_amount for _number in range(4)]
        self.assertEqual(released, [0.0, 20.0, 20.0, 0.0])
        self.assertEqual(cohort.state, "matured")

    def test_never_more_than_the_pool(self):
        self._use_policy(period_count=1, max_multiple=5)
        self._sell(1000)
        self._settle()
        pool = self._balance("rebate_pool")
        period = self._settle()
        self.assertEqual((pool, period.pool_balance, period.payable_amount), (65.0, 65.0, 65.0))
        self.assertEqual(period.due_amount, 500.0)
        self.assertEqual(period.coverage, 0.13)
        self.assertEqual(period.released_amount, 65.0)
        self.assertEqual(self._balance("rebate_pool"), 0.0)
        self.assertReconciled()

    def test_coverage_is_rounded_down(self):
        self._use_policy(period_count=1, max_multiple=5, beta=0.7, gamma=0.0)
        self._sell("1234.50")
        self._settle()
        period = self._settle()
        due = Decimal("86.41") * 5
        coverage = (Decimal(f"{period.payable_amount:.2f}") / due).quantize(Decimal("1e-12"), "ROUND_DOWN")
        [[stored]] = self.env.execute_query(SQL(
            "SELECT coverage::text FROM settlement_period WHERE id = %s", period.id))
        self.assertEqual(Decimal(stored), coverage)
        [[increment]] = self.env.execute_query(SQL(
            "SELECT increment::text FROM settlement_index WHERE period_id = %s AND holder_kind = 'shopper'",
            period.id))
        self.assertEqual(Decimal(increment), (coverage * 5).quantize(Decimal("1e-12"), "ROUND_DOWN"))
        self.assertLessEqual(period.released_amount, period.payable_amount)

    def test_payout_ratio(self):
        self._use_policy(period_count=1, payout_ratio=0.333)
        self._sell(1000)
        self._settle()
        period = self._settle()
        self.assertEqual((period.pool_balance, period.payable_amount), (65.0, 21.64))
        self.assertEqual(period.released_amount, 21.64)

    def test_unpaid_share_is_not_carried_forward(self):
        self._use_policy(period_count=2, max_multiple=2)
        cohort = self._sell(1000).cohort_id
        self._settle()
        short = self._settle()
        self.assertLess(short.coverage, 1)
        self._sell(100000)
        rich = self._settle()
        self.assertEqual(rich.coverage, 1.0)
        line = rich.index_ids.filtered(lambda i: i.cohort_id == cohort and i.holder_kind == "shopper")
        self.assertEqual((line.step, line.increment), (1.0, 1.0))
        self.assertEqual(line.accumulated, 1.65)

    def test_each_cohort_by_its_own_policy(self):
        self._use_policy(period_count=2, max_multiple=0.2)
        first = self._sell(1000).cohort_id
        self._use_policy(period_count=4, max_multiple=0.2)
        self._settle()
        second = self._sell(1000).cohort_id
        self._settle()
        period = self._settle()
        steps = {line.cohort_id: line.step for line in period.index_ids}
        self.assertEqual(steps, {first: 0.1, second: 0.05})

    @mute_logger("odoo.sql_db")
    def test_database_refuses_release_above_the_pool(self):
        period = self._compute()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE settlement_period SET payable_amount = pool_balance + 0.01 WHERE id = %s", [period.id])
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE settlement_period SET released_amount = payable_amount + 0.01 WHERE id = %s", [period.id])

    def test_index_is_insert_only(self):
        self._sell(1000)
        self._settle()
        line = self._settle().index_ids[0]
        with self.assertRaises(UserError):
            line.sudo().increment = 5
        with self.assertRaises(UserError):
            line.sudo().unlink()


@tagged("post_install", "-at_install")
class TestRingFenced(SettlementCommon):
    """Each cohort is paid from its own money only."""

    def test_own_money_only(self):
        self._use_policy(period_count=1, max_multiple=5, ring_fenced=True)
        poor = self._sell(1000).cohort_id
        self._settle()
        rich = self._sell(40000).cohort_id
        self.assertGreater(self._balance("rebate_pool"), 2500)
        period = self._settle()
        self.assertEqual(period.payable_amount, 65.0)
        self.assertEqual(period.released_amount, 65.0)
        self.assertEqual(period.index_ids.cohort_id, poor)
        self.assertEqual(period.fenced_amount, 2600.0)
        self.assertEqual(self._settle().released_amount, 2600.0)
        self.assertEqual(rich.state, "matured")

    def test_what_was_released_is_gone(self):
        self._use_policy(period_count=2, max_multiple=2, ring_fenced=True)
        self._sell(1000)
        self._settle()
        self._sell(100000)
        self.assertEqual([self._settle().released_amount for _n in range(1)], [65.0])
        second = self._settle()
        self.assertEqual(second.index_ids.filtered(lambda i: i.cohort_number == 1).mapped("increment"), [0.0, 0.0])

    def test_refund_takes_the_cohorts_own_money(self):
        self._use_policy(period_count=1, max_multiple=5, ring_fenced=True)
        sale = self._sell(1000)
        self._sell(1000)
        self._settle()
        self._refund(sale, 1000)
        self.assertEqual(self._settle().payable_amount, 65.0)

    def test_other_cohorts_do_not_touch_it(self):
        self._use_policy(period_count=1, max_multiple=5)
        self._sell(1000)
        self._use_policy(period_count=1, max_multiple=5, ring_fenced=True)
        self._settle()
        self._sell(1000)
        period = self._settle()
        self.assertEqual((period.pool_balance, period.fenced_amount), (130.0, 65.0))
        self.assertEqual((period.payable_amount, period.released_amount), (65.0, 65.0))
        self.assertEqual(self._settle().released_amount, 65.0)


@tagged("post_install", "-at_install")
class TestSettlementSteps(SettlementCommon, CronMixinCase):
    """Two people, in order, and nothing between approval and settlement unnoticed."""

    def setUp(self):
        super().setUp()
        self.sale = self._sell(1000)

    def test_first_period_comes_with_the_first_cohort(self):
        period = self.env["settlement.period"].search([])
        self.assertEqual((period.number, period.state, period.cohort_id), (1, "open", self.sale.cohort_id))

    def test_period_for_points_older_than_the_addon(self):
        period = self._open_period()
        self.env.cr.execute("DELETE FROM settlement_period WHERE id = %s", [period.id])
        self.env.invalidate_all()
        cohort = self.sale.cohort_id
        for _again in range(2):
            cohort._create_missing_periods()
        self.assertEqual(self.env["settlement.period"].search([]).cohort_id, cohort)

    def test_close_opens_the_next(self):
        period = self._close()
        self.assertEqual((period.state, period.cohort_id.state, period.maker_id), ("closing", "closing", self.maker))
        following = self._open_period()
        self.assertEqual((following.number, following.cohort_id.state), (period.number + 1, "open"))
        self.assertEqual(self._sell(500).cohort_id, following.cohort_id)

    def test_only_one_closed_period_at_a_time(self):
        first = self._close()
        with self.assertRaisesRegex(UserError, "closed but not settled"):
            self._close()
        self._settle(first)
        self._close()

    @mute_logger("odoo.sql_db")
    def test_database_refuses_two_periods_in_settlement(self):
        self._close()
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE settlement_period SET state = 'closing'")

    def test_maker_cannot_check(self):
        both = new_test_user(
            self.env, "both", groups="base.group_user,voucher_settlement.group_settlement_maker,"
            "voucher_settlement.group_settlement_checker")
        period = self._close()
        period.with_user(both).action_compute()
        with self.assertRaisesRegex(UserError, "another person"):
            period.with_user(both).action_approve()
        with self.assertRaisesRegex(UserError, "another person"):
            period.with_user(both).sudo().action_approve()
        period.with_user(self.checker).action_approve()

    @mute_logger("odoo.sql_db")
    def test_database_refuses_one_person(self):
        period = self._compute()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE settlement_period SET state = 'approved', checker_id = maker_id WHERE id = %s", [period.id])
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE settlement_period SET state = 'settled' WHERE id = %s", [period.id])

    def test_wrong_users_are_refused(self):
        period = self._open_period()
        strangers = [
            new_test_user(self.env, "op", groups="base.group_user,merchant_alliance.group_operator"),
            new_test_user(self.env, "aud", groups="base.group_user,merchant_alliance.group_auditor"),
            new_test_user(self.env, "shopper", groups="base.group_portal"),
            new_test_user(self.env, "clerk", groups="base.group_user"),
        ]
        steps = ["action_close", "action_compute", "action_approve", "action_settle", "action_reset"]
        for user in strangers:
            for step in steps:
                with self.assertRaises(AccessError):
                    getattr(period.with_user(user), step)()
        for step in ("action_close", "action_compute"):
            with self.assertRaises(AccessError):
                getattr(period.with_user(self.checker), step)()
        with self.assertRaises(AccessError):
            period.with_user(self.maker).action_approve()
        for user in (self.maker, self.checker, *strangers):
            with self.assertRaises(AccessError):
                period.with_user(user).write({"state": "settled"})
        self.assertEqual(period.state, "open")

    def test_steps_in_order(self):
        period = self._open_period()
        for user, step in ((self.maker, "action_compute"), (self.checker, "action_approve"),
                           (self.checker, "action_settle"), (self.checker, "action_reset")):
            with self.assertRaisesRegex(UserError, "this step needs"):
                getattr(period.with_user(user), step)()

    def test_settle_twice_is_refused(self):
        self._settle()
        period = self._settle()
        pool = self._balance("rebate_pool")
        for step in ("action_settle", "action_reset"):
            with self.assertRaisesRegex(UserError, "this step needs"):
                getattr(period.with_user(self.checker), step)()
        self.assertEqual(self._balance("rebate_pool"), pool)

    def test_changed_base_is_refused_until_computed_again(self):
        self._settle()
        period = self._approve()
        self._refund(self.sale, 500)
        with self.assertRaisesRegex(UserError, "differs from what was approved"):
            period.with_user(self.checker).action_settle()
        period.with_user(self.checker).action_reset()
        self.assertEqual((period.state, period.checker_id), ("closing", self.env["res.users"]))
        self._settle(period)
        self.assertEqual(period.released_amount, 6.25)

    def test_what_changed_is_said_in_the_readers_words(self):
        self._settle()
        period = self._approve()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE settlement_proposal SET increment = increment / 2 WHERE period_id = %s", [period.id])
        period.invalidate_recordset()
        self.env.invalidate_all()
        self._read_chinese()
        with self.assertRaises(UserError) as caught:
            period.with_env(self.env).with_user(self.checker).action_settle()
        message = str(caught.exception)
        for word in ("shopper", "merchant", "increment"):
            self.assertNotIn(word, message)
        labels = self.env["settlement.proposal"].fields_get(["holder_kind", "increment"])
        self.assertNotEqual(labels["increment"]["string"], "Increment")
        for word in (labels["increment"]["string"], *dict(labels["holder_kind"]["selection"]).values()):
            self.assertIn(word, message)

    def test_smaller_pool_is_refused(self):
        self._settle()
        period = self._approve()
        self.assertEqual(period.pool_balance, 65)
        self._refund(self.sale, 500)
        with self.assertRaisesRegex(UserError, r"rebate pool: 65\.0 became 32\.50"):
            period.with_user(self.checker).action_settle()

    def test_decisions_about_the_pool_follow_each_other(self):
        """Both a settlement and a refund write the pool's row: of two at once the later is retried."""
        account = self.env["escrow.posting"]._get_account("rebate_pool", self.company)

        def version():
            self.env.cr.execute("SELECT ctid::text FROM account_account WHERE id = %s", [account.id])
            return self.env.cr.fetchone()[0]

        self._settle()
        period = self._approve()
        before = version()
        period.with_user(self.checker).action_settle()
        self.assertNotEqual(version(), before)
        before = version()
        self._refund(self.sale, 10)
        self.assertNotEqual(version(), before)

    def test_money_that_came_in_meanwhile_waits(self):
        self._settle()
        period = self._approve()
        self._sell(1000)
        period.with_user(self.checker).action_settle()
        self.assertEqual((period.pool_balance, period.released_amount), (65.0, 12.5))

    def test_settling_is_followed_by_booking_and_that_by_crediting(self):
        booking, crediting = (self.env.ref(f"voucher_settlement.ir_cron_{name}").id
                              for name in ("escrow_post", "credit_wallets"))
        self._settle()
        period = self._approve()
        with self.capture_triggers(booking) as booked, self.capture_triggers(crediting) as credited:
            period.with_user(self.checker).action_settle()
            self.assertEqual((len(booked.records), len(credited.records)), (1, 0))
            self.env["escrow.posting"]._cron_post()
            self.env["escrow.posting"]._cron_post()
        self.assertTrue(period.move_id)
        self.assertEqual((len(booked.records), len(credited.records)), (1, 1))

    def test_computed_again_gives_the_same(self):
        self._settle()
        period = self._compute()
        first = period.proposal_ids.mapped(lambda p: (p.cohort_number, p.holder_kind, p.base, p.increment))
        period.with_user(self.maker).action_reset()
        self._compute(period)
        self.assertEqual(
            period.proposal_ids.mapped(lambda p: (p.cohort_number, p.holder_kind, p.base, p.increment)), first)

    def test_difference_in_the_books_stops_it(self):
        period = self._close()
        wallet = self._wallet()
        self._sell(1000, store=self.mall)
        self.env.cr.execute(
            "UPDATE voucher_lot SET remaining = remaining - 0.01 WHERE wallet_id = %s AND remaining > 0", [wallet.id])
        with self.assertRaisesRegex(UserError, "differ"):
            period.with_user(self.maker).action_compute()

    def test_nothing_is_deleted(self):
        with self.assertRaises(UserError):
            self._open_period().sudo().unlink()


@tagged("post_install", "-at_install")
class TestSettlementDust(SettlementCommon):
    """Rounding favours the pool, is bounded, and goes back."""

    def test_dust_returns_once_all_wallets_are_credited(self):
        self._use_policy(period_count=40, max_multiple=0.04, beta=0.5, gamma=0.0)
        shoppers = [self._make_partner(f"S{n}") for n in range(7)]
        for shopper in shoppers:
            self._sell("101.20", shopper=shopper)
        self._settle()
        period = self._settle()
        self.assertEqual(period.released_amount, 0.04)
        self.env["voucher.wallet"]._cron_credit()
        self.assertTrue(period.dust_returned)
        self.assertReconciled()
        wallets = self.env["voucher.wallet"].search([])
        earned = sum(self._earned(wallet) for wallet in wallets)
        reserve = Decimal(self.env["voucher.wallet"]._get_subledger_outstanding(self.company)) / 100
        granted = Decimal(f"{sum(wallets.mapped('balance_shopping')):.2f}")
        self.assertGreaterEqual(reserve - granted, earned)
        self.assertLess(reserve - granted - earned, Decimal("0.01"))

    def test_refunded_part_of_the_reserve_is_returned(self):
        """A wallet that is behind when its points are refunded never claims the next release."""
        self._settle_with_two()
        period = self._approve()
        self.assertGreater(period.proposed_amount, 0)
        period.with_user(self.checker).action_settle()
        self.env["voucher.wallet"]._cron_credit()
        self.assertReconciled()
        total = sum(self.env["settlement.period"].search([]).mapped("dust_amount"))
        self.assertLess(total, 0.02)

    def _settle_with_two(self):
        sale = self._sell("333.30")
        self._sell("777.70", shopper=self._make_partner("Other"))
        self._settle()
        self._settle()
        self._refund(sale, "111.10")

    def test_no_dust_while_a_wallet_is_behind(self):
        self._sell(1000)
        self._settle()
        period = self._settle()
        self._credit()
        period._return_dust()
        self.assertFalse(period.dust_returned)
        self.env["voucher.wallet"]._cron_credit()
        self.assertTrue(period.dust_returned)

    def test_a_period_settled_meanwhile_is_no_dust(self):
        """Settled after the last chunk of the one before was credited: the next run credits it, and returns both."""
        self._sell(1000)
        self._settle()
        period, wallets = self._settle(), self.env["voucher.wallet"]
        create_missing, settled = type(wallets)._create_missing, []

        def settle_next(wallets, company):
            settled.append(self._settle())
            return create_missing(wallets, company)
        with patch.object(type(wallets), "_create_missing", settle_next):
            wallets._cron_credit()
        [late] = settled
        self.assertGreater(late.released_amount, 0.01)
        self.assertEqual((period.dust_returned, late.dust_returned), (False, False))
        wallets._cron_credit()
        self.assertEqual((period.dust_returned, late.dust_returned), (True, True))
        self.assertLess(period.dust_amount + late.dust_amount, 0.03)
        self.assertReconciled()

    @mute_logger("odoo.sql_db")
    def test_database_bounds_dust(self):
        """A settlement is rounded up by less than a cent, so no more comes back than a cent for each so far."""
        self._sell(1000)
        self._settle()
        period = self._settle()
        for amount in (0.03, 1000):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.cr.execute("UPDATE settlement_period SET dust_amount = %s WHERE id = %s", [amount, period.id])
        self.cr.execute("UPDATE settlement_period SET dust_amount = 0.02 WHERE id = %s", [period.id])
        with self.assertRaises(CheckViolation), self.cr.savepoint():  # the first one had rounding, too
            self.cr.execute(
                "UPDATE settlement_period SET dust_amount = 0.01 WHERE number = 1 AND company_id = %s",
                [self.company.id])

    @mute_logger("odoo.sql_db")
    def test_points_taken_back_free_their_holders_fractions(self):
        """Of 12.9 cents each, ten were credited 12: when they give everything back, nine cents are nobody's."""
        self._use_policy(period_count=40, max_multiple=1.0, beta=0.5, gamma=0.0)
        sales = [self._sell("103.20", shopper=self._make_partner(f"S{n}")) for n in range(10)]
        self._settle()
        period, wallets = self._settle(), self.env["voucher.wallet"]
        self.assertEqual(period.released_amount, 1.29)
        wallets._cron_credit()
        self.assertEqual((period.dust_returned, period.dust_amount), (True, 0.0))
        self._sell(1000, shopper=self._make_partner("Other"))  # the pool can give back what the ten take
        for sale in sales:
            self.assertEqual(self._refund(sale, "103.20").state, "funded")
        third = self._settle()
        wallets._cron_credit()
        self.assertEqual((third.dust_returned, third.dust_amount), (True, 0.09))
        self.assertReconciled()
        for amount, allowed in ((0.13, True), (0.14, False), (1000, False)):
            with self.subTest(amount=amount), self.cr.savepoint() as savepoint:
                query = "UPDATE settlement_period SET dust_amount = %s WHERE id = %s"
                if allowed:
                    self.cr.execute(query, [amount, third.id])
                else:
                    with self.assertRaises(CheckViolation), self.cr.savepoint():
                        self.cr.execute(query, [amount, third.id])
                savepoint.rollback()


@tagged("post_install", "-at_install")
class TestSettlementRewards(SettlementCommon):
    """Shopping vouchers and refunds, with the books."""

    def test_shopping_voucher_at_once(self):
        self._use_policy(shopping_life_days=30)
        sale = self._sell(1000)
        lot = sale.voucher_lot_ids
        self.assertEqual((lot.kind, lot.amount, lot.remaining), ("shopping", 10.0, 10.0))
        self.assertEqual(lot.idempotency_key, f"grant,{sale.id}")
        self.assertEqual(lot.expires_on, fields.Date.add(fields.Date.today(), days=30))
        self.assertEqual(lot.partner_id, self.shopper)
        self.assertTrue(self.env["voucher.wallet"].search([("partner_id", "=", self.merchant.partner_id.id)]))
        sale._activate_rewards()
        self.assertEqual(self._wallet().balance_shopping, 10.0)
        self.assertReconciled()

    def test_held_rewards_are_reserved_and_granted_on_release(self):
        sale = self._sell_held(1000)
        self.assertEqual(sale.reward_state, "held")
        self.assertFalse(sale.voucher_lot_ids)
        self.assertEqual(self.env["voucher.wallet"]._get_subledger_outstanding(self.company), 1000)
        self.assertReconciled()
        self._refund(sale, 500)
        self.assertEqual(self.env["voucher.wallet"]._get_subledger_outstanding(self.company), 500)
        self.assertReconciled()
        sale._activate_rewards()
        self.assertEqual(self._wallet().balance_shopping, 5.0)
        self.assertReconciled()

    def test_rejected_rewards_return_to_the_pool(self):
        sale = self._sell_held(1000)
        pool = self._balance("rebate_pool")
        sale._reject_rewards()
        self.assertEqual(self._balance("rebate_pool"), pool + 10)
        self.assertEqual(self.env["voucher.wallet"]._get_subledger_outstanding(self.company), 0)
        self.assertReconciled()

    def _sell_held(self, cash):
        def hold_all(sales):
            sales.write({"reward_state": "held"})
            return sales.browse()

        with patch.object(self.env.registry["alliance.qualified.sale"], "_filter_rewardable", hold_all):
            return self._sell(cash)

    def test_refund_takes_the_shopping_voucher(self):
        sale = self._sell(1000)
        self._refund(sale, 250)
        self.assertEqual((sale.voucher_lot_ids.remaining, self._wallet().debt), (7.5, 0.0))
        self.assertReconciled()

    def test_spent_shopping_voucher_is_owed_even_with_others_left(self):
        sale, other = self._sell(1000), self._sell(1000)
        self._authorize(1000, store=self.mall)._capture()
        self._refund(sale, 1000)
        wallet = self._wallet()
        self.assertEqual((sale.voucher_lot_ids.remaining, other.voucher_lot_ids.remaining), (0.0, 10.0))
        self.assertEqual((wallet.debt, wallet.balance_shopping), (10.0, 10.0))
        self.assertReconciled()

    def test_shopper_and_merchant_can_both_owe_for_one_refund(self):
        self._sell(10000, shopper=self._make_partner("Other"))
        sale = self._sell(1000)
        self._settle()
        self._settle()
        merchant = sale.merchant_id.partner_id
        for holder in (self.shopper, merchant):
            wallet = self._credit(holder)
            wallet._authorize(wallet._get_spendable(self.mall), self.mall, f"pay,{holder.id}")._capture()
        self._refund(sale, 1000)
        for holder in (self.shopper, merchant):
            self.assertGreater(self._wallet(holder).debt, 0)
        self.assertReconciled()

    def test_new_shopping_vouchers_pay_the_debt_first(self):
        """Buying, spending the voucher and refunding again and again gives it only once."""
        self._sell(10000, shopper=self._make_partner("Other"))
        for _round in range(3):
            sale = self._sell(1000)
            spendable = self._wallet()._get_spendable(self.mall)
            if spendable:
                self._authorize(spendable, store=self.mall)._capture()
            self._refund(sale, 1000)
        wallet = self._wallet()
        self.assertEqual((wallet.debt, wallet.balance_shopping), (10.0, 0.0))
        spent = wallet.entry_ids.filtered(lambda e: e.kind == "redeem")
        self.assertEqual(sum(spent.mapped("amount")), -10.0)
        self.assertSound(wallet)
        self.assertReconciled()

    def test_refund_of_everything_leaves_nothing(self):
        self._sell(10000, shopper=self._make_partner("Other"))
        sale = self._sell("1234.56")
        self._settle()
        self._settle()
        for cash in ("0.01", "1000", "234.55"):
            self._refund(sale, cash)
        wallet = self._wallet()
        self.assertEqual(
            (wallet.balance_deduction, wallet.balance_shopping, wallet.debt, wallet.credited), (0.0, 0.0, 0.0, 0.0))
        self.assertEqual(self._earned(wallet), 0)
        self.assertReconciled()

    def test_expiry_goes_back_to_the_pool(self):
        self._use_policy(shopping_life_days=30)
        self._sell(1000)
        pool = self._balance("rebate_pool")
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=31)):
            self.env["voucher.lot"]._cron_expire()
            self.assertEqual(self._balance("rebate_pool"), pool + 10)
            self.assertEqual(self._balance("vouchers_outstanding"), 0.0)
            self.assertReconciled()

    def test_books_agree_through_a_whole_life(self):
        other = self._make_partner("Other")
        first, second = self._sell("1999.99"), self._sell("777.77", shopper=other)
        self.assertReconciled()
        self._settle()
        self._settle()
        self.assertReconciled()
        hold = self._authorize(500, store=self.mall)
        self.assertReconciled()
        hold._capture()
        self.assertReconciled()
        self._refund(first, "1000.01")
        self.assertReconciled()
        hold._restore(300, "refund")
        self.assertReconciled()
        self._settle()
        self._refund(second, "777.77")
        self._settle()
        self.env["voucher.wallet"]._cron_credit()
        self.assertReconciled()
        self.assertSound()
