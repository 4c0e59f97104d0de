"""What surrounds split payments: deadlines, caps, settings, notices, and who may do what."""

import time
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from tests.support.split_case import ESCROW, ESCROW_NAME, ORDERS, PAYER, PLATFORM, SplitCommon
from tests.support.wechat_server import make_key


@tagged("post_install", "-at_install")
class TestSplitSetup(SplitCommon):
    # -- deadline and cap --------------------------------------------------------------------------

    def test_the_deadline_is_watched(self):
        self.server.faults[ORDERS] = ["SYSTEM_ERROR"] * 9
        order = self._pay(100).split_order_ids
        self._run()
        self.assertEqual(order.deadline, order.date + timedelta(days=30))
        for days, tasks in ((24, 0), (25, 1), (26, 1)):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)):
                self.orders._cron_watch_deadlines()
            self.assertEqual(len(order.activity_ids), tasks, days)
        self.assertIn("10", order.activity_ids.note)

    def _draft(self, rate):
        return self.env["alliance.contract"].create({
            "merchant_id": self.merchant.id, "date_start": "2099-01-01",
            "line_ids": [Command.create({"rate": rate})]})

    def test_no_contract_above_what_the_provider_splits(self):
        self.server.max_ratio = 1500
        self._draft(15)._send_to_sign()
        self.assertEqual(self.merchant.split_cap, 15.0)
        contract = self._draft(15.5)
        with self.assertRaisesRegex(UserError, r"15\.5 %.*at most 15 %"):
            contract._send_to_sign()
        self.assertEqual(contract.state, "draft")
        self.server.faults["/v3/profitsharing/merchant-configs"] = ["SYSTEM_ERROR"]
        contract._send_to_sign()
        self.assertEqual(contract.state, "sent")
        self.assertIn("SYSTEM_ERROR", contract.message_ids[0].body + contract.message_ids[1].body)

    def test_no_contract_above_it_on_paper_either(self):
        self.server.max_ratio = 1500
        contract = self._draft(15.5)
        contract.signed_by = "Boss"
        with self.assertRaisesRegex(UserError, r"15\.5 %.*at most 15 %"):
            contract.with_user(self.operator).action_activate()
        self.assertEqual(contract.state, "draft")
        self.server.max_ratio = 1550
        contract._send_to_sign()
        self.server.max_ratio = 1500  # lowered before it was signed
        with self.assertRaisesRegex(UserError, r"15\.5 %.*at most 15 %"):
            contract.with_user(self.operator).action_activate()
        self.server.max_ratio = 1550
        self.merchant.contract_ids.filtered(lambda old: old.state == "active").action_terminate()
        contract.with_user(self.operator).action_activate()
        self.assertEqual(contract.state, "active")

    def test_a_contract_in_force_above_a_lower_cap_is_a_to_do(self):
        """The merchant's contract gives up 10 %; one that has ended, or is a draft, asks for nothing."""
        merchant = self.merchant.with_user(self.operator)
        for ratio, tasks in ((1000, 0), (950, 1), (900, 1), (1000, 0)):
            self.server.max_ratio = ratio
            merchant.action_register_receivers()
            self.assertEqual(len(self.merchant.activity_ids), tasks, ratio)
            if tasks:
                self.assertRegex(self.merchant.activity_ids.note, rf"10 %.*at most {ratio / 100:g} %")
        self._draft(20)
        self.merchant.contract_ids.filtered(lambda old: old.state == "active").action_terminate()
        self.server.max_ratio = 900
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            merchant.action_register_receivers()
        self.assertFalse(self.merchant.activity_ids)

    # -- off ---------------------------------------------------------------------------------------

    def test_off_while_something_is_missing(self):
        for fname in ("split_private_key", "split_apiv3_key", "split_escrow_account", "split_public_key",
                      "split_adapter"):
            with self.subTest(missing=fname):
                kept, self.provider[fname] = self.provider[fname], False
                tx = self._pay(100)
                self.assertFalse(tx.split_order_ids)
                self._fund(self.merchant)
                self.assertEqual(self._sale(tx).state, "funded")
                self.assertEqual(self.provider.split_missing != "", fname != "split_adapter")
                self.assertEqual(self._refund_tx(tx, 100).state, "done")
                self.provider[fname] = kept
        self._draft(20)._send_to_sign()
        self.merchant.split_account = False
        self.assertFalse(self._pay(100).split_order_ids, "nor for merchants without a number")
        self._draft(20)._send_to_sign()
        self._run()
        self.assertEqual({path for _verb, path, _data in self.server.calls},
                         {f"/v3/profitsharing/merchant-configs/{PAYER}"})

    def test_settings_are_checked(self):
        for fname, value, error in (
                ("split_gateway", "http://elsewhere.example", "https"), ("split_apiv3_key", "short", "32 characters"),
                ("split_platform_account", ESCROW, "escrow_kept_apart")):
            with self.subTest(field=fname), mute_logger("odoo.sql_db"), self.assertRaisesRegex(
                    Exception, error), self.env.cr.savepoint():
                self.provider[fname] = value
                self.env.flush_all()

    def test_keys_that_cannot_be_read(self):
        self.provider.split_private_key = "no key"
        order = self._pay(100).split_order_ids
        self._run()
        self.assertEqual((order.state, self.merchant.split_receiver_ids.mapped("state")), ("draft", ["draft"] * 2))
        self.assertIn("private key", order.reason)

    def test_the_provider_s_certificates_instead_of_its_key(self):
        self.provider.write({"split_public_key": False, "split_public_key_id": False})
        self.server.signed_by = format(self.server.certificate.serial_number, "X")
        order = self._pay(100).split_order_ids
        self._run()
        self.assertEqual((order.state, self.server.names[ESCROW]), ("finished", ESCROW_NAME))

    # -- rights ------------------------------------------------------------------------------------

    def test_wrong_users(self):
        order = self._pay(100).split_order_ids
        self._run()
        receivers = self.merchant.split_receiver_ids
        for user in (self.maker, self.checker, new_test_user(self.env, "split_shopper", groups="base.group_portal")):
            for call in (order.with_user(user).action_retry, order.with_user(user).action_give_up,
                         order.with_user(user).action_retry_returns, receivers.with_user(user).action_register,
                         receivers.with_user(user).action_remove,
                         self.merchant.with_user(user).action_register_receivers):
                with self.assertRaises(AccessError):
                    call()
        for user in (self.operator, self.maker):
            for write in (lambda u=user: order.with_user(u).write({"state": "finished"}),
                          lambda u=user: self.provider.with_user(u).read(["split_apiv3_key"]),
                          lambda u=user: self.provider.with_user(u).read(["split_private_key"])):
                with self.assertRaises(AccessError):
                    write()
        with self.assertRaisesRegex(UserError, "has not failed"):
            order.with_user(self.operator).action_retry()

    def test_facts_stay(self):
        order = self._pay(100).split_order_ids
        self._run()
        for record, vals in ((order, {"amount": 1}), (order.line_ids, {"amount": 1}), (order.entry_ids, {"amount": 1})):
            with self.assertRaises(UserError):
                record.write(vals)
            with self.assertRaises(UserError):
                record.unlink()

    def test_receivers_by_hand(self):
        self.merchant.with_user(self.operator).action_register_receivers()
        receivers = self.merchant.split_receiver_ids
        self.assertEqual((receivers.mapped("state"), self.merchant.split_cap), (["added"] * 2, 30.0))
        receivers[0].with_user(self.operator).action_remove()
        self.assertEqual(self.server.receivers, {(PAYER, PLATFORM)})
        self.assertEqual(self.provider._get_adapter()._get_client(self.provider)._client._core._logger, None)


@tagged("post_install", "-at_install")
class TestSplitNotices(SplitCommon, HttpCase):
    def _send(self, headers, body, provider=None):
        with mute_logger("odoo.http"):
            return self.url_open(
                f"/payment/split/{(provider or self.provider).id}/notify", data=body, headers=headers).status_code

    def test_only_the_provider_s_own_of_now_and_once(self):
        order, server = self._pay(100).split_order_ids, self.server
        headers, body = server.make_notice(order.out_order_no)
        self.assertEqual(self._send(headers, body), 200)
        self.assertEqual(self.env["split.notice"].search([]).order_id, order)
        self.assertEqual(self._send(headers, body), 401, "the same message again")
        self.assertEqual(self._send(*server.make_notice(order.out_order_no, key=make_key())), 401)
        for moment in (-301, 400):  # what comes late under load has to be early enough still
            self.assertEqual(self._send(*server.make_notice(
                order.out_order_no, moment=time.time() + moment)), 401)
        headers, body = server.make_notice(order.out_order_no)
        self.assertEqual(self._send(headers, body.replace(b"split", b"tilps")), 401)
        self.assertEqual(self._send({**headers, "Wechatpay-Serial": "ABC"}, body), 401)
        self.assertEqual(self._send({}, body), 401)
        self.assertEqual(self._send(headers, body, self.env["payment.provider"].browse(2_000_000_000)), 401)
        self.provider.split_mchid = False
        self.assertEqual(self._send(headers, body), 401, "off")
        self.assertEqual((order.state, len(self.env["split.notice"].search([]))), ("draft", 1))
