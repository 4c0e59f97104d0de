from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_closure import ClosureCommon


@tagged("post_install", "-at_install")
class TestClosureOfMerchants(ClosureCommon):
    """Whose shop is closed, and has nothing left to come, may leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._make_merchant("Gone")
        cls.owner = cls.env["res.partner"].create({"name": "Owner", "parent_id": cls.shop.partner_id.id})

    def _end(self, *merchants):
        for merchant in merchants:
            merchant._deposit(
                "withdrawal", -round(merchant.deposit_balance * 100), f"test,end,{merchant.id}", "Test")
            merchant.action_close()

    def assertStays(self, partner):
        with self.assertRaisesRegex(UserError, "belongs to a merchant"):
            self._close_account(partner)

    def test_an_owner_leaves_after_the_shop(self):
        self._sell(1000, store=self.shop.store_ids)
        self.assertStays(self.owner)
        self._end(self.shop)
        for partner in (self.owner, self.shop.partner_id):
            self._close_account(partner)
            self.assertTrue(partner.alliance_closed_on)
        self.assertFalse(self.env["green.points.position"].search(
            [("partner_id", "=", self.shop.partner_id.id), ("base", ">", 0)]), "the shop's points are given up")
        self.assertReconciled()

    def test_what_the_shop_still_gets_keeps_the_owner(self):
        """Also when nobody sees the shop any more."""
        self._live()._authorize(100, self.shop.store_ids, "test,spent")._capture()
        self._end(self.shop)
        self.assertEqual(self.shop._get_owed_cents(), {"voucher": 100, "account": 0})
        for partner in (self.owner, self.shop.partner_id):
            self.assertStays(partner)
        self.shop.action_archive()
        self.env.invalidate_all()
        for partner in (self.owner, self.shop.partner_id):
            self.assertStays(partner)

    def test_archived_shops_get_their_statements(self):
        self._live()._authorize(100, self.shop.store_ids, "test,spent")._capture()
        merchants = self.env["alliance.merchant"].search([("company_id", "=", self.company.id)])
        self._end(*merchants)
        merchants.action_archive()
        with freeze_time(fields.Datetime.now() + timedelta(days=32)):
            self.env["merchant.statement"]._cron_issue()
        statement = self.env["merchant.statement"].search([("merchant_id", "=", self.shop.id)])
        self.assertEqual(statement.voucher_closing, 1.0)
