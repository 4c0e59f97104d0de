from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, ForeignKeyViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.merchant_alliance.tests.common_promoter import PromoterMixin

from .common_escrow import EscrowCommon


class CommissionCommon(PromoterMixin, EscrowCommon):
    """A shopper bound to a promoter who gets all of the commission share: 5 of the 100 that 1000 concedes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.promoter_refund_days = 15
        cls.promoter = cls._make_promoter("com_lin")
        cls._bind(cls.shopper, cls.promoter)
        cls.ledger = cls.env["promoter.commission"]

    def _earn(self, days=15):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            self.ledger._cron_earn()
            return self._payable()

    def _sell_held(self, cash):
        """Return a funded sale whose rewards are held for review."""
        def hold_all(sales):
            sales.write({"reward_state": "held"})
            return sales.browse()

        with patch.object(self.env.registry["alliance.qualified.sale"], "_filter_rewardable", hold_all):
            return self._sell(cash)

    def _payable(self):
        return self.ledger._get_balances(self.company, self.promoter).get(self.promoter, 0)

    def _amounts(self):
        return self.ledger.search([("promoter_id", "=", self.promoter.id)], order="id").mapped(
            lambda entry: (entry.kind, entry.amount))

    def assertRefusedByDatabase(self, error, query, *values):
        self.env.flush_all()
        with self.assertRaises(error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(query, values)


@tagged("post_install", "-at_install")
class TestCommission(CommissionCommon):
    def test_payable_when_funded_checked_and_not_returnable(self):
        sale = self._sell(1000)
        self.assertEqual(sale.alloc_commission, 5.0)
        figures = self.promoter._get_commission_figures()
        self.assertEqual(figures, {"payable": 0, "pending": 500, "month": 500, "paid": 0})
        self.assertEqual(self._earn(14), 0, "it can still be returned")
        self.assertEqual(self._earn(15), 500)
        self.assertEqual(self._earn(16), 500, "once")
        self.assertEqual(self._amounts(), [("earn", 5.0)])
        figures = self.promoter._get_commission_figures()
        self.assertEqual(figures, {"payable": 500, "pending": 0, "month": 500, "paid": 0})
        self.assertEqual(self.ledger._get_payable_cents(self.company), {self.promoter: 500})

    def test_not_before_it_is_funded_or_checked(self):
        self._register(1000, self.shopper, self.store)
        self.assertEqual(self._earn(), 0)
        self._fund(self.merchant)
        self.assertEqual(self._earn(), 500)
        held = self._sell_held(1000)
        self.assertEqual((held.reward_state, self._earn()), ("held", 500))
        held._reject_rewards()
        self.assertEqual(self._earn(), 500, "rejected: never")
        self.assertEqual(self.promoter._get_commission_figures()["pending"], 0)

    def test_refunds_in_time_reduce_it_and_later_ones_are_owed(self):
        sale = self._sell(1000)
        self._refund(sale, 400)
        self.assertEqual(self.promoter._get_commission_figures()["pending"], 300)
        self.assertEqual(self._earn(), 300)
        self.ledger._mark_paid(self.promoter, 300, "line,1")
        self._refund(sale, 600)
        self.assertEqual(self._earn(20), -300, "refunded after it was paid")
        self.assertEqual(self.ledger._get_payable_cents(self.company), {})
        self._sell(2000)
        self.assertEqual(self._earn(40), 700, "set off against the next")
        self.assertEqual(self._amounts(), [
            ("earn", 5.0), ("refund", -2.0), ("payout", -3.0), ("refund", -3.0), ("earn", 10.0)])

    def test_refunded_whole_before_anything(self):
        sale = self._register(1000, self.shopper, self.store)
        self._register(-1000.0, self.shopper, self.store, origin=sale)
        self._fund(self.merchant)
        self.assertEqual((sale.state, self._earn(), self._amounts()), ("cancelled", 0, []))
        self.assertEqual(self.promoter._get_commission_figures()["pending"], 0)

    def test_the_merchants_statement_says_what_of_its_concessions_it_is(self):
        self._refund(self._sell(1000), 200)
        self._sell(1000, self._make_partner("Nobody's Shopper"))
        statement = self.env["merchant.statement"]._issue(self.merchant, fields.Date.today())
        self.assertEqual(
            (statement.concession_amount, statement.commission_amount, statement.rewards_amount), (-180, -4, -176))
        rows = dict(statement._get_account_rows())
        self.assertEqual((rows["For Promoters"], rows["For Rewards and the Platform"]), (-4, -176))
        self.assertEqual(statement.account_closing, 0, "commissions come out of the concession, not on top of it")

    def test_the_share_that_is_not_the_promoters_goes_to_the_pool(self):
        part = self._make_promoter("com_part", rate=40.0)
        shopper = self._make_partner("Part")
        self._bind(shopper, part)
        sale = self._sell(1000, shopper)
        self.assertEqual((sale.alloc_commission, sale.alloc_pool), (2.0, 63.0))
        self.assertReconciled()

    # -- one level -------------------------------------------------------------------------------

    def test_a_second_level_does_not_fit_into_the_database(self):
        """Lin is Wu's shopper. From what Lin's shoppers buy, Wu can be given nothing, by nobody."""
        wu = self._make_promoter("com_wu")
        self._bind(self.promoter.partner_id, wu)
        sale = self._sell(1000)
        self._earn()
        insert = ("INSERT INTO promoter_commission (promoter_id, company_id, kind, amount, date, qualified_sale_id,"
                  " idempotency_key) VALUES (%s, %s, %s, 1, now(), %s, 'second')")
        company = self.company.id
        self.assertRefusedByDatabase(UniqueViolation, insert, self.promoter.id, company, "earn", sale.id)
        fresh = self._sell(1000)
        self.assertRefusedByDatabase(ForeignKeyViolation, insert, wu.id, company, "earn", fresh.id)
        self.assertRefusedByDatabase(CheckViolation, insert, wu.id, company, "earn", None)
        self.assertRefusedByDatabase(CheckViolation, insert, wu.id, company, "payout", None)
        self.assertEqual(self.ledger._get_balances(self.company, wu), {})
        own = self._sell(1000, self.promoter.partner_id)
        self.assertEqual((own.promoter_id, self._earn(30)), (wu, 1000), "what Lin buys is a purchase like every other")

    def test_nothing_for_bringing_people_in(self):
        for number in range(3):
            self._bind(self._make_partner(f"Newcomer {number}"), self.promoter)
        self._earn()
        self.assertEqual(self._amounts(), [])

    def test_append_only(self):
        self._sell(1000)
        self._earn()
        entry = self.ledger.search([])
        for change in (lambda: entry.write({"amount": 99}), entry.unlink,
                       lambda: self.ledger.create({"promoter_id": self.promoter.id, "amount": 5})):
            with self.assertRaises(UserError):
                change()

    # -- payouts ---------------------------------------------------------------------------------

    def test_paid_once_and_payable_again_when_it_failed(self):
        self._sell(1000)
        self._earn()
        paid = self.ledger._mark_paid(self.promoter, 500, "line,1")
        self.assertEqual(self.ledger._mark_paid(self.promoter, 500, "line,1"), paid, "retried")
        self.assertEqual(self._payable(), 0)
        with self.assertRaisesRegex(UserError, "another payment"):
            self.ledger._mark_paid(self.promoter, 400, "line,1")
        for cents in (1, 0, -5):
            with self.assertRaisesRegex(UserError, "cannot be paid"):
                self.ledger._mark_paid(self.promoter, cents, "line,2")
        undone = self.ledger._unmark_paid("line,1")
        self.assertEqual(self.ledger._unmark_paid("line,1"), undone)
        self.assertEqual((undone.amount, self._payable()), (5.0, 500))
        self.assertFalse(self.ledger._unmark_paid("line,9"))
        self.ledger._mark_paid(self.promoter, 500, "line,2")
        self.assertEqual(self._payable(), 0)

    # -- books -----------------------------------------------------------------------------------

    def test_the_books_owe_what_the_sales_set_aside(self):
        sale = self._sell(1000)
        self._refund(sale, 200)
        self.assertReconciled()
        self.assertEqual(self._held("commission_payable"), 4.0)
        self._earn()
        self.assertEqual(self.posting._check_subledger(self.company), [])

    def test_commissions_of_rejected_sales_go_to_the_pool(self):
        sale = self._sell(1000)
        before = self._balance("rebate_pool")
        rejected = self._sell_held(1000)
        self._refund(rejected, 400)
        rejected._reject_rewards()
        self.posting._post_unposted(self.company)
        moves = self.posting._post_forfeited(self.company)
        self.assertFalse(moves, "once")
        self.assertEqual(self._held("commission_payable"), 5.0, "that of the other sale")
        lines = self._get_lines(rejected.forfeit_move_id)
        self.assertEqual(lines, {"commission_payable": 3, "operating_bank": -3, "escrow_bank": 3, "rebate_pool": -3})
        self.assertGreater(self._held("rebate_pool"), before)
        self._check_found(("alliance_qualified_sale", "forfeit_move_id"))
        self._refund(rejected, 600)
        self.posting._post_unposted(self.company)
        self.assertReconciled()
        self.assertFalse(sale.forfeit_move_id)
        self._check_commit()


@tagged("post_install", "-at_install")
class TestCommissionPages(HttpCase, CommissionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shopper.name = "Secret Shopper"

    def test_statement_of_a_month(self):
        with freeze_time(datetime(2026, 3, 10, 4, 0)):
            self.promoter.agreement_ids._write_step({"date_start": "2026-01-01", "date_end": "2027-01-01"})
            self.env.cr.execute("UPDATE alliance_promoter_binding SET bound_on = '2026-01-01'")
            self.env.invalidate_all()
            sale = self._sell(1000)
        with freeze_time(datetime(2026, 3, 28, 4, 0)):
            self.ledger._cron_earn()
            self.ledger._mark_paid(self.promoter, 500, "line,1")
        with freeze_time(datetime(2026, 4, 2, 4, 0)):
            self._refund(sale, 200)
            self.ledger._cron_earn()
        march, april = fields.Date.to_date("2026-03-01"), fields.Date.to_date("2026-04-01")
        self.assertEqual(self.promoter._get_statement_months(), [april, march])
        statement = self.promoter._get_statement(march)
        self.assertEqual([statement[name] for name in ("opening", "earned", "refunded", "paid", "closing")],
                         [0, 500, 0, -500, 0])
        self.assertEqual(statement["lines"][0]["document"], sale.name)
        statement = self.promoter._get_statement(april)
        self.assertEqual([statement[name] for name in ("opening", "earned", "refunded", "paid", "closing")],
                         [0, 0, -100, 0, -100])
        self.authenticate("com_lin", "com_lin")
        page = self.url_open("/my/promoter")
        self.assertIn("/my/promoter/statements/2026-04", page.text)
        for path in ("/my/promoter", "/my/promoter/statements/2026-03", "/my/promoter/statements/2026-03/pdf"):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200)
            self.assertNotIn("Secret", response.text)
        self.assertIn(sale.name, self.url_open("/my/promoter/statements/2026-03").text)
        with mute_logger("odoo.http"):
            for month in ("2026-02", "2026-99", "x"):
                self.assertEqual(self.url_open(f"/my/promoter/statements/{month}").status_code, 404)

    def test_figures_on_the_page(self):
        self._sell(1000)
        self.authenticate("com_lin", "com_lin")
        page = self.url_open("/my/promoter").text
        self.assertIn('id="commission_chart"', page)
        self.assertRegex(page, r'id="commission_pending"[^>]*>[^<]*5\.00')

    def test_rivals_shoppers_merchants_and_visitors_see_nothing(self):
        self._sell(1000)
        self._earn()
        month = f"{fields.Date.add(fields.Date.today(), days=15):%Y-%m}"
        self.assertEqual(f"{self.promoter._get_statement_months()[0]:%Y-%m}", month, "there is something to be seen")
        rival = self._make_promoter("com_rival")
        new_test_user(self.env, "com_shopper", groups="base.group_portal", password="com_shopper",
                      partner_id=self.shopper.id)
        new_test_user(self.env, "com_merchant", groups="base.group_portal", password="com_merchant",
                      partner_id=self.merchant.partner_id.id)
        for login in ("com_rival", "com_shopper", "com_merchant"):
            self.authenticate(login, login)
            with mute_logger("odoo.http"):
                for path in (f"/my/promoter/statements/{month}", f"/my/promoter/statements/{month}/pdf"):
                    self.assertEqual(self.url_open(path).status_code, 404, login)
            user = self.env["res.users"].search([("login", "=", login)])
            for model in ("alliance.promoter", "alliance.promoter.agreement", "alliance.promoter.binding",
                          "promoter.commission", "alliance.promoter.report"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
        self.authenticate(None, None)
        response = self.url_open(f"/my/promoter/statements/{month}", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])
        self.assertEqual(rival._get_commission_figures()["payable"], 0)
