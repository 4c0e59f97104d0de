"""Scan-to-pay on two phones: from the QR code to the receipts of both sides."""

from odoo.tests import HttpCase, tagged

from odoo.addons.voucher_settlement.tests.common_payments import VoucherPaymentsCommon

from tests.support.roles import create_user
from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestScanToPay(PicturedTours, VoucherPaymentsCommon, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_from_the_code_to_both_receipts(self):
        self.env["payment.provider"].search([("code", "=", "demo"), ("company_id", "=", self.company.id)]).write(
            {"state": "test", "is_published": True})
        self._give_vouchers(50.0)
        boss = create_user(self.env, "merchant", "scan_boss")
        boss.partner_id.parent_id = self.store.merchant_id.partner_id
        code = self.store._get_pay_url()
        self.assertTrue(code.endswith(f"/alliance/store/{self.store.id}/pay"))
        self.start_tour(code[code.index("/alliance"):], "scan_to_pay_shopper", login="limei", timeout=180,
                        picture="scan_receipt")
        sale = self.env["alliance.qualified.sale"].search([("store_id", "=", self.store.id)])
        self.assertEqual(
            (sale.partner_id, sale.cash_amount, sale.sale_order_id.amount_total), (self.shopper, 38.5, 58.5))
        self.assertEqual(self._balance(), (30.0, 0.0))
        self.start_tour("/my/store", "scan_to_pay_store", login="scan_boss", timeout=180, picture="scan_store")
