"""A promoter, each step in a browser: applies, is approved, accepts; a new shopper registers, buys, and it shows."""

from odoo.tests import HttpCase, tagged

from odoo.addons.voucher_settlement.tests.common_payments import VoucherPaymentsCommon

from tests.support.roles import create_user
from tests.support.screenshots import PicturedTours

SHOPPER = "new.shopper@shop.example"
PHONE = "375x667"


@tagged("post_install", "-at_install")
class TestPromoter(PicturedTours, VoucherPaymentsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        cls.env["payment.provider"].search([("code", "=", "demo"), ("company_id", "=", cls.company.id)]).write(
            {"state": "test", "is_published": True})
        create_user(cls.env, "operator", "promo_operator")
        cls.lin = create_user(cls.env, "shopper", "promo_lin").partner_id
        cls.lin.name = "Lin Promoter"

    def _tour(self, name, login, url, picture=None):
        self.start_tour(url, f"promoter_{name}", login=login, timeout=180, picture=picture or f"promoter_{name}")

    def _on_the_phone(self, yes=True):
        self.browser_size, self.touch_enabled = (PHONE, True) if yes else (type(self).browser_size, False)

    def test_from_the_application_to_a_pending_commission(self):
        self._on_the_phone()
        self._tour("applies", "promo_lin", "/my/promoter")
        self._on_the_phone(False)
        self._tour("operator_approves", "promo_operator", "/odoo")
        self._on_the_phone()
        self._tour("accepts", "promo_lin", "/my/promoter")
        promoter = self.env["alliance.promoter"].search([("partner_id", "=", self.lin.id)])
        agreement = promoter.agreement_ids
        self.assertEqual((agreement.state, agreement.accepted_by), ("active", "Lin Promoter"))
        self.assertTrue(agreement.document_intact)

        self._tour("shopper_registers", None, f"/alliance/p/{promoter.code}")
        binding = promoter.binding_ids
        self.assertEqual((binding.partner_id.user_ids.login, binding.source), (SHOPPER, "registration"))
        self._tour("shopper_buys", SHOPPER, f"/alliance/store/{self.store.id}/pay")
        sale = self.env["alliance.qualified.sale"].search([("partner_id", "=", binding.partner_id.id)])
        self.assertEqual((sale.promoter_id, sale.cash_amount, sale.alloc_commission), (promoter, 1000.0, 5.0))

        self._tour("looks", "promo_lin", "/my/promoter")
        self._on_the_phone(False)
        self._tour("looks", "promo_lin", "/my/promoter", "promoter_looks_wide")
