"""A sale to nobody known: the till prints a code, and who keeps the receipt claims its points on the phone."""

from odoo.tests import HttpCase, tagged

from odoo.addons.voucher_settlement.tests.common_payments import VoucherTillCommon

from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestClaimTour(PicturedTours, VoucherTillCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["product.template"].search([("available_in_pos", "=", True)]).available_in_pos = False
        cls.product.available_in_pos = True

    def test_from_the_receipt_to_the_points(self):
        self.till.with_user(self.cashier).open_ui()
        self.start_tour(f"/pos/ui/{self.till.id}", "claim_cashier", login=self.cashier.login, timeout=180,
                        picture="claim_till")
        order = self.till.current_session_id.order_ids.filtered(lambda order: not order.partner_id).ensure_one()
        self.browser_size, self.touch_enabled = "375x667", True
        self.start_tour(f"/alliance/claim/{order.access_token}", "claim_shopper", login="limei", timeout=180,
                        picture="claim_phone")
        sale = self.env["alliance.qualified.sale"].search([("pos_order_id", "=", order.id)])
        self.assertEqual((sale.partner_id, sale.cash_amount), (self.shopper, 100.0))
