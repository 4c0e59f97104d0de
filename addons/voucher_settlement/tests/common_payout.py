import base64

from odoo import fields
from odoo.tests import new_test_user

from .common_escrow import EscrowCommon


class PayoutCommon(EscrowCommon):
    """A merchant to whom something is due, with a trusted bank account, and a company that can pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("account.group_validate_bank_account")
        cls.company.payout_bank_id = cls._trust(cls.company.partner_id, "6222020200112233")
        cls.account = cls._trust(cls.merchant.partner_id, "6217000010001234567")
        cls.bakery = cls._make_merchant("Bakery")

    @classmethod
    def _trust(cls, partner, number, trusted=True, **vals):
        bank = cls.env["res.bank"].create({"name": "Test Bank", "bic": "BKCHCNBJ"})
        return cls.env["res.partner.bank"].create({
            "partner_id": partner.id, "acc_number": number, "bank_id": bank.id, "allow_out_payment": trusted, **vals})

    def _owe(self, amount, merchant=None):
        """Make the platform owe a merchant ``amount``: vouchers accepted, and reimbursed to its account."""
        merchant = merchant or self.merchant
        if self._held("rebate_pool") < amount:
            self._sell(100_000)
        self._give_vouchers(amount)
        self._redeem(amount, merchant.store_ids)
        document = self.env["voucher.reimbursement"].with_user(self.maker).create({"merchant_id": merchant.id})
        document.action_submit()
        document.with_user(self.checker).action_approve()
        self.posting._post_unposted(self.company)
        return document

    def _propose(self, **vals):
        batch = self.env["payout.batch"].with_user(self.maker).create(vals)
        batch.action_propose()
        return batch

    def _submit(self, **vals):
        batch = self._propose(**vals)
        batch.action_submit()
        return batch

    def _approve_payout(self, batch=None, **vals):
        batch = batch or self._submit(**vals)
        batch.with_user(self.checker).action_approve()
        return batch

    def _send(self, batch=None, **vals):
        batch = self._approve_payout(batch, **vals)
        batch.action_send()
        return batch

    def _answer(self, batch, content, user=None):
        """Take in the bank's answer: text or bytes of a file."""
        content = content.encode() if isinstance(content, str) else content
        wizard = self.env["payout.ack.import"].with_user(user or self.checker).create({
            "batch_id": batch.id, "file": base64.b64encode(content), "filename": "answer"})
        wizard.action_import()
        return batch.sudo().ack_ids[:1]

    def _answer_rows(self, *rows):
        return "reference,amount,status,reason,date\n" + "".join(
            f"{line.name},{amount:.2f},{status},{reason},{fields.Date.today()}\n"
            for line, amount, status, reason in rows)

    def _pay(self, batch):
        """The bank confirms every line of a batch that was sent."""
        self._answer(batch, self._answer_rows(*(
            (line, line.amount, "paid", "") for line in batch.sudo().line_ids if line.state == "sent")))

    def _other_users(self):
        return [new_test_user(self.env, f"payout_{name}", groups=f"base.group_user,{group}") for name, group in (
            ("operator", "merchant_alliance.group_operator"), ("auditor", "merchant_alliance.group_auditor"))]
