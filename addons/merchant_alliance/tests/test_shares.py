from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import AllianceCommon

TODAY = "2026-06-30"


class SharesCommon(AllianceCommon):
    """A supermarket store with a profit account, its books, three people, an operator and an approver."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.market = cls._make_merchant("Market", scene="supermarket").store_ids
        plan = cls.env["account.analytic.plan"].create({"name": "Stores"})
        cls.market.analytic_account_id = cls.env["account.analytic.account"].create({
            "name": "Market", "plan_id": plan.id, "company_id": cls.company.id})
        accounts = cls.env["account.account"]
        cls.income, cls.expense, cls.equity, cls.payable, cls.bank = [accounts.create({
            "name": kind, "code": f"9{number}0000", "account_type": kind, "reconcile": kind == "liability_payable"})
            for number, kind in enumerate(("income", "expense", "equity", "liability_payable", "asset_cash"))]
        cls.journal = cls.env["account.journal"].create({"name": "Shares", "code": "SHAR", "type": "general"})
        cls.company.write({
            "dividend_journal_id": cls.journal.id, "dividend_equity_account_id": cls.equity.id,
            "dividend_payable_account_id": cls.payable.id})
        cls.people = cls.env["res.partner"].create([{"name": name} for name in ("An", "Bo", "Chen")])
        cls.operator = cls._make_user("share_operator", "base.group_user,merchant_alliance.group_operator")
        cls.approver = cls._make_user("share_approver", "base.group_user,merchant_alliance.group_approver")
        cls.keys = iter(range(1000))

    def _move(self, percent, taker=None, giver=None, day=date(2026, 1, 1), key=None):
        nobody = self.env["res.partner"]
        return self.market._move_shares(
            giver or nobody, taker or nobody, percent, day, key or f"test,{next(self.keys)}", "Agreement")

    def _held(self):
        return {
            holding.partner_id.name: holding._get_percent() for holding in self.market.shareholding_ids
            if holding.percent}

    def _earn(self, amount, day="2026-03-15", post=True, account=None):
        """Book income (or a cost, if negative) of the store."""
        account = account or (self.income if amount > 0 else self.expense)
        move = self.env["account.move"].create({
            "move_type": "entry", "journal_id": self.journal.id, "date": day, "line_ids": [
                Command.create({"account_id": account.id, "balance": -amount,
                                "analytic_distribution": {str(self.market.analytic_account_id.id): 100}}),
                Command.create({"account_id": self.bank.id, "balance": amount})]})
        if post:
            move.action_post()
        return move

    def _declare(self, amount, date_from="2026-01-01", date_to="2026-03-31"):
        return self.env["alliance.dividend"].with_user(self.operator).create({
            "store_id": self.market.id, "date_from": date_from, "date_to": date_to, "amount": amount})


@freeze_time(TODAY)
class TestShares(SharesCommon):
    def test_issue_transfer_take_back(self):
        an, bo, _chen = self.people
        self._move(60, an)
        self._move(33.3333, bo)
        self.assertEqual(self._held(), {"An": Decimal("60.0000"), "Bo": Decimal("33.3333")})
        self._move(10.0001, bo, giver=an, day=date(2026, 2, 1))
        self._move(43.3334, giver=bo, day=date(2026, 2, 1))
        self.assertEqual(self._held(), {"An": Decimal("49.9999")})
        self.assertEqual(self.market.issued_percent, 49.9999)
        entries = self.env["alliance.share.entry"].search([("store_id", "=", self.market.id)])
        self.assertEqual(sorted(entries.mapped("kind")), ["issue", "issue", "return", "transfer", "transfer"])

    def test_never_more_than_all_of_a_store(self):
        an, bo, _chen = self.people
        self._move(99.9999, an)
        with self.assertRaisesRegex(UserError, "more than 100"):
            self._move(0.0002, bo)
        self._move(0.0001, bo)
        with self.assertRaisesRegex(UserError, "more than 100"):
            self._move(0.0001, bo)
        self.assertEqual(self.market.issued_percent, 100)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE alliance_store SET issued_percent = 100.0001 WHERE id = %s", [self.market.id])

    def test_what_is_refused(self):
        an, bo, _chen = self.people
        self._move(10, an, day=date(2026, 2, 1))
        for arguments, error in (
                ({"percent": 10.0001, "giver": an, "taker": bo}, "holds 10.0000 %"),
                ({"percent": 1, "giver": bo, "taker": an}, "holds 0.0000 %"),
                ({"percent": 0, "taker": bo}, "Percent"), ({"percent": -5, "taker": bo}, "Percent"),
                ({"percent": 1.00001, "taker": bo}, "Percent"),
                ({"percent": 100.1, "taker": bo}, "Percent"),
                ({"percent": 1}, "From and To"), ({"percent": 1, "giver": an, "taker": an}, "From and To"),
                ({"percent": 1, "taker": bo, "day": date(2026, 1, 31)}, "Date")):
            with self.subTest(error=error), self.assertRaisesRegex(UserError, error):
                self._move(**{"day": date(2026, 2, 1), **arguments})
        self.market.scene = "alliance"
        with self.assertRaisesRegex(UserError, "only supermarket"):
            self._move(1, bo, day=date(2026, 2, 1))

    def test_no_day_that_is_to_come(self):
        """A mistyped year would let no other share of the store move before it."""
        an, bo, _chen = self.people
        with self.assertRaisesRegex(UserError, "Date.*2026-06-30"):
            self._move(10, an, day=date(2062, 6, 30))
        with self.assertRaisesRegex(UserError, "Date"):
            self._move(10, an, day=date(2026, 7, 1))
        self._move(10, an, day=date(2026, 6, 30))
        self.company.partner_id.tz = "Pacific/Kiritimati"
        with freeze_time("2026-06-30 12:00:00"):
            self._move(10, bo, day=date(2026, 7, 1))

    def test_a_contact_of_a_company_is_not_the_shareholder(self):
        """It would not see its own shares: logins see those of the company that they belong to."""
        company = self.env["res.partner"].create({"name": "Holding", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Dai", "parent_id": company.id})
        with self.assertRaisesRegex(UserError, "Dai belongs to Holding; choose that one"):
            self._move(10, contact)
        self._move(10, company)
        contact.parent_id = False
        self._move(4, contact, giver=company)
        contact.parent_id = company
        self._move(4, company, giver=contact)
        self.assertEqual(self._held(), {"Holding": Decimal("10.0000")})

    def test_one_key_moves_once(self):
        self.assertEqual(self._move(10, self.people[0], key="k"), self._move(10, self.people[0], key="k"))
        self.assertEqual(self._held(), {"An": Decimal("10.0000")})

    def test_history_and_holdings_are_kept(self):
        entries = self._move(10, self.people[0])
        holding = self.market.shareholding_ids
        for records, vals in ((entries, {"percent": 1}), (holding, {"percent": 99})):
            with self.assertRaises(UserError):
                records.write(vals)
            with self.assertRaises(UserError):
                records.unlink()
            with self.assertRaises(UserError):
                records.create({"store_id": self.market.id, "partner_id": self.people[1].id, "percent": 50})

    def test_only_operators_move_shares(self):
        vals = {"store_id": self.market.id, "taker_id": self.people[0].id, "percent": 10, "reference": "Agreement"}
        with self.assertRaises(AccessError):
            self.env["alliance.share.move"].with_user(self.approver).create(vals)
        wizard = self.env["alliance.share.move"].with_user(self.operator).create(vals)
        self.assertEqual(wizard.free_percent, 100)
        wizard.action_move()
        wizard.action_move()
        self.assertEqual(self._held(), {"An": Decimal("10.0000")})


@freeze_time(TODAY)
class TestDividend(SharesCommon):
    def test_pro_rata_to_the_day(self):
        """An holds 50 % for 90 days; Bo gets 30 % of the store 60 days before the end: 50 and 20 of 100."""
        an, bo, _chen = self.people
        self._move(50, an)
        self._move(30, bo, day=date(2026, 1, 31))
        self._earn(1000)
        dividend = self._declare(900, date_to="2026-03-31")
        dividend.action_submit()
        self.assertEqual(
            {line.partner_id.name: (line.amount, line.percent) for line in dividend.line_ids},
            {"An": (450.0, 50.0), "Bo": (180.0, 20.0)})
        self.assertIn(self.approver, dividend.activity_ids.user_id)
        self.assertNotIn(self.operator, dividend.activity_ids.user_id)
        dividend.with_user(self.approver).action_approve()
        self.assertFalse(dividend.activity_ids)
        lines = dividend.move_id.sudo().line_ids
        self.assertEqual(sorted(lines.mapped("balance")), [-450.0, -180.0, 630.0])
        self.assertEqual(lines.filtered(lambda line: line.balance < 0).partner_id, an | bo)
        self.assertEqual(dividend.move_id.sudo().state, "posted")

    def test_cents_add_up(self):
        for partner in self.people:
            self._move(33.3333, partner)
        self._earn(100.01)
        dividend = self._declare(100.01)
        dividend.action_submit()
        self.assertAlmostEqual(sum(dividend.line_ids.mapped("amount")), 100.01, places=2)
        self.assertEqual(sorted(dividend.line_ids.mapped("amount")), [33.33, 33.34, 33.34])

    def test_only_from_realised_profit(self):
        self._move(100, self.people[0])
        with self.assertRaisesRegex(UserError, "cannot be distributed"):
            self._declare(0.01).action_submit()
        self._earn(1000, post=False)
        self._earn(700, day="2026-04-01")
        self._earn(500, account=self.equity)
        with self.assertRaisesRegex(UserError, "cannot be distributed"):
            self._declare(0.01).action_submit()
        self._earn(1000)
        self._earn(-400)
        dividend = self._declare(600.01)
        with self.assertRaisesRegex(UserError, "cannot be distributed"):
            dividend.action_submit()
        dividend.amount = 600
        dividend.action_submit()
        with self.assertRaisesRegex(UserError, "cannot be distributed"):
            self._declare(0.01).action_submit()
        self._declare(700, date_from="2026-04-01", date_to="2026-06-30").action_submit()

    def test_no_two_stores_distribute_one_profit(self):
        other = self._make_merchant("Other Market", scene="supermarket").store_ids
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            other.analytic_account_id = self.market.analytic_account_id
            other.flush_recordset()
        self.assertFalse(self.market.copy().analytic_account_id)

    def test_the_profit_account_stays_while_a_dividend_is_from_it(self):
        account = self.market.analytic_account_id
        another = account.copy({"name": "Another"})
        self._move(100, self.people[0])
        self._earn(1000)
        dividend = self._declare(1000)
        self.market.analytic_account_id = another
        self.market.analytic_account_id = account
        dividend.action_submit()
        for value in (another.id, False):
            with self.assertRaisesRegex(UserError, "Profit Account"):
                self.market.with_user(self.operator).analytic_account_id = value
        self.market.write({"analytic_account_id": account.id, "name": "Same Account"})
        dividend.with_user(self.approver).action_approve()
        with self.assertRaisesRegex(UserError, "Profit Account"):
            self.market.analytic_account_id = another
        dividend.with_user(self.approver).action_reverse()
        self.market.analytic_account_id = another

    def test_losses_come_first(self):
        self._move(100, self.people[0])
        self._earn(-300, day="2025-12-01")
        self._earn(1000)
        self.assertEqual(self._declare(1).available_amount, 700)

    def test_losses_after_its_last_day_count_too(self):
        self._move(100, self.people[0])
        self._earn(1000)
        dividend = self._declare(1000)
        dividend.action_submit()
        self._earn(-400, day=TODAY)
        self.assertEqual(dividend.available_amount, 600)
        with self.assertRaisesRegex(UserError, "cannot be distributed"):
            dividend.with_user(self.approver).action_approve()
        dividend.action_cancel()
        self._earn(-100, day="2026-07-01")
        self.assertEqual(self._declare(1).available_amount, 600, "up to today")
        self._earn(900, day="2026-05-01")
        self.assertEqual(self._declare(1).available_amount, 1000, "no more than there was on its last day")

    def test_profit_that_went_meanwhile(self):
        self._move(100, self.people[0])
        self._earn(1000)
        dividend = self._declare(1000)
        dividend.action_submit()
        self._earn(-1)
        with self.assertRaisesRegex(UserError, "cannot be distributed"):
            dividend.with_user(self.approver).action_approve()

    def test_nothing_that_is_to_come(self):
        """There is nowhere to promise a return: no rate, no plan, and no day that has not been."""
        self._move(100, self.people[0])
        self._earn(1000)
        with self.assertRaisesRegex(UserError, "until today"):
            self._declare(10, date_to="2026-07-01").action_submit()
        for model in ("alliance.dividend", "alliance.dividend.line", "alliance.shareholding", "alliance.share.entry"):
            words = {part for name in self.env[model]._fields for part in name.split("_")}
            self.assertFalse(words & {"rate", "return", "promised", "fixed", "guaranteed", "interest", "yield"}, model)

    def test_two_people(self):
        self._move(100, self.people[0])
        self._earn(1000)
        self.operator.group_ids |= self.env.ref("merchant_alliance.group_approver")
        dividend = self._declare(10)
        dividend.action_submit()
        with self.assertRaisesRegex(UserError, "another person"):
            dividend.action_approve()
        plain = self._make_user("share_plain", "base.group_user,merchant_alliance.group_operator")
        with self.assertRaises(AccessError):
            dividend.with_user(plain).action_approve()
        dividend.with_user(self.approver).action_approve()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE alliance_dividend SET checker_id = maker_id WHERE id = %s", [dividend.id])

    def test_steps_only(self):
        self._move(100, self.people[0])
        self._earn(1000)
        dividend = self._declare(10)
        with self.assertRaises(UserError):
            dividend.write({"state": "approved"})
        dividend.action_submit()
        with self.assertRaises(UserError):
            dividend.write({"amount": 1000})
        with self.assertRaises(UserError):
            dividend.unlink()
        dividend.action_cancel()
        with self.assertRaisesRegex(UserError, "not possible now"):
            dividend.action_submit()
        self.assertEqual(self._declare(1).available_amount, 1000, "what is cancelled is free again")

    def test_taken_back_by_reversal(self):
        self._move(100, self.people[0])
        self._earn(1000)
        dividend = self._declare(1000)
        dividend.action_submit()
        dividend.with_user(self.approver).action_approve()
        with self.assertRaises(AccessError):
            dividend.action_reverse()
        dividend.with_user(self.approver).action_reverse()
        self.assertEqual((dividend.state, dividend.reversal_move_id.sudo().reversed_entry_id), (
            "reversed", dividend.move_id))
        self.assertEqual(self._declare(1).available_amount, 1000)

    def test_shares_of_a_paid_time_do_not_move(self):
        an, bo, _chen = self.people
        self._move(100, an)
        self._earn(1000)
        self._declare(10).action_submit()
        with self.assertRaisesRegex(UserError, "2026-04-01"):
            self._move(50, bo, giver=an, day=date(2026, 3, 31))
        self._move(50, bo, giver=an, day=date(2026, 4, 1))

    def test_accounts_missing(self):
        self._move(100, self.people[0])
        self._earn(1000)
        dividend = self._declare(10)
        dividend.action_submit()
        self.company.dividend_payable_account_id = False
        with self.assertRaisesRegex(UserError, "Settings"):
            dividend.with_user(self.approver).action_approve()


@tagged("post_install", "-at_install")
class TestSharesPage(SharesCommon, HttpCase):
    def test_one_sees_ones_own(self):
        an, bo, _chen = self.people
        with freeze_time(TODAY):
            self._move(50, an)
            self._move(12.5, bo)
            self._earn(1000)
            dividend = self._declare(1000)
            dividend.action_submit()
            dividend.with_user(self.approver).action_approve()
        for login, partner in (("share_an", an), ("share_bo", bo)):
            self._make_user(login, "base.group_portal", partner=partner)
        self._make_user("share_nobody", "base.group_portal")
        self.authenticate("share_an", "share_an")
        page = self.url_open("/my/shares").text
        self.assertIn("50.0000", page)
        self.assertIn("500.00", page)
        self.assertNotIn("12.5000", page)
        self.assertNotIn("125.00", page)
        self.authenticate("share_nobody", "share_nobody")
        self.assertIn("my_shares_empty", self.url_open("/my/shares").text)
        for model in ("alliance.shareholding", "alliance.share.entry", "alliance.dividend.line"):
            own = self.env[model].with_user(self.env["res.users"].search([("login", "=", "share_bo")])).search([])
            self.assertEqual(own.partner_id, bo, model)
