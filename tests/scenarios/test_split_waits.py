"""Payments to be split that wait, and what an operator can do about it."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from tests.support.split_case import ORDERS, PAYER, SplitCommon

UNFREEZE = f"{ORDERS}/unfreeze"


@tagged("post_install", "-at_install")
class TestSplitWaits(SplitCommon):
    # -- for a refund ----------------------------------------------------------------------------

    def _pay_with_pending_refund(self):
        tx = self._pay(100)
        refund = tx._create_child_transaction(40, is_refund=True)
        refund._set_pending()
        return tx.split_order_ids, refund

    def test_a_refund_that_is_not_confirmed(self):
        """It is said what is waited for, others go on; after a day the operator is told, once."""
        order, refund = self._pay_with_pending_refund()
        other = self._pay(100).split_order_ids
        self._run()
        self.assertEqual((order.state, other.state, order.activity_ids.ids), ("draft", "finished", []))
        self.assertIn(refund.reference, order.reason)
        self.orders._cron_watch_deadlines()
        self.assertFalse(order.activity_ids, "not yet")
        self.env.flush_all()
        self.env.execute_query(SQL(
            "UPDATE split_order SET create_date = create_date - interval '2 days' RETURNING id"))
        self.env.invalidate_all()
        for _number in range(2):
            self.orders._cron_watch_deadlines()
        self.assertEqual((len(order.activity_ids), other.activity_ids.ids), (1, []))
        self.assertIn(refund.reference, order.activity_ids.note)
        refund._set_done()
        self.server.payments[order.provider_transaction][1] -= 4000
        refund._post_process()
        self._run()
        self.assertEqual((order.state, order.reason, order.activity_ids.ids), ("finished", False, []))
        sale = self._sale(order.transaction_id)
        received = order.entry_ids.filtered(lambda entry: entry.kind == "split")
        self.assertEqual(received.escrow_amount, self._parts(sale | sale.refund_ids)[0] / 100)

    def test_what_was_never_asked_for_is_left_to_the_merchant(self):
        order, _refund = self._pay_with_pending_refund()
        self._run()
        order.with_user(self.operator).action_give_up()
        self._run()
        self.assertEqual((order.state, self._got()), ("lost", (0, 0, 10000)))
        self._fund(self.merchant)
        sale = self._sale(order.transaction_id)
        self.assertEqual((sale.state, sale.funding_id.method), ("funded", "deposit"))

    def test_what_may_be_on_its_way_is_not_given_up(self):
        self.server.faults[ORDERS] = ["lose"]
        order = self._pay(100).split_order_ids
        self._run()
        self.assertTrue(order.state == "draft" and order.request_sent_on)
        with self.assertRaisesRegex(UserError, "may have arrived"):
            order.with_user(self.operator).action_give_up()

    # -- for the rest to be set free ---------------------------------------------------------------

    def test_a_finish_that_is_refused(self):
        self.server.faults[UNFREEZE] = ["NO_AUTH"] * 2
        order, other = (self._pay(100).split_order_ids for _number in range(2))
        self._run()
        self.assertEqual({order.state, other.state}, {"finishing"})
        self.assertIn("NO_AUTH", order.reason)
        self.assertEqual((len(order.activity_ids), len(other.activity_ids)), (1, 1))
        for _number in range(2):
            order.with_user(self.operator).action_retry()
        self._run()
        self.assertEqual((order.state, order.reason, order.activity_ids.ids), ("finished", False, []))
        self.assertEqual((other.state, self._got()[2]), ("finished", 18000))
        self.assertEqual(len(order.entry_ids), 1)

    def test_after_the_deadline_the_rest_is_the_merchant_s(self):
        """The provider has set it free by itself, and refuses to do it again."""
        self.server.faults[UNFREEZE] = ["NO_AUTH"] * 2
        order = self._pay(100).split_order_ids
        self._run()
        self.env.flush_all()
        yesterday = fields.Date.context_today(order) - timedelta(days=1)
        self.env.execute_query(SQL("UPDATE split_order SET deadline = %s WHERE id = %s RETURNING id",
                                   yesterday, order.id))
        self.env.invalidate_all()
        self._run()
        self.assertEqual((order.state, order.activity_ids.ids), ("finished", []))
        self.assertEqual(order.entry_ids.amount, 90.0)

    # -- for the sale ----------------------------------------------------------------------------

    def _pay_part(self, order, amount):
        tx = self.env["payment.transaction"].create({
            "provider_id": self.provider.id, "payment_method_id": self.provider.payment_method_ids[:1].id,
            "amount": amount, "currency_id": order.currency_id.id, "partner_id": self.shopper.id,
            "sale_order_ids": [Command.set(order.ids)], "reference": f"part-{next(self.keys)}",
            "operation": "online_direct"})
        tx._process("demo", {"reference": tx.reference, "payment_details": "1234", "simulated_state": "done"})
        self.server.payments[tx.provider_reference] = [PAYER, round(amount * 100)]
        tx._post_process()
        return tx

    def test_paid_before_its_sale_is_registered(self):
        """A part of the price was paid: what is conceded is known with the rest, and nothing is set free before."""
        order = self.env["sale.order"]._create_scan_order(self.store, self.shopper, 10_000, "scan-in-two-parts")
        first = self._pay_part(order, 40.0)
        other = self._pay(100).split_order_ids
        self._run()
        waiting = first.split_order_ids
        self.assertEqual((order.state, waiting.state, other.state), ("draft", "draft", "finished"))
        self.assertIn(order.name, waiting.reason)
        self.assertFalse(waiting.entry_ids)
        waiting.with_user(self.operator).action_retry()
        self._run()
        self.assertEqual(waiting.state, "draft")
        got = self._got()
        second = self._pay_part(order, 60.0)
        self._run()
        self.assertEqual((order.state, waiting.state, second.split_order_ids.state), ("sale", "finished", "finished"))
        parts = self._parts(self._sale(second))
        self.assertEqual(tuple(now - then for now, then in zip(self._got()[:2], got[:2], strict=True)), parts)
        self.assertEqual((waiting.reason, waiting.line_ids.mapped("state")), (False, ["success"] * 2))

    def test_one_of_two_payments_is_left_to_the_merchant(self):
        """The deposit pays all that was conceded; what the other payment gave up is owed to the merchant."""
        clearing, deposit = self._held("merchant_clearing"), self.merchant.deposit_balance
        order = self.env["sale.order"]._create_scan_order(self.store, self.shopper, 10_000, "scan-in-two-parts")
        first = self._pay_part(order, 40.0)
        self._run()
        second = self._pay_part(order, 60.0)
        self.server.faults[ORDERS] = ["NO_AUTH"]
        self._run()
        sale, orders = self._sale(second), (first | second).split_order_ids
        self.assertEqual(sorted(orders.mapped("state")), ["failed", "finished"])
        orders.filtered(lambda payment: payment.state == "failed").with_user(self.operator).action_give_up()
        self._run()
        self.assertEqual(sorted(orders.mapped("state")), ["finished", "lost"])
        given = sum(self._got()[:2]) / 100
        self.assertIn(given, (4.0, 6.0))
        self._fund(self.merchant)
        self.assertEqual((sale.state, sale.funding_id.method), ("funded", "deposit"))
        self._book()
        self.assertEqual(self.currency.round(deposit - self.merchant.deposit_balance), 10.0)
        self.assertEqual(self.currency.round(abs(self._held("merchant_clearing") - clearing)), given)
        statement = self.env["merchant.statement"]._issue(self.merchant, fields.Date.today())
        self.assertEqual((statement.collected_amount, statement.account_split), (100.0, given - 100.0))
        self.assertEqual(self.env["payout.source"]._get_merchant_balances(
            self.company, self.env["payout.line"])[self.merchant.id], round(given * 100))

    # -- rights ------------------------------------------------------------------------------------

    def test_others_are_refused(self):
        order, _refund = self._pay_with_pending_refund()
        self._run()
        for user in (self.maker, self.checker, new_test_user(self.env, "split_shopper", groups="base.group_portal")):
            for call in (order.with_user(user).action_retry, order.with_user(user).action_give_up):
                with self.assertRaises(AccessError):
                    call()
        self.assertEqual(order.state, "draft")
