from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.merchant_alliance.tests.common_promoter import PromoterMixin

from .common_payout import PayoutCommon


@tagged("post_install", "-at_install")
class TestCommissionPayout(PromoterMixin, PayoutCommon):
    """Commissions are paid by the same batches as merchants and shareholders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.promoter_refund_days = 0
        cls.promoter = cls._make_promoter("com_lin")
        cls._bind(cls.shopper, cls.promoter)

    def _payable(self):
        return self.env["promoter.commission"]._get_balances(self.company, self.promoter).get(self.promoter, 0)

    def _propose_commission(self):
        return self._propose(kind="commission")

    def test_an_account_that_nobody_checked_is_left_out(self):
        self._sell(1000)
        self.posting._post_unposted(self.company)
        line = self.env["payout.batch"].browse(self._propose_commission().id).sudo().all_line_ids
        self.assertEqual((line.kind, line.state), ("commission", "skipped"))
        self.assertIn("not verified", line.reason)

    def test_paid_and_failed(self):
        self.promoter.bank_id.allow_out_payment = True
        self._sell(1000)
        batch = self._propose_commission()
        line = batch.sudo().line_ids
        self.assertEqual((line.partner_id, line.amount, self._payable()), (self.promoter.partner_id, 5.0, 500))
        batch.action_submit()
        self._send(batch)
        self.assertEqual(self._payable(), 0)
        self.assertEqual(self.posting._check_subledger(self.company), [])
        self._answer(batch, self._answer_rows((line, 5.0, "failed", "closed")))
        self.assertEqual(self._payable(), 500, "payable again")
        self.assertEqual(self.posting._check_subledger(self.company), [])
        again = self._propose_commission()
        again.action_submit()
        self._pay(self._send(again))
        self.assertEqual((self._payable(), again.sudo().line_ids.state), (0, "paid"))
        self.assertEqual(self.promoter._get_commission_figures()["paid"], 500)
        self.assertEqual(self.posting._check_subledger(self.company), [])

    def test_refunded_after_the_approval(self):
        self.promoter.bank_id.allow_out_payment = True
        sale = self._sell(1000)
        other = self._make_promoter("com_other")
        other.bank_id.allow_out_payment = True
        buyer = self._make_partner("Buyer")
        self._bind(buyer, other)
        self._sell(1000, buyer)
        batch = self._propose_commission()
        batch.action_submit()
        self._approve_payout(batch)
        self._refund(sale, 400)
        with freeze_time(fields.Datetime.now() + timedelta(seconds=1)):
            batch.action_send()
        states = {line.partner_id: line.state for line in batch.sudo().all_line_ids}
        self.assertEqual(states, {self.promoter.partner_id: "stopped", other.partner_id: "sent"})
        self.assertEqual(self._payable(), 300)
