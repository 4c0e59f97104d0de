from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SettlementCommon


class ExchangeSettlementCommon(SettlementCommon):
    """A merchant that offers a service, and shoppers with points of settled periods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host = cls._make_merchant("Photo Studio")
        cls.host_contact = cls.host.partner_id
        cls.offer = cls.env["green.points.offer"].create({
            "name": "Portrait", "store_id": cls.host.store_ids.id, "points": 50.0, "date_from": "2020-01-01"})
        cls.offer._publish()
        cls.other = cls._make_partner("Other")

    def _exchange(self):
        return self.env["green.points.exchange"]._exchange(self.shopper, self.offer, f"test,{next(self.keys)}")


@tagged("post_install", "-at_install")
class TestExchangeAndWallets(ExchangeSettlementCommon):

    def test_what_was_released_stays_and_what_comes_is_the_merchants(self):
        cohort = self._give_points(self.shopper, 60)
        self._release({})
        self._release({cohort: "0.1"})
        self._exchange()
        self.assertEqual(self._credit().balance_deduction, 6.0, "credited before the points left")
        self._release({cohort: "0.1"})
        self.assertEqual(self._credit().balance_deduction, 7.0)
        self.assertEqual(self._credit(self.host_contact).balance_deduction, 5.0)
        self.assertFalse(self._wallet().debt, "moving is not refunding")
        self.assertSound()

    def test_back_and_forth(self):
        cohort = self._give_points(self.shopper, 60)
        self._release({})
        booking = self._exchange()
        self._release({cohort: "0.1"})
        booking._cancel("merchant")
        self._release({cohort: "0.1"})
        self.assertEqual(self._credit().balance_deduction, 7.0)
        self.assertEqual(self._credit(self.host_contact).balance_deduction, 5.0, "what it released meanwhile")
        self.assertSound()

    def test_an_approved_settlement_goes_on(self):
        """Points that pass from a shopper to a merchant change neither what is due nor what is released."""
        self._sell(1000)
        self._settle()
        period = self._approve()
        self._exchange()
        period.with_user(self.checker).action_settle()
        self.assertEqual(period.state, "settled")
        bases = {line.holder_kind: line.base for line in period.index_ids}
        self.assertEqual(bases, {"shopper": 10.0, "merchant": 90.0})
        self.env["voucher.wallet"]._cron_credit()
        self.assertReconciled()
        self.assertSound()

    def test_another_base_still_stops_it(self):
        sale = self._sell(1000)
        self._sell(1000, self.other)
        self._settle()
        period = self._approve()
        self._refund(sale, 500)
        with self.assertRaisesRegex(UserError, "base: 200.00 became 150.00"):
            period.with_user(self.checker).action_settle()


@tagged("post_install", "-at_install")
class TestRefundAfterExchange(ExchangeSettlementCommon):

    def setUp(self):
        super().setUp()
        self._sell(20_000, self.other)  # what refunds are paid from
        self.sale = self._sell(1000)  # 60.00 for the shopper, 40.00 for the teahouse
        self._settle()
        self._settle()  # released m(1) = 0.125
        self.booking = self._exchange()
        self._settle()

    def test_what_the_points_released_to_the_shopper_is_taken(self):
        wallet = self._credit()
        self.assertEqual(wallet.balance_deduction, 8.75, "60 × 0.125 + 10 × 0.125")
        host = self._credit(self.host_contact).balance_deduction
        self.assertEqual(host, 6.25)
        self._refund(self.sale, 1000)
        self.assertEqual((wallet.balance_deduction, wallet.debt, self._earned(wallet)), (0.0, 0.0, Decimal(0)))
        self.assertEqual(self._credit(self.host_contact).balance_deduction, host, "the merchant keeps what it has")
        debt = self.env["green.points.debt"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((debt.amount, debt.paid, debt.qualified_sale_id), (50.0, 0.0, self.sale.refund_ids))
        self.assertEqual(debt._get_released(), Decimal("6.25"))
        self.env["voucher.wallet"]._cron_credit()
        self.assertReconciled()
        self.assertSound()

    def test_half_and_half(self):
        """A refund of half takes the 10.00 that are left and 20.00 of the 50.00 that are not."""
        self._credit()
        self._refund(self.sale, 500)
        # 10 × 0.25 and 20 × 0.125 of 8.75
        self.assertEqual(self._wallet().balance_deduction, 3.75)
        self._refund(self.sale, 500)
        self.assertEqual(self._wallet().balance_deduction, 0.0)
        self.env["voucher.wallet"]._cron_credit()
        self.assertReconciled()
        self.assertSound()

    def test_spent_already(self):
        self._credit()
        self._authorize(800)._capture()
        self._refund(self.sale, 1000)
        self.assertEqual((self._wallet().balance_deduction, self._wallet().debt), (0.0, 8.0 + 10.0 - 10.0))
        self.assertSound()
