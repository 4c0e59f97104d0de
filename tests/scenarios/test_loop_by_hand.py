"""One loop reckoned with pencil and paper, against wallets and journal entries."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.voucher_settlement.tests.common import SettlementCommon


@tagged("post_install", "-at_install")
class TestLoopByHand(SettlementCommon):
    """Concession 10 %; of each 100: pool 65 (no promoter), shopping voucher 10, reserve 5, fee 20.

    β = 0.6, γ = 0.4; four periods up to five times: 1.25 a period.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._use_policy(period_count=4)
        cls.bakery = cls._make_merchant("Bakery")
        cls.ann, cls.bo = cls._make_partner("Ann"), cls._make_partner("Bo")

    def assertEscrow(self, pool, outstanding, redeemed, reserve):
        """Compare the escrow accounts, everything booked; the bank holds what is owed, and no more."""
        roles = ("rebate_pool", "vouchers_outstanding", "redeemed_due", "risk_reserve")
        found = [self._balance(role) for role in roles]
        self.assertEqual(found, [pool, outstanding, redeemed, reserve])
        self.assertEqual(abs(self._balance("escrow_bank")), pool + outstanding + redeemed + reserve)
        self.assertReconciled()

    def assertWallet(self, partner, deduction, shopping, debt=0.0):
        wallet = self._credit(partner)
        self.assertEqual((wallet.balance_deduction, wallet.balance_shopping, wallet.debt), (deduction, shopping, debt))
        self.assertSound(wallet)

    def _spend(self, partner, cents):
        self._wallet(partner)._authorize(cents, self.bakery.store_ids, f"pay,{next(self.keys)}")._capture()

    def _reimburse(self, merchant):
        document = self.env["voucher.reimbursement"].with_user(self.maker).create({"merchant_id": merchant.id})
        document.action_submit()
        document.with_user(self.checker).action_approve()
        return document

    def test_loop(self):
        # Period 1. Ann buys for 1000 at the teahouse: 100 conceded, bases 60 and 40.
        first = self._sell(1000, shopper=self.ann)
        self.assertEscrow(65.0, 10.0, 0.0, 5.0)
        self.assertWallet(self.ann, 0.0, 10.0)
        self.assertEqual(self._settle().released_amount, 0.0)  # a cohort's own period releases nothing

        # Period 2. D = 100 × 1.25 = 125, P = 65: k = 0.52, each base releases 0.65 of itself.
        period = self._settle()
        self.assertEqual((period.due_amount, period.payable_amount, period.released_amount), (125.0, 65.0, 65.0))
        self.assertAlmostEqual(period.coverage, 0.52, 12)
        self.assertWallet(self.ann, 39.0, 10.0)
        self.assertWallet(self.merchant.partner_id, 26.0, 0.0)
        self.assertEscrow(0.0, 75.0, 0.0, 5.0)

        # Period 3. Bo buys for 500 at the bakery (pool 32.50), Ann pays 20 there with vouchers.
        self._sell(500, shopper=self.bo, store=self.bakery.store_ids)
        self._spend(self.ann, 2000)
        self.assertEscrow(32.5, 60.0, 20.0, 7.5)
        # Cohort 1 alone has matured by one more step: k = 32.5 / 125 = 0.26, 0.325 of each base.
        self.assertEqual(self._settle().released_amount, 32.5)
        self.assertWallet(self.ann, 38.5, 10.0)  # 39 − 20 + 19.50
        self.assertWallet(self.merchant.partner_id, 39.0, 0.0)
        self.assertEqual(self._reimburse(self.bakery).amount, 20.0)
        self.assertEscrow(0.0, 92.5, 0.0, 7.5)

        # Half of Ann's purchase is refunded: 32.50 + 5 are needed, the pool is empty, so it waits …
        refund = self._refund(first, 500)
        self.assertEqual(refund.state, "pending")
        # … until Bo's next purchase (2000: pool 130, voucher 20, reserve 10) brings money in.
        self._sell(2000, shopper=self.bo, store=self.bakery.store_ids)
        self._fund(self.merchant)
        self.assertEqual(refund.state, "funded")
        # Index 0.975: of Ann's base 30 it had released 29.25, of the teahouse's 20 it had 19.50.
        self.assertWallet(self.ann, 9.25, 5.0)
        self.assertWallet(self.merchant.partner_id, 19.5, 0.0)
        self.assertEscrow(146.25, 58.75, 0.0, 15.0)  # 130 − 37.50 + 29.25 + 19.50 + 5

        # Ann spends what she has; the other half comes back: she owes the 29.25 that it had released.
        self._spend(self.ann, 925)
        self._refund(first, 500)
        self.assertWallet(self.ann, 0.0, 0.0, debt=29.25)
        self.assertWallet(self.merchant.partner_id, 0.0, 0.0)
        self.assertEscrow(133.25, 25.0, 9.25, 12.5)

        # Bo lets the shopping vouchers of 5 and 20 lapse: to the pool, never to the operator.
        with freeze_time(fields.Datetime.now() + timedelta(days=91)):
            self.env["voucher.lot"]._cron_expire()
            self.assertWallet(self.bo, 0.0, 0.0)
            self.assertEscrow(158.25, 0.0, 9.25, 12.5)

        self.assertEvents()

    def assertEvents(self):
        """The rows of the product's table of events, on the escrow group; debits positive."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT m.escrow_event, a.escrow_role, sum(l.balance)::float
              FROM account_move_line l JOIN account_move m ON m.id = l.move_id
              JOIN account_account a ON a.id = l.account_id
             WHERE m.company_id = %s AND m.state = 'posted' AND a.escrow_role IS NOT NULL
             GROUP BY 1, 2 HAVING sum(l.balance) <> 0""", [self.company.id])
        found = {}
        for event, role, balance in self.env.cr.fetchall():
            found.setdefault(event, {})[role] = balance
        self.assertEqual(found, {
            "funded": {"escrow_bank": 280.0, "rebate_pool": -227.5, "vouchers_outstanding": -35.0,
                       "risk_reserve": -17.5},
            "release": {"rebate_pool": 97.5, "vouchers_outstanding": -97.5},
            "redeem": {"vouchers_outstanding": 29.25, "redeemed_due": -29.25},
            "reimburse": {"redeemed_due": 20.0, "escrow_bank": -20.0},
            "fund_reversal": {"escrow_bank": -80.0, "rebate_pool": 75.0, "risk_reserve": 5.0},
            "claw": {"vouchers_outstanding": 78.25, "rebate_pool": -78.25},
            "expire": {"vouchers_outstanding": 25.0, "rebate_pool": -25.0},
        })
