from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_pickup import PickupCommon


@tagged("post_install", "-at_install")
class TestByHand(PickupCommon):
    """Who is paid, and what was paid, is nobody's to write, with whatever rights at the back office."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._make_user("hand_seller", "base.group_user,sales_team.group_sale_manager,"
                                    "account.group_account_invoice")
        cls.clerk = cls._make_user("hand_clerk", "base.group_user,account.group_account_manager")
        cls.admin = cls._make_user("hand_admin", "base.group_user,base.group_system,"
                                   "sales_team.group_sale_manager,account.group_account_manager")
        cls.brand = cls._make_merchant("Brand", scene="brand_mall")
        cls.tea = cls.env["product.product"].create({
            "name": "Tea", "list_price": 50, "taxes_id": [Command.clear()],
            "brand_store_id": cls.brand.store_ids.id})

    # -- who is paid -----------------------------------------------------------------------------------

    def test_who_sells_a_line(self):
        order = self._order(self.product)
        line = order.order_line.with_user(self.seller)
        for store_id in (self.store.id, False):
            with self.assertRaisesRegex(AccessError, "Sold by Store"):
                line.write({"alliance_store_id": store_id})
            with self.assertRaisesRegex(AccessError, "Sold by Store"):
                line.order_id.write({"order_line": [Command.update(line.id, {"alliance_store_id": store_id})]})
        self.assertEqual(line.sudo().alliance_store_id, self.mall.store_ids)

    def test_who_sells_a_new_line(self):
        order = self._order(self.product)
        lines, vals = self.env["sale.order.line"].with_user(self.seller), {
            "order_id": order.id, "product_id": self.tea.id}
        made = (lines.create({**vals, "alliance_store_id": self.store.id})
                | lines.with_context(default_alliance_store_id=self.store.id).create(vals))
        self.env["ir.default"].with_user(self.seller).set(
            "sale.order.line", "alliance_store_id", self.store.id, user_id=self.seller.id)
        made |= lines.create(vals)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(made.sudo().mapped("alliance_store_id"), self.brand.store_ids)

    def test_where_it_is_collected(self):
        order = self._order(self.product)
        orders = self.env["sale.order"].with_user(self.seller)
        with self.assertRaisesRegex(AccessError, "Collected in"):
            order.with_user(self.seller).write({"pickup_store_id": self.store.id})
        made = (orders.create({"partner_id": self.shopper.id, "pickup_store_id": self.store.id})
                | orders.with_context(default_pickup_store_id=self.store.id).create({"partner_id": self.shopper.id}))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(made.sudo().pickup_store_id)

    def test_which_store_was_paid_in(self):
        order = self.env["sale.order"].with_user(self.seller).with_context(
            default_scan_store_id=self.store.id).create({"partner_id": self.shopper.id})
        self.assertFalse(order.sudo().scan_store_id)

    def test_sellers_make_orders_as_before(self):
        order = self.env["sale.order"].with_user(self.seller).create({
            "partner_id": self.shopper.id, "website_id": self.website.id,
            "order_line": [Command.create({"product_id": product.id}) for product in (self.product, self.tea)]})
        stores = self.mall.store_ids | self.brand.store_ids
        self.assertEqual(order.sudo().order_line.alliance_store_id, stores)
        copy = order.copy()
        self.assertEqual(copy.sudo().order_line.alliance_store_id, self.brand.store_ids | copy.sudo(
            ).website_id.alliance_store_id)
        order.order_line[0].product_id = self.tea
        self.assertEqual(order.sudo().order_line.alliance_store_id, self.brand.store_ids)
        self._collect(order.sudo())
        self.assertEqual(order.sudo().pickup_store_id, self.market.store_ids)
        order.action_confirm()
        order.write({"client_order_ref": "X"})
        self.assertEqual(order.state, "sale")

    def test_who_sells_what_is_being_paid(self):
        order = self._order(self.product)
        order.warehouse_id = self.warehouse
        own = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)], limit=1)
        sold = order.with_user(self.seller)
        sold.write({"carrier_id": self.carrier.id})
        self.assertEqual(order.order_line.alliance_store_id, self.market.store_ids, "nothing is paid yet")
        tx = self._new_tx(order, 100)
        tx._set_pending()
        for vals in ({"carrier_id": False}, {"warehouse_id": own.id}, {"warehouse_id": own.id, "website_id": False}):
            with (self.subTest(vals=vals), self.assertRaisesRegex(AccessError, "another store"),
                  self.env.cr.savepoint()):
                sold.write(vals)
        sold.write({"warehouse_id": self.warehouse.id, "client_order_ref": "X"})
        self.assertEqual(order.order_line.alliance_store_id, self.market.store_ids)
        tx._set_canceled()
        sold.write({"carrier_id": False})
        self.assertEqual(order.order_line.alliance_store_id, self.mall.store_ids)

    # -- what was paid ---------------------------------------------------------------------------------

    def _forge(self, user, tx, vals):
        with self.assertRaisesRegex(AccessError, "by hand|not allowed|doesn't have"):
            tx.with_user(user).write(vals)
        self.env.invalidate_all()

    def test_a_payment_that_was_not_made(self):
        order = self._order(self.product)
        tx = self._new_tx(order, 100)
        for user in (self.clerk, self.seller, self.admin):
            for vals in (
                    {"state": "done", "last_state_change": fields.Datetime.now(), "is_post_processed": False},
                    {"amount": 1.0}, {"sale_order_ids": [Command.clear()]}, {"operation": "refund"},
                    {"partner_id": self.market.partner_id.id}, {"provider_id": self.provider.id},
                    {"reference": "another"}, {"currency_id": self.env.ref("base.JPY").id},
                    {"child_transaction_ids": [Command.clear()]}):
                with self.subTest(user=user.login, vals=vals):
                    self._forge(user, tx, vals)
        self.assertEqual((tx.state, order.state), ("draft", "draft"))

    def test_a_top_up_that_was_not_made(self):
        tx = self._new_tx(self.env["sale.order"], 100, partner_id=self.merchant.partner_id.id,
                          currency_id=self.currency.id, reference="top-up", deposit_merchant_id=self.merchant.id)
        tx._set_pending()
        self._forge(self.clerk, tx, {"state": "done"})
        self._forge(self.clerk, tx, {"amount": 1_000_000.0})

    def test_a_payment_made_up(self):
        order = self._order(self.product)
        vals = {
            "provider_id": self.provider.id, "payment_method_id": self.provider.payment_method_ids[:1].id,
            "amount": 100.0, "currency_id": order.currency_id.id, "partner_id": self.shopper.id,
            "reference": "made-up", "operation": "online_direct", "state": "done"}
        transactions = self.env["payment.transaction"].with_user(self.admin)
        begun = self._new_tx(order, 100)
        for more in ({"sale_order_ids": [Command.set(order.ids)]}, {"source_transaction_id": begun.id}):
            with self.assertRaisesRegex(AccessError, "by hand"), self.env.cr.savepoint():
                transactions.create({**vals, **more})
        with self.assertRaisesRegex(AccessError, "by hand"), self.env.cr.savepoint():
            transactions.with_context(default_sale_order_ids=[Command.set(order.ids)]).create(vals)
        other = transactions.create(vals)  # what pays no order is Odoo's affair
        for more in ({"sale_order_ids": [Command.set(order.ids)]}, {"source_transaction_id": begun.id}):
            with self.assertRaisesRegex(AccessError, "by hand"), self.env.cr.savepoint():
                other.write(more)
        for values in (Command.link(other.id), Command.set(other.ids)):
            with self.assertRaisesRegex(AccessError, "Transactions"):
                order.with_user(self.seller).write({"transaction_ids": [values]})
        with self.assertRaisesRegex(AccessError, "Transactions"):
            order.with_user(self.seller).create({
                "partner_id": self.shopper.id, "transaction_ids": [Command.link(other.id)]})

    # -- Odoo's own buttons ----------------------------------------------------------------------------

    def test_clerks_refund_with_the_button(self):
        order = self._order(self.product)
        tx = self._pay(order)
        tx.with_user(self.clerk).action_refund(amount_to_refund=40.0)
        refund = tx.child_transaction_ids
        self.assertEqual((refund.amount, refund.operation), (-40.0, "refund"))
        refund._set_done()
        refund.with_user(self.clerk).action_post_process()
        self.assertEqual(self._sales(order).mapped("cash_amount"), [100.0, -40.0])

    def test_clerks_capture_and_void(self):
        self.provider.capture_manually = True
        captured, voided = (self._new_tx(self._order(self.product), 100) for _number in range(2))
        (captured | voided)._set_authorized()
        self.env["payment.capture.wizard"].with_user(self.clerk).with_context(
            active_model="payment.transaction", active_ids=captured.ids).create({
                "transaction_ids": [Command.set(captured.ids)], "amount_to_capture": 100.0}).action_capture()
        voided.with_user(self.clerk).action_void()
        self.assertEqual((captured.state, voided.state), ("done", "cancel"))

    def test_others_do_not_post_process(self):
        tx = self._new_tx(self._order(self.product), 100)
        tx._set_done()
        shopper = self._make_user("hand_shopper", "base.group_portal", partner=self.shopper)
        for user in (shopper, self._make_user("hand_employee", "base.group_user")):
            with self.assertRaises(AccessError):
                tx.with_user(user).action_post_process()
