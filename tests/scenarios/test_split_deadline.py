"""Payments to be split when the provider is switched off or a key is gone: each comes to an end."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from tests.support.split_case import ORDERS, SplitCommon

UNFREEZE = f"{ORDERS}/unfreeze"


@tagged("post_install", "-at_install")
class TestSplitDeadline(SplitCommon):
    def _pass_deadline(self, order):
        self.env.flush_all()
        yesterday = self.company._get_day() - timedelta(days=1)
        self.env.execute_query(SQL(
            "UPDATE split_order SET deadline = %s, create_date = create_date - interval '31 days'"
            " WHERE id = %s RETURNING id", yesterday, order.id))
        self.env.invalidate_all()

    def _check_left_to_the_merchant(self, order):
        """It got all of it; what it concedes comes from its deposit."""
        self.assertEqual((order.state, order.merchant_amount, order.activity_ids.ids), ("lost", 100.0, []))
        self.assertTrue(order.reason)
        self.assertEqual(order.entry_ids.mapped(lambda entry: (entry.kind, entry.amount, entry.escrow_amount)),
                         [("split", 100.0, 0.0)])
        self._fund(self.merchant)
        sale = self._sale(order.transaction_id)
        self.assertEqual((sale.state, sale.funding_id.method), ("funded", "deposit"))
        self._book()

    # -- what is known -----------------------------------------------------------------------------

    def test_never_asked_and_switched_off(self):
        order = self._pay(100).split_order_ids
        self.provider.state = "disabled"
        self._run()
        self.assertEqual(order.state, "draft")
        self.assertIn("does not split any more", order.reason)
        self._fund(self.merchant)
        self.assertEqual(self._sale(order.transaction_id).state, "pending")
        self._pass_deadline(order)
        self._run()
        self._check_left_to_the_merchant(order)

    def test_never_asked_and_nobody_is_registered(self):
        """Its parts were worked out, and nobody was asked for them."""
        self.server.faults["/v3/profitsharing/receivers"] = ["lose"] * 4
        order = self._pay(100).split_order_ids
        self._run()
        self.assertEqual((order.state, order.request_sent_on, len(order.line_ids)), ("draft", False, 2))
        self.provider.split_private_key = False
        self._pass_deadline(order)
        self._run()
        self._check_left_to_the_merchant(order)

    def test_never_asked_and_refunded(self):
        tx = self._pay(100)
        self.provider.split_private_key = False
        self._run()
        self._refund_tx(tx, 100)
        self.env["payment.transaction"].search([("source_transaction_id", "=", tx.id)])._post_process()
        self._pass_deadline(tx.split_order_ids)
        self._run()
        self.assertEqual(tx.split_order_ids.state, "returned")
        self.assertEqual(sum(tx.split_order_ids.entry_ids.mapped("amount")), 0)
        self._book()

    def test_received_and_the_rest_not_set_free(self):
        self.server.faults[UNFREEZE] = ["NO_AUTH"]
        order = self._pay(100).split_order_ids
        self._run()
        self.provider.split_apiv3_key = False
        order.with_user(self.operator).action_retry()
        self._run()
        self.assertEqual(order.state, "finishing")
        self._pass_deadline(order)
        told = order.activity_ids
        self.orders._cron_watch_deadlines()
        self.assertEqual(order.activity_ids, told, "only the merchant's own part waits")
        self._run()
        self.assertEqual((order.state, order.reason, order.activity_ids.ids), ("finished", False, []))
        self.assertEqual(order.entry_ids.amount, 90.0)
        self._fund(self.merchant)
        self.assertTrue(self._sale(order.transaction_id).funding_id.at_source)
        self._book()

    def test_given_up_and_switched_off(self):
        order = self._pay(100).split_order_ids
        self.provider.state = "disabled"
        self._run()
        order.with_user(self.operator).action_give_up()
        self._run()
        self.assertEqual(order.state, "finishing", "the provider still holds it")
        self._pass_deadline(order)
        self._run()
        self._check_left_to_the_merchant(order)

    # -- what is not -------------------------------------------------------------------------------

    def _ask_without_answer(self):
        """Return an order that was asked for, and whose provider was switched off before it told what became of it."""
        self.server.processing = 100
        order = self._pay(100).split_order_ids
        self._run()
        self.assertEqual(order.state, "requested")
        self.provider.state = "disabled"
        self._run()
        self.assertEqual((order.state, order.is_undecided), ("requested", False))
        return order

    def test_asked_and_switched_off_is_decided_by_the_provider_s_record(self):
        order = self._ask_without_answer()
        escrow, platform = order.line_ids.with_user(self.operator)
        with self.assertRaisesRegex(UserError, "not answered by the deadline"):
            escrow.action_note_received()
        self._pass_deadline(order)
        for _number in range(2):
            self._run()
            self.orders._cron_watch_deadlines()
        self.assertEqual((order.state, order.is_undecided), ("requested", True), "nobody guesses")
        self.assertEqual(set(order.line_ids.mapped("state")), {"pending"})
        [task] = order.activity_ids
        self.assertEqual(task.user_id, self.company._get_task_owner())
        self.assertIn("the provider's own record", str(task.note).replace("&#39;", "'"))
        escrow.action_note_received()
        self.assertEqual((order.state, platform.state), ("requested", "pending"))
        with self.assertRaisesRegex(UserError, "not answered by the deadline"):
            escrow.action_note_refused()
        platform.action_note_received()
        self._run()
        self.assertEqual((order.state, order.activity_ids.ids), ("finished", []))
        notes = order.message_ids.filtered(
            lambda message: "own record" in message.body and not message.mail_activity_type_id)
        self.assertEqual((len(notes), notes.author_id), (2, self.operator.partner_id))
        self.assertIn(self.operator.name, notes[0].body)
        self.assertEqual((order.entry_ids.amount, order.entry_ids.escrow_amount), (90.0, escrow.amount))
        self._fund(self.merchant)
        self.assertTrue(self._sale(order.transaction_id).funding_id.at_source)
        self._book()

    def test_asked_in_vain(self):
        """The request itself never arrived."""
        self.server.faults[ORDERS] = ["SYSTEM_ERROR"]
        order = self._pay(100).split_order_ids
        self._run()
        self.provider.state = "disabled"
        self._pass_deadline(order)
        self._run()
        self.assertEqual((order.state, order.is_undecided), ("draft", True))
        order.line_ids.with_user(self.operator).action_note_refused()
        self._run()
        self._check_left_to_the_merchant(order)

    def test_what_the_provider_still_tells_is_not_noted_by_hand(self):
        self.server.processing = 1
        order = self._pay(100).split_order_ids
        self._run()
        self._pass_deadline(order)
        self.assertEqual((order.state, order.is_undecided), ("requested", False))
        with self.assertRaisesRegex(UserError, "not answered by the deadline"):
            order.line_ids.with_user(self.operator).action_note_refused()
        for _number in range(2):  # one for the parts, one for the rest
            self._run()
        self.assertEqual(order.state, "finished")

    def test_others_note_nothing(self):
        order = self._ask_without_answer()
        self._pass_deadline(order)
        self.assertTrue(order.is_undecided)
        auditor = new_test_user(self.env, "split_auditor", groups="base.group_user,merchant_alliance.group_auditor")
        shopper = new_test_user(self.env, "split_shopper", groups="base.group_portal")
        for user in (self.maker, self.checker, auditor, shopper):
            for step in ("action_note_received", "action_note_refused"):
                with self.subTest(user=user.login, step=step), self.assertRaises(AccessError):
                    getattr(order.line_ids.with_user(user), step)()
        self.assertEqual(set(order.line_ids.mapped("state")), {"pending"})
