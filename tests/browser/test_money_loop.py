"""The whole loop, each person in a browser: a sale at one till ends as a voucher paid at another."""

from odoo.tests import HttpCase, tagged

from odoo.addons.voucher_settlement.tests.common_payments import VoucherTillCommon

from tests.support.roles import create_users
from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestMoneyLoop(PicturedTours, VoucherTillCommon, HttpCase):
    """Tea for 1000 at 10 %: 100 conceded, 60 of it to the pool.

    β = 0.6 and γ = 0.4 give base values of 60 and 40; the first of 40 steps to 5 times is 0.125:
    7.50 for the shopper and 5.00 for the merchant are due, and the pool can pay them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = create_users(cls.env, prefix="loop_")
        cls.env["product.template"].search([("available_in_pos", "=", True)]).available_in_pos = False
        cls.product.write({"available_in_pos": True, "list_price": 1000.0})
        cls.other_store = cls._make_merchant("Bakery").store_ids
        cls.other_till, _cash = cls._create_till("Bakery Till", cls.other_store)

    def _tour(self, name, role, url="/odoo", picture=None):
        self.start_tour(
            url, f"money_loop_{name}", login=self.users[role].login, timeout=180, picture=picture or f"loop_{name}")

    def _at_the_till(self, name, till):
        till.with_user(self.users["cashier"]).open_ui()
        self._tour(name, "cashier", f"/pos/ui/{till.id}")
        return till.current_session_id.order_ids

    def _run_job(self, xmlid):
        self.env.ref(xmlid).method_direct_trigger()

    def test_from_the_sale_to_the_redeemed_voucher(self):
        order = self._at_the_till("cashier_sells", self.till)
        sale = self.env["alliance.qualified.sale"].search([("pos_order_id", "=", order.id)])
        self.assertEqual((sale.partner_id, sale.cash_amount, sale.concession_amount), (self.shopper, 1000.0, 100.0))

        self._run_job("merchant_alliance.cron_fund_pending")
        self.assertEqual((sale.state, sale.reward_state), ("funded", "active"))

        for number in (1, 2):  # points are first released at the end of the period after their own
            self._tour("maker_closes", "maker", picture=f"loop_maker_closes_{number}")
            self._tour("checker_settles", "checker", picture=f"loop_checker_settles_{number}")
        periods = self.env["settlement.period"].search([("state", "=", "settled")], order="number")
        self.assertEqual(periods.mapped("released_amount"), [0.0, 12.5])

        self.start_tour("/my/home", "money_loop_shopper_looks", login="limei", timeout=180,
                        picture="loop_shopper_looks")
        self.assertEqual(self._balance(), (17.5, 0.0))

        self._set_known_code()
        paid = self._at_the_till("shopper_pays", self.other_till)
        self.assertEqual(
            paid.payment_ids.mapped(lambda payment: (payment.payment_method_id.name, payment.amount)),
            [("Cash", 992.5), ("Vouchers", 7.5)])
        self.assertEqual(self._balance(), (10.0, 0.0))

        self._run_job("voucher_settlement.ir_cron_escrow_post")
        self._tour("auditor_checks", "auditor")
        posting = self.env["escrow.posting"]
        self.assertEqual(posting._get_balance("redeemed_due", self.company), 750)
        self.assertEqual(posting._check_subledger(self.company), [])


@tagged("post_install", "-at_install")
class TestMoneyLoopOnThePhone(PicturedTours, VoucherTillCommon, HttpCase):
    """The shopper's page on a telephone, in Chinese."""

    browser_size = "375x667"
    touch_enabled = True

    def test_shopper_looks(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["website"].get_current_website().language_ids |= self.env["res.lang"]._lang_get("zh_CN")
        self.shopper.lang = "zh_CN"
        self._give_vouchers(7.5)
        self._give_vouchers(10.0, kind="shopping")
        self.start_tour("/zh_CN/my/home", "money_loop_shopper_looks", login="limei", timeout=180,
                        picture="loop_shopper_looks_phone_zh")
        self.start_tour("/zh_CN/my/vouchers/code", "money_loop_shopper_shows_code", login="limei", timeout=180,
                        picture="loop_payment_code_phone_zh")
