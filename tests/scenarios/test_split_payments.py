"""Payments split at the source, by the real library against the provider's interface on 127.0.0.1."""

import json

from odoo import fields
from odoo.tests import tagged

from tests.support.split_case import ESCROW, ESCROW_NAME, ORDERS, SplitCommon


@tagged("post_install", "-at_install")
class TestSplitPayments(SplitCommon):
    # -- splitting -------------------------------------------------------------------------------

    def test_escrow_platform_and_merchant_get_theirs(self):
        bank, clearing = self._held("operating_bank"), self._held("merchant_clearing")
        escrow_bank = self._held("escrow_bank")
        tx = self._pay(200.05)
        sale, order = self._sale(tx), tx.split_order_ids
        self._fund(self.merchant)
        self.assertEqual((sale.state, order.state), ("pending", "draft"), "the money is not there yet")
        self._run()
        escrow, platform = self._parts(sale)
        self.assertEqual(escrow + platform, 2001, "10 % of it")
        self.assertEqual((order.state, self._got()), ("finished", (escrow, platform, 20005 - 2001)))
        self.assertEqual(self.server.names[ESCROW], ESCROW_NAME, "sent encrypted, read by the provider")
        sent = json.dumps([data for _verb, path, data in self.server.calls if path.endswith("receivers/add")])
        self.assertNotIn(json.dumps(ESCROW_NAME)[1:-1], sent)
        self._fund(self.merchant)
        self.assertEqual(sale.state, "funded")
        self._book()
        self._check_found(("split_entry", "move_id"))
        self.assertEqual(self._held("merchant_clearing"), clearing, "nothing is owed: it has been paid")
        self.assertEqual(self._held("operating_bank"), bank, "the sweep went past the operating bank")
        self.assertEqual(self._held("escrow_bank"), self.currency.round(escrow_bank + escrow / 100))
        self.assertEqual(self._on_its_way(), platform / 100, "what stays is the platform's own")
        self.assertNotIn(self.merchant.id, self.env["payout.source"]._get_merchant_balances(
            self.company, self.env["payout.line"]), "and is not paid to it again")
        calls = len(self.server.calls)
        self._run()
        self.assertEqual(len(self.server.calls), calls, "finished: nothing more is asked")

    def test_processing_takes_its_time(self):
        self.server.processing = 1
        order = self._pay(100).split_order_ids
        self._run()
        self.assertEqual((order.state, order.line_ids.mapped("state")), ("requested", ["pending", "pending"]))
        self._run()
        self.assertEqual(order.state, "finishing")
        self._run()
        self.assertEqual((order.state, len(self._requests())), ("finished", 1))

    def test_a_lost_answer_never_splits_twice(self):
        self.server.faults[ORDERS] = ["lose"]
        tx = self._pay(100)
        order = tx.split_order_ids
        self._run()
        self.assertEqual(order.state, "draft")
        self.assertIn("No answer", order.reason)
        got = self._got()[:2]
        self.assertEqual(got, self._parts(self._sale(tx)), "it has been done all the same")
        self._run()
        self.assertEqual((order.state, self._got()[:2], len(self._requests())), ("finished", got, 1))
        self.assertTrue(self._requests(f"{ORDERS}/{order.out_order_no}", "GET"), "asked first")

    def test_a_request_that_never_arrived_is_made_again_under_its_number(self):
        for fault in ("SYSTEM_ERROR", "FREQUENCY_LIMITED"):
            with self.subTest(fault=fault):
                self.server.calls.clear()
                self.server.faults[ORDERS] = [fault]
                order = self._pay(100).split_order_ids
                self._run()
                self.assertEqual(order.state, "draft")
                self.assertIn(fault, order.reason)
                self._run()
                self.assertEqual((order.state, order.reason), ("finished", False))
                self.assertEqual([data["out_order_no"] for data in self._requests()], [order.name] * 2)

    def test_what_is_not_rightly_signed_is_not_believed(self):
        for fault in ("forge", "stale"):
            with self.subTest(fault=fault):
                self.server.calls.clear()
                self.server.faults[ORDERS] = [fault]
                tx = self._pay(100)
                order, sale = tx.split_order_ids, self._sale(tx)
                self._run()
                self.assertEqual((order.state, order.line_ids.mapped("state")), ("draft", ["pending"] * 2))
                self._fund(self.merchant)
                self.assertEqual(sale.state, "pending")
                self._run()
                self.assertEqual((order.state, len(self._requests())), ("finished", 1))

    def test_refused_it_is_told_and_retried_under_the_same_number(self):
        for fault in ("NOT_ENOUGH", "NO_AUTH", "PARAM_ERROR"):
            with self.subTest(fault=fault):
                self.server.calls.clear()
                self.server.faults[ORDERS] = [fault]
                order = self._pay(100).split_order_ids
                self._run()
                self.assertEqual(order.state, "failed")
                self.assertIn(fault, order.reason)
                self.assertEqual(len(order.activity_ids), 1)
                self._run()
                self.assertEqual((order.state, len(self._requests())), ("failed", 1), "not by itself")
                order.with_user(self.operator).action_retry()
                self._run()
                self.assertEqual((order.state, order.activity_ids.ids), ("finished", []))
                self.assertEqual({data["out_order_no"] for data in self._requests()}, {order.name})

    def test_a_receiver_that_is_closed(self):
        self.server.faults[ORDERS] = ["close"]
        tx = self._pay(100)
        order = tx.split_order_ids
        self._run()
        self.assertEqual((order.state, set(order.line_ids.mapped("reason"))), ("failed", {"ACCOUNT_ABNORMAL"}))
        self.assertIn(ESCROW, order.reason)
        order.with_user(self.operator).action_retry()
        self._run()
        self.assertEqual((order.state, self._got()[:2]), ("finished", self._parts(self._sale(tx))))
        self.assertEqual([data["out_order_no"] for data in self._requests()], [order.name, f"{order.name}-2"])

    def test_a_receiver_whose_name_is_wrong(self):
        self.server.names[ESCROW] = "Somebody Else"
        order = self._pay(100).split_order_ids
        self._run()
        self.assertEqual((order.state, self._requests()), ("failed", []))
        self.assertEqual(self.merchant.split_receiver_ids.mapped("state"), ["failed", "added"])
        self.provider.split_escrow_name = "Somebody Else"
        order.with_user(self.operator).action_retry()
        self._run()
        self.assertEqual(order.state, "finished")

    def test_left_to_the_merchant_the_deposit_pays(self):
        self.server.faults[ORDERS] = ["NO_AUTH"]
        clearing, deposit = self._held("merchant_clearing"), self.merchant.deposit_balance
        tx = self._pay(100)
        order, sale = tx.split_order_ids, self._sale(tx)
        self._run()
        order.with_user(self.operator).action_give_up()
        self._run()
        self.assertEqual((order.state, self._got()), ("lost", (0, 0, 10000)))
        self.assertEqual((order.line_ids.ids, order.merchant_amount), ([], 100.0), "nothing of it is still to come")
        self._fund(self.merchant)
        self.assertEqual((sale.state, sale.funding_id.method), ("funded", "deposit"))
        self._book()
        self.assertEqual(self.currency.round(deposit - self.merchant.deposit_balance), 10.0)
        self.assertEqual((self._held("merchant_clearing"), self._on_its_way()), (clearing, 0.0))

    # -- statement ---------------------------------------------------------------------------------

    def test_on_the_statement(self):
        self._pay(100)
        self._run()
        statement = self.env["merchant.statement"]._issue(self.merchant, fields.Date.today())
        self.assertEqual((statement.collected_amount, statement.account_split, statement.concession_amount),
                         (100.0, -90.0, -10.0))
        [line] = [line for line in statement._get_lines() if line["source"] == "split"]
        self.assertEqual((line["account"], statement._get_line_label(line)), (-90.0, "Received from the provider"))
