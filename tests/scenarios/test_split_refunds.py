"""Refunds of split payments: the receivers give back first."""

from unittest.mock import call, patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.payment_demo.models.payment_transaction import PaymentTransaction as DemoTransaction

from tests.support.split_case import ESCROW, RETURNS, SplitCommon


@tagged("post_install", "-at_install")
class TestSplitRefunds(SplitCommon):
    def test_returned_before_it_is_refunded(self):
        self._sell(1000)  # so that the pool can give back what its vouchers took
        self._book()
        bank, clearing = self._held("operating_bank"), self._held("merchant_clearing")
        tx = self._pay(200.05)
        self._run()
        self._fund(self.merchant)
        refund = self._refund_tx(tx, 66.67)
        self.assertEqual((refund.state, refund.split_held), ("pending", True))
        self._run()
        self.assertEqual((refund.state, refund.split_held), ("done", False))
        taken = self._sale(tx).refund_ids
        escrow, platform = self._parts(self._sale(tx) | taken)
        self.assertEqual(self._got()[:2], (escrow, platform), "to the cent what the ledger takes back")
        self._fund(self.merchant)
        self._book()
        self.assertEqual((self._held("merchant_clearing"), self._held("operating_bank")), (clearing, bank))
        rest = self._refund_tx(tx, 133.38)
        self._run()
        self.assertEqual((rest.state, self._got()[:2], tx.split_order_ids.state), ("done", (0, 0), "returned"))
        self._fund(self.merchant)
        self._book()
        self.assertEqual((self._held("merchant_clearing"), self._held("operating_bank")), (clearing, bank))
        self.assertEqual(self._on_its_way(), 0.0)
        self.assertEqual({sale.state for sale in self._sale(tx) | self._sale(tx).refund_ids}, {"funded"})

    def test_refunded_before_it_is_split(self):
        clearing = self._held("merchant_clearing")
        tx = self._pay(100)
        refund = self._refund_tx(tx, 40)
        self.assertEqual(refund.state, "done", "all of it is still frozen")
        self._run()
        self.assertFalse(self._requests(), "not before the refund is taken in")
        self.server.payments[tx.provider_reference][1] -= 4000
        self._run()
        self.assertEqual((tx.split_order_ids.state, self._requests(RETURNS)), ("finished", []))
        self.assertEqual(self._got()[:2], self._parts(self._sale(tx) | self._sale(tx).refund_ids))
        self._fund(self.merchant)
        self._book()
        self.assertEqual(self._held("merchant_clearing"), clearing)

    def test_a_refund_waits_for_a_receiver_that_cannot_give_back(self):
        tx = self._pay(100)
        self._run()
        order, had = tx.split_order_ids, self._got()[0]
        self.server.balances[ESCROW] = 0
        refund = self._refund_tx(tx, 100)
        self._run()
        self.assertEqual((refund.state, order.return_ids.filtered(lambda r: r.role == "escrow").reason),
                         ("pending", "BALANCE_NOT_ENOUGH"))
        self.assertEqual(len(order.activity_ids), 1)
        self.server.balances[ESCROW] = had
        order.with_user(self.operator).action_retry_returns()
        self._run()
        self.assertEqual((refund.state, order.state, self._got()[:2]), ("done", "returned", (0, 0)))

    def test_a_return_whose_answer_is_lost(self):
        tx = self._pay(100)
        self._run()
        self.server.faults[RETURNS] = ["lose"]
        refund = self._refund_tx(tx, 100)
        self._run()
        self.assertEqual(refund.state, "pending")
        self._run()
        self.assertEqual((refund.state, self._got()[:2], len(self._requests(RETURNS))), ("done", (0, 0), 2))

    def test_refunds_go_one_after_the_other(self):
        tx = self._pay(100)
        self._run()
        first, second = self._refund_tx(tx, 33.33), self._refund_tx(tx, 33.33)
        self._run()
        self.assertEqual((first.state, second.state), ("done", "pending"))
        self._run()
        self.assertEqual(second.state, "done")
        self.assertEqual(self._got()[:2], self._parts(self._sale(tx) | self._sale(tx).refund_ids))

    def test_two_runs_ask_for_a_refund_once(self):
        """A run that had found the refund before another one asked the provider, whose answer is still to come."""
        tx = self._pay(100)
        self._run()
        refund = self._refund_tx(tx, 100)
        with patch.object(DemoTransaction, "_send_refund_request", autospec=True) as ask:
            self._run()
            refund._advance_split()
        self.assertEqual((refund.state, ask.call_args_list), ("pending", [call(refund)]))

    def test_what_was_paid_twice_is_given_back_of_the_payment_that_is_not_split(self):
        tx = self._pay(100)
        late = self.env["payment.transaction"].create({
            "provider_id": tx.provider_id.id, "payment_method_id": tx.payment_method_id.id, "amount": 100,
            "currency_id": tx.currency_id.id, "partner_id": tx.partner_id.id, "operation": "online_direct",
            "sale_order_ids": [Command.set(tx.sale_order_ids.ids)], "reference": f"{tx.reference}-late"})
        late._process("demo", {"reference": late.reference, "payment_details": "1234", "simulated_state": "done"})
        late._post_process()
        self._run()
        self.assertEqual((late.surplus_amount, len(tx.split_order_ids), len(late.split_order_ids)), (100.0, 1, 0))
        got = self._got()
        self._refund_tx(late, 100)
        self._run()
        self.assertEqual((self._got(), self._sale(tx).refund_ids.ids, tx.split_order_ids.state), (got, [], "finished"))
        self._refund_tx(tx, 100)
        self._run()
        self.assertEqual((self._got()[:2], self._sale(tx)._get_cash_left_cents()), ((0, 0), 0))

    def test_what_was_paid_too_much_stays_with_the_merchant_until_it_is_given_back(self):
        clearing = self._held("merchant_clearing")
        tx = self._pay(100, too_much=20)
        self._run()
        order = tx.split_order_ids
        self.assertEqual((tx.surplus_amount, order.state, order.amount), (20.0, "finished", 100.0))
        escrow, platform = self._parts(self._sale(tx))
        self.assertEqual(self._got(), (escrow, platform, 12000 - escrow - platform))
        self._fund(self.merchant)
        self._book()
        self.assertEqual((self._held("merchant_clearing"), self._on_its_way()), (clearing, 20.0 + platform / 100))
        self._refund_tx(tx, 20)
        self._run()
        self.assertEqual((self._got()[:2], self._sale(tx).refund_ids.ids), ((escrow, platform), []))
        self._book()
        self.assertEqual((self._held("merchant_clearing"), self._on_its_way()), (clearing, platform / 100))
        self._refund_tx(tx, 100)
        self._run()
        self._run()
        self.assertEqual((order.state, self._got()[:2], self._sale(tx)._get_cash_left_cents()), ("returned", (0, 0), 0))
        self._fund(self.merchant)
        self._book()
        self.assertEqual((self._held("merchant_clearing"), self._on_its_way()), (clearing, 0.0))
