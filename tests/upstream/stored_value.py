"""Run by test_loyalty_unchanged on a database with Odoo's loyalty app."""

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.merchant_alliance.tests.test_pos_sale import PosSaleCommon


@tagged("post_install", "-at_install")
class TestStoredValue(PosSaleCommon):
    """Gift cards and top-ups only store money: selling them earns nothing, whatever the product says."""

    def _sell_card(self, program_type):
        self.gift.earns_rewards = True
        program = self.env["loyalty.program"].create({
            "name": "Cards", "program_type": program_type, "applies_on": "future", "trigger": "auto",
            "rule_ids": [Command.create({"product_ids": self.gift.ids})],
            "reward_ids": [Command.create({})]})
        self.assertIn(self.gift, program.trigger_product_ids)
        self._sync(self._order_data("stored", [(self.product, 1, {}), (self.gift, 2, {})]))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0])

    def test_gift_cards(self):
        self._sell_card("gift_card")

    def test_top_ups(self):
        self._sell_card("ewallet")
