from odoo import Command
from odoo.tests import tagged

from .common_payments import VoucherPaymentsCommon


@tagged("post_install", "-at_install")
class TestTopupBooks(VoucherPaymentsCommon):
    """A deposit topped up online: the provider's money, the merchant's receivable, the deposit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls.env["payment.provider"].search([
            ("code", "=", "demo"), ("company_id", "=", cls.company.id)], limit=1)
        cls.demo.write({"state": "test", "is_published": True})
        cls.outstanding = cls.env["account.account"].create({
            "name": "Payments on their way", "code": "101499", "account_type": "asset_current", "reconcile": True})
        (cls.demo.journal_id.inbound_payment_method_line_ids | cls.demo.journal_id.outbound_payment_method_line_ids
         ).payment_account_id = cls.outstanding
        cls.before = cls.merchant.deposit_balance

    def _top_up(self, amount=500.0):
        tx = self.env["payment.transaction"].create({
            "provider_id": self.demo.id, "payment_method_id": self.demo.payment_method_ids[:1].id, "amount": amount,
            "currency_id": self.currency.id, "partner_id": self.merchant.partner_id.id, "operation": "online_direct",
            "reference": f"TOPUP-{amount}", "deposit_merchant_id": self.merchant.id})
        tx._set_done()
        tx._post_process()
        return tx

    def _give_back(self, tx, amount):
        refund = tx._create_child_transaction(amount, is_refund=True)
        refund._set_done()
        refund._post_process()
        return refund

    def _lines(self, tx):
        return (tx.payment_id.move_id | tx.deposit_entry_ids.move_id).line_ids

    def _balances(self, tx):
        """Return {account: sum} of the entries of a transaction, without what adds up to nothing."""
        lines = self._lines(tx)
        sums = {account: self.currency.round(sum(group.mapped("balance")))
                for account, group in lines.grouped("account_id").items()}
        return {account: amount for account, amount in sums.items() if amount}

    def test_the_money_is_the_provider_s_until_the_bank_has_it(self):
        bank = self.env["escrow.posting"]._get_balance("operating_bank", self.company)
        deposit = self.env["escrow.posting"]._get_balance("merchant_deposit", self.company)
        tx = self._top_up()
        self.assertEqual(self._balances(tx), {
            self.outstanding: 500.0, self.company.merchant_deposit_account_id: -500.0})
        receivable = self._lines(tx).filtered(lambda line: line.account_id == tx.payment_id.destination_account_id)
        self.assertEqual((len(receivable), receivable.mapped("reconciled")), (2, [True, True]))
        self.assertEqual(receivable.partner_id, self.merchant.partner_id)
        self.assertEqual(self.env["escrow.posting"]._get_balance("operating_bank", self.company), bank)
        self.assertEqual(self.env["escrow.posting"]._get_balance("merchant_deposit", self.company), deposit + 50_000)
        self.assertFalse(self.env["escrow.posting"]._check_subledger(self.company))

    def test_payments_behind_an_entry_are_found(self):
        """Entries that are reconciled with nothing are not asked for their payments; this one is."""
        tx = self._top_up()
        entry = tx.deposit_entry_ids.move_id
        self.assertEqual(entry.reconciled_payment_ids, tx.payment_id)
        self.assertEqual(
            self.env["account.payment"].search([("reconciled_invoice_ids", "in", entry.ids)]), tx.payment_id)
        self.assertFalse(self.merchant._deposit("topup", 100, "topup,plain", "Cash").move_id.reconciled_payment_ids)

    def test_given_back_it_is_the_other_way_round(self):
        tx = self._top_up()
        refund = self._give_back(tx, 200)
        self.assertEqual(self._balances(refund), {
            self.outstanding: -200.0, self.company.merchant_deposit_account_id: 200.0})
        self.assertTrue(all(self._lines(refund).filtered(
            lambda line: line.account_id == refund.payment_id.destination_account_id).mapped("reconciled")))
        self.assertFalse(self.env["escrow.posting"]._check_subledger(self.company))

    def test_a_chargeback_above_the_deposit_stays_open_with_the_merchant(self):
        tx = self._top_up()
        refund = tx._create_child_transaction(500, is_refund=True)
        left = 12_000
        self.merchant._deposit("withdrawal", left - self._cents(self.merchant.deposit_balance), "test,used", "used")
        refund._set_done()
        refund._post_process()
        self.assertEqual(self.merchant.deposit_balance, 0)
        receivable = self._lines(refund).filtered(
            lambda line: line.account_id == refund.payment_id.destination_account_id)
        self.assertEqual(self.currency.round(sum(receivable.mapped("amount_residual"))), 380.0)
        self.assertFalse(self.env["escrow.posting"]._check_subledger(self.company))

    def _cents(self, amount):
        return round(amount * 100)

    def test_on_the_statement_it_is_a_deposit(self):
        self._top_up()
        entry = self.merchant.deposit_entry_ids[:1]
        self.assertEqual((entry.kind, entry.amount, bool(entry.move_id)), ("topup", 500.0, True))
        self.assertEqual(entry.move_id.escrow_event, "deposit")

    def test_vouchers_never_top_up(self):
        voucher = self.env["payment.provider"]._get_voucher_provider(self.company)
        self.assertTrue(voucher)
        self.assertNotIn(voucher, self.env["payment.provider"]._get_compatible_providers(
            self.company.id, self.merchant.partner_id.id, 500.0, currency_id=self.currency.id))
        self._give_vouchers(600.0)
        with self.assertRaisesRegex(Exception, "held of a wallet"):
            self.env["payment.transaction"].create({
                "provider_id": voucher.id, "payment_method_id": voucher.payment_method_ids[:1].id, "amount": 500,
                "currency_id": self.currency.id, "partner_id": self.shopper.id, "operation": "online_direct",
                "reference": "TOPUP-V", "deposit_merchant_id": self.merchant.id,
                "sale_order_ids": [Command.clear()]})._set_done()
        before = self.env["alliance.qualified.sale"].search_count([])
        self._top_up()
        self.assertEqual(self.env["alliance.qualified.sale"].search_count([]), before, "a top-up earns nothing")
