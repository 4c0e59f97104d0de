from copy import deepcopy
from uuid import uuid4

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_payments import VoucherTillCommon


class PosVoucherCase(VoucherTillCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._open_session(cls.till)

    def setUp(self):
        super().setUp()
        self.lot = self._give_vouchers(100.0)

    def assertRefused(self, order_data, message=None):
        """The order is refused whole: nothing of it stays, and nothing is captured."""
        before = self._balance()
        with self.assertRaisesRegex(UserError, message or ""), self.env.cr.savepoint():
            self._sync(order_data)
        self.env.invalidate_all()
        self.assertFalse(self.env["pos.order"].search([("uuid", "=", order_data["uuid"])]))
        self.assertEqual(self._balance(), before)


@tagged("post_install", "-at_install")
class TestPosVoucherAuthorize(PosVoucherCase):

    def test_hold_and_balance(self):
        answer, _uuid = self._hold(60.0)
        self.assertEqual(
            {key: answer[key] for key in ("status", "amount", "balance", "partner")},
            {"status": "approved", "amount": 60.0, "balance": 40.0, "partner": "Li Mei"})
        self.assertEqual(self._balance(), (100.0, 60.0))

    def test_short_tells_what_there_is(self):
        answer, _uuid = self._hold(100.01)
        self.assertEqual(answer, {
            "status": "short", "available": 100.0, "elsewhere": "", "partner": "Li Mei", "partner_id": self.shopper.id})
        self.assertEqual(self._balance(), (100.0, 0.0))

    def test_shopping_vouchers_do_not_spend_in_the_alliance(self):
        self._give_vouchers(50.0, kind="shopping")
        answer, _uuid = self._hold(120.0)
        self.assertEqual((answer["status"], answer["available"]), ("short", 100.0))
        self.assertIn("50.00 in the malls", answer["elsewhere"])

    def test_only_what_spends_at_this_store(self):
        self._give_vouchers(50.0, scope=self._make_scope(self.mall.merchant_id))
        answer, _uuid = self._hold(120.0)
        self.assertEqual((answer["status"], answer["available"]), ("short", 100.0))
        self.assertIn("50.00 only at Mall", answer["elsewhere"])
        self._give_vouchers(30.0, scope=self._make_scope(self.merchant))
        answer, _uuid = self._hold(120.0)
        self.assertEqual((answer["status"], answer["balance"]), ("approved", 10.0))

    def test_retry_finds_the_same_hold(self):
        first, uuid = self._hold(60.0)
        again, _uuid = self._hold(60.0, uuid=uuid)
        self.assertEqual(first, again)
        self.assertEqual(self._balance(), (100.0, 60.0))

    def test_another_amount_or_shopper_replaces_the_hold(self):
        _first, uuid = self._hold(60.0)
        answer, _uuid = self._hold(80.0, uuid=uuid)
        self.assertEqual((answer["status"], answer["amount"]), ("approved", 80.0))
        self.assertEqual(self._balance(), (100.0, 80.0))
        other = self._create_shopper("Wang Bo", "wangbo")
        self._give_vouchers(80.0, partner=other)
        self._hold(80.0, uuid=uuid, partner=other)
        self.assertEqual(self._balance(), (100.0, 0.0))
        self.assertEqual(self._balance(other), (80.0, 80.0))

    def test_release_is_idempotent_and_lets_send_again(self):
        answer, uuid = self._hold(60.0)
        method = self.voucher_method.with_user(self.cashier)
        self.assertTrue(method.voucher_release(self.session.id, uuid))
        self.assertTrue(method.voucher_release(self.session.id, uuid))
        self.assertTrue(method.voucher_release(self.session.id, str(uuid4())))
        self.assertEqual(self._balance(), (100.0, 0.0))
        again, _uuid = self._hold(60.0, uuid=uuid)
        self.assertEqual(again["status"], "approved")
        self.assertNotEqual(again["hold"], answer["hold"])

    def test_bad_input(self):
        for amount in (0, -5, "60", None, True, float("nan"), float("inf"), 1e15, 0.001, 10.005):
            with self.assertRaisesRegex(UserError, "Amount"):
                self._hold(amount)
        for uuid in ("x", "a" * 65, "a,b" * 5, "%%%%%%%%%", 12345678):
            with self.assertRaisesRegex(UserError, "uuid"):
                self._hold(10.0, uuid=uuid)
        for partner in (self.env["res.partner"], self.env["res.partner"].browse(10 ** 8)):
            with self.assertRaisesRegex(UserError, "shopper"):
                self._hold(10.0, partner=partner)
        self.assertEqual(self._balance(), (100.0, 0.0))

    def test_till_without_store_or_open_session(self):
        with self.assertRaises(AccessError):
            self._hold(10.0, session=self.env["pos.session"].browse(10 ** 8))
        till, _cash = self._create_till("Kiosk", None)
        self.assertNotIn(self.voucher_method, till.payment_method_ids)
        till.payment_method_ids |= self.voucher_method
        session = self._open_session(till)
        with self.assertRaisesRegex(UserError, "store"):
            self._hold(10.0, session=session)
        session.state = "closing_control"
        with self.assertRaises(AccessError):
            self._hold(10.0, session=session)

    def test_wrong_users(self):
        company = self.env["res.company"].create({"name": "Other"})
        portal = self.env["res.users"].search([("partner_id", "=", self.shopper.id)])
        others = {
            "public": self.env.ref("base.public_user"),
            "shopper": portal,
            "office": self.env["res.users"].create({
                "name": "office", "login": "office_v",
                "group_ids": [Command.set(self.env.ref("base.group_user").ids)]}),
            "cashier of another company": self._create_cashier("cashier_other", company),
        }
        _answer, held_uuid = self._hold(10.0)
        for name, user in others.items():
            with self.subTest(name):
                method = self.voucher_method.with_user(user).with_company(user.company_id)
                with self.assertRaises(AccessError):
                    method.voucher_authorize(self.session.id, str(uuid4()), self.shopper.id, 10.0)
                with self.assertRaises(AccessError):
                    method.voucher_release(self.session.id, held_uuid)
                with self.assertRaises(AccessError):
                    method.voucher_refundable(self.session.id, 1)
        self.assertEqual(self._balance(), (100.0, 10.0))

    def test_reading_tills_is_not_enough(self):
        """An office user who may read sessions is no cashier."""
        for model in ("pos.session", "pos.config", "pos.payment.method"):
            self.env["ir.model.access"].create({
                "name": f"test {model}", "model_id": self.env["ir.model"]._get_id(model),
                "group_id": self.env.ref("base.group_user").id, "perm_read": True})
        with self.assertRaisesRegex(AccessError, "Only cashiers"):
            self._hold(10.0, user=self.maker)

    def test_stores_tills_take_vouchers(self):
        self.assertIn(self.voucher_method, self.till.payment_method_ids)
        till, _cash = self._create_till("Kiosk", None)
        till.alliance_store_id = self.store
        self.assertIn(self.voucher_method, till.payment_method_ids)

    def test_session_of_a_till_without_the_method(self):
        till, _cash = self._create_till("Kiosk", None)
        session = self._open_session(till)
        with self.assertRaises(AccessError):
            self._hold(10.0, session=session)

    def test_cashier_cannot_release_at_another_store(self):
        till, _cash = self._create_till("East", self._make_merchant("East").store_ids)
        session = self._open_session(till)
        _answer, uuid = self._hold(10.0)
        self.voucher_method.with_user(self.cashier).voucher_release(session.id, uuid)
        self.assertEqual(self._balance(), (100.0, 10.0))


@tagged("post_install", "-at_install")
class TestPosVoucherPay(PosVoucherCase):

    def test_paid_order_captures(self):
        order = self._sell(60.0, cash=40.0)
        self.assertEqual((order.state, order.amount_total, order.amount_paid), ("paid", 100.0, 100.0))
        payment = order.payment_ids.filtered("voucher_settled")
        self.assertEqual(payment.voucher_hold_id.state, "captured")
        self.assertEqual(payment.voucher_hold_id.store_id, self.store)
        self.assertEqual(self._balance(), (40.0, 0.0))
        self.assertEqual(order._get_non_cash_payments(), payment)

    def test_vouchers_earn_nothing(self):
        sales = self.env["alliance.qualified.sale"]
        order = self._sell(60.0, cash=40.0)
        self.assertEqual(sales.search([("pos_order_id", "=", order.id)]).cash_amount, 40.0)
        order = self._sell(40.0)
        self.assertFalse(sales.search([("pos_order_id", "=", order.id)]))

    def test_draft_then_paid(self):
        """The till saves a draft on the way (as tables do), then sends the same order paid."""
        _answer, uuid = self._hold(100.0)
        data = self._order_data([(self.voucher_method, 100.0, uuid)])
        order = self._sync({**data, "state": "draft"})
        self.assertEqual(self._balance(), (100.0, 100.0))
        self._sync({**data, "lines": [], "payment_ids": []})
        self.assertEqual(order.state, "paid")
        self.assertEqual(self._balance(), (0.0, 0.0))

    def test_sent_again_captures_once(self):
        _answer, uuid = self._hold(100.0)
        data = self._order_data([(self.voucher_method, 100.0, uuid)])
        order = self._sync(data)
        entries = self.env["voucher.entry"].search_count([("kind", "=", "redeem")])
        changed = self._order_data([(self.voucher_method, 90.0, str(uuid4()))], uuid=data["uuid"])
        for again in (data, changed):
            self.assertEqual(self._sync(again), order)
        self.assertEqual(self.env["voucher.entry"].search_count([("kind", "=", "redeem")]), entries)
        self.assertEqual(order.payment_ids.mapped("amount"), [100.0])

    def test_sent_again_with_other_money(self):
        """The answer to the first was lost, and the cashier took cash instead: it is not ignored."""
        _answer, uuid = self._hold(60.0)
        data = self._order_data([(self.voucher_method, 60.0, uuid), (self.cash_method, 40.0, None)])
        order = self._sync(data)
        for payments in ([(self.cash_method, 100.0, None)],
                         [(self.voucher_method, 60.0, uuid), (self.cash_method, 50.0, None)]):
            again = self._order_data(payments, uuid=data["uuid"])
            with self.subTest(payments), self.assertRaisesRegex(UserError, "is paid already.*60.*give back"), \
                    self.env.cr.savepoint():
                self._sync(again)
        # the same money in a payment line of its own, or nothing but the order's other values
        again = self._order_data([(self.voucher_method, 60.0, uuid), (self.cash_method, 40.0, None)], uuid=data["uuid"])
        for known in (again, {**data, "payment_ids": []}, {**data, "payment_ids": [
                Command.update(order.payment_ids[0].id, {"payment_status": "done"})]}):
            self.assertEqual(self._sync(known), order)
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [40.0, 60.0])

    def test_vouchers_that_have_paid_are_not_released(self):
        _answer, uuid = self._hold(100.0)
        self._sync(self._order_data([(self.voucher_method, 100.0, uuid)]))
        with self.assertRaisesRegex(UserError, "have paid an order already"):
            self.voucher_method.with_user(self.cashier).voucher_release(self.session.id, uuid)

    def test_without_hold(self):
        self.assertRefused(self._order_data([(self.voucher_method, 100.0, None)]), "not authorised")
        self.assertRefused(self._order_data([(self.voucher_method, 100.0, "")]), "not authorised")

    def test_refused_then_paid_in_cash(self):
        data = self._order_data([(self.voucher_method, 100.0, None)])
        self.assertRefused(data)
        cash = self._order_data([(self.cash_method, 100.0, None)], uuid=data["uuid"])
        self.assertEqual(self._sync(cash).state, "paid")

    def test_hold_must_match(self):
        _answer, uuid = self._hold(50.0)
        self.assertRefused(self._order_data([(self.voucher_method, 100.0, uuid)]), "another amount")
        other = self._create_shopper("Wang Bo", "wangbo")
        self.assertRefused(
            self._order_data([(self.voucher_method, 50.0, uuid)], price=50.0, partner=other),
            "another shopper")
        till, _cash = self._create_till("East", self._make_merchant("East").store_ids)
        self.assertRefused(
            self._order_data([(self.voucher_method, 50.0, uuid)], price=50.0,
                             session=self._open_session(till)), "another store")
        self.voucher_method.with_user(self.cashier).voucher_release(self.session.id, uuid)
        self.assertRefused(
            self._order_data([(self.voucher_method, 50.0, uuid)], price=50.0), "ran out")

    def test_timed_out_hold(self):
        _answer, uuid = self._hold(100.0)
        hold = self.env["voucher.hold"].search([("idempotency_key", "=", f"pos.payment,{uuid}")])
        hold.expires_at = "2020-01-01"
        self.env["voucher.hold"]._cron_release_timeouts()
        self.assertRefused(self._order_data([(self.voucher_method, 100.0, uuid)]), "ran out")
        self.assertEqual(self._balance(), (100.0, 0.0))

    def test_hold_pays_one_order(self):
        order = self._sell(60.0)
        uuid = order.payment_ids.uuid
        # The database refuses the uuid twice; renamed by the cashier, the payment stays as it is.
        with self.assertRaises(UserError):
            order.payment_ids.with_user(self.cashier).uuid = str(uuid4())
        with self.assertRaisesRegex(Exception, "uuid"), self.env.cr.savepoint():
            self._sync(self._order_data([(self.voucher_method, 60.0, uuid)], price=60.0))

    def test_captured_hold_under_another_name(self):
        """A uuid made up to look like a second attempt does not spend its hold again."""
        _answer, uuid = self._hold(50.0)
        self.voucher_method.with_user(self.cashier).voucher_release(self.session.id, uuid)
        self._hold(50.0, uuid=uuid)
        self._sync(self._order_data([(self.voucher_method, 50.0, uuid)], price=50.0))
        self.assertRefused(
            self._order_data([(self.voucher_method, 50.0, f"{uuid},2")], price=50.0), "not authorised")

    def test_vouchers_give_no_change(self):
        _answer, uuid = self._hold(100.0)
        data = self._order_data(
            [(self.voucher_method, 100.0, uuid), (self.cash_method, -90.0, None)], price=10.0)
        self.assertRefused(data, "no change|at most its total")
        data = self._order_data([(self.voucher_method, 100.0, uuid)], price=10.0, amount_return=-90.0)
        self.assertRefused(data)

    def test_total_is_computed_from_the_lines(self):
        """A till that states a total above its lines does not pay change out of vouchers."""
        _answer, uuid = self._hold(100.0)
        data = self._order_data([(self.voucher_method, 100.0, uuid)], price=10.0)
        self.assertRefused({**data, "amount_total": 100.0}, "at most its total")

    def test_cash_change_beside_vouchers(self):
        """Cash given back is cash: 60 of vouchers and 50 in cash for 100, 10 back."""
        _answer, uuid = self._hold(60.0)
        order = self._sync(self._order_data(
            [(self.voucher_method, 60.0, uuid), (self.cash_method, 50.0, None)], amount_return=-10.0))
        self.assertEqual((order.state, order._get_money_cents()), ("paid", 4000))


@tagged("post_install", "-at_install")
class TestPosVoucherForged(PosVoucherCase):
    """A cashier calls the server directly, with invented amounts."""

    def setUp(self):
        super().setUp()
        self.paid = self._sync(self._order_data([(self.cash_method, 100.0, None)]))
        self.by_cashier = self.env(user=self.cashier)

    def test_settled_by_default(self):
        """What the server alone sets comes in neither by the caller's context nor by the caller's own defaults."""
        data = self._order_data([(self.voucher_method, 100.0, None)])
        orders = self.by_cashier["pos.order"].with_context(default_voucher_settled=True)
        with self.assertRaisesRegex(UserError, "not authorised"), self.env.cr.savepoint():
            orders.sync_from_ui([deepcopy(data)])
        self.by_cashier["ir.default"].set("pos.payment", "voucher_settled", True, user_id=True)
        self.assertRefused(data, "not authorised")

    @mute_logger("odoo.sql_db")
    def test_the_database_wants_a_hold(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE pos_payment SET voucher_settled = TRUE WHERE id = %s", [self.paid.payment_ids.id])

    def test_create_paid_order(self):
        data = self._order_data([(self.voucher_method, 100.0, None)])
        order = self.by_cashier["pos.order"].create(data)
        self.assertEqual(order.state, "draft")
        for way in (
            lambda: order.write({"state": "paid"}),
            lambda: order.write({"state": "done"}),
            order.action_pos_order_paid,
            lambda: order.sudo().action_pos_order_invoice(),
        ):
            with self.assertRaisesRegex(UserError, "not authorised"), self.env.cr.savepoint():
                way()
        self.assertEqual(order.state, "draft")

    def test_payment_on_paid_order(self):
        with self.assertRaisesRegex(UserError, "is paid"), self.env.cr.savepoint():
            self.by_cashier["pos.payment"].create({
                "pos_order_id": self.paid.id, "amount": 100.0, "payment_method_id": self.voucher_method.id})
        payment = self.paid.payment_ids.with_user(self.cashier)
        with self.assertRaisesRegex(UserError, "is paid"), self.env.cr.savepoint():
            payment.payment_method_id = self.voucher_method
        with self.assertRaisesRegex(UserError, "is paid"), self.env.cr.savepoint():
            self.paid.with_user(self.cashier).write(
                {"payment_ids": [Command.update(payment.id, {"payment_method_id": self.voucher_method.id})]})
        draft = self._sync(self._order_data([(self.voucher_method, 100.0, None)], state="draft"))
        with self.assertRaisesRegex(UserError, "is paid"), self.env.cr.savepoint():
            draft.payment_ids.with_user(self.cashier).pos_order_id = self.paid

    def test_payment_wizard(self):
        order = self._sync(self._order_data([], state="draft"))
        self.cashier.group_ids |= self.env.ref("point_of_sale.group_pos_manager")
        wizard = self.by_cashier["pos.make.payment"].with_context(active_id=order.id).create(
            {"payment_method_id": self.voucher_method.id, "amount": 100.0})
        with self.assertRaisesRegex(UserError, "not authorised"), self.env.cr.savepoint():
            wizard.check()

    def test_server_fields_are_dropped(self):
        hold = self._sell(50.0).payment_ids.voucher_hold_id
        payment = self.by_cashier["pos.payment"].create({
            "pos_order_id": self._sync(self._order_data([], state="draft")).id, "amount": 100.0,
            "payment_method_id": self.voucher_method.id,
            "voucher_settled": True, "voucher_hold_id": hold.id})
        payment.write({"voucher_settled": True})
        self.assertFalse(payment.voucher_settled)
        self.assertFalse(payment.sudo().voucher_hold_id)
        self.assertNotIn("voucher_hold_id", payment.read()[0])

    def test_settled_payment_is_final(self):
        order = self._sell(60.0, cash=40.0)
        payment = order.payment_ids.filtered("voucher_settled").with_user(self.cashier)
        for vals in (
            {"amount": 50.0}, {"payment_method_id": self.cash_method.id},
            {"pos_order_id": self.paid.id}, {"uuid": str(uuid4())}, {"is_change": True},
        ):
            with self.assertRaisesRegex(UserError, "final"), self.env.cr.savepoint():
                payment.write(vals)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            payment.unlink()
        # Sending the same values again is no change.
        payment.write({"amount": 60.0, "payment_method_id": self.voucher_method.id, "uuid": payment.uuid})
        self.assertEqual(order.state, "paid")

    def test_cash_out_of_a_paid_order(self):
        order = self._sell(60.0, cash=40.0)
        with self.assertRaisesRegex(UserError, "money"), self.env.cr.savepoint():
            self.by_cashier["pos.payment"].create({
                "pos_order_id": order.id, "amount": -50.0, "payment_method_id": self.cash_method.id})

    def test_no_wallet_access(self):
        for model in ("voucher.wallet", "voucher.hold", "voucher.lot", "voucher.entry"):
            with self.assertRaises(AccessError):
                self.by_cashier[model].search([])

    def test_deleting_drafts_releases(self):
        ways = {
            "payment": lambda order: order.payment_ids.unlink(),
            "order": lambda order: order.unlink(),
            "cancel": lambda order: order.action_pos_order_cancel(),
            "line of an order": lambda order: order.write(
                {"payment_ids": [Command.delete(order.payment_ids.id)]}),
        }
        for name, way in ways.items():
            with self.subTest(name):
                _answer, uuid = self._hold(100.0)
                order = self._sync(self._order_data(
                    [(self.voucher_method, 100.0, uuid)], state="draft"))
                self.assertEqual(self._balance(), (100.0, 100.0))
                way(order.with_user(self.cashier))
                self.assertEqual(self._balance(), (100.0, 0.0))

    def test_payment_method_and_journal_go_together(self):
        with self.assertRaisesRegex(ValidationError, "go together"), self.env.cr.savepoint():
            self.env["pos.payment.method"].create({
                "name": "Fake", "company_id": self.company.id,
                "journal_id": self.company.voucher_journal_id.id})
        with self.assertRaisesRegex(ValidationError, "go together"), self.env.cr.savepoint():
            self.env["pos.payment.method"].create({
                "name": "Fake", "company_id": self.company.id, "payment_method_type": "terminal",
                "use_payment_terminal": "voucher"})


@tagged("post_install", "-at_install")
class TestPosVoucherRefund(PosVoucherCase):

    def _refund(self, order, voucher, cash=0.0, **kwargs):
        payments = [(method, -amount, None) for method, amount in (
            (self.voucher_method, voucher), (self.cash_method, cash)) if amount]
        return self._order_data(payments, qty=-1, price=voucher + cash, refunded=order, **kwargs)

    def test_back_to_the_same_lots(self):
        order = self._sell(60.0, cash=40.0)
        self.assertEqual(self.lot.remaining, 40.0)
        method = self.voucher_method.with_user(self.cashier)
        self.assertEqual(method.voucher_refundable(self.session.id, order.id), 60.0)
        refund = self._sync(self._refund(order, 60.0, cash=40.0))
        self.assertEqual((refund.state, refund.amount_total), ("paid", -100.0))
        self.assertEqual(self.lot.remaining, 100.0)
        self.assertEqual(self._balance(), (100.0, 0.0))
        self.assertEqual(method.voucher_refundable(self.session.id, order.id), 0.0)
        self.assertEqual(refund._get_non_cash_payments().mapped("amount"), [-60.0])

    def test_in_parts_at_most_what_was_captured(self):
        order = self._sell(60.0, cash=40.0)
        self._sync(self._refund(order, 50.0))
        self.assertEqual(self._balance(), (90.0, 0.0))
        self.assertRefused(self._refund(order, 10.01), "only what was paid with vouchers")
        self._sync(self._refund(order, 10.0))
        self.assertRefused(self._refund(order, 0.01), "only what was paid with vouchers")

    def test_no_cash_for_vouchers(self):
        order = self._sell(60.0, cash=40.0)
        self.assertRefused(self._refund(order, 0.0, cash=100.0), "paid with .*40")
        self.assertRefused(self._refund(order, 50.0, cash=50.0), "paid with .*40")
        self._sync(self._refund(order, 0.0, cash=30.0))
        self.assertRefused(self._refund(order, 0.0, cash=10.01), "paid with .*40")
        self._sync(self._refund(order, 0.0, cash=10.0))

    def test_no_cash_through_the_link_by_uuid(self):
        """The till may name the refunded line by uuid, set after the order was created."""
        order = self._sell(100.0)
        data = self._refund(order, 0.0, cash=100.0)
        line = data["lines"][0][2]
        line["refunded_orderline_id"] = False
        data["relations_uuid_mapping"] = {
            "pos.order.line": {line["uuid"]: {"refunded_orderline_id": order.lines.uuid}}}
        self.assertRefused(data, "paid with")

    def test_no_cash_after_a_payment_slipped_in(self):
        """A payment added to the paid order does not open a way to more money than was taken."""
        order = self._sell(60.0, cash=40.0)
        self.env["pos.payment"].with_user(self.cashier).create({
            "pos_order_id": order.id, "amount": 60.0, "payment_method_id": self.cash_method.id})
        self.assertRefused(self._refund(order, 0.0, cash=100.0), "paid with .*40")

    def test_refund_wizard_in_the_office(self):
        order = self._sell(60.0, cash=40.0)
        refund = order._refund()
        pay = self.env["pos.make.payment"].with_context(active_id=refund.id)
        with self.assertRaisesRegex(UserError, "paid with .*40"), self.env.cr.savepoint():
            pay.create({"payment_method_id": self.cash_method.id, "amount": -100.0}).check()
        pay.create({"payment_method_id": self.cash_method.id, "amount": -40.0}).check()
        pay.create({"payment_method_id": self.voucher_method.id, "amount": -60.0}).check()
        self.assertEqual(refund.state, "paid")
        self.assertEqual(self._balance(), (100.0, 0.0))

    def test_nothing_to_restore(self):
        cash_order = self._sell(0.0, cash=50.0)
        self.assertRefused(self._refund(cash_order, 50.0), "only what was paid with vouchers")
        self.assertRefused(
            self._order_data([(self.voucher_method, -50.0, None)], qty=-1, price=50.0),
            "only what was paid with vouchers")
        _answer, uuid = self._hold(60.0)
        self.assertRefused(self._order_data(
            [(self.voucher_method, 60.0, uuid), (self.cash_method, -110.0, None)], qty=-1, price=50.0))
        sale = self._sell(40.0)
        self.assertRefused(self._order_data(
            [(self.voucher_method, -40.0, None), (self.cash_method, 140.0, None)], refunded=sale))

    def test_no_goods_for_what_vouchers_paid(self):
        """Exchanged, they could be brought back for money: refunded first, vouchers pay for the others."""
        order = self._sell(60.0, cash=40.0)
        for kind, link in (("goods", False), ("a line that says it refunds", order.lines.id)):
            data = self._refund(order, 0.0)
            price = {"price_unit": 100.0, "price_subtotal": 100.0, "price_subtotal_incl": 100.0}
            back, = data["lines"]
            back[2].update({**price, "price_subtotal": -100.0, "price_subtotal_incl": -100.0})
            goods = Command.create({**back[2], **price, "qty": 1, "uuid": str(uuid4()), "refunded_orderline_id": link})
            with self.subTest(kind):
                self.assertRefused({**data, "lines": [back, goods]}, "order of its own")

    def test_goods_exchanged_that_money_paid(self):
        order = self._sell(0.0, cash=100.0)
        data = self._refund(order, 0.0)
        price = {"price_unit": 100.0, "price_subtotal": 100.0, "price_subtotal_incl": 100.0}
        back, = data["lines"]
        back[2].update({**price, "price_subtotal": -100.0, "price_subtotal_incl": -100.0})
        goods = Command.create({
            **back[2], **price, "qty": 1, "uuid": str(uuid4()), "refunded_orderline_id": False})
        self.assertEqual(self._sync({**data, "lines": [back, goods]}).state, "paid")

    def test_a_discount_is_refunded_with_the_goods(self):
        _answer, uuid = self._hold(90.0)
        data = self._order_data([(self.voucher_method, 90.0, uuid)])
        less = {"qty": 1, "price_unit": -10.0, "price_subtotal": -10.0, "price_subtotal_incl": -10.0}
        data["lines"].append(Command.create({**data["lines"][0][2], **less, "uuid": str(uuid4())}))
        order = self._sync({**data, "amount_total": 90.0})
        goods, discount = order.lines.sorted("price_unit", reverse=True)
        back = self._refund(order, 90.0)
        line = back["lines"][0][2]
        full = {"price_unit": 100.0, "price_subtotal": -100.0, "price_subtotal_incl": -100.0}
        more = {"price_unit": -10.0, "price_subtotal": 10.0, "price_subtotal_incl": 10.0}
        back["lines"] = [
            Command.create({**line, **full, "refunded_orderline_id": goods.id}),
            Command.create({**line, **more, "uuid": str(uuid4()), "refunded_orderline_id": discount.id})]
        self.assertEqual(self._sync(back).state, "paid")
        self.assertEqual(self._balance(), (100.0, 0.0))

    def test_restored_once_when_sent_again(self):
        order = self._sell(60.0)
        data = self._refund(order, 30.0)
        self._sync(data)
        self._sync(data)
        self.assertEqual(self._balance(), (70.0, 0.0))


@tagged("post_install", "-at_install")
class TestPosVoucherAccounting(PosVoucherCase):

    def _voucher_balance(self):
        lines = self.env["account.move.line"].search([
            ("account_id", "=", self.company.voucher_accepted_account_id.id),
            ("parent_state", "=", "posted")])
        return self.currency.round(sum(lines.mapped("balance")))

    def _close(self):
        self.session.post_closing_cash_details(
            sum(self.session.order_ids.payment_ids.filtered(
                lambda p: p.payment_method_id == self.cash_method).mapped("amount")))
        result = self.session.close_session_from_ui()
        self.assertTrue(result["successful"], result)
        self.assertEqual(self.session.state, "closed")

    def test_session_close(self):
        tax = self.env["account.tax"].create(
            {"name": "VAT 10", "amount": 10, "price_include_override": "tax_included", "company_id": self.company.id})
        before = self._voucher_balance()
        order = self._sell(60.0, cash=50.0)
        order.lines.write({"tax_ids": [Command.set(tax.ids)], "price_subtotal": 100.0})
        order._compute_prices()
        self.assertEqual((order.amount_total, order.amount_tax), (110.0, 10.0))
        self._sync(self._order_data(
            [(self.voucher_method, -20.0, None)], qty=-1, price=20.0, refunded=order))
        self._close()
        self.assertEqual(self._voucher_balance() - before, 40.0)
        payment = self.env["account.payment"].search([("pos_session_id", "=", self.session.id)])
        self.assertEqual(payment.journal_id, self.company.voucher_journal_id)
        self.assertEqual(payment.amount, 40.0)
        sales = self.session.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "income" and not line.tax_line_id)
        self.assertEqual(self.currency.round(sum(sales.mapped("balance"))), -80.0)
        taxes = self.session.move_id.line_ids.filtered("tax_line_id")
        self.assertEqual(self.currency.round(sum(taxes.mapped("balance"))), -10.0)

    def test_vouchers_are_not_counted(self):
        self._sell(60.0)
        self.session.post_closing_cash_details(0.0)
        with self.assertRaisesRegex(UserError, "cannot be counted"), self.env.cr.savepoint():
            self.session.close_session_from_ui([(self.voucher_method.id, -10.0)])

    def test_no_payment_by_hand(self):
        journal = self.company.voucher_journal_id
        with self.assertRaisesRegex(ValidationError, "tills and the web shop"), self.env.cr.savepoint():
            self.env["account.payment"].create({
                "amount": 10.0, "journal_id": journal.id, "partner_id": self.shopper.id,
                "payment_type": "inbound"})
        with self.assertRaisesRegex(ValidationError, "tills and the web shop"), self.env.cr.savepoint():
            self.env["account.payment"].create({
                "amount": 10.0, "partner_id": self.shopper.id, "payment_type": "inbound",
            }).journal_id = journal

    def test_invoiced_order(self):
        before = self._voucher_balance()
        order = self._sell(60.0, cash=40.0, to_invoice=True)
        invoice = order.account_move
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (100.0, 0.0))
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self._close()
        self.assertEqual(self._voucher_balance() - before, 60.0)
