from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_escrow import EscrowCommon


@tagged("post_install", "-at_install")
class TestRelease(EscrowCommon):
    """What a settlement releases has left the pool at once; its entry is made once, by the job after it."""

    def _release_all(self, moment="2026-03-02 20:00:00"):
        """Settle so that the whole pool of one sale, 65, is released; return sale and period."""
        self._use_policy(period_count=1, max_multiple=5)
        sale = self._sell(1000)
        with freeze_time(moment):
            self._settle()
            return sale, self._settle()

    def _get_booked(self, role):
        account = self.posting._get_account(role, self.company)
        return self.posting._get_balances(account, self.company)[account]

    def test_counted_before_it_is_booked(self):
        _sale, period = self._release_all()
        self.assertFalse(period.move_id)
        self.assertEqual((self._get_booked("rebate_pool"), self._get_booked("vouchers_outstanding")), (6500, 1000))
        self.assertEqual((self._held("rebate_pool"), self._held("vouchers_outstanding")), (0, 75))
        self.assertEqual(self.posting._check_subledger(self.company), [], "what is not booked is left out")

    def test_booked_once(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        _sale, period = self._release_all()
        moves = self.posting._post_voucher_entries(self.company)
        self.assertEqual(period.move_id, moves)
        self.assertEqual(self._get_lines(period.move_id), {"rebate_pool": 65, "vouchers_outstanding": -65})
        self.assertEqual((period.move_id.ref, str(period.move_id.date)), (period.name, "2026-03-03"), "04:00 there")
        self.assertEqual((self._get_booked("rebate_pool"), self._held("rebate_pool")), (0, 0))
        self.assertFalse(self.posting._post_voucher_entries(self.company))
        self.posting._post_unposted(self.company)
        self.assertEqual(self.env["account.move"].search([("escrow_event", "=", "release")]), period.move_id)
        self.assertReconciled()
        self._check_commit()

    def test_found_while_unbooked(self):
        self._release_all()
        self._check_found(("settlement_period", "move_id"))

    def test_nothing_released_needs_no_entry(self):
        self._sell(1000)
        period = self._settle()
        self.posting._post_unposted(self.company)
        self.assertFalse(period.move_id)

    def test_nobody_takes_it_out_of_the_pool_meanwhile(self):
        self._release_all()
        with self.assertRaisesRegex(UserError, "cannot be taken out"):
            self.posting._post_event(
                "reinstate", self.company, [("rebate_pool", 1), ("vouchers_outstanding", -1)])
        with self.assertRaisesRegex(UserError, "cannot be taken out"):
            self.posting._post_event(
                "release", self.company, [("rebate_pool", 6501), ("vouchers_outstanding", -6501)])

    def test_the_next_settlement_does_not_count_it(self):
        self._release_all()
        self._use_policy(period_count=1, max_multiple=5)
        self._sell(1000)
        self._settle()
        self.assertEqual(self._settle().pool_balance, 65)
        self.assertReconciled()

    def test_published_with_its_entry(self):
        _sale, period = self._release_all()
        period.with_user(self.checker).action_publish()
        self.assertIn(period.move_id.inalterable_hash, period.publication_ids.filtered(
            lambda publication: publication.period_id == period).content)

    def test_each_step_says_who_took_it(self):
        period = self._approve()
        period.with_user(self.maker).action_reset()
        self._settle(period)
        self.assertEqual(
            [(step.state, step.user_id) for step in period.step_ids.sorted("id")],
            [("closing", self.maker), ("computed", self.maker), ("approved", self.checker), ("closing", self.maker),
             ("computed", self.maker), ("approved", self.checker), ("settled", self.checker)])
        with self.assertRaises(UserError):
            period.step_ids[:1].write({"user_id": self.maker.id})
        with self.assertRaises(UserError):
            period.step_ids[:1].unlink()


@tagged("post_install", "-at_install")
class TestUncredited(EscrowCommon):
    """A wallet says what waits for it, and crediting gives exactly that."""

    def _check(self, wallet):
        waiting, before, debt = wallet.uncredited, wallet.credited, wallet.debt
        balance = wallet.balance_deduction
        wallet._credit_up_to_date()
        self.assertAlmostEqual(wallet.credited - before, waiting, 2)
        self.assertAlmostEqual(wallet.balance_deduction - balance, waiting - min(debt, waiting), 2)
        self.assertEqual(wallet.uncredited, 0)
        return waiting

    def test_is_what_crediting_gives(self):
        self._sell("333.33")
        wallet = self._wallet()
        self.assertEqual(wallet.uncredited, 0)
        for _number in range(3):
            self._settle()
        self._sell("77.77")
        for _number in range(2):
            self._settle()
        self.assertGreater(self._check(wallet), 0)
        self.assertEqual(wallet.settled_number, 5)
        self._settle()
        self.assertGreater(self._check(wallet), 0, "the parts of a cent that waited count, too")

    def test_a_debt_is_paid_out_of_it(self):
        sale = self._sell(1000)
        for _number in range(2):
            self._settle()
        wallet = self._credit()
        self._redeem(wallet.balance_deduction)
        self._refund(sale, 500)
        self.assertGreater(wallet.debt, 0)
        self._sell(3000)
        for _number in range(2):
            self._settle()
        self.assertGreater(self._check(wallet), 0)

    def test_both_kinds_of_points_of_one_holder(self):
        cohort = self._give_points(self.shopper, 10)
        self._give_points(self.shopper, 7, "merchant", cohort)
        wallet = self._wallet()
        self._release({})
        self._release({cohort: "0.5"})
        wallet.invalidate_recordset()
        self.assertEqual(self._check(wallet), 8.5)

    def test_nobody_reads_another_s(self):
        self._sell(1000)
        stranger = new_test_user(self.env, "release_stranger", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self._wallet().with_user(stranger).read(["uncredited"])
