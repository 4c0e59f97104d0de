from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_payout import PayoutCommon


@tagged("post_install", "-at_install")
class TestDividendPayout(PayoutCommon):
    """Shareholders' parts of a dividend are paid by the same batches, each once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.market = cls._make_merchant("Market", scene="supermarket").store_ids
        plan = cls.env["account.analytic.plan"].create({"name": "Stores"})
        cls.market.analytic_account_id = cls.env["account.analytic.account"].create({
            "name": "Market", "plan_id": plan.id, "company_id": cls.company.id})
        cls.income, cls.equity, cls.payable, cls.other_payable = cls.env["account.account"].create([
            {"name": f"Shares {number}", "code": f"9{number}0000", "account_type": kind,
             "reconcile": kind == "liability_payable"}
            for number, kind in enumerate(("income", "equity", "liability_payable", "liability_payable"))])
        cls.company.write({
            "dividend_journal_id": cls.misc.id, "dividend_equity_account_id": cls.equity.id,
            "dividend_payable_account_id": cls.payable.id})
        cls.an, cls.bo = cls.env["res.partner"].create([{"name": "An"}, {"name": "Bo"}])
        cls._trust(cls.an, "6217000020001111111")
        cls.operator, cls.approver = [
            new_test_user(cls.env, f"share_{name}", groups=f"base.group_user,merchant_alliance.group_{name}")
            for name in ("operator", "approver")]
        for partner, percent in ((cls.an, 60), (cls.bo, 20)):
            cls.market._move_shares(
                cls.env["res.partner"], partner, percent, cls.today - timedelta(days=30), f"test,{percent}",
                "Agreement")
        cls.env["account.move"].create({
            "move_type": "entry", "journal_id": cls.misc.id, "date": cls.today, "line_ids": [
                Command.create({"account_id": cls.income.id, "credit": 1000,
                                "analytic_distribution": {str(cls.market.analytic_account_id.id): 100}}),
                Command.create({"account_id": cls.operating.id, "debit": 1000})]}).action_post()

    def _declare(self, amount):
        """Return an approved dividend: 60 % of it is An's, 20 % Bo's, the rest nobody's."""
        dividend = self.env["alliance.dividend"].with_user(self.operator).create({
            "store_id": self.market.id, "date_from": self.today - timedelta(days=10), "date_to": self.today,
            "amount": amount})
        dividend.action_submit()
        dividend.with_user(self.approver).action_approve()
        return dividend

    def _get_payable(self, company=None):
        return {
            payable.partner: (payable.cents, payable.account, payable.once)
            for payable in self.env["payout.source"]._get_payable(company or self.company, kinds=["dividend"])}

    def _owed(self, partner, account=None):
        """Return what the books owe a shareholder."""
        self.env.flush_all()
        lines = self.env["account.move.line"].search([
            ("account_id", "=", (account or self.payable).id), ("partner_id", "=", partner.id),
            ("parent_state", "=", "posted")])
        return -self.currency.round(sum(lines.mapped("balance")))

    def _submit_part(self):
        batch = self._submit(kind="dividend")
        return batch, batch.sudo().line_ids

    def test_due_as_soon_as_it_is_approved(self):
        dividend = self.env["alliance.dividend"].with_user(self.operator).create({
            "store_id": self.market.id, "date_from": self.today - timedelta(days=10), "date_to": self.today,
            "amount": 100})
        dividend.action_submit()
        self.assertFalse(self._get_payable())
        dividend.with_user(self.approver).action_approve()
        self.company.dividend_payable_account_id = self.other_payable  # changed after it was booked
        self.assertEqual(self._get_payable(), {
            self.an: (6000, self.payable, True), self.bo: (2000, self.payable, True)})
        batch = self._propose(kind="dividend")
        self.assertEqual(
            {(line.partner_id, line.amount, line.state, line.label) for line in batch.sudo().all_line_ids},
            {(self.an, 60.0, "ready", dividend.name), (self.bo, 20.0, "skipped", dividend.name)})

    def test_paid_once(self):
        self._declare(100)
        batch, line = self._submit_part()
        self.assertEqual(set(self._get_payable()), {self.bo}, "another payout claims An's part")
        self._send(batch)
        self.assertEqual((self._owed(self.an), self._owed(self.bo)), (0, 20))
        bank = self._held("operating_bank")
        self._pay(batch)
        self.assertEqual((line.state, self._held("operating_bank")), ("paid", bank - 60))
        self._trust(self.bo, "6217000020002222222")
        again, other = self._submit_part()
        self.assertEqual((other.partner_id, other.amount), (self.bo, 20.0))
        self._pay(self._send(again))
        self.assertFalse(self._get_payable())
        with self.assertRaisesRegex(UserError, "Nothing is due"):
            self._propose(kind="dividend")
        self._declare(50)
        self.assertEqual({cents for cents, _account, _once in self._get_payable().values()}, {3000, 1000})

    def test_a_failed_payout_is_due_again(self):
        self._declare(100)
        batch, line = self._submit_part()
        self._send(batch)
        self._answer(batch, self._answer_rows((line, 60.0, "failed", "closed")))
        self.assertEqual((line.state, self._owed(self.an)), ("failed", 60))
        self.assertEqual(self._get_payable()[self.an], (6000, self.payable, True))
        again, second = self._submit_part()
        self._pay(self._send(again))
        self.assertEqual((second.state, self._owed(self.an)), ("paid", 0))

    def test_what_is_paid_or_on_its_way_is_not_reversed(self):
        dividend = self._declare(100).with_user(self.approver)
        batch, line = self._submit_part()
        for step in (lambda: None, lambda: self._send(batch), lambda: self._pay(batch)):
            step()
            with self.subTest(state=line.state), self.assertRaisesRegex(
                    UserError, f"An's part is in payout {batch.name}"):
                dividend.action_reverse()
        self.assertEqual((dividend.state, line.state), ("approved", "paid"))

    def test_what_is_not_paid_any_more_is_reversed(self):
        dividend = self._declare(100).with_user(self.approver)
        batch, line = self._submit_part()
        self._approve_payout(batch)
        batch.action_cancel()
        dividend.action_reverse()
        self.assertEqual((dividend.state, line.state, self._owed(self.an)), ("reversed", "cancelled", 0))
        self.assertFalse(self._get_payable())

    def test_another_company_s_is_not_taken(self):
        self._declare(100)
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self._get_payable(other))
        self.assertTrue(self._get_payable())
