import base64
from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common_escrow import EscrowCommon

START = datetime(2026, 7, 6, 4)  # a Monday, noon in Shanghai
HEAD = "date,reference,amount,balance\n"
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-07-08T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>{name}</Id><CreDtTm>2026-07-08T20:00:00</CreDtTm><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>
{balances}{entries}</Stmt></BkToCstmrStmt></Document>"""
BALANCE = """<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>
<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"""
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><Dt>{day}</Dt></BookgDt>
<AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls>{again}<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


class ReconcileCommon(EscrowCommon):
    """Two days of sales, one reimbursement on the second, and the bank's view of them."""

    @classmethod
    def setUpClass(cls):
        with freeze_time(START):
            super().setUpClass()
            cls.company.partner_id.tz = "Asia/Shanghai"
            cls.company.escrow_transfer_days = 1

    def _live(self):
        """Sell 1,000 (80 to the escrow) on Monday, 500 (40) on Tuesday, and reimburse 6 on Tuesday."""
        with freeze_time(START):
            self._sell(1000)
        with freeze_time(START + timedelta(days=1)):
            self._sell(500)
            self._redeem(6)
            self.document = self.env["voucher.reimbursement"].with_user(self.maker).create(
                {"merchant_id": self.mall.merchant_id.id})
            self.document.action_submit()
            self.document.with_user(self.checker).action_approve()
        self.days = [date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 8)]

    def _csv(self, *rows, opening=0.0):
        text = "date,reference,amount,balance,description\n"
        for day, reference, amount, description in rows:
            opening += amount
            text += f"{day},{reference},{amount:.2f},{opening:.2f},{description}\n"
        return text

    def _rows(self):
        return [(self.days[1], "B1", 80, f"SWEEP {self.days[0]}"), (self.days[2], "B2", 40, ""),
                (self.days[2], "B3", -6, f"for {self.document.name}")]

    def _import(self, content, user=None, now=None):
        content = content.encode() if isinstance(content, str) else content
        with freeze_time(now or START + timedelta(days=2)):
            wizard = self.env["escrow.bank.import"].with_user(user or self.maker).create(
                {"file": base64.b64encode(content), "filename": "statement"})
            action = wizard.action_import()
        return self.env["escrow.reconciliation"].browse(action["res_id"])

    def _camt(self, rows, version="08", opening=0.0, name="S-1", account="ESCROW1", currency=None, status="BOOK"):
        currency = currency or self.currency.name
        def signed(amount):
            return {"amount": f"{abs(amount):.2f}", "sign": "CRDT" if amount >= 0 else "DBIT", "currency": currency}
        balances = "".join(BALANCE.format(code=code, day=self.days[2], **signed(amount)) for code, amount in (
            ("OPBD", opening), ("CLBD", opening + sum(row[2] for row in rows))))
        status = status if version < "08" else f"<Cd>{status}</Cd>"
        # the amount again in the details: unknown in 02, required in 04, optional since
        again = "" if version < "04" else "<Amt Ccy='{currency}'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>"
        return CAMT.format(version=version, name=name, account=account, balances=balances, entries="".join(
            ENTRY.format(day=day, reference=reference, text=text or "-", status=status,
                         again=again.format(**signed(amount)), **signed(amount))
            for day, reference, amount, text in rows))


@tagged("post_install", "-at_install")
class TestEscrowReconcile(ReconcileCommon):
    """What the bank says, what the ledger says, and what the escrow owes."""

    def test_agrees(self):
        self._live()
        day = self._import(self._csv(*self._rows()))
        self.assertEqual((day.state, day.date), ("agreed", self.days[2]))
        self.assertEqual((day.ledger_amount, day.bank_amount, day.owed_amount, day.difference), (114, 114, 114, 0))
        self.assertFalse(day.line_ids)
        lines = self.env["escrow.bank.line"].search([], order="reference")
        self.assertEqual(lines.mapped("explanation"), [
            "SWEEP 2026-07-06", "SWEEP 2026-07-07", self.document.name])
        for line in lines:
            self.assertEqual(sum(line.match_ids.mapped("amount")), line.amount)

    def test_camt_in_old_and_new_versions(self):
        self._live()
        for version in ("02", "04", "08", "12"):
            with self.subTest(version=version), self.cr.savepoint() as savepoint:
                self.assertEqual(self._import(self._camt(self._rows(), version)).state, "agreed")
                savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def test_camt_that_leaves_out_what_its_version_asks_for(self):
        self._live()
        content = self._camt(self._rows(), "04").replace("<CdtDbtInd>CRDT</CdtDbtInd><RmtInf>", "<RmtInf>")
        with self.assertRaisesRegex(UserError, "EntryTransaction4.*cdt_dbt_ind"):
            self._import(content)
        self.assertFalse(self.env["escrow.bank.statement"].search([]))

    def test_a_sweep_of_several_days(self):
        self._live()
        self.assertEqual(self._import(self._csv(
            (self.days[2], "B1", 120, "monthly"), (self.days[2], "B2", -6, ""))).state, "agreed")

    def test_a_sweep_in_two_parts(self):
        """Both name the day; until the second one has come, the first one explains nothing."""
        self._live()
        name, rows = f"SWEEP {self.days[0]}", self._rows()
        day = self._import(self._csv((self.days[1], "A1", 50, name), *rows[1:]))
        self.assertEqual((day.state, day.unexplained_amount), ("differs", 50))
        day = self._import(self._csv((self.days[2], "A2", 30, f"{name} rest"), opening=84))
        self.assertEqual((day.state, day.difference), ("agreed", 0))
        parts = self.env["escrow.bank.line"].search([("reference", "in", ("A1", "A2"))])
        self.assertEqual(parts.mapped("explanation"), [name] * 2)
        for part in parts:
            self.assertEqual(sum(part.match_ids.mapped("amount")), part.amount)

    def test_parts_that_are_too_much_stay_unexplained(self):
        self._live()
        name, rows = f"SWEEP {self.days[0]}", self._rows()
        day = self._import(self._csv((self.days[1], "A1", 50, name), (self.days[1], "A2", 31, name), *rows[1:]))
        self.assertEqual((day.state, day.unexplained_amount), ("differs", 81))

    def test_parts_without_a_name_are_explained_by_a_checker(self):
        self._live()
        day = self._import(self._csv((self.days[1], "A1", 50, ""), (self.days[1], "A2", 30, ""), *self._rows()[1:]))
        self.assertEqual((day.state, day.unexplained_amount), ("differs", 80))
        parts = self.env["escrow.bank.line"].search([("reference", "in", ("A1", "A2"))])
        with self.assertRaises(AccessError):
            parts.with_user(self.maker).action_set_off()
        with self.assertRaisesRegex(UserError, "add up to zero"):
            parts[0].with_user(self.checker).action_set_off()
        parts.with_user(self.checker).action_set_off()
        for part in parts:
            self.assertTrue(part.matched)
            self.assertIn(f"SWEEP {self.days[0]}", part.explanation)
            self.assertIn(self.checker.name, part.explanation)
            self.assertEqual(sum(part.match_ids.mapped("amount")), part.amount)
        with freeze_time(START + timedelta(days=2)):
            self.env["escrow.reconciliation"]._cron_reconcile()
        day.invalidate_recordset()
        self.assertEqual((day.state, day.activity_ids.ids), ("agreed", []))
        with self.assertRaisesRegex(UserError, "not explained yet"):
            parts.with_user(self.checker).action_set_off()

    def test_transfers_to_make_then_overdue(self):
        self._live()
        day = self._import(self._csv((self.days[1], "B1", 80, ""), (self.days[1], "B2", -6, "")))
        self.assertEqual((day.state, day.transit_amount, day.difference), ("transit", 40, -40))
        self.assertEqual([(line.kind, line.name, line.amount, line.overdue) for line in day.line_ids],
                         [("sweep", "SWEEP 2026-07-07", 40, False)])
        self.assertFalse(day._get_problems())
        with freeze_time(START + timedelta(days=3)):
            day = self._import(self._csv((self.days[2], "B3", 1, ""), (self.days[2], "B4", -1, ""), opening=74))
        self.assertEqual((day.state, day.problem_count), ("differs", 3))
        self.assertIn("Sweep: 2026-07-07 SWEEP 2026-07-07", day._get_problems()[0])

    def test_alarm_and_its_end(self):
        self._live()
        rows = self._rows()
        day = self._import(self._csv(rows[0], rows[2], (self.days[2], "FEE", -0.5, "charges")))
        self.assertEqual((day.state, day.unexplained_amount), ("differs", -0.5))
        self.assertIn(self.checker, day.activity_ids.user_id)
        self.assertIn(self.checker.partner_id, day.message_ids.notified_partner_ids)
        self.assertIn("FEE", day._get_problems()[-1])
        later = START + timedelta(days=3)
        rest = self._csv((self.days[2], "REFUND", 0.5, "charges back"), (self.days[2], "B2", 40, ""), opening=73.5)
        self._import(rest, now=later)
        lines = self.env["escrow.bank.line"].search([("matched", "=", False)])
        self.assertEqual(set(lines.mapped("reference")), {"FEE", "REFUND"})
        with self.assertRaisesRegex(UserError, "add up to zero"):
            lines[0].with_user(self.checker).action_set_off()
        with self.assertRaises(AccessError):
            lines.with_user(self.maker).action_set_off()
        lines.with_user(self.checker).action_set_off()
        with freeze_time(later):
            self.env["escrow.reconciliation"]._cron_reconcile()
        day.invalidate_recordset()
        self.assertEqual((day.state, day.activity_ids.ids), ("agreed", []))

    def test_an_alarm_ends_with_a_later_statement(self):
        """Tuesday's transfer is overdue in Wednesday's statement and in Thursday's: it was made on Wednesday."""
        self._live()
        self.company.escrow_transfer_days = 0
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["escrow.reconciliation"].sudo().create({
            "company_id": other.id, "date": self.days[2], "state": "unknown"})
        theirs.activity_schedule("mail.mail_activity_data_warning", user_id=self.checker.id)
        rows = self._rows()
        first = self._import(self._csv(rows[0], (self.days[1], "B3", -6, "")))
        self.assertEqual((first.date, first.state), (self.days[1], "differs"))
        self.assertIn(self.checker, first.activity_ids.user_id)
        second = self._import(self._csv(rows[1], opening=74))
        self.assertEqual((second.date, second.state), (self.days[2], "agreed"))
        self.assertFalse(first.activity_ids | second.activity_ids)
        self.assertTrue(theirs.activity_ids)

    # -- statements that do not come -----------------------------------------------------------------

    def _run_job(self, days):
        with freeze_time(START + timedelta(days=days)):
            self.env["escrow.reconciliation"]._cron_reconcile()

    def _missing(self):
        return self.env["escrow.reconciliation"].search([]).activity_ids.filtered(
            lambda task: "are missing" in task.summary)

    def test_missing_statements_are_told_once_until_they_come(self):
        """After seven days, as a settlement would; a part of them is not enough."""
        self._live()
        self.company.escrow_reconcile = True
        day = self._import(self._csv(*self._rows()))  # of day 2
        self._run_job(9)
        self.assertFalse(self._missing())
        self._run_job(10)
        task = self._missing()
        self.assertEqual((task.user_id, day.state), (self.checker, "agreed"))
        self.assertIn("2026-07-08", task.summary)
        told = day.message_ids.filtered(lambda message: self.checker.partner_id in message.notified_partner_ids)
        self.assertIn("import those after it", told.body)
        messages = day.message_ids
        self._run_job(11)
        self._import(self._csv((date(2026, 7, 9), "B4", 1, ""), (date(2026, 7, 9), "B5", -1, ""), opening=114),
                     now=START + timedelta(days=20))
        self.assertEqual((self._missing(), day.message_ids), (task, messages))
        self._import(self._csv((date(2026, 7, 26), "B6", 1, ""), (date(2026, 7, 26), "B7", -1, ""), opening=114),
                     now=START + timedelta(days=20))
        self.assertFalse(self._missing())

    def test_nobody_is_told_where_no_statements_are_asked_for(self):
        self._live()
        self._import(self._csv(*self._rows()))
        self._run_job(30)
        self.assertFalse(self._missing())

    def test_a_sweep_is_late_without_statements_too(self):
        self._live()
        self.company.escrow_reconcile = True
        day = self._import(self._csv(*self._rows()))
        with freeze_time(START + timedelta(days=3)):
            self._sell(1000)
        self._run_job(9)
        self.assertEqual((day.state, day.line_ids.mapped("overdue")), ("agreed", [False]))
        self._run_job(10)
        day.invalidate_recordset()
        self.assertEqual((day.state, day.line_ids.mapped("overdue")), ("differs", [True]))
        self.assertIn("SWEEP 2026-07-09", day._get_problems()[0])

    def test_settling_stops_at_what_came_after_computing(self):
        self._live()
        self._import(self._csv(*self._rows()))
        with freeze_time(START + timedelta(days=2)):
            period = self._approve()
        self._import(self._csv((self.days[2], "ODD", 0.01, ""), opening=114), now=START + timedelta(days=3))
        with freeze_time(START + timedelta(days=3)), self.assertRaisesRegex(UserError, "Unexplained: 2026-07-08 ODD"):
            period.with_user(self.checker).action_settle()

    def test_known_statements_are_refused(self):
        self._live()
        content = self._csv(*self._rows())
        self._import(content)
        with self.assertRaisesRegex(UserError, "imported already"), self.cr.savepoint():
            self._import(content)
        with self.assertRaisesRegex(UserError, "line 2: the bank's reference B1"), self.cr.savepoint():
            self._import(self._csv((self.days[2], "B1", 80, ""), opening=114))
        with self.assertRaisesRegex(UserError, "one is missing"), self.cr.savepoint():
            self._import(self._csv((self.days[2], "B9", 80, ""), opening=100))
        lines = self.env["escrow.bank.line"].search([])
        self.assertEqual(len(lines), 3)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env.execute_query(SQL("UPDATE escrow_bank_line SET reference = 'B1'"))

    def test_wrong_files_are_refused_whole(self):
        self._live()
        self.company.escrow_account_number = "ESCROW-1"
        rows = self._rows()
        for content, message in (
                (self._camt(rows, account="OTHER"), "is of account OTHER"),
                (self._camt(rows, currency="EUR"), "is in EUR"),
                (self._camt(rows).replace("114.00", "115.00"), "are not the closing balance"),
                (self._camt([rows[0], (self.days[1], "B1", 1, "")]), "entry 2: the bank's reference B1"),
                (self._camt([(self.days[1], "", 80, "")]), "cannot be read"),
                (self._camt([(date(2026, 7, 9), "B1", 80, "")]), "not within the statement"),
                (self._csv(rows[0]).replace("80.00,80.00", "80.00,81.00").replace(",,", ",") + "x", "line 3: 1 fields"),
                (f"{HEAD}2026-07-07,A,1.00,1.00\n2026-07-07,B,1.00,3.00\n", "line 3: the balance"),
                (f"{HEAD}2026-07-07,A,0.00,1.00\n", "the amount is zero"),
                (b"\xff", "cannot be read"), ("<a/>", "cannot be read")):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message), self.cr.savepoint():
                self._import(content)
        self.assertFalse(self.env["escrow.bank.statement"].search([]))

    def test_what_is_wrong_with_a_statement_is_said_in_chinese(self):
        self._live()
        self._read_chinese()
        for content, message in (
                (f"{HEAD}2026-07-07,A,1.00,1.00\n2026-07-07,B,1.00,3.00\n", "第 3 行：余额 3.00 与"),
                (f"{HEAD}2026-07-07,A,0.00,1.00\n", "^第 2 行：金额为零"),
                (self._camt([(self.days[1], "", 80, "")]), "AcctSvcrRef")):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message) as caught, \
                    self.cr.savepoint():
                self._import(content)
            self.assertNotRegex(str(caught.exception), "(?i)line|entry|balance|missing|must have")

    def test_entries_not_booked_yet_are_left_out(self):
        self._live()
        content = self._camt(self._rows()[:1]).replace("</Stmt>", ENTRY.format(
            day=self.days[2], reference="P1", text="-", status="<Cd>PDNG</Cd>", amount="9.00", sign="CRDT",
            again="", currency=self.currency.name) + "</Stmt>")
        self.assertEqual(self._import(content).statement_id.line_ids.mapped("reference"), ["B1"])

    def test_balance_before_the_first_statement(self):
        self._live()
        day = self._import(self._csv((self.days[2], "B2", 1, "interest"), opening=114))
        self.assertEqual((day.state, day.unexplained_amount, day.problem_count), ("differs", 1, 1))
        opening = self.env["escrow.bank.line"].search([("matched", "=", True)])
        self.assertEqual((opening.amount, day.transit_amount), (114, 0))

    def test_settlement_stops_where_the_bank_must_agree(self):
        self._live()
        with freeze_time(START + timedelta(days=2)):
            period = self._close()
            self.assertIn("Nobody compares", period.bank_warning)
            self.company.escrow_reconcile = True
            self.assertFalse(period.bank_warning)
            with self.assertRaisesRegex(UserError, "No bank statement"):
                self._compute(period)
            rows = self._rows()
        self._import(self._csv(rows[0], rows[2], (self.days[2], "ODD", 0.01, "")))
        with freeze_time(START + timedelta(days=2)):
            with self.assertRaisesRegex(UserError, "Unexplained: 2026-07-08 ODD"):
                self._compute(period)
            self.company.escrow_reconcile = False
            with self.assertRaisesRegex(UserError, "Unexplained: 2026-07-08 ODD"):
                self._compute(period)
            self.assertEqual(period.state, "closing")

    def test_without_the_setting_what_was_imported_must_agree(self):
        self._live()
        self._import(self._csv(*self._rows()))
        with freeze_time(START + timedelta(days=2)):
            period = self._settle()
            self.assertEqual((period.state, period.bank_warning), ("settled", False))
            period = self._close()
            self.assertFalse(period.bank_warning, "compared up to today")
        with freeze_time(START + timedelta(days=10)):
            period.invalidate_recordset()
            self.assertIn("of 2026-07-08; nothing after it", period.with_user(self.maker).bank_warning)
            self._compute(period)  # nobody asks for statements of these days
            self.assertEqual(period.state, "computed")
            period.with_user(self.maker).action_reset()
        self._import(self._csv((date(2026, 7, 16), "ODD", 0.01, ""), opening=114), now=START + timedelta(days=10))
        with freeze_time(START + timedelta(days=10)), self.assertRaisesRegex(UserError, "2026-07-16 ODD"):
            self._compute(period)

    def test_settles_with_the_bank(self):
        self._live()
        self.company.escrow_reconcile = True
        self._import(self._csv(*self._rows()))
        with freeze_time(START + timedelta(days=2)):
            self.assertEqual(self._settle().state, "settled")
        with freeze_time(START + timedelta(days=30)), self.assertRaisesRegex(
                UserError, "The last bank statement is of 2026-07-08"):
            self._compute()

    def test_nothing_is_changed_by_hand(self):
        self._live()
        day = self._import(self._csv(*self._rows()))
        records = (day.statement_id, day.statement_id.line_ids[0], day.statement_id.line_ids.match_ids[0])
        for record, vals in zip(records, ({"closing_balance": 1}, {"amount": 1}, {"amount": 1}), strict=True):
            for user in (self.maker, self.checker, self.env.user):
                with self.assertRaises(UserError), self.cr.savepoint():
                    record.with_user(user).write(vals)
                with self.assertRaises(UserError), self.cr.savepoint():
                    record.with_user(user).unlink()
        for change, table in (
                ("closing_balance = 1", "escrow_bank_statement"), ("difference = 1", "escrow_reconciliation"),
                ("rebate_pool = 1", "escrow_reconciliation")):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.env.execute_query(SQL(f"UPDATE {table} SET {change}"))

    def test_wrong_people(self):
        self._live()
        day = self._import(self._csv(*self._rows()))
        for name in ("operator", "auditor"):
            user = new_test_user(self.env, f"rec_{name}", groups=f"base.group_user,merchant_alliance.group_{name}")
            with self.assertRaises(AccessError):
                self._import(self._csv(*self._rows()), user=user)
            with self.assertRaises(AccessError):
                day.statement_id.line_ids.with_user(user).action_set_off()
            if name == "operator":
                with self.assertRaises(AccessError):
                    self.env["escrow.reconciliation"].with_user(user).action_reconcile_now()
                with self.assertRaises(AccessError):
                    day.with_user(user).read(["state"])
