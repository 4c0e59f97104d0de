"""A payout by maker and checker, the merchant's page on a phone, and the escrow compared with its bank."""

from datetime import date

from odoo.tests import HttpCase, tagged

from odoo.addons.voucher_settlement.tests.common_payout import PayoutCommon

from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestPayoutTour(PicturedTours, PayoutCommon, HttpCase):
    def test_from_the_maker_to_the_merchant(self):
        self._owe(12.5)
        self._owe(5, self.bakery)
        self.start_tour("/odoo", "payout_maker", login="maker", timeout=240, picture="payout_submitted")
        batch = self.env["payout.batch"].search([])
        self.assertEqual((batch.state, batch.maker_id, batch.amount), ("submitted", self.maker, 12.5))
        self.start_tour("/odoo", "payout_checker", login="checker", timeout=240, picture="payout_done")
        self.assertEqual((batch.state, batch.checker_id, batch.paid_amount), ("done", self.checker, 12.5))
        self.assertEqual(self._held("payout_transit"), 0)
        self.env["res.users"].with_context(no_reset_password=True).create({
            "login": "teaboss", "password": "teaboss1", "partner_id": self.merchant.partner_id.id,
            "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)]})
        self.browser_size, self.touch_enabled = "375x667", True
        self.start_tour("/my/store/statements", "payout_merchant", login="teaboss", timeout=180,
                        picture="payout_merchant_phone")

    def test_escrow_and_its_bank(self):
        self._sell(1000)
        self.start_tour("/odoo", "escrow_reconcile_maker", login="maker", timeout=240, picture="escrow_no_statement")
        self.env["escrow.reconciliation"].search([]).unlink()
        held, today = self._held("escrow_bank"), date.today()
        self.env["escrow.bank.statement"].sudo()._take_in(
            self.company, f"date,reference,amount,balance\n{today},B1,{held},{held}\n".encode(), "bank.csv")
        self.env["escrow.reconciliation"]._reconcile(self.company)
        self.start_tour("/odoo", "escrow_reconcile_checker", login="checker", timeout=240, picture="escrow_agreed")
