from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_web import WebVoucherCase


@tagged("post_install", "-at_install")
class TestBrandOrder(WebVoucherCase):
    """The mall's class (160), tea of one brand (200) and cups of another (40): 400 in one order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea, cls.cups = (cls._make_brand_product(*values) for values in (("Tea", 200.0), ("Cups", 40.0)))
        cls.tea_store, cls.cup_store = cls.tea.brand_store_id, cls.cups.brand_store_id

    @classmethod
    def _make_brand_product(cls, name, price):
        merchant = cls._make_merchant(f"{name} Brand", scene="brand_mall")
        return cls.env["product.product"].create({
            "name": name, "type": "service", "list_price": price, "website_published": True,
            "invoice_policy": "order", "taxes_id": [Command.clear()], "brand_store_id": merchant.store_ids.id})

    def setUp(self):
        super().setUp()
        self.order.order_line = [
            Command.create({"product_id": product.id, "product_uom_qty": 1}) for product in (self.tea, self.cups)]

    def _pay(self, vouchers=0):
        if vouchers:
            self._apply(vouchers)
        tx = self._start_rest()
        self._finish_rest(tx)
        self.env["escrow.posting"]._post_collected(self.company)
        return tx

    def _refund(self, tx, amount, store=None):
        refund = tx.with_context(alliance_refund_store_id=store.id if store else None)._refund(amount_to_refund=amount)
        if refund.provider_code == "demo":
            refund._process("demo", {
                "reference": refund.reference, "payment_details": "1", "simulated_state": "done"})
        refund._post_process()
        self.env["escrow.posting"]._post_collected(self.company)

    def _shares(self, is_voucher):
        shares = self.env["alliance.payment.share"].search([
            ("order_id", "=", self.order.id), ("is_voucher", "=", is_voucher)])
        return {merchant.name: self.currency.round(sum(group.mapped("amount")))
                for merchant, group in shares.grouped("merchant_id").items()}

    def _clearing(self, store):
        lines = self.env["account.move.line"].search([
            ("account_id", "=", self.company.merchant_clearing_account_id.id), ("parent_state", "=", "posted"),
            ("partner_id", "=", store.merchant_id.partner_id.id)])
        return self.currency.round(sum(lines.mapped("balance")))

    def _cash(self):
        sales = self.env["alliance.qualified.sale"].search([("sale_order_id", "=", self.order.id)])
        return {store.merchant_id.name: self.currency.round(sum(group.mapped("cash_amount")))
                for store, group in sales.grouped("store_id").items()}

    def test_vouchers_are_held_and_spent_in_each_store(self):
        self._pay(vouchers=100)
        holds = self._vouchers().voucher_hold_ids
        self.assertEqual({hold.store_id: (hold.amount, hold.state) for hold in holds}, {
            self.mall: (40.0, "captured"), self.tea_store: (50.0, "captured"), self.cup_store: (10.0, "captured")})
        self.assertEqual(self._cash(), {"Mall": 120.0, "Tea Brand": 150.0, "Cups Brand": 30.0})
        self.assertEqual(self._balance(), (0.0, 0.0))

    def test_what_is_collected_is_owed_to_each_brand(self):
        self._pay(vouchers=100)
        self.assertEqual(self._shares(False), {"Mall": 120.0, "Tea Brand": 150.0, "Cups Brand": 30.0})
        self.assertEqual(self._shares(True), {"Mall": 40.0, "Tea Brand": 50.0, "Cups Brand": 10.0})
        self.assertEqual([self._clearing(store) for store in (self.tea_store, self.cup_store, self.mall)],
                         [-200.0, -40.0, 0.0])
        self._check_found(("alliance_payment_share", "move_id"))
        self.assertFalse(self.env["escrow.posting"]._post_collected(self.company), "once")

    def test_the_mall_invoices_its_own_and_it_is_paid(self):
        self._pay(vouchers=100)
        invoice = self.order._create_invoices()
        self.assertEqual(invoice.amount_total, 160.0)
        invoice.action_post()
        receivable = self.env["account.move.line"].search([
            ("partner_id", "=", self.shopper.id), ("parent_state", "=", "posted"),
            ("account_id.account_type", "=", "asset_receivable")])
        self.assertEqual(set(receivable.mapped("amount_residual")), {0.0})  # what merchants sold: see ``collected``

    def test_a_store_that_takes_no_vouchers_is_paid_in_cash(self):
        self.tea_store.accepts_vouchers = False
        self.assertEqual(self._apply(100), {"applied": 100.0, "due": 300.0})
        self.assertEqual({hold.store_id: hold.amount for hold in self._vouchers().voucher_hold_ids}, {
            self.mall: 80.0, self.cup_store: 20.0})
        self.mall.accepts_vouchers = False
        self.assertRefused("UserError", self._apply, 40.01)

    def _empty_wallet(self):
        self._authorize(10_000, store=self.mall)._capture()

    def test_each_store_gets_what_spends_there(self):
        """What only one brand takes goes there; the rest to where there is room, all of it if need be."""
        self._empty_wallet()
        tea = self._give_vouchers(60.0, days=9, scope=self._make_scope(self.tea_store.merchant_id))
        free = self._give_vouchers(40.0, days=5)
        self._apply(50)  # in proportion: 20, 25, 5
        self.assertEqual(self._get_held(), {self.mall: 20.0, self.tea_store: 25.0, self.cup_store: 5.0})
        self.assertEqual((free.held, tea.held), (40.0, 10.0), "what expires first goes first, wherever it spends")
        self._apply(100)  # tea gets more than its share of 50: nothing else takes its vouchers
        held = self._get_held()
        self.assertEqual((held[self.tea_store] >= 60.0, sum(held.values())), (True, 100.0))
        self.assertEqual((free.held, tea.held), (40.0, 60.0))
        self.assertEqual(self._vouchers().filtered(lambda tx: tx.state == "authorized").amount, 100.0)
        self.assertRefused("UserError", self._apply, 100.01)
        self.assertEqual((free.held, tea.held), (40.0, 60.0))

    def test_what_spends_at_none_of_the_stores(self):
        self._empty_wallet()
        self._give_vouchers(30.0, scope=self._make_scope(self.merchant))
        self._give_vouchers(70.0, scope=self._make_scope(self.cup_store.merchant_id))
        page = self.url_open("/shop/payment").text
        self.assertIn('value="40.00"', page, "the cups cost 40")
        self.assertIn("30.00 only at Teahouse", page)
        self.assertRefused("UserError", self._apply, 40.01)
        self._pay(vouchers=40)
        self.assertEqual({hold.store_id: (hold.amount, hold.state) for hold in self._vouchers().voucher_hold_ids},
                         {self.cup_store: (40.0, "captured")})
        self.assertEqual(self._cash(), {"Mall": 160.0, "Tea Brand": 200.0}, "vouchers paid all of the cups")

    def test_a_scoped_voucher_comes_back_to_its_lot(self):
        self._empty_wallet()
        scope = self._make_scope(self.cup_store.merchant_id)
        lot = self._give_vouchers(40.0, scope=scope)
        self._pay(vouchers=40)
        self.assertEqual(lot.remaining, 0.0)
        self._refund(self._vouchers().filtered(lambda tx: tx.operation != "refund"), 40.0)
        self.assertEqual((lot.remaining, lot.scope_id), (40.0, scope))

    def _get_held(self):
        holds = self._vouchers().voucher_hold_ids.filtered(lambda hold: hold.state == "held")
        return {hold.store_id: hold.amount for hold in holds}

    def test_one_brands_goods_are_paid_back(self):
        tx = self._pay(vouchers=100)
        self._refund(tx, 150.0, self.tea_store)
        self._refund(self._vouchers().filtered(lambda tx: tx.operation != "refund"), 50.0, self.tea_store)
        self.assertEqual(self._cash(), {"Mall": 120.0, "Tea Brand": 0.0, "Cups Brand": 30.0})
        self.assertEqual((self._clearing(self.tea_store), self._clearing(self.cup_store)), (0.0, -40.0))
        self.assertEqual(self._balance(), (50.0, 0.0))

    def test_paid_back_whole_nothing_is_left(self):
        tx = self._pay(vouchers=99.99)
        self._refund(tx, 100.01)
        self._refund(tx, 200.0)
        self._refund(self._vouchers().filtered(lambda tx: tx.operation != "refund"), 99.99)
        self.assertEqual(set(self._cash().values()), {0.0})
        self.assertEqual([self._clearing(store) for store in (self.tea_store, self.cup_store)], [0.0, 0.0])
        self.assertEqual(self._balance(), (100.0, 0.0))

    # -- what is whose, whatever is paid and given back ------------------------------------------------

    def _quote(self, *products):
        """Make an order in the back office, of no website: what no brand sells, no store sells."""
        self.order = self.env["sale.order"].create({"partner_id": self.shopper.id, "order_line": [
            Command.create({"product_id": product.id, "product_uom_qty": 1}) for product in products]})

    def _begin(self, amount):
        return self.env["payment.transaction"].create({
            "provider_id": self.demo.id, "payment_method_id": self.demo.payment_method_ids[:1].id, "amount": amount,
            "currency_id": self.order.currency_id.id, "partner_id": self.shopper.id, "operation": "online_direct",
            "sale_order_ids": [Command.set(self.order.ids)],
            "reference": f"B{self.order.id}-{len(self.order.transaction_ids)}"})

    def _finish(self, tx):
        self._finish_rest(tx)
        self.env["escrow.posting"]._post_collected(self.company)
        return tx

    def test_what_was_paid_twice_is_no_brands(self):
        for given_back in (0, 1):
            self._quote(self.tea)
            late = self._begin(200.0)
            payments = self._finish(self._begin(200.0)), self._finish(late)
            self.assertEqual(self._shares(False), {"Tea Brand": 200.0})
            self._refund(payments[given_back], 200.0)
            self.assertEqual((self._shares(False), self._cash()), ({"Tea Brand": 200.0}, {"Tea Brand": 200.0}))
            self.assertEqual(self._clearing(self.tea_store), -200.0)
            self._refund(payments[1 - given_back], 200.0)
            self.assertEqual((self._shares(False), self._cash()), ({"Tea Brand": 0.0}, {"Tea Brand": 0.0}))
            self.assertEqual(self._clearing(self.tea_store), 0.0)

    def test_of_a_payment_that_is_more_than_the_rest_brands_get_the_rest(self):
        self._quote(self.tea)
        self._finish(self._begin(60.0))
        whole = self._finish(self._begin(200.0))
        self.assertEqual((whole.surplus_amount, self._shares(False)), (60.0, {"Tea Brand": 200.0}))
        self._refund(whole, 60.0)
        self.assertEqual((self._shares(False), self._cash()), ({"Tea Brand": 200.0}, {"Tea Brand": 200.0}))

    def test_a_late_rest_beside_vouchers_is_no_brands(self):
        self._apply(100)
        late, rest = self._start_rest(), self._start_rest()
        self._finish(rest)
        expected = (self._shares(False), self._shares(True), self._cash())
        self.assertEqual(expected[0], {"Mall": 120.0, "Tea Brand": 150.0, "Cups Brand": 30.0})
        if late.state == "draft":  # the shop may have cancelled it; its provider says that it was paid
            late._set_pending()
        self._finish(late)
        self.assertEqual(late.surplus_amount, 300.0)
        self.assertEqual((self._shares(False), self._shares(True), self._cash()), expected)
        self._refund(rest, 300.0)
        self.assertEqual((self._shares(False), self._shares(True), self._cash()), expected)

    def test_what_no_store_sells_is_given_back_by_no_brand(self):
        self._quote(self.tea, self.product)
        tx = self._finish(self._begin(280.0))
        self.assertEqual(self._shares(False), {"Tea Brand": 200.0})
        self._refund(tx, 140.0)
        self.assertEqual(self._shares(False), {"Tea Brand": 100.0})
        self._refund(tx, 140.0)
        self.assertEqual(self._shares(False), {"Tea Brand": 0.0})

    def test_what_no_store_sells_is_paid_once(self):
        self._quote(self.tea, self.product)
        self._finish(self._begin(140.0))
        self._finish(self._begin(140.0))
        self.assertEqual(self._shares(False), {"Tea Brand": 200.0})

    def test_what_was_given_back_of_all_is_not_given_back_again_of_one(self):
        self._quote(self.tea, self.cups)
        tx = self._finish(self._begin(240.0))
        self._refund(tx, 120.0)
        self.assertEqual(self._shares(False), {"Tea Brand": 100.0, "Cups Brand": 20.0})
        with self.assertRaisesRegex(ValidationError, "at most .*100"):
            self._refund(tx, 100.01, self.tea_store)
        self._refund(tx, 100.0, self.tea_store)
        self._refund(tx, 20.0)
        self.assertEqual(set(self._shares(False).values()) | set(self._cash().values()), {0.0})

    def test_cash_gives_back_no_more_than_cash_paid(self):
        tx = self._pay(vouchers=100)
        with self.assertRaisesRegex(ValidationError, "at most .*150"):
            self._refund(tx, 150.01, self.tea_store)
        self._refund(tx, 50.0)  # of which the tea gives back 25
        tx.with_context(alliance_refund_store_id=self.tea_store.id)._create_child_transaction(50.0, is_refund=True)
        with self.assertRaisesRegex(ValidationError, "at most .*75"):  # one of 50 is on its way
            self._refund(tx, 75.01, self.tea_store)
        vouchers = self._vouchers().filtered(lambda tx: tx.operation != "refund")
        with self.assertRaisesRegex(ValidationError, "at most .*50"):
            self._refund(vouchers, 50.01, self.tea_store)

    def test_a_store_gives_back_no_more_than_it_was_given(self):
        self._quote(self.tea, self.cups)
        tx = self._finish(self._begin(120.0))  # not all of it
        self.assertEqual(self._shares(False), {"Tea Brand": 100.0, "Cups Brand": 20.0})
        with self.assertRaisesRegex(ValidationError, "at most .*100"):
            self._refund(tx, 110.0, self.tea_store)

    def test_a_released_hold_releases_all_of_them(self):
        self._apply(100)
        self._vouchers().voucher_hold_ids[0]._release()
        self.assertEqual(set(self._vouchers().voucher_hold_ids.mapped("state")), {"released"})
        self.assertEqual((self._vouchers().state, self._balance()), ("cancel", (100.0, 0.0)))
