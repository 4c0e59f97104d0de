from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import AllianceCommon


@tagged("post_install", "-at_install")
class TestFunding(AllianceCommon, CronMixinCase):
    def test_first_come_first_served_even_if_a_later_one_would_fit(self):
        big, small = self._sell(100_000, key="big"), self._sell(1_000, key="small")
        self.merchant._deposit("topup", 5_000, "top", "bank")
        self.assertFalse(self._fund())
        self.assertEqual((big + small).mapped("state"), ["pending", "pending"])

    def test_what_a_refund_gives_back_funds_the_next_sale(self):
        self.merchant._deposit("topup", 1_000, "top", "bank")
        sale = self._sell(10_000, key="a")
        self._fund()
        waiting = self._sell(4_000, key="b")
        self._fund()
        self.assertEqual(waiting.state, "pending")
        self._sell(-4_000, key="r", origin=sale)
        self._fund()
        self.assertEqual((waiting.state, self.merchant.deposit_balance), ("funded", 0.0))

    def test_refunds_are_not_lost_behind_many_pending_sales(self):
        self.merchant._deposit("topup", 3_000, "top", "bank")
        sale = self._sell(10_000, key="a")
        self._sell(20_000, key="other")  # its money stays when the first one's goes back
        self._fund()
        for number in range(3):
            self._sell(50_000, key=f"wait,{number}")
        refund = self._sell(-10_000, key="r", origin=sale)
        self.env["alliance.funding"]._fund_pending(self.merchant, limit=2)
        self.assertEqual((refund.state, self.merchant.deposit_balance), ("funded", 10.0))

    def test_a_refund_waits_for_its_sale(self):
        sale = self._sell(10_000, key="a")
        refund = self._sell(-4_000, key="r", origin=sale)
        self.assertFalse(self._fund())
        self.assertEqual((sale.state, refund.state), ("pending", "pending"))
        self.merchant._deposit("topup", 1_000, "top", "bank")
        self._fund()
        self.assertEqual((sale.state, refund.state, self.merchant.deposit_balance), ("funded", "funded", 4.0))

    def test_refunds_in_parts_cancel_a_pending_sale_when_nothing_is_left(self):
        sale = self._sell(10_000, key="a")
        parts = self._sell(-4_000, key="r1", origin=sale)
        self._fund()
        parts += self._sell(-6_000, key="r2", origin=sale)
        cancelled = []

        def after_cancelled(records):
            cancelled.extend(records)

        with patch.object(self.env.registry["alliance.qualified.sale"], "_after_cancelled", after_cancelled):
            self._fund()
        self.assertEqual(set((sale + parts).mapped("state")), {"cancelled"})
        self.assertEqual(cancelled, [*(sale | parts)])
        with self.assertRaisesRegex(ValidationError, "more cash"):
            self._sell(-1, key="r3", origin=sale)

    def test_a_refund_goes_back_to_where_the_money_came_from(self):
        self.merchant._deposit("topup", 3_000, "top", "bank")
        sale = self._sell(10_000, key="a")
        self._sell(20_000, key="other")  # its money stays when the first one's goes back
        self._fund()
        self.merchant.funding_method = "split"
        self._sell(-10_000, key="r", origin=sale)
        funding = self._fund()
        self.assertEqual((funding.method, self.merchant.deposit_balance), ("deposit", 10.0))

    def test_the_limit_counts_per_call(self):
        for number in range(3):
            self._sell(1_000, key=f"k,{number}")
        self.merchant._deposit("topup", 1_000, "top", "bank")
        self.assertEqual(len(self.env["alliance.funding"]._fund_pending(self.merchant, limit=2).qualified_sale_ids), 2)
        self.assertEqual(len(self._fund().qualified_sale_ids), 1)

    def test_the_job_goes_on_after_a_merchant_that_fails(self):
        other = self._make_merchant("Other House")
        for merchant in (self.merchant, other):
            merchant._deposit("topup", 1_000, f"top,{merchant.id}", "bank")
            self._sell(10_000, key=f"k,{merchant.id}", store=merchant.store_ids)
        done = []

        def fund(fundings, merchants=None, limit=1000):
            done.append(merchants)
            if merchants == self.merchant:
                raise ValueError("no")
            return fundings.browse()

        with (
            patch.object(self.env.registry["alliance.funding"], "_fund_pending", fund),
            patch.object(self.env.registry["ir.cron"], "_commit_progress", lambda *a, **kw: 1.0),
            patch.object(self.env.cr, "rollback"),
            mute_logger("odoo.addons.merchant_alliance.models.ir_cron"),
        ):
            self.env["alliance.funding"]._cron_fund_pending()
        self.assertEqual(done, [*(self.merchant + other).sorted("id")])

    def test_the_job_comes_every_minute(self):
        """So a sale need not wake it: that would cost each order two statements."""
        cron = self.env.ref("merchant_alliance.cron_fund_pending")
        with self.capture_triggers(cron.id) as capture:
            self._sell(10_000)
        self.assertFalse(capture.records)
        self.assertEqual((cron.active, cron.interval_number, cron.interval_type), (True, 1, "minutes"))

    def test_fundings_and_states_are_final(self):
        self.merchant._deposit("topup", 1_000, "top", "bank")
        sale = self._sell(10_000)
        funding = self._fund()
        for call in (
            lambda: funding.write({"amount": 1}), funding.unlink,
            lambda: sale.write({"state": "pending"}), lambda: sale.write({"funding_id": False}),
            lambda: sale.write({"pos_order_id": False}),
            lambda: self.env["alliance.deposit.entry"].sudo().create({
                "merchant_id": self.merchant.id, "kind": "topup", "amount": 5, "idempotency_key": "x"}),
        ):
            with self.assertRaises(UserError):
                call()
        for change in ("state = 'pending'", "funding_id = NULL"):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.env.cr.execute(SQL(
                    f"UPDATE alliance_qualified_sale SET {change} WHERE id = %s", sale.id))

    def test_the_key_of_another_entry_is_refused(self):
        self.merchant._deposit("topup", 1_000, "key", "bank")
        for merchant, cents in ((self.merchant, 999), (self._make_merchant("Other House"), 1_000)):
            with self.assertRaisesRegex(UserError, "differs"):
                merchant._deposit("topup", cents, "key", "bank")

    def test_a_wizard_cannot_take_the_key_of_a_funding(self):
        operator = self._make_user("oper_w", "merchant_alliance.group_operator")
        record = self.env["alliance.deposit.wizard"].with_user(operator).create({
            "merchant_id": self.merchant.id, "amount": 10, "reference": "bank", "idempotency_key": "funding,1"})
        record.action_record()
        self.assertEqual(self.merchant.deposit_entry_ids.idempotency_key, "wizard,funding,1")


@tagged("post_install", "-at_install")
class TestMerchant(AllianceCommon):
    def test_a_merchant_is_a_commercial_entity(self):
        child = self.env["res.partner"].create({"name": "Waiter", "parent_id": self.merchant.partner_id.id})
        with self.assertRaisesRegex(ValidationError, "belongs to Noodle House"):
            self.env["alliance.merchant"].create({"name": "Waiter", "partner_id": child.id})

    def test_what_has_sales_keeps_its_owner(self):
        self._sell(10_000)
        other = self._make_merchant("Other House")
        for call in (
            lambda: self.merchant.write({"partner_id": self.shopper.id}),
            lambda: self.merchant.write({"company_id": self.env["res.company"].create({"name": "Two"}).id}),
            lambda: self.store.write({"merchant_id": other.id}), self.merchant.unlink,
        ):
            with self.assertRaises(UserError):
                call()
        self.merchant.write({"partner_id": self.merchant.partner_id.id, "name": "New Name"})
        self.store.write({"merchant_id": self.merchant.id})

    def test_closing_needs_clean_books(self):
        self.merchant._deposit("topup", 1_000, "top", "bank")
        with self.assertRaisesRegex(UserError, "deposit"):
            self.merchant.action_close()
        self.merchant._deposit("withdrawal", -1_000, "out", "bank")
        self._sell(10_000)
        with self.assertRaisesRegex(UserError, "pending"):
            self.merchant.action_close()
        other = self._make_merchant("Other House")
        other.action_close()
        self.assertEqual(other.state, "closed")
        self.assertFalse(self._sell(10_000, key="x", store=other.store_ids))

    def test_only_closed_merchants_are_archived(self):
        merchant = self._make_merchant("Other House")
        with self.assertRaisesRegex(ValidationError, "Other House.*closed"), self.cr.savepoint():
            merchant.action_archive()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env.cr.execute(SQL("UPDATE alliance_merchant SET active = FALSE WHERE id = %s", merchant.id))
        merchant.action_close()
        merchant.action_archive()
        with self.assertRaisesRegex(ValidationError, "Other House.*closed"), self.cr.savepoint():
            merchant.action_activate()
        merchant.action_unarchive()
        merchant.action_activate()
        self.assertEqual((merchant.active, merchant.state), (True, "active"))

    def test_stat_buttons_show_the_merchant_s_own(self):
        self.merchant._deposit("topup", 1_000, "top", "bank")
        self._sell(10_000)
        other = self._make_merchant("Other House")
        self._sell(10_000, key="o", store=other.store_ids)
        for action, records in (
            (self.merchant.action_view_sales(), self.merchant.qualified_sale_ids),
            (self.merchant.action_view_stores(), self.merchant.store_ids),
            (self.merchant.action_view_contracts(), self.merchant.contract_ids),
            (self.merchant.action_view_deposits(), self.merchant.deposit_entry_ids),
        ):
            self.assertTrue(records)
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), records)
        self.assertEqual(
            (self.merchant.sale_count, self.merchant.store_count, self.merchant.contract_count,
             self.merchant.pending_amount), (1, 1, 1, 10.0))

    def test_tills_and_websites_belong_to_the_store_s_company(self):
        two = self.env["res.company"].create({"name": "Two"})
        foreign = self.env["alliance.merchant"].create({
            "name": "Far", "company_id": two.id,
            "partner_id": self.env["res.partner"].create({"name": "Far"}).id})
        store = self.env["alliance.store"].create({"name": "Far Store", "merchant_id": foreign.id})
        website = self.env["website"].search([("company_id", "=", self.company.id)], limit=1)
        with self.assertRaisesRegex(ValidationError, "Alliance Store"):
            website.alliance_store_id = store
        with self.assertRaises(UserError):
            self.env["pos.config"].create({"name": "Till"}).alliance_store_id = store

    def test_the_contract_names_who_signed(self):
        contract = self._make_contract(self._make_merchant("Unsigned", sign=False))
        with self.assertRaisesRegex(UserError, "Signed By"):
            contract.action_activate()
        contract.signed_by = "Boss Li"
        contract.action_activate()
        self.assertEqual((contract.state, contract.signed_by), ("active", "Boss Li"))
        self.assertTrue(contract.signed_on)
        with self.assertRaises(UserError):
            contract.signed_by = "Somebody Else"

    def test_a_contract_ended_before_it_began_is_never_in_force(self):
        merchant = self._make_merchant("Later", sign=False)
        contract = self._make_contract(merchant, start="2099-01-01")
        contract._activate("Boss")
        contract.action_terminate()
        moment = fields.Datetime.to_datetime("2099-01-01 12:00:00")
        self.assertFalse(self._sell(10_000, store=merchant.store_ids, sale_datetime=moment))
        self._make_contract(merchant, start="2020-01-01")._activate("Boss")
        self.assertTrue(self._sell(10_000, store=merchant.store_ids, sale_datetime=moment))

    def test_a_rate_cannot_move_into_a_signed_contract(self):
        line = self._make_contract(self.merchant, rate=3).line_ids
        with self.assertRaises(UserError):
            line.contract_id = self.merchant.contract_ids.filtered(lambda contract: contract.state == "active")
