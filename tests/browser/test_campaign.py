"""A campaign with a coupon on phones: agreed, sent, used in scan-to-pay, and what it brought."""

from odoo.tests import HttpCase, tagged

from odoo.addons.voucher_settlement.tests.common_payments import VoucherPaymentsCommon

from tests.support.roles import create_user
from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestCampaign(PicturedTours, VoucherPaymentsCommon, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_from_consent_to_results(self):
        self.env["payment.provider"].search([("code", "=", "demo"), ("company_id", "=", self.company.id)]).write(
            {"state": "test", "is_published": True})
        self.company.email = "platform@example.com"
        boss = create_user(self.env, "merchant", "campaign_boss")
        boss.partner_id.parent_id = self.merchant.partner_id
        self.start_tour(f"/alliance/store/{self.store.id}", "campaign_agree", login="limei", timeout=120,
                        picture="campaign_agree")
        self.start_tour("/my/store", "campaign_send", login="campaign_boss", timeout=180, picture="campaign_send")
        campaign = self.env["alliance.campaign"].search([("merchant_id", "=", self.merchant.id)])
        self.env["alliance.campaign"]._cron_send()
        self.assertEqual(campaign.coupon_ids.partner_id, self.shopper)
        self.start_tour(f"/alliance/store/{self.store.id}/pay", "campaign_use", login="limei", timeout=180,
                        picture="campaign_use")
        sale = self.env["alliance.qualified.sale"].search([("store_id", "=", self.store.id)])
        self.assertEqual((sale.cash_amount, sale.concession_amount), (48.5, 4.85))
        self.assertEqual(campaign.coupon_ids.state, "used")
        self.start_tour(f"/my/store/campaigns/{campaign.id}", "campaign_results", login="campaign_boss", timeout=120,
                        picture="campaign_results")
