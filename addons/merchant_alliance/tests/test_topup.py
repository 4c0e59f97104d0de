from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_staff import StaffCommon


@tagged("post_install", "-at_install")
class TestTopup(StaffCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.path = f"/my/deposit/{self.market.id}"

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _begin(self, amount=500.0, **params):
        values = self.make_jsonrpc_request(f"{self.path}/transaction", {
            "provider_id": self.provider.id, "payment_method_id": self.provider.payment_method_ids[:1].id,
            "token_id": None, "flow": "direct", "tokenization_requested": False, "landing_route": "/", "amount": amount,
            **params})
        return self.env["payment.transaction"].search([("reference", "=", values["reference"])])

    def _finish(self, tx, state="done"):
        tx._process("demo", {"reference": tx.reference, "payment_details": "1234", "simulated_state": state})
        tx._post_process()

    def _top_up(self, amount=500.0):
        self._login(self.owner)
        tx = self._begin(amount)
        self._finish(tx)
        return tx

    def assertRefused(self, *args, **kwargs):
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._begin(*args, **kwargs)

    def test_paid_it_is_in_the_deposit_once(self):
        tx = self._top_up()
        self.assertEqual((tx.amount, tx.partner_id, tx.deposit_merchant_id, tx.landing_route), (
            500.0, self.market.partner_id, self.market, self.path))
        for _report in range(3):
            tx._post_process()
        entry = self.market.deposit_entry_ids
        self.assertEqual((entry.kind, entry.amount, entry.reference, entry.payment_transaction_id), (
            "topup", 500.0, tx.reference, tx))
        self.assertEqual(self.market.deposit_balance, 500.0)
        page = self.url_open(self.path).text
        self.assertIn("500.00", page)
        self.assertIn(tx.reference, page)

    def test_it_earns_nothing(self):
        self._top_up()
        for model in ("alliance.qualified.sale", "sale.order"):
            self.assertFalse(self.env[model].search([("partner_id", "child_of", self.market.partner_id.id)]), model)

    def test_it_funds_what_waits(self):
        self._sell(100_000, store=self.east)  # 6 % = 60
        self._fund(self.market)
        self.assertEqual(self.market.qualified_sale_ids.state, "pending")
        self._top_up(100.0)
        self.env.ref("merchant_alliance.cron_fund_pending").method_direct_trigger()
        self.assertEqual((self.market.qualified_sale_ids.state, self.market.deposit_balance), ("funded", 40.0))

    def test_not_before_the_money_is_there(self):
        self._login(self.owner)
        tx = self._begin()
        self._finish(tx, "pending")
        self.assertEqual(self.market.deposit_balance, 0)
        self.assertIn("deposit_underway", self.url_open(self.path).text)
        self._finish(tx, "error")
        self.assertFalse(self.market.deposit_entry_ids)

    def test_amounts_have_limits(self):
        self._login(self.owner)
        for amount in (99.99, 50_000.01, 0, -500, 500.001, "500", None, True):
            with self.subTest(amount=amount):
                self.assertRefused(amount)
        for amount in ("99", "x", "", "1e9", "-5"):
            self.assertIn("deposit_error", self.url_open(f"{self.path}/pay?amount={amount}").text)
        self.assertIn('data-amount="100.0"', self.url_open(f"{self.path}/pay?amount=100").text)
        self.company.write({"alliance_topup_min": 10, "alliance_topup_max": 50})
        self._begin(10)
        self.assertRefused(100)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.company.alliance_topup_min = 51
            self.env.flush_all()

    def test_only_ways_to_pay_that_are_offered(self):
        self._login(self.owner)
        self.provider.is_published = False
        self.assertRefused()
        self.provider.write({"is_published": True, "state": "disabled"})
        self.assertRefused()
        self.assertRefused(provider_id=None)
        self.assertRefused(deposit_merchant_id=self.merchant.id)

    def test_only_the_owner_may(self):
        for user in (self.worker, self.other_owner, self.buyer):
            self._login(user)
            self.assertEqual(self.url_open(self.path).status_code, 404)
            self.assertEqual(self.url_open(f"{self.path}/pay?amount=500").status_code, 404)
            self.assertRefused()
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(self.path).url)
        self.assertRefused()
        self.assertFalse(self.env["payment.transaction"].search([("deposit_merchant_id", "!=", False)]))

    def test_nobody_says_by_hand_whose_deposit_a_payment_is(self):
        accountant = self._make_user("topup_accountant", "account.group_account_manager")
        tx = self._new_tx(self._order(self.product), 10)
        with self.assertRaises(AccessError):
            tx.with_user(accountant).deposit_merchant_id = self.market
        with self.assertRaises(AccessError):
            self.env["payment.transaction"].with_user(accountant).create({"deposit_merchant_id": self.market.id})

    def test_who_has_no_deposit_to_pay_into(self):
        self._login(self.owner)
        for vals in ({"funding_method": "split"}, {"is_platform": True}, {"state": "closed"}):
            with self.subTest(vals=vals):
                before = {name: self.market[name] for name in vals}
                self.market.write(vals)
                self.assertNotIn("topup_amount", self.url_open(self.path).text)
                self.assertRefused()
                self.market.write(before)

    def test_what_the_provider_gives_back_is_paid_back(self):
        tx = self._top_up()
        refund = self._give_back(tx, 200)
        refund._post_process()
        self.assertEqual(self.market.deposit_entry_ids.sorted("id").mapped(lambda e: (e.kind, e.amount)), [
            ("topup", 500.0), ("withdrawal", -200.0)])
        self.assertEqual(self.market.deposit_balance, 300.0)

    def test_what_is_used_up_is_not_given_back(self):
        tx = self._top_up()
        self._sell(500_000, store=self.east)  # 6 % = 300
        self._fund(self.market)
        with self.assertRaisesRegex(ValidationError, "at most .*200.00"):
            tx._create_child_transaction(300, is_refund=True)
        self._give_back(tx, 200)
        self.assertEqual(self.market.deposit_balance, 0)

    def test_a_chargeback_of_what_is_used_up_is_claimed(self):
        """Between the refund's request and its report, concessions may have used the deposit up."""
        tx = self._top_up()
        refund = tx._create_child_transaction(500, is_refund=True)
        self._sell(500_000, store=self.east)
        self._fund(self.market)
        refund._set_done()
        refund._post_process()
        refund._post_process()
        self.assertEqual((self.market.deposit_balance, refund.deposit_entry_ids.amount), (0, -200.0))
        task = self.market.activity_ids
        self.assertEqual(len(task), 1)
        self.assertIn("300", task.summary)

    def test_captured_in_parts_each_part_counts(self):
        self._login(self.owner)
        tx = self._begin()
        tx._set_authorized()
        for amount in (200, 300):
            part = tx._create_child_transaction(amount)
            part._set_done()
            part._post_process()
        tx._post_process()
        self.assertEqual(self.market.deposit_entry_ids.sorted("id").mapped("amount"), [200.0, 300.0])

    def test_a_key_of_another_payment_is_refused(self):
        tx = self._top_up()
        with self.assertRaisesRegex(UserError, "differs"):
            self.market._deposit("topup", 1, f"payment.transaction,{tx.id}")
