"""Merchants' statements after a random life, against a second reckoning in plain SQL."""

import random
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.merchant_alliance.tests.common_promoter import PromoterMixin
from odoo.addons.voucher_settlement.tests.common import SettlementCommon

from tests.model.statement_sql import find_differences

START = datetime(2026, 1, 28, 1, 0)  # a Wednesday, nine o'clock in Shanghai
DAYS, EVENTS_PER_DAY = 28, 3


@tagged("post_install", "-at_install")
class TestStatementsOfARandomLife(PromoterMixin, SettlementCommon):
    """Sales, refunds, deposits, vouchers, web orders of two brands; days and weeks pass; nothing is made up."""

    @classmethod
    def setUpClass(cls):
        with freeze_time(START):
            super().setUpClass()
            cls.company.partner_id.tz = "Asia/Shanghai"
            cls.company.statement_interval = "week"
            cls.env["risk.policy"]._get_policy(cls.company).write({
                "shopper_cash_per_day": 10**7, "shopper_sales_per_day": 10**6, "shopper_sales_per_hour": 10**6})
            cls.tills = [cls.store, cls._make_merchant("Bakery").store_ids]
            cls.brands = [cls._make_brand(*values) for values in (("Tea", 200.0), ("Cups", 40.0))]
            cls.website = cls.env["website"].search([("company_id", "=", cls.company.id)], limit=1)
            cls.website.alliance_store_id = cls.mall
            cls.provider = cls.env.ref("payment.payment_provider_demo")
            cls.provider.write({"state": "test", "company_id": cls.company.id})
            cls.people = [cls._make_partner(name) for name in ("Ann", "Bo", "Cai")]
            for person in cls.people[1:]:
                cls._bind(person, cls._make_promoter(f"life_{person.name}"))

    @classmethod
    def _make_brand(cls, name, price):
        store = cls._make_merchant(f"{name} Brand", scene="brand_mall").store_ids
        return cls.env["product.product"].create({
            "name": name, "type": "service", "list_price": price, "invoice_policy": "order",
            "taxes_id": [Command.clear()], "brand_store_id": store.id})

    def test_two_lives(self):
        issued = self.corrected = 0
        for seed in (1, 2):
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                issued += self._live(random.Random(seed))
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)
        self.assertGreater(issued, 30)
        self.assertGreater(self.corrected, 0)

    def _live(self, rng):
        with freeze_time(START) as clock:
            self.sales, self.holds, self.orders = [], [], []
            for day in range(DAYS):
                for _event in range(EVENTS_PER_DAY):
                    clock.tick(timedelta(hours=rng.choice((1, 2, 5)), minutes=rng.randrange(60)))
                    getattr(self, rng.choice((
                        "_sale", "_sale", "_sale", "_return", "_money", "_spend", "_give_back", "_order", "_unorder",
                        "_reimburse", "_funding", "_correct")))(rng)
                clock.move_to(START + timedelta(days=day + 1))
                if day % 7 == 6:
                    self._fund(None)
                    self._settle()
                    # what autovacuum does elsewhere; else Odoo's query for a payment's invoices takes minutes
                    self.env.cr.execute("ANALYZE")
                self.env["merchant.statement"]._cron_issue()
            self.env["escrow.posting"]._post_unposted(self.company)
            self.env.flush_all()
            count, differences = find_differences(self.env.cr)
            self.assertEqual(differences, [])
            self._check_lines()
            statements = self.env["merchant.statement"].search([])
            self.assertTrue(any(statements.mapped("commission_amount")))
            self.corrected += sum(bool(statement.corrected_amount) for statement in statements)
            return count

    def _check_lines(self):
        """The lines of a statement come to its movements, and no row of a stated day is left out."""
        for statement in self.env["merchant.statement"].search([]):
            lines = statement._get_lines()
            self.assertEqual(len(lines), statement._count_lines())
            for account in ("deposit", "account", "voucher"):
                moved = sum(line[account] or 0 for line in lines)
                self.assertEqual(
                    self.currency.compare_amounts(
                        statement[f"{account}_closing"] - statement[f"{account}_opening"], float(moved)), 0)

    # -- what may happen ---------------------------------------------------------------------------

    def _sale(self, rng):
        self.sales.append(self._register(
            rng.randrange(500, 90_000) / 100, rng.choice(self.people), rng.choice([*self.tills, self.mall])))

    def _return(self, rng):
        if not self.sales:
            return
        sale = rng.choice(self.sales)
        left = sale._get_cash_left_cents()
        if left:
            self._register(-rng.choice((left, left // 3 or 1)) / 100, sale.partner_id, sale.store_id, origin=sale)

    def _money(self, rng):
        merchant = rng.choice(self.tills).merchant_id
        kind, cents = rng.choice((("topup", 20_000), ("topup", 3_333), ("withdrawal", -50_000_000)))
        try:
            with self.env.cr.savepoint():
                merchant._deposit(kind, cents, f"life,{next(self.keys)}", "Random")
        except UserError:  # so much is not there any more
            merchant._deposit("topup", 1_000, f"life,{next(self.keys)}", "Random")

    def _funding(self, rng):
        self._fund(None)

    def _spend(self, rng):
        wallet = self._credit(rng.choice(self.people))
        store = rng.choice([*self.tills, self.mall])
        if cents := wallet._get_spendable(store) // rng.choice((1, 2)):
            hold = wallet._authorize(cents, store, f"life,{next(self.keys)}")
            hold._capture()
            self.holds.append(hold)

    def _give_back(self, rng):
        if not self.holds:
            return
        try:
            with self.env.cr.savepoint():
                rng.choice(self.holds)._restore(rng.randrange(1, 500), f"life,{next(self.keys)}")
        except UserError as error:
            self.assertIn("can still be given back", str(error))

    def _correct(self, rng):
        """Somebody spent less than was keyed in; a second person agrees."""
        if not self.holds:
            return
        entries = self.env["voucher.entry"].search(
            [("kind", "=", "redeem"), ("hold_id", "=", rng.choice(self.holds).id)])
        correction = self.env["ledger.correction"].with_user(self.maker).create({
            "voucher_entry_id": entries[:1].id, "amount": rng.randrange(1, 300) / 100, "reason": "Keyed in twice",
            "holder_text": "keyed in twice"})
        try:
            with self.env.cr.savepoint():
                correction.action_submit()
                correction.with_user(self.checker).action_approve()
        except UserError as error:
            self.assertIn("can be reversed", str(error))

    def _order(self, rng):
        shopper = rng.choice(self.people)
        order = self.env["sale.order"].create({
            "partner_id": shopper.id, "website_id": self.website.id, "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": rng.randrange(1, 3)})
                for product in rng.sample(self.brands, rng.randrange(1, 3))]})
        self._credit(shopper)
        stores = order._get_voucher_stores()
        spendable = min(self._wallet(shopper)._get_spendable(store) for store in stores)
        if cents := min(spendable, int(order.amount_total * 100) - 100) // 2:
            order._apply_vouchers(cents)
        tx = self.env["payment.transaction"].create({
            "provider_id": self.provider.id, "payment_method_id": self.provider.payment_method_ids[:1].id,
            "amount": order._get_amount_due(), "currency_id": order.currency_id.id, "partner_id": shopper.id,
            "sale_order_ids": [Command.set(order.ids)], "reference": f"life-{order.id}", "operation": "online_direct"})
        tx._set_done()
        tx._post_process()
        self.orders.append((order, tx))

    def _unorder(self, rng):
        if not self.orders:
            return
        _order, tx = rng.choice(self.orders)
        given = sum(child.amount for child in tx.child_transaction_ids)
        left = self.currency.round(tx.amount + given)
        if left < 1:
            return
        refund = tx._create_child_transaction(left if rng.random() < 0.5 else 0.7, is_refund=True)
        refund._set_done()
        refund._post_process()

    def _reimburse(self, rng):
        merchant = rng.choice([*self.tills, *(product.brand_store_id for product in self.brands)]).merchant_id
        document = self.env["voucher.reimbursement"].with_user(self.maker).create({"merchant_id": merchant.id})
        try:
            with self.env.cr.savepoint():
                document.action_submit()
        except UserError as error:
            self.assertIn("no redeemed vouchers", str(error))
            document.action_cancel()
            return
        document.with_user(self.checker).action_approve()
