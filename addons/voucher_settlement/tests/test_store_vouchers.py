from uuid import uuid4

from odoo.exceptions import UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_payments import VoucherPaymentsCommon, VoucherTillCommon


class OwnerMixin:
    """The Teahouse's owner logs in as a contact of the business; both have vouchers."""

    @classmethod
    def _make_owner(cls):
        cls.business = cls.merchant.partner_id
        cls.owner = cls._create_shopper("Owner", "owner")
        cls.owner.parent_id = cls.business
        cls.bakery = cls._make_merchant("Bakery").store_ids

    def assertRefused(self, call, *args):
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            call(*args)


@tagged("post_install", "-at_install")
class TestStoreVouchers(OwnerMixin, VoucherPaymentsCommon, HttpCase):
    """What a shop's points have turned into is seen and spent by its owners, elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_owner()
        cls.demo = cls.env["payment.provider"].search([
            ("code", "=", "demo"), ("company_id", "=", cls.company.id)], limit=1)
        cls.demo.write({"state": "test", "is_published": True})

    def setUp(self):
        super().setUp()
        self._give_vouchers(60.0, partner=self.business)
        self._give_vouchers(7.0, partner=self.owner)
        self.path = f"/my/store/{self.merchant.id}/vouchers"
        self.authenticate("owner", "ownerowner")

    def _scan(self, store):
        order = self.env["sale.order"]._create_scan_order(store, self.owner, 5_000, f"scan{next(self.keys):012}")
        return order, f"/alliance/pay/{order.id}"

    def _apply(self, path, amount, holder=None):
        return self.make_jsonrpc_request(
            f"{path}/vouchers/apply", {"amount": amount, **({"holder": holder.id} if holder else {})})

    def test_seen_by_owners_alone(self):
        self.assertIn(f'href="{self.path}"', self.url_open("/my/store").text)
        page = self.url_open(self.path).text
        self.assertIn("60.00", page)
        self.assertNotIn("7.00", page)
        self.assertIn("7.00", self.url_open("/my/green-points").text)
        self.assertNotIn("60.00", self.url_open("/my/green-points").text)
        self.assertIn("Vouchers of <b>Teahouse</b>", self.url_open(f"{self.path}/code").text)
        shown = self.make_jsonrpc_request(f"{self.path}/code/current")
        code = self.env["voucher.payment.code"]._get_or_create(self._wallet(self.business))
        self.assertEqual(shown["digits"].replace(" ", "")[:10], code.number)
        for login in ("limei", "rival"):
            if login == "rival":
                self._create_shopper("Rival", "rival").parent_id = self.bakery.merchant_id.partner_id
            self.authenticate(login, login * 2)
            for page in (self.path, f"{self.path}/code"):
                self.assertEqual(self.url_open(page).status_code, 404)
            with self.assertRaisesRegex(JsonRpcException, "NotFound"), mute_logger("odoo.http"):
                self.make_jsonrpc_request(f"{self.path}/code/current")

    def test_the_reminder_leads_there(self):
        self.assertEqual(self._wallet(self.business)._get_portal_path(), self.path)
        self.assertEqual(self._wallet(self.owner)._get_portal_path(), "/my/green-points")

    def test_pays_elsewhere_and_comes_back(self):
        order, path = self._scan(self.bakery)
        page = self.url_open(path).text
        self.assertEqual(page.count('name="holder"'), 2)
        self.assertIn("Teahouse", page)
        self.assertEqual(self._apply(path, 20, self.business), {"applied": 20.0, "due": 30.0})
        self.assertIn("Teahouse", self.url_open(path).text)
        self.assertEqual((self._balance(self.business), self._balance(self.owner)), ((60.0, 20.0), (7.0, 0.0)))
        self.assertEqual(self._apply(path, 5), {"applied": 5.0, "due": 45.0}, "the owner's own, instead")
        self.assertEqual((self._balance(self.business), self._balance(self.owner)), ((60.0, 0.0), (7.0, 5.0)))
        self._apply(path, 50, self.business)
        tx = order._get_voucher_transactions()
        order._capture_vouchers()
        tx._post_process()
        self.assertEqual((order.state, self._balance(self.business)), ("sale", (10.0, 0.0)))
        tx.action_refund(amount_to_refund=50.0)
        self.assertEqual(self._balance(self.business), (60.0, 0.0))

    def test_late_money_holds_the_same_again(self):
        order, path = self._scan(self.bakery)
        self._apply(path, 50, self.business)
        before = order._get_voucher_transactions()
        before._void()
        order._renew_vouchers(before)
        self.assertEqual((self._balance(self.business), self._balance(self.owner)), ((60.0, 50.0), (7.0, 0.0)))

    def test_not_those_of_others(self):
        _order, path = self._scan(self.bakery)
        self._give_vouchers(60.0)
        for stranger in (self.shopper, self.bakery.merchant_id.partner_id):
            self.assertRefused(self._apply, path, 20, stranger)
        self.assertEqual(self._balance(), (60.0, 0.0))
        self.authenticate("limei", "limeilimei")
        order = self.env["sale.order"]._create_scan_order(self.bakery, self.shopper, 5_000, "scan-of-a-shopper")
        self.assertRefused(self._apply, f"/alliance/pay/{order.id}", 20, self.business)
        self.assertEqual(self.url_open(f"/alliance/pay/{order.id}").text.count('name="holder"'), 1)

    def test_never_in_a_store_of_its_own(self):
        """The reimbursement would turn vouchers into money."""
        _order, path = self._scan(self.store)
        self.assertIn("Nobody pays with vouchers in a store of his own.", self.url_open(path).text)
        for holder in (self.business, self.owner):
            self.assertRefused(self._apply, path, 5, holder)
            with self.assertRaisesRegex(UserError, "store of his own"):
                self._wallet(holder)._authorize(500, self.store, f"own,{holder.id}")
            self._wallet(holder)._authorize(500, self.bakery, f"other,{holder.id}")._release()

    def test_several_stores_one_of_them_its_own(self):
        """What the others sell is paid, and no more."""
        wallet = self._wallet(self.business)
        most = {self.store: 5_000, self.bakery: 3_000}
        self.assertEqual(wallet._get_offer(most)["payable"], 3_000)
        with self.assertRaisesRegex(UserError, "store of his own"):
            wallet._authorize_stores(3_001, most, "test,both")
        holds = wallet._authorize_stores(3_000, most, "test,both")
        self.assertEqual((holds.store_id, holds.amount), (self.bakery, 30.0))


@tagged("post_install", "-at_install")
class TestStoreVouchersAtTills(OwnerMixin, VoucherTillCommon):
    """The shop's payment code, at a till of its own and at another."""

    def test_the_shop_s_code(self):
        self._make_owner()
        self._give_vouchers(60.0, partner=self.business)
        code = self.env["voucher.payment.code"]._get_or_create(self._wallet(self.business))
        own = self._open_session(self.till)
        answer = self.voucher_method.with_user(self.cashier).voucher_authorize(
            own.id, str(uuid4()), False, 10.0, code._get_current()[0])
        self.assertEqual((answer["status"], answer["available"]), ("short", 0.0))
        self.assertIn("store of his own", answer["elsewhere"])
        self.till.alliance_store_id = self.bakery
        answer = self.voucher_method.with_user(self.cashier).voucher_authorize(
            own.id, str(uuid4()), False, 10.0, code._get_current()[0])
        self.assertEqual((answer["status"], answer["partner_id"]), ("approved", self.business.id))
        self.assertEqual(self._balance(self.business), (60.0, 10.0))
