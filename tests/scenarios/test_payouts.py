"""Payouts through a random life: what lines, batches, statements and the general ledger say is one figure."""

import random

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.merchant_alliance.tools.money import to_cents
from odoo.addons.voucher_settlement.tests.common_payout import PayoutCommon

from tests.model.statement_sql import find_differences

EVENTS = 40


@tagged("post_install", "-at_install")
class TestPayoutsOfARandomLife(PayoutCommon):
    def test_two_lives(self):
        for seed in (1, 2):
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                outcomes = self._live(random.Random(seed))
                self.assertGreater(len(outcomes), 3, outcomes)
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)

    def _live(self, rng):
        self._trust(self.bakery.partner_id, "6217000010000000002")
        self._sell(200_000)
        merchants, self.batches, states = (self.merchant, self.bakery), self.env["payout.batch"], set()
        for _event in range(EVENTS):
            kind = rng.choice(("owe", "owe", "sell", "propose", "step", "step", "step", "answer", "answer"))
            if kind == "owe":
                self._owe(rng.randrange(1, 5000) / 100, rng.choice(merchants))
            elif kind == "sell":  # from its deposit
                self._sell(rng.randrange(100, 9000) / 100, store=rng.choice(merchants).store_ids)
            else:
                getattr(self, f"_do_{kind}")(rng)
            self._check_one_figure()
            states |= set(self.env["payout.line"].search([]).mapped("state"))
        self.posting._post_unposted(self.company)
        for merchant in merchants:
            self.env["merchant.statement"]._issue(merchant, fields.Date.today())
        _count, differences = find_differences(self.env.cr)
        self.assertEqual(differences, [])
        self._check_books()
        self._check_commit()
        return states

    def _check_books(self):
        """Vouchers that ``_owe`` puts into wallets by hand were never released: the only difference, to the cent."""
        given = self.env["voucher.lot"].search([("idempotency_key", "=like", "test,%")])
        cents = sum(to_cents(lot.amount, self.currency) for lot in given)
        self.assertTrue(cents)
        self.assertEqual(
            {row["account_id"]: row["difference_cents"] for row in self.posting._check_subledger(self.company)},
            {self.posting._get_account("vouchers_outstanding", self.company).id: -cents})

    def _do_propose(self, rng):
        try:
            with self.env.cr.savepoint():
                self.batches |= self._propose()
        except UserError:
            pass  # nothing is due

    def _do_step(self, rng):
        going = self.batches.filtered(lambda batch: batch.state in ("draft", "submitted", "approved"))
        if not going:
            return
        batch = going[rng.randrange(len(going))]
        step, user = {"draft": ("action_submit", self.maker), "submitted": ("action_approve", self.checker),
                      "approved": ("action_send", self.maker)}[batch.state]
        if rng.random() < 0.15 or not batch.line_ids:
            step, user = "action_cancel", self.maker
        if step == "action_send" and rng.random() < 0.3:
            account = rng.choice((self.account, self.bakery.partner_id.bank_ids))
            account.allow_out_payment = False
            account.acc_number = f"{rng.randrange(10**15, 10**16)}"
            account.allow_out_payment = True
        try:
            with self.env.cr.savepoint():
                getattr(batch.with_user(user), step)()
        except UserError:
            batch.with_user(self.maker).action_cancel()

    def _do_answer(self, rng):
        sent = self.batches.filtered(lambda batch: batch.state == "sent")
        if sent:
            batch = sent[rng.randrange(len(sent))]
            line = rng.choice(list(batch.line_ids.filtered(lambda found: found.state == "sent")))
            self._answer(batch, self._answer_rows((line, line.amount, rng.choice(("paid", "failed")), "AC04")))

    def _check_one_figure(self):
        cents = {state: self.env["payout.line"].search([("state", "=", state)])._get_cents()
                 for state in ("ready", "sent", "paid")}
        for batch in self.batches:
            batch.invalidate_recordset()
            lines = batch.sudo().line_ids.filtered(lambda line: line.state in ("ready", "sent", "paid", "failed"))
            self.assertEqual(to_cents(batch.amount, self.currency), lines._get_cents())
        self.posting._post_unposted(self.company)
        self.assertEqual(self.posting._get_balance("payout_transit", self.company), cents["sent"])
        due = sum(payable.cents for payable in self.env["payout.source"]._get_payable(self.company))
        # the clearing account owes what is due and what waits in batches that were not sent
        self.assertEqual(-self.posting._get_balance("merchant_clearing", self.company), due + cents["ready"])
