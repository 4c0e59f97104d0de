import re

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..controllers.portal import GreenPointsPortal
from .common import GreenPointsCommon


@tagged("post_install", "-at_install")
class TestPointsPortal(GreenPointsCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_user("points_shopper", cls.shopper)
        cls._create_user("points_other", cls.other_shopper)
        cls._open_website()

    def _get_page(self, login, url="/my/green-points"):
        self.authenticate(login, login)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        return response.text

    def test_empty_page(self):
        page = self._get_page("points_shopper")
        self.assertIn("You have no green points yet", page)
        self.assertIn("They have no cash value, and no value is promised", page)

    def test_own_points_alone(self):
        self._sell(123_400)
        self._sell(567_800, partner=self.other_shopper)
        self._register_sales(50_000)
        self._register_sales(11_100, partner=self.other_shopper)
        page = self._get_page("points_shopper")
        self.assertNotIn("You have no green points yet", page)
        self.assertRegex(page, r'name="points_active"[^>]*>74\.04<')  # 60 % of 10 % of 1234.00
        self.assertRegex(page, r'name="points_pending"[^>]*>30\.00<')
        self.assertIn("Noodle House", page)
        self.assertIn("Why did I get this?", page)
        self.assertIn("They joined period 1.", page)
        self.assertNotIn("340.68", page)
        other = self._get_page("points_other")
        self.assertIn("340.68", other)
        self.assertRegex(other, r'name="points_pending"[^>]*>6\.66<')
        self.assertNotIn("74.04", other)

    def test_points_of_the_website_s_company(self):
        """Whatever company the user knows: who shops at two has points of both, each on its own website."""
        self._sell(123_400)
        self._register_sales(50_000)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["res.users"].search([("login", "in", ("points_shopper", "points_other"))]).write(
            {"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        page = self._get_page("points_shopper")
        self.assertRegex(page, r'name="points_active"[^>]*>74\.04<')
        self.assertRegex(page, r'name="points_pending"[^>]*>30\.00<')
        self.assertIn("You have no green points yet", self._get_page("points_other"))
        self.env["website"].search([]).company_id = other
        self.assertIn("You have no green points yet", self._get_page("points_shopper"))

    def test_what_waits_says_why_and_for_what(self):
        self._sell_held(20_000)
        sale = self._register_sales(50_000)
        self._register_sales(10_000, origin=sale)
        self._register_sales(11_100, partner=self.other_shopper)
        page = self._get_page("points_shopper")
        self.assertEqual(page.count('name="points_waiting_row"'), 3)
        self.assertIn("Of the $\xa0500.00 paid in cash, the store concedes 10 %", page)
        self.assertIn("They are pending until the store&#39;s money has arrived.", page)
        self.assertIn("They are held while the sale is being reviewed.", page)
        self.assertIn("of a sale were refunded", page)
        rows = re.findall(r'name="points_waiting_points"[^>]*>([^<]*)<', page.replace("\ufeff", ""))
        self.assertEqual(rows, ["-6.00", "30.00", "12.00"])
        self.assertNotIn("111.00", page)
        self._fund()
        self.assertEqual(self._get_page("points_shopper").count('name="points_waiting_row"'), 1)

    def test_no_more_rows_than_a_page_and_their_number(self):
        self.patch(GreenPointsPortal, "_points_rows_per_page", 2)
        for _sale in range(5):
            self._register_sales(10_000)
        page = self._get_page("points_shopper")
        self.assertEqual(page.count('name="points_waiting_row"'), 2)
        self.assertRegex(page, r'name="points_waiting_more"[^>]*>\s*and 3 more')

    def test_a_merchant_reads_what_its_shop_earns(self):
        self._sell(100_000)
        self._create_user("points_boss", self.merchant.partner_id)
        rival = self._create_merchant("Tea House", rate=20.0)
        self._create_user("points_rival", rival.partner_id)
        self._register_sales(30_000)
        page = self._get_page("points_boss", "/my/store")
        self.assertEqual(page.count('name="store_points_why"'), 2)
        self.assertIn("40 % of that is the base value of the points", page)
        self.assertIn("They joined period 1.", page)
        self.assertIn("They are pending until your concession is funded", page)
        self.assertIn("40.00", page)
        self.assertNotIn("60 %", page, "that is the shopper's")
        page = self._get_page("points_rival", "/my/store")
        self.assertNotIn("store_points_why", page)
        self.assertNotIn("is the base value", page)

    def test_points_for_one_unit_of_base_value(self):
        self.policy.copy({"points_per_unit": 3.0})._activate()
        sale = self._sell(100_000)  # base values 60 and 40
        self._register_sales(50_000)
        self.assertEqual(
            {entry.holder_kind: entry.points for entry in sale.points_entry_ids}, {"shopper": 180.0, "merchant": 120.0})
        position = self.env["green.points.position"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((position.base, position.points), (60.0, 180.0))
        self.assertEqual(
            self.env["green.points.position"]._get_summary(self.shopper, "shopper", self.company),
            {"active": 180.0, "pending": 90.0, "held": 0.0, "matured": 0.0})
        page = self._get_page("points_shopper")
        self.assertRegex(page, r'name="points_active"[^>]*>180\.00<')
        self.assertRegex(page, r'name="points_pending"[^>]*>90\.00<')
        self.assertRegex(page, r"180\.00\s+points")
        self.assertRegex(page, r"\+\s*180\.00")

    def test_points_do_not_jump_when_they_become_active(self):
        """The policy in force changes while they wait: shown is what the period that takes them makes of them."""
        self._sell(100_000)
        self._sell_held(20_000)
        sale = self._register_sales(10_000)  # base values 6 and 4
        self.policy.copy({"points_per_unit": 100.0})._activate()
        later = self._register_sales(50_000)
        positions = self.env["green.points.position"]

        def get_pending():
            return [positions._get_summary(partner, kind, self.company)["pending"]
                    for partner, kind in ((self.shopper, "shopper"), (self.merchant.partner_id, "merchant"))]

        self.assertEqual([sale._get_shown_points("shopper"), later._get_shown_points("shopper")], [6.0, 30.0])
        self.assertEqual(get_pending(), [36.0, 24.0], "the open period keeps its policy")
        self.assertEqual(positions._get_summary(self.shopper, "shopper", self.company)["held"], 12.0)
        self._close_period()
        self.env.invalidate_all()
        self.assertEqual([sale._get_shown_points("shopper"), later._get_shown_points("merchant")], [600.0, 2000.0])
        self.assertEqual(get_pending(), [3600.0, 2400.0])
        page = self._get_page("points_shopper")
        self.assertRegex(page, r'name="points_pending"[^>]*>3,600\.00<')
        self.assertIn("600.00", re.findall(r'name="points_waiting_points"[^>]*>([^<]*)<', page.replace("\ufeff", "")))
        self._fund()
        self.assertEqual(sale._get_shown_points("shopper"), 600.0)
        self.assertEqual(sum(self._entries(sale).mapped("points")), 1000.0)
        refund = self._register_sales(5_000, origin=self.env["alliance.qualified.sale"].search(
            [("reward_state", "=", "active"), ("cohort_id.number", "=", 1)]))
        self.assertEqual(refund._get_shown_points("shopper"), -3.0, "taken out of the first period")

    def test_a_merchants_points_are_not_its_clerks(self):
        self._sell(100_000)
        clerk = self.env["res.partner"].create({"name": "Clerk", "parent_id": self.merchant.partner_id.id})
        self._create_user("points_clerk", clerk)
        self._create_user("points_boss", self.merchant.partner_id)
        rival = self._create_merchant("Tea House", rate=20.0)
        self._create_user("points_rival", rival.partner_id)
        for login in ("points_clerk", "points_boss"):
            self.assertIn("You have no green points yet", self._get_page(login))
            store = self._get_page(login, "/my/store")
            self.assertRegex(store, r'name="store_points_active"[^>]*>40\.00<')
        store = self._get_page("points_rival", "/my/store")
        self.assertRegex(store, r'name="store_points_active"[^>]*>0\.00<')
        self.assertNotIn("store_points", self._get_page("points_shopper", "/my/store"))

    def test_how_far_they_matured(self):
        self._sell(100_000)
        for _period in range(5):
            self._close_period()
        page = self._get_page("points_shopper")
        self.assertIn('aria-valuenow="10"', page)
        self.assertRegex(page, r"4\s+of\s+40\s+periods")

    def test_pages(self):
        for _sale in range(4):
            self._register_sales(10_000)
        last = self._register_sales(7_700)
        self._fund()
        self.patch(GreenPointsPortal, "_points_rows_per_page", 3)
        self.assertIn("7.70", last._get_reward_explanation("shopper"))
        self.assertEqual(self._get_page("points_shopper").count('name="points_entry"'), 3)
        second = self._get_page("points_shopper", "/my/green-points/page/2")
        self.assertEqual(second.count('name="points_entry"'), 2)

    def test_home_entry(self):
        self.assertIn('href="/my/green-points"', self._get_page("points_shopper", "/my/home"))

    def test_public_must_log_in(self):
        response = self.url_open("/my/green-points", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])
