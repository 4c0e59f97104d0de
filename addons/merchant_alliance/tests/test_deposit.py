from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import AllianceCommon


@tagged("post_install", "-at_install")
class TestDeposit(AllianceCommon):
    def _top_up(self, cents, key="top"):
        return self.merchant._deposit("topup", cents, key, "bank")

    def test_without_deposit_rewards_stay_pending(self):
        sale = self._sell(10000)
        self.assertFalse(self._fund())
        self.assertEqual(sale.state, "pending")

    def test_oldest_sales_first_as_far_as_it_reaches(self):
        sales = [self._sell(10000, key=f"k,{i}") for i in range(3)]
        self._top_up(2500)
        funding = self._fund()
        self.assertEqual([sale.state for sale in sales], ["funded", "funded", "pending"])
        self.assertEqual((funding.amount, self.merchant.deposit_balance), (20.0, 5.0))
        self._top_up(500, "more")
        self._fund()
        self.assertEqual(sales[2].state, "funded")
        self.assertEqual(self.merchant.deposit_balance, 0)
        self.assertFalse(self._fund())

    def test_an_entry_is_recorded_once(self):
        self.assertEqual(self._top_up(1000), self._top_up(1000))
        self.assertEqual(self.merchant.deposit_balance, 10)

    def test_the_deposit_never_falls_below_zero(self):
        self._top_up(1000)
        with self.assertRaisesRegex(UserError, "too small"):
            self.merchant._deposit("withdrawal", -1001, "out", "bank")
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env.cr.execute(SQL(
                "UPDATE alliance_merchant SET deposit_balance = -1 WHERE id = %s", self.merchant.id))

    def test_balance_is_the_sum_of_entries_and_only_they_change_it(self):
        self._top_up(1000)
        self.merchant._deposit("withdrawal", -300, "out", "bank")
        self.assertEqual(self.merchant.deposit_balance, sum(self.merchant.deposit_entry_ids.mapped("amount")))
        with self.assertRaises(UserError):
            self.merchant.deposit_balance = 99
        entry = self.merchant.deposit_entry_ids[0]
        with self.assertRaises(UserError):
            entry.amount = 5
        with self.assertRaises(UserError):
            entry.unlink()

    def test_a_merchant_begins_without_deposit(self):
        """Whatever the caller's context, or a user's own default, says it has."""
        merchants = self.env["alliance.merchant"]
        partner = self.env["res.partner"].create({"name": "Invented"})
        vals = {"name": "Invented", "partner_id": partner.id}
        with self.assertRaises(UserError), self.cr.savepoint():
            merchants.create({**vals, "deposit_balance": 1})
        merchant = merchants.with_context(default_deposit_balance=100000).create(vals)
        self.env["ir.default"].set("alliance.merchant", "deposit_balance", 100000)
        other = merchants.create({"name": "Other", "partner_id": partner.copy().id})
        for made in (merchant, other):
            made.flush_recordset()
            made.invalidate_recordset()
            self.assertEqual(made.deposit_balance, 0)

    def test_who_owes_and_is_owed_stays(self):
        """Books name the merchant's contact and company, and whether it is the platform itself."""
        self.merchant.is_platform = True
        self.merchant.is_platform = False
        self._top_up(1000)
        company = self.env["res.company"].create({"name": "Other"})
        others = {"partner_id": self.shopper.id, "is_platform": True, "company_id": company.id}
        for field, value in others.items():
            with self.subTest(field=field), self.assertRaisesRegex(UserError, "cannot change it"):
                self.merchant[field] = value
        self.merchant.write({"is_platform": False, "partner_id": self.merchant.partner_id.id})

    def test_refund_gives_the_concession_back(self):
        self._top_up(1000)
        sale = self._sell(10000)
        self._fund()
        refund = self._sell(-4000, key="r", origin=sale)
        self._fund()
        self.assertEqual((refund.state, self.merchant.deposit_balance), ("funded", 4.0))

    def test_refunded_whole_while_pending_cancels_both(self):
        sale = self._sell(10000)
        refund = self._sell(-10000, key="r", origin=sale)
        self._top_up(5000)
        self._fund()
        self.assertEqual((sale.state, refund.state, self.merchant.deposit_balance), ("cancelled", "cancelled", 50))

    def test_what_the_platform_collected_needs_no_deposit(self):
        mall = self._make_merchant("Mall", scene="own_mall", funding_method="split")
        sale = self._sell(10000, store=mall.store_ids)
        self._fund(mall)
        self.assertEqual(sale.state, "funded")

    def test_only_operators_record_deposits_and_only_above_zero(self):
        wizard = self.env["alliance.deposit.wizard"]
        operator = self._make_user("dep_operator", "merchant_alliance.group_operator")
        cashier = self._make_user("dep_cashier", "point_of_sale.group_pos_user")
        vals = {"merchant_id": self.merchant.id, "amount": 10, "reference": "bank"}
        with self.assertRaises(AccessError):
            wizard.with_user(cashier).create(vals)
        with self.assertRaisesRegex(UserError, "above zero"):
            wizard.with_user(operator).create({**vals, "amount": 0})
        record = wizard.with_user(operator).create(vals)
        record.action_record()
        record.action_record()
        self.assertEqual(self.merchant.deposit_balance, 10)
