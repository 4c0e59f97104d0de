from odoo import Command, fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import AllianceCommon


class PosSaleCommon(AllianceCommon):
    """A till with a store, and orders as it sends them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.env["pos.config"].create({"name": "Till"})
        cls.merchant = cls._make_merchant("Till House", company_id=cls.config.company_id.id)
        cls.store = cls.merchant.store_ids
        cls.config.alliance_store_id = cls.store
        cls.product = cls.env["product.product"].create({
            "name": "Bowl", "list_price": 50, "available_in_pos": True, "taxes_id": [Command.clear()]})
        cls.gift = cls.env["product.product"].create({
            "name": "Gift Card", "list_price": 30, "available_in_pos": True, "earns_rewards": False,
            "taxes_id": [Command.clear()]})
        cls.later = cls.env["pos.payment.method"].create({"name": "Account", "split_transactions": True})
        cls.config.payment_method_ids += cls.later
        cls.config.open_ui()
        cls.pos_session = cls.config.current_session_id
        cls.cash = cls.config.payment_method_ids.filtered(lambda m: m.type != "pay_later")[:1]

    def _order_data(self, uuid, products, partner=None, method=None, **vals):
        lines = [(0, 0, {
            "product_id": p.id, "qty": qty, "price_unit": p.list_price, "discount": 0,
            "price_subtotal": p.list_price * qty, "price_subtotal_incl": p.list_price * qty,
            "tax_ids": [Command.clear()], "uuid": f"{uuid}-{i}", **extra,
        }) for i, (p, qty, extra) in enumerate(products)]
        total = sum(line[2]["price_subtotal_incl"] for line in lines)
        return {
            "uuid": uuid, "name": f"Order {uuid}", "session_id": self.pos_session.id, "state": "paid",
            "partner_id": (partner or self.shopper).id if partner is not False else False,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()), "amount_total": total, "amount_tax": 0,
            "amount_paid": total, "amount_return": 0, "lines": lines, "user_id": self.env.uid,
            "company_id": self.config.company_id.id,
            "payment_ids": [(0, 0, {"amount": total, "payment_method_id": (method or self.cash).id,
                                    "name": fields.Datetime.now(), "uuid": f"pay-{uuid}"})], **vals}

    def _sync(self, *orders):
        self.env["pos.order"].sync_from_ui(list(orders))

    def _sales(self):
        return self.env["alliance.qualified.sale"].search([("merchant_id", "=", self.merchant.id)], order="id")


@tagged("post_install", "-at_install")
class TestPosSale(PosSaleCommon):
    def test_a_paid_order_becomes_one_sale_whatever_the_till_retries(self):
        data = self._order_data("aaaa-1", [(self.product, 2, {})])
        self._sync(data)
        self._sync(self._order_data("aaaa-1", [(self.product, 2, {})]))
        order = self.env["pos.order"].search([("uuid", "=", "aaaa-1")])
        order._register_qualified_sale()
        sale = self._sales()
        self.assertEqual((len(sale), sale.cash_amount, sale.pos_order_id), (1, 100.0, order))

    def test_a_paid_order_is_not_registered_again_whatever_is_written_on_it(self):
        self._sync(self._order_data("once-1", [(self.product, 2, {})], state="draft", payment_ids=[]))
        self.assertFalse(self._sales())
        for _retry in range(2):
            self._sync(self._order_data("once-1", [(self.product, 2, {})], lines=[], access_token="token"))
        order = self.env["pos.order"].search([("uuid", "=", "once-1")])
        self.assertEqual((order.state, self._sales().cash_amount), ("paid", 100.0))
        cashier = self._make_user("again", "base.group_user,point_of_sale.group_pos_user")
        with self.assertRaisesRegex(UserError, "Uuid"):
            order.with_user(cashier).write({"uuid": "once-2"})
        order.with_user(cashier).write({"uuid": "once-1", "partner_id": cashier.partner_id.id})
        order.with_user(cashier).action_pos_order_paid()
        self.assertEqual(self._sales().partner_id, self.shopper)

    def test_the_database_keeps_one_sale_for_an_order(self):
        self._sync(self._order_data("once-3", [(self.product, 1, {})]))
        with self.assertRaises(ConcurrencyError), self.cr.savepoint():
            self._sell(5000, "another key", pos_order_id=self._sales().pos_order_id.id)

    def test_without_shopper_or_store_nothing_is_registered(self):
        self._sync(self._order_data("bbbb-1", [(self.product, 1, {})], partner=False))
        self.config.alliance_store_id = False
        self._sync(self._order_data("bbbb-2", [(self.product, 1, {})]))
        self.assertFalse(self._sales())

    def test_gift_cards_earn_nothing(self):
        self._sync(self._order_data("cccc-1", [(self.product, 1, {}), (self.gift, 1, {})]))
        self._sync(self._order_data("cccc-2", [(self.gift, 1, {})]))
        self.assertEqual(self._sales().mapped("cash_amount"), [50.0])

    def test_a_refund_names_the_sale_and_takes_its_part(self):
        self._sync(self._order_data("dddd-1", [(self.product, 4, {})]))
        origin = self.env["pos.order"].search([("uuid", "=", "dddd-1")])
        self._sync(self._order_data("dddd-2", [
            (self.product, -1, {"refunded_orderline_id": origin.lines.id})]))
        sales = self._sales()
        self.assertEqual(sales.mapped("cash_amount"), [200.0, -50.0])
        self.assertEqual(sales[1].origin_id, sales[0])


@tagged("post_install", "-at_install")
class TestPosOnline(PosSaleCommon):
    """A till at which shoppers pay the platform online, with their phones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        cls.provider.write({"state": "test", "is_published": True})
        cls.online = cls.env["pos.payment.method"].create({"name": "Online", "is_online_payment": True})
        cls.merchant.is_platform = True
        cls.own_till = cls.env["pos.config"].create({
            "name": "Online till", "payment_method_ids": [Command.set(cls.online.ids)],
            "alliance_store_id": cls.store.id})
        cls.own_till.open_ui()

    def _order_online(self, **vals):
        self.pos_session = self.own_till.current_session_id
        self._sync(self._order_data(
            "online", [(self.product, 2, {})], state="draft", payment_ids=[], **vals))
        return self.env["pos.order"].search([("uuid", "=", "online")])

    def _new_tx(self, order):
        return self._begin_payment(
            order.amount_total, currency_id=order.currency_id.id, partner_id=self.shopper.id, pos_order_id=order.id,
            reference=f"till-{order.id}")

    def _pay(self, order):
        tx = self._new_tx(order)
        tx._set_done()
        tx._post_process()
        return tx

    def _give_back(self, tx, amount):
        refund = super()._give_back(tx, amount)
        refund._post_process()  # reported twice
        return refund

    def test_what_is_paid_online_is_cash(self):
        order = self._order_online()
        self._pay(order)
        self.assertEqual(order.state, "paid")
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0])

    def test_what_is_given_back_online_is_taken_from_the_sale(self):
        order = self._order_online()
        tx = self._pay(order)
        self._give_back(tx, 30)
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -30.0])
        self._give_back(tx, 30)
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -30.0, -30.0])
        cash = self.config.payment_method_ids.filtered("is_cash_count")[:1]
        self.pos_session = self.config.current_session_id
        self._sync(self._order_data(
            "back", [(self.product, -2, {"refunded_orderline_id": order.lines.id})], method=cash))
        self.assertEqual(sum(self._sales().mapped("cash_amount")), 0.0)

    def test_a_receipt_claimed_after_money_was_given_back(self):
        order = self._order_online(partner_id=False)
        self._give_back(self._pay(order), 30)
        self.assertFalse(self._sales())
        order._claim(self.shopper)
        order._claim(self.shopper)
        self.assertEqual(self._sales().mapped("cash_amount"), [100.0, -30.0])

    def test_nobody_writes_such_a_payment_by_hand(self):
        tx = self._new_tx(self._order_online())
        clerk = new_test_user(self.env, "till.clerk", "account.group_account_manager,base.group_user")
        with self.assertRaisesRegex(AccessError, "by hand"):
            tx.with_user(clerk).state = "done"

    def test_the_provider_is_not_another_merchants_till(self):
        order = self._order_online()
        other = self._make_merchant("Other House", company_id=self.company.id)
        with self.assertRaisesRegex(ValidationError, "another merchant's"), self.env.cr.savepoint():
            self.own_till.copy({"alliance_store_id": other.store_ids.id})
        with self.assertRaisesRegex(ValidationError, "another merchant's"), self.env.cr.savepoint():
            self.own_till.alliance_store_id = other.store_ids
        with self.assertRaisesRegex(ValidationError, "another merchant's"), self.env.cr.savepoint():
            self.store.merchant_id = other
        self.own_till.current_session_id.state = "closed"
        self.own_till.payment_method_ids = self.later
        self.own_till.alliance_store_id = other.store_ids
        with self.assertRaisesRegex(ValidationError, "not offered"):
            self._new_tx(order)
