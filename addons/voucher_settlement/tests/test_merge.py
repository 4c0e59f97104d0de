from decimal import Decimal
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.merchant_alliance.tools.money import to_cents

from .common import SettlementCommon, VoucherCommon

# What names a contact under a key or a check, so that Odoo's wizard could delete it: moved by hand, or such that the
# contact is never merged away.
MOVED = {
    "alliance_qualified_sale", "alliance_promoter_binding", "alliance_consent", "alliance_campaign_recipient",
    "alliance_coupon", "alliance_holder_merge", "green_points_entry", "green_points_position", "green_points_debt",
    "green_points_exchange", "voucher_wallet", "voucher_lot", "voucher_hold"}
STAYS = {"alliance_merchant", "alliance_promoter", "alliance_share_entry", "alliance_shareholding",
         "alliance_dividend_line"}
OURS = ("alliance_", "green_", "voucher_", "promoter_", "payout_", "escrow_", "settlement_", "risk_", "merchant_")


class MergeMixin:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls._make_partner("Twin")
        cls.maker.group_ids += cls.env.ref("base.group_partner_manager")

    def _merge(self, *sources, target=None, user=None):
        target = target or self.shopper
        contacts = target.union(*(sources or [self.twin]))
        user = user or self.maker
        self.env["base.partner.merge.automatic.wizard"].with_user(user)._merge(contacts.ids, target.with_user(user))
        self.env.flush_all()
        self.env.invalidate_all()
        return self._wallet(target)

    def _sums(self):
        """Return earned, credited and what waits, over all wallets, exactly."""
        self.env.flush_all()
        [sums] = self.env.execute_query(SQL(
            "SELECT SUM(earned)::text, SUM(credited)::text, SUM(earned - credited)::text FROM voucher_wallet"))
        return [Decimal(amount) for amount in sums]

    def assertWhole(self, wallet):
        """Ledger, vouchers and wallet agree; two floors leave at most a cent more uncredited than one would."""
        for amount, fname in (("remaining", "balance"), ("held", "held")):
            for kind in ("deduction", "shopping"):
                lots = wallet.lot_ids.filtered(lambda lot, kind=kind: lot.kind == kind)
                self.assertAlmostEqual(sum(lots.mapped(amount)), wallet[f"{fname}_{kind}"])
        self.assertAlmostEqual(
            sum(wallet.entry_ids.mapped("amount")), wallet.balance_deduction + wallet.balance_shopping)
        self.assertAlmostEqual(sum(wallet.entry_ids.mapped("debt_change")), wallet.debt)
        for lot in wallet.lot_ids:
            self.assertAlmostEqual(sum(lot.entry_ids.mapped("amount")), lot.remaining)
            self.assertEqual(lot.partner_id, wallet.partner_id)
        self.assertIn(int(self._earned(wallet) * 100) - to_cents(wallet.credited, wallet.currency_id), (0, 1))


@tagged("post_install", "-at_install")
class TestMergeWallets(MergeMixin, VoucherCommon):

    def test_both_are_credited_and_added_up(self):
        """One was credited every period, the other never: together they have what each would have had."""
        cohort = self._give_points(self.shopper, "33.33")
        self._give_points(self.twin, "66.68", cohort=cohort)
        self._release({})
        self._release({cohort: "0.0512"})
        self._credit(self.shopper)
        self._release({cohort: "0.0307"})
        sums = [Decimal("33.33") * Decimal("0.0819"), Decimal("66.68") * Decimal("0.0819")]
        wallet = self._merge()
        self.assertEqual(self._earned(wallet), sum(sums))
        self.assertEqual(wallet.credited, float(sum(int(amount * 100) for amount in sums)) / 100)
        self.assertEqual(wallet.balance_deduction, wallet.credited)
        self.assertEqual(len(wallet.lot_ids), 4)
        self.assertWhole(wallet)
        log = wallet.merge_ids
        self.assertEqual((log.wallet_credited, log.wallet_deduction, log.source_name), (5.46, 5.46, "Twin"))
        self.env.cr.execute("SELECT wallet_earned FROM alliance_holder_merge WHERE id = %s", [log.id])
        self.assertAlmostEqual(float(self.env.cr.fetchone()[0]), float(sums[1]), 10)

    def test_sums_over_all_wallets_stay(self):
        cohort = self._give_points(self.shopper, "10.07")
        self._give_points(self.twin, "20.03", cohort=cohort)
        self._release({})
        self._release({cohort: "0.0333"})
        for partner in (self.shopper, self.twin):
            self._credit(partner)
        before = self._sums()
        self._merge()
        self.assertEqual(self._sums(), before)

    def test_what_two_floors_left_comes_with_the_next_credit(self):
        cohort = self._give_points(self.shopper, 1)
        self._give_points(self.twin, 1, cohort=cohort)
        self._release({})
        self._release({cohort: "0.006"})
        wallet = self._merge()
        self.assertEqual((self._earned(wallet), wallet.credited), (Decimal("0.012"), 0.0))
        self._release({cohort: "0.001"})
        wallet._credit_up_to_date()
        self.assertEqual((self._earned(wallet), wallet.credited), (Decimal("0.014"), 0.01))
        self.assertWhole(wallet)

    def test_points_taken_when_two_floors_left_a_cent(self):
        """Nothing was credited of the cent, so nothing of it is taken back either."""
        cohort = self._give_points(self.shopper, 1)
        self._give_points(self.twin, 1, cohort=cohort)
        self._release({})
        self._release({cohort: "0.006"})
        wallet = self._merge()
        self._take_points(self.shopper, "0.10", cohort)
        self.assertEqual((self._earned(wallet), wallet.credited, wallet.debt), (Decimal("0.0114"), 0.0, 0.0))
        self.assertWhole(wallet)

    def test_debts_are_paid_out_of_the_other_s_free_vouchers(self):
        cohort = self._give_points(self.twin, 100)
        self._release({})
        self._release({cohort: "0.10"})
        self._credit(self.twin)
        self._wallet(self.twin)._authorize(800, self.store, "test,spent")._capture()
        self._take_points(self.twin, 100, cohort)
        self.assertEqual(self._wallet(self.twin).debt, 8.0)
        soon, late = self._give_vouchers(5.0, days=10), self._give_vouchers(5.0, days=20)
        wallet = self._merge()
        self.assertEqual((wallet.debt, soon.remaining, late.remaining), (0.0, 2.0, 0.0))
        paid = wallet.entry_ids.filtered(lambda entry: entry.kind == "debt")
        self.assertEqual((sum(paid.mapped("amount")), wallet.merge_ids.debt_paid, wallet.merge_ids.wallet_debt),
                         (-8.0, 8.0, 8.0))
        self.assertWhole(wallet)

    def test_a_debt_that_nothing_pays_stays(self):
        cohort = self._give_points(self.shopper, 100)
        self._release({})
        self._release({cohort: "0.10"})
        self._credit()
        self._authorize(1000)._capture()
        self._take_points(self.shopper, 100, cohort)
        self._give_vouchers(3.0, partner=self.twin)
        held = self._wallet(self.twin)._authorize(300, self.store, "test,held")
        wallet = self._merge()
        self.assertEqual((wallet.debt, wallet.balance_deduction, wallet.held_deduction), (10.0, 3.0, 3.0))
        held._release()
        self.assertEqual((wallet.debt, wallet.balance_deduction), (7.0, 0.0), "held, it was not free to pay")
        self.assertWhole(wallet)

    def test_payments_under_way_go_on(self):
        self._give_vouchers(10.0, partner=self.twin)
        captured = self._wallet(self.twin)._authorize(400, self.store, "test,one")
        released = self._wallet(self.twin)._authorize(300, self.store, "test,two")
        wallet = self._merge()
        self.assertEqual((captured.wallet_id, captured.partner_id, wallet.held_deduction), (wallet, self.shopper, 7.0))
        self.assertEqual(wallet._authorize(400, self.store, "test,one"), captured, "the till asks again")
        captured._capture()
        released._release()
        captured._restore(100, "test,back")
        self.assertEqual((wallet.balance_deduction, wallet.held_deduction), (7.0, 0.0))
        self.assertWhole(wallet)

    def test_the_survivor_keeps_the_payment_code(self):
        codes = self.env["voucher.payment.code"]
        self._give_vouchers(1.0, partner=self.twin)
        own, other = codes._get_or_create(self._wallet()), codes._get_or_create(self._wallet(self.twin))
        void, _seconds = other._get_current()
        self._merge()
        self.assertEqual(codes._get_or_create(self._wallet()), own)
        self.assertFalse(codes._find(void, self.company))

    def test_three_contacts_with_a_merchant_among_them(self):
        """The merchant must be who stays; the wallet then serves it as merchant and as shopper."""
        third = self._make_partner("Third")
        cohort = self._give_points(self.merchant.partner_id, 100, kind="merchant")
        for partner in (self.twin, third):
            self._give_points(partner, 100, cohort=cohort)
        self._release({})
        self._release({cohort: "0.10"})
        wallet = self._merge(self.twin, third, target=self.merchant.partner_id)
        self.assertEqual((wallet.credited, wallet.balance_deduction, len(wallet.merge_ids)), (30.0, 30.0, 2))
        self.assertWhole(wallet)

    def test_empty_contacts_need_no_maker_and_leave_no_wallet(self):
        clerk = new_test_user(self.env, "clerk", groups="base.group_user,base.group_partner_manager")
        self.env["base.partner.merge.automatic.wizard"].with_user(clerk)._merge(
            (self.twin | self.shopper).ids, self.shopper.with_user(clerk))
        self.assertFalse(self.env["voucher.wallet"].search([("partner_id", "=", self.shopper.id)]))

    # -- refused ----------------------------------------------------------------------------

    def test_vouchers_need_a_settlement_maker(self):
        clerk = new_test_user(
            self.env, "clerk", groups="base.group_user,base.group_partner_manager,merchant_alliance.group_operator")
        cohort = self._give_points(self.twin, 100)
        self._release({})
        self._release({cohort: "0.10"})
        with self.assertRaisesRegex(UserError, "ask a settlement maker"):
            self._merge(user=clerk)  # not credited yet: they are worth as much
        self.assertEqual(self._credit(self.twin).balance_deduction, 10.0)
        with self.assertRaises(AccessError):
            self.env["base.partner.merge.automatic.wizard"].with_user(self.checker).create({})
        self.assertEqual(self._merge().balance_deduction, 10.0)

    def test_wallets_of_several_currencies_or_other_companies(self):
        other = self.env["res.company"].create({"name": "Elsewhere", "currency_id": self.env.ref("base.JPY").id})
        self._give_vouchers(5.0)
        wallet = self.env["voucher.wallet"]._get_or_create(self.twin, other)
        self.env.cr.execute("UPDATE voucher_wallet SET earned = 7, credited = 7 WHERE id = %s", [wallet.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "somebody of that company"):
            self._merge()
        self.maker.company_ids = [Command.link(other.id)]
        with self.assertRaisesRegex(UserError, "several currencies"):
            self._merge()

    # -- Odoo's own wizard ----------------------------------------------------------------------

    def test_every_reference_under_a_key_is_dealt_with(self):
        """A new table that names contacts under a key or check must say here what becomes of its rows."""
        wizard = self.env["base.partner.merge.automatic.wizard"]
        found = {table for table, column in wizard._get_fk_on("res_partner")
                 if table.startswith(OURS) and self._is_under_a_key(table, column)}
        self.assertEqual(found - MOVED - STAYS, set())
        known = {table for table, _column in wizard._get_fk_on("res_partner")}
        self.assertEqual((MOVED | STAYS) - known, set(), "not there any more")

    def _is_under_a_key(self, table, column):
        return self.env["base.partner.merge.automatic.wizard"]._has_check_or_unique_constraint(table, column) or \
            bool(self.env.execute_query(SQL(
                """SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                    WHERE i.indrelid = %s::regclass AND i.indisunique AND a.attname = %s""", table, column)))

    def test_nothing_is_left_for_odoo_to_delete(self):
        self._give_points(self.twin, 50)
        self._give_points(self.shopper, 50)
        self._give_vouchers(5.0, partner=self.twin)
        self.env["res.partner"]._merge_holders(self.twin, self.shopper)
        for table, column in self.env["base.partner.merge.automatic.wizard"]._get_fk_on("res_partner"):
            if table in MOVED:
                self.assertEqual(self.env.execute_query(SQL(
                    "SELECT %s FROM %s WHERE %s = %s", SQL.identifier(column), SQL.identifier(table),
                    SQL.identifier(column), self.twin.id)), [], table)

    def test_without_moving_odoo_would_lose_a_wallet(self):
        """Why all this is needed: a reminder that fails should Odoo's wizard ever change."""
        self._give_vouchers(5.0, partner=self.twin)
        self._wallet()
        with patch.object(self.env.registry["res.partner"], "_merge_holders", lambda *args: None), \
                self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._merge()


@tagged("post_install", "-at_install")
class TestMergeOfBuyers(MergeMixin, VoucherCommon):

    def _pay_online(self, partner):
        order = self.env["sale.order"]._create_scan_order(self.store, partner, 5_850, f"scan{next(self.keys):012}")
        demo = self.env["payment.provider"].search([
            ("code", "=", "demo"), ("company_id", "=", self.company.id)], limit=1)
        demo.write({"state": "test", "is_published": True})
        tx = self.env["payment.transaction"].create({
            "provider_id": demo.id, "payment_method_id": demo.payment_method_ids[:1].id, "amount": 58.5,
            "currency_id": order.currency_id.id, "partner_id": partner.id, "operation": "online_direct",
            "sale_order_ids": [Command.set(order.ids)], "reference": f"merged-{order.id}"})
        tx._process("demo", {"reference": tx.reference, "payment_details": "1234", "simulated_state": "done"})
        tx._post_process()
        return tx

    def test_what_was_collected_for_a_merchant(self):
        """The entries of what both contacts paid online stay as they are, chained and reconciled."""
        paid = self._pay_online(self.twin) | self._pay_online(self.shopper)
        move = self.env["escrow.posting"]._post_collected(self.company)
        self._merge()
        self.assertFalse(self.twin.exists())
        self.assertEqual((paid.partner_id, paid.payment_id.partner_id), (self.shopper, self.shopper))
        receivable = move.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        theirs = paid.payment_id.move_id.line_ids.filtered(lambda line: line.account_id == receivable.account_id)
        self.assertEqual((receivable | theirs).mapped("reconciled"), [True] * 4)
        self.assertEqual((move.line_ids - receivable).partner_id, self.merchant.partner_id)
        self.env.user.group_ids += self.env.ref("account.group_account_user")  # whom Odoo lets ask
        results = self.company._check_hash_integrity()["results"]
        self.assertNotIn("corrupted", {row["status"] for row in results})
        self.assertIn("verified", {row["status"] for row in results})


@tagged("post_install", "-at_install")
class TestMergeAndSettlement(MergeMixin, SettlementCommon):

    def test_what_was_approved_is_settled_unchanged(self):
        """Merged between approval and settlement: nothing is released twice, and nothing lost."""
        third = self._make_partner("Third")
        for partner, cash in ((self.shopper, "333.33"), (self.twin, "777.77"), (third, "555.55")):
            self._sell(cash, partner)
        self._settle()
        self._settle()
        self._credit()
        self._sell("123.45", self.twin)
        period = self._approve()
        totals = {cohort: (cohort.base_shopper, cohort.base_merchant)
                  for cohort in self.env["green.points.cohort"].search([])}
        self._merge()
        self.assertEqual({cohort: (cohort.base_shopper, cohort.base_merchant) for cohort in totals}, totals)
        approved = period.released_amount or period.payable_amount
        period.with_user(self.checker).action_settle()
        self.assertLessEqual(period.released_amount, approved)
        self._settle()
        self.env["voucher.wallet"]._cron_credit()
        wallet = self._wallet()
        self.assertWhole(wallet)
        self.assertReconciled()
        self.assertEqual(self.env["escrow.posting"]._check_totals(self.company), [])
        accumulated = self.env["green.points.cohort"].search([])._get_accumulated()
        expected = sum(
            (Decimal(repr(position.base)) * accumulated.get((position.cohort_id.id, "shopper"), Decimal(0))
             for position in self.env["green.points.position"].search([("partner_id", "=", self.shopper.id)])),
            Decimal(0))
        self.assertEqual(self._earned(wallet), expected, "what both would have had together")

    def test_a_refund_of_the_other_s_sale_afterwards(self):
        sale = self._sell(1000, self.twin)
        self._sell(1000, self.shopper)
        self._settle()
        self._settle()
        wallet = self._merge()
        before = wallet.balance_shopping
        self._refund(sale, 1000)
        self.assertLess(wallet.balance_shopping, before)
        self.assertWhole(wallet)
        self.assertReconciled()

    def test_pending_and_held_sales_reward_the_survivor(self):
        self._sell(500, self.shopper)
        pending = self._register(1000, self.twin, self.store)
        self._merge()
        self._fund(pending.merchant_id)
        self.assertEqual((pending.partner_id, pending.reward_state), (self.shopper, "active"))
        entries = pending.points_entry_ids.filtered(lambda entry: entry.holder_kind == "shopper")
        self.assertEqual(entries.partner_id, self.shopper)
        self.assertReconciled()

    def test_debts_paid_are_booked(self):
        sale = self._sell(1000, self.twin)
        self._settle()
        wallet = self._wallet(self.twin)
        self._sell(2000, self.shopper)
        spent = to_cents(wallet.balance_shopping, self.currency)
        wallet._authorize(spent, self.mall, "test,mall")._capture()
        self._refund(sale, 1000)
        self.assertEqual(wallet.debt, spent / 100)
        merged = self._merge()
        self.assertEqual(merged.debt, 0.0)
        self.assertWhole(merged)
        self.assertReconciled()
