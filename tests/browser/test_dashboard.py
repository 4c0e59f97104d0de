"""The merchant's dashboard on a phone, with its charts."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.voucher_settlement.tests.common import SettlementCommon

from tests.support.roles import create_user
from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestDashboard(PicturedTours, SettlementCommon, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def setUp(self):
        super().setUp()
        self.company.partner_id.tz = "Asia/Shanghai"
        boss = create_user(self.env, "merchant", "dash_boss")
        boss.partner_id.parent_id = self.merchant.partner_id
        self._sell(600)
        now = fields.Datetime.now()
        other = self._make_partner("Other")
        for number, (days, cash) in enumerate(((3, 150), (5, 80), (9, 120), (14, 50), (35, 90), (40, 210))):
            self.env["alliance.qualified.sale"]._register_sales([{
                "idempotency_key": f"dash,{number}", "partner": self.shopper if number % 2 else other,
                "store": self.store, "sale_datetime": now - timedelta(days=days), "cash_cents": cash * 100}])
        self._give_vouchers(50.0)
        self._wallet()._authorize(1_250, self.store, "dash,voucher")._capture()

    def test_figures_on_a_phone(self):
        self.start_tour("/my/store", "store_dashboard", login="dash_boss", timeout=120, picture="dashboard_phone")

    def test_figures_on_a_desk(self):
        self.browser_size = "1366x768"
        self.start_tour("/my/store", "store_dashboard", login="dash_boss", timeout=120, picture="dashboard_desk")
