import base64

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.merchant_alliance.tools.money import to_cents

from ..tools import bank_csv
from ..tools.file_error import FileError, explain
from .common_payout import PayoutCommon


@tagged("post_install", "-at_install")
class TestPayout(PayoutCommon):
    """What is owed is paid by two people, once, to the account that was approved."""

    def _states(self, batch):
        return {line.partner_id.name: (line.state, line.amount) for line in batch.sudo().all_line_ids}

    # -- what is due -------------------------------------------------------------------------------

    def test_a_merchant_from_debt_to_paid(self):
        self._owe(12.5)
        self.assertEqual(self._held("merchant_clearing"), -12.5)
        bank = self._held("operating_bank")
        batch = self._propose()
        line = batch.line_ids
        self.assertEqual((line.partner_id, line.amount, line.kind), (self.merchant.partner_id, 12.5, "merchant"))
        self.assertEqual((line.acc_number, line.bank_bic), ("6217000010001234567", "BKCHCNBJ"))
        self._send(self._submitted(batch))
        self.assertEqual((self._held("merchant_clearing"), self._held("payout_transit")), (0, 12.5))
        self.assertEqual(self._held("operating_bank"), bank)
        self._pay(batch)
        self.assertEqual((batch.state, batch.paid_amount, line.state), ("done", 12.5, "paid"))
        self.assertEqual((self._held("payout_transit"), self._held("operating_bank")), (0, bank - 12.5))
        self._check_commit()
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            self._propose()

    def _submitted(self, batch):
        batch.action_submit()
        return batch

    def test_who_owes_gets_nothing_and_the_amount_stays(self):
        self.bakery._deposit("withdrawal", -100_000_000, "test,out", "Out")
        self._register(1000, self.shopper, self.bakery.store_ids)  # owes 100
        self._trust(self.bakery.partner_id, "6217000010009999999")
        self._owe(40, self.bakery)
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            self._propose()
        self._owe(75.25, self.bakery)
        self.assertEqual(self._states(self._propose()), {"Bakery": ("ready", 15.25)})

    def test_left_out_with_the_reason(self):
        self._owe(5, self.bakery)
        self._owe(7)
        batch = self._propose()
        self.assertEqual(self._states(batch), {"Teahouse": ("ready", 7.0), "Bakery": ("skipped", 5.0)})
        self.assertEqual((batch.amount, batch.line_count, batch.skipped_count), (7.0, 1, 1))
        self.assertIn("No bank account", batch.skipped_ids.reason)
        for number, vals, reason in (
                ("98", {"trusted": False}, "not verified"),
                ("99", {"currency_id": self.env.ref("base.EUR").id}, "another currency")):
            self.bakery.partner_id.bank_ids.unlink()
            self._trust(self.bakery.partner_id, number, **vals)
            batch.action_propose()
            self.assertIn(reason, batch.skipped_ids.reason)
        self.merchant.state = "suspended"
        batch.action_propose()
        self.assertIn("suspended", batch.skipped_ids.filtered(lambda l: l.merchant_id == self.merchant).reason)

    def test_claimed_by_one_batch_at_a_time(self):
        self._owe(7)
        first = self._propose()
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            self._propose()
        self._owe(3)  # more is due, on the same account
        self.assertEqual(first.amount, 7)
        line = first.sudo().line_ids
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            line.copy({"name": "again", "batch_id": self.env["payout.batch"].with_user(self.maker).create({}).id})
            self.env.flush_all()
        first.action_cancel()
        self.assertEqual(self._propose().amount, 10)

    def test_an_old_claim_is_not_paid_twice_with_the_rest(self):
        self._owe(7)
        first = self._send()
        self._owe(3)
        second = self._propose()
        self.assertEqual((second.amount, second.skipped_ids.amount), (0, 3))
        self.assertIn("not finished", second.skipped_ids.reason)
        with self.assertRaisesRegex(UserError, "pays nobody"):
            second.action_submit()
        self._pay(first)
        self.assertEqual(self._propose().amount, 3)

    # -- two people --------------------------------------------------------------------------------

    def test_two_people(self):
        self._owe(7)
        self.maker.group_ids += self.env.ref("voucher_settlement.group_settlement_checker")
        batch = self._submit()
        with self.assertRaisesRegex(UserError, "another person must"):
            batch.action_approve()
        for column in ("checker_id = maker_id", "state = 'approved'", "state = 'sent'"):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.cr.execute(f"UPDATE payout_batch SET {column} WHERE id = %s", [batch.id])
        self._send(batch)
        with self.assertRaisesRegex(UserError, "another person must"):
            batch.line_ids.with_user(self.maker).action_mark_failed()
        self.assertEqual(batch.line_ids.state, "sent")

    def test_wrong_people(self):
        self._owe(7)
        batch = self._submit()
        steps = (
            "action_propose", "action_submit", "action_approve", "action_send", "action_send_back", "action_cancel")
        for user in self._other_users():
            for step in steps:
                with self.subTest(user=user.login, step=step), self.assertRaises(AccessError):
                    getattr(batch.with_user(user), step)()
            for step in ("action_leave_out", "action_mark_paid", "action_mark_failed"):
                with self.assertRaises(AccessError):
                    getattr(batch.line_ids.with_user(user), step)()
            with self.assertRaises(AccessError):
                self.env["payout.batch"].with_user(user).create({})
            with self.assertRaises(AccessError):
                self.env["payout.ack.import"].with_user(user).create({"batch_id": batch.id, "file": b"eA=="})
        with self.assertRaises(AccessError):
            batch.with_user(self.maker).action_approve()
        with self.assertRaises(AccessError):
            batch.with_user(self.checker).action_propose()
        with self.assertRaises(AccessError):
            batch.line_ids.with_user(self.maker).action_mark_paid()
        self.assertEqual(batch.state, "submitted")

    def test_nothing_is_written_by_hand(self):
        self._owe(7)
        forged = self.env["payout.batch"].with_user(self.maker).create({
            "state": "approved", "maker_id": self.checker.id, "name": "X", "checker_id": self.maker.id})
        self.assertEqual((forged.state, forged.maker_id.id, forged.checker_id.id), ("draft", False, False))
        batch = self._submit()
        for user in (self.maker, self.checker):
            for vals in ({"state": "approved"}, {"maker_id": False}, {"sha256_xml": "x"}, {"note": "x"}):
                with self.assertRaises(UserError):
                    batch.with_user(user).write(vals)
            for vals in ({"amount": 9}, {"acc_number": "1"}, {"state": "paid"}):
                with self.assertRaises(UserError):
                    batch.line_ids.with_user(user).write(vals)
            with self.assertRaises(UserError):
                self.env["payout.line"].with_user(user).create({"batch_id": batch.id})
            with self.assertRaises(UserError):
                batch.with_user(user).unlink()
            with self.assertRaises(UserError):
                batch.with_user(user).write({"line_ids": [(1, batch.line_ids.id, {"amount": 8})]})
        self.assertEqual(batch.amount, 7)

    def test_steps_in_order_and_once(self):
        self._owe(7)
        batch = self._propose()
        for step, user in (("action_approve", self.checker), ("action_send", self.maker)):
            with self.assertRaisesRegex(UserError, "not possible now"):
                getattr(batch.with_user(user), step)()
        self._send(self._submitted(batch))
        for step in ("action_send", "action_cancel", "action_send_back", "action_propose"):
            with self.assertRaisesRegex(UserError, "not possible now"):
                getattr(batch.with_user(self.maker), step)()
        self.assertEqual(self._held("payout_transit"), 7)

    def test_the_checker_is_asked(self):
        self._owe(7)
        batch = self._submit()
        self.assertIn(self.checker, batch.sudo().activity_ids.user_id)
        self.assertNotIn(self.maker, batch.sudo().activity_ids.user_id)
        self._approve_payout(batch)
        self.assertFalse(batch.sudo().activity_ids)

    # -- what changes on the way -------------------------------------------------------------------

    def test_account_changed_before_the_approval(self):
        self._owe(7)
        batch = self._submit()
        self.account.write({"allow_out_payment": False})
        with self.assertRaisesRegex(UserError, "Teahouse: The bank account is not trusted any more"):
            self._approve_payout(batch)
        batch.with_user(self.checker).action_send_back()
        self.assertEqual((batch.state, batch.sudo().maker_id.id), ("draft", False))

    def test_account_changed_after_the_approval_stops_the_line(self):
        self._owe(7)
        self._trust(self.bakery.partner_id, "777")
        self._owe(5, self.bakery)
        batch = self._approve_payout()
        self.account.write({"allow_out_payment": False})
        self.account.write({"acc_number": "6217000010007654321"})
        self.account.write({"allow_out_payment": True})
        batch.action_send()
        self.assertEqual(self._states(batch), {"Teahouse": ("stopped", 7.0), "Bakery": ("sent", 5.0)})
        self.assertIn("Account Number", batch.line_ids.filtered(lambda l: l.state == "stopped").reason)
        self.assertEqual((batch.amount, self._held("payout_transit")), (5, 5))
        self.assertEqual(self._propose().amount, 7, "it is still due")

    def test_less_due_than_approved(self):
        self._owe(7)
        batch = self._approve_payout()
        self.merchant._deposit(
            "withdrawal", -to_cents(self.merchant.deposit_balance, self.currency), "test,out", "Out")
        self._register(20, self.shopper, self.store)  # concedes 2 that no deposit pays
        with self.assertRaisesRegex(UserError, "nobody can be paid"):
            batch.action_send()
        batch.action_cancel()
        self.assertEqual(self._propose().amount, 5)

    # -- the bank's answers ------------------------------------------------------------------------

    def test_failed_is_due_again(self):
        self._owe(7)
        batch = self._send()
        self._answer(batch, self._answer_rows((batch.line_ids, 7, "failed", "Account closed")))
        line = batch.line_ids
        self.assertEqual((batch.state, line.state, line.reason), ("done", "failed", "Account closed"))
        self.assertEqual((self._held("payout_transit"), self._held("merchant_clearing")), (0, -7))
        again = self._propose()
        self.assertEqual(again.amount, 7)
        self.assertNotEqual(again.line_ids.name, line.name)

    def test_the_same_answer_twice(self):
        self._owe(7)
        batch = self._send()
        content = self._answer_rows((batch.line_ids, 7, "paid", ""))
        self._answer(batch, content)
        self._answer(batch, content)
        self._answer(batch, content + "\n")  # another file that says the same
        self.assertEqual(self._held("payout_transit"), 0)
        self.assertEqual(len(batch.sudo().ack_ids), 2)
        with self.assertRaisesRegex(UserError, "contradicts"):
            self._answer(batch, self._answer_rows((batch.line_ids, 7, "failed", "")))

    def test_what_is_wrong_with_a_file_is_said_in_chinese(self):
        self._owe(7)
        batch = self._send()
        name = batch.line_ids.name
        self._read_chinese()
        for content, message in (
                (f"reference,amount,status\n{name},7,perhaps\n", "第 2 行：状态“perhaps”"),
                (f"reference,amount,status\n{name},seven,paid\n", "第 2 行：amount“seven”不是"),
                ("reference,amount\n", "第一行必须有这些列：status"),
                (b"\xff\xfe", "不是 UTF-8"),
                (b"<a/>", "必须是 pain.002"),
                ("reference,amount,status\nPP9,7,paid\n", "第 2 行：PP9")):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message), self.cr.savepoint():
                self._answer(batch, content)
        order = {"payments": [{**dict.fromkeys(bank_csv.ORDER, ""), "amount": 1, "reference": "PP1", "name": "=1+1"}],
                 "currency": "CNY", "decimals": 2}
        with self.assertRaises(FileError) as caught:
            bank_csv.write_order(order)
        self.assertEqual(str(caught.exception), "PP1: name “=1+1” is not allowed in a bank file", "nobody reads it")
        self.assertEqual(explain(caught.exception, self.env), "PP1：银行文件中不允许 name“=1+1”")
        self.assertEqual(explain(FileError("one", caught.exception.args[0]), self.env(context={})),
                         "one; PP1: name “=1+1” is not allowed in a bank file")

    def test_wrong_answers_are_refused_whole(self):
        self._trust(self.bakery.partner_id, "777")
        self._owe(7)
        self._owe(5, self.bakery)
        batch = self._send()
        good, bad = batch.line_ids
        head = self._answer_rows((good, good.amount, "paid", ""))
        for row, message in (
                (f"{bad.name},{bad.amount + 0.01},paid,,\n", f"line 3: {bad.name} is .* the file says"),
                ("PP9999,5.00,paid,,\n", "line 3: PP9999 is not in payout"),
                (f"{bad.name},5.00,perhaps,,\n", "line 3: status"),
                (f"{bad.name},5.00,paid,,2026-13-01\n", "line 3: date"),
                (f"{bad.name},5.00,paid,,2999-01-01\n", "in the future"),
                (f"{bad.name},1e9999,paid,,\n", "line 3: amount"),
                (f"{bad.name},5.00\n", "line 3: 2 fields"),
                (f"{good.name},{good.amount},failed,,\n", "answered twice")):
            with self.subTest(row=row), self.assertRaisesRegex(UserError, message), self.cr.savepoint():
                self._answer(batch, head + row)
        for content in (b"\xff\xfe", b"reference,amount\n", b"<x", b"<a/>"):
            with self.assertRaisesRegex(UserError, "cannot be read"), self.cr.savepoint():
                self._answer(batch, content)
        self.assertEqual({line.state for line in batch.line_ids}, {"sent"})
        self.assertFalse(batch.sudo().ack_ids)

    def test_an_answer_is_taken_in_by_a_checker_who_did_not_make_it(self):
        """Nobody pays twice alone, by a file that says that the bank refused."""
        self._owe(7)
        batch = self._send()
        content = self._answer_rows((batch.line_ids, 7, "failed", ""))
        with self.assertRaises(AccessError):
            self._answer(batch, content, self.maker)
        taken = self.env["payout.ack.import"].with_user(self.checker).create({
            "batch_id": batch.id, "file": base64.b64encode(content.encode())})
        portal = new_test_user(self.env, "payout_portal", groups="base.group_portal")
        for user in [self.maker, portal, *self._other_users()]:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                taken.with_user(user).action_import()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._answer(batch, content, user)
        self.maker.group_ids += self.env.ref("voucher_settlement.group_settlement_checker")
        with self.assertRaisesRegex(UserError, f"made {batch.name} and cannot check it"):
            self._answer(batch, content, self.maker)
        self.assertEqual((batch.state, batch.line_ids.state, self._held("payout_transit")), ("sent", "sent", 7))
        taken.action_import()
        self.assertEqual((batch.state, batch.line_ids.state), ("done", "failed"))

    def test_it_ends_on_the_account_on_which_it_is_on_its_way(self):
        self._trust(self.bakery.partner_id, "777")
        self._owe(7)
        self._owe(5, self.bakery)
        batch, transit = self._send(), self.company.payout_transit_account_id
        self.company.payout_transit_account_id = transit.copy({"code": "2299"})
        paid, failed = batch.line_ids.sorted("amount", reverse=True)
        self._answer(batch, self._answer_rows((paid, 7, "paid", ""), (failed, 5, "failed", "Account closed")))
        self.assertEqual((batch.state, self._held("payout_transit")), ("done", 0))
        self.assertEqual(self.posting._get_balances(transit, self.company), {transit: 0})
        self._send()
        self.assertEqual(self._held("payout_transit"), 5, "the next one goes by the new account")

    def test_marked_by_hand(self):
        self._owe(7)
        batch = self._send()
        batch.line_ids.with_user(self.checker).action_mark_paid()
        self.assertEqual((batch.state, self._held("payout_transit")), ("done", 0))

    # -- one ledger --------------------------------------------------------------------------------

    def test_statement_says_what_was_paid(self):
        self._owe(12.5)
        batch = self._send()
        self._pay(batch)
        self._owe(3)
        day = batch.sudo().line_ids.paid_on
        statement = self.env["merchant.statement"]._issue(self.merchant, day)
        self.assertEqual((statement.account_reimbursed, statement.payout_amount), (15.5, -12.5))
        self.assertEqual((statement.account_closing, statement.net_amount), (3, 3))
        self.assertEqual(statement.account_closing, self._propose().amount)
        self.assertEqual(batch.line_ids.statement_id, statement)

    def test_constraints_of_a_line(self):
        self._owe(7)
        line = self._send().line_ids
        for change in ("amount = 0", "paid_on = '2026-01-01'", "acc_number = NULL", "state = 'failed'",
                       "merchant_id = NULL"):
            with self.subTest(change=change), self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), \
                    self.cr.savepoint():
                self.env.execute_query(SQL(f"UPDATE payout_line SET {change} WHERE id = %s", line.id))
