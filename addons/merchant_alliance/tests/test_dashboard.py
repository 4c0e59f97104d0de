import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from ..tools.span import get_days
from .common import AllianceCommon

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 3, 18, 6, 30)  # 14:30 in Shanghai


class DashboardCommon(AllianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = ZONE
        cls.second = cls.env["alliance.store"].create(
            {"name": "Second Store", "merchant_id": cls.merchant.id, "scene": "alliance"})
        cls.rival = cls._make_merchant("Rival House")
        cls.people = cls.env["res.partner"].create([{"name": f"Person {number}"} for number in range(5)])

    def setUp(self):
        super().setUp()
        freezer = freeze_time(NOW)
        freezer.start()
        self.addCleanup(freezer.stop)
        self.numbers = iter(range(10_000))

    def _buy(self, cents, moment, partner=None, store=None, **vals):
        return self._sell(cents, f"dash,{next(self.numbers)}", store, sale_datetime=moment,
                          **{"partner": partner or self.shopper, **vals})


class TestSpan(DashboardCommon):
    def test_today_begins_at_the_companys_midnight_and_is_compared_with_as_much_of_yesterday(self):
        span = self.merchant._get_dashboard_span("day")
        self.assertEqual((span.start, span.end), (datetime(2026, 3, 17, 16, 0), NOW + timedelta(seconds=1)))
        self.assertEqual((span.previous_start, span.previous_end),
                         (datetime(2026, 3, 16, 16, 0), NOW + timedelta(seconds=1) - timedelta(days=1)))
        self.assertEqual([bucket.hour for bucket in span.buckets], list(range(15)))

    def test_days_are_calendar_days_also_when_the_clock_is_put_forward(self):
        # clocks in Berlin went forward on 29 March 2026
        span = get_days("Europe/Berlin", datetime(2026, 3, 30, 10, 0), 3)
        self.assertEqual(span.start, datetime(2026, 3, 27, 23, 0))
        self.assertEqual([str(bucket.date()) for bucket in span.buckets], ["2026-03-28", "2026-03-29", "2026-03-30"])
        self.assertEqual(span.previous_start, datetime(2026, 3, 24, 23, 0))
        self.assertEqual(span.previous_end, datetime(2026, 3, 27, 11, 0, 1))  # the same by the clock: 12:00:01

    def test_an_unknown_range_is_the_usual_one(self):
        self.assertEqual(self.merchant._get_dashboard_span("'; DROP"), self.merchant._get_dashboard_span("month"))


class TestFigures(DashboardCommon):
    def test_midnight_decides_to_the_second(self):
        self._buy(10_000, datetime(2026, 3, 17, 15, 59, 59))  # yesterday, 23:59:59
        self._buy(20_000, datetime(2026, 3, 17, 16, 0, 0))
        self._buy(40_000, datetime(2026, 3, 17, 6, 30, 30))  # yesterday, but later than it is today
        figures = self.merchant._get_sales_figures(self.merchant._get_dashboard_span("day"))
        self.assertEqual((figures["current"]["cash"], figures["previous"]["cash"]), (20_000, 0))
        self.assertEqual(figures["columns"]["current"], {
            datetime(2026, 3, 18, 0, 0): {"count": 1, "cash": 20_000, "concession": 2_000}})

    def test_refunds_count_when_they_are_made_and_what_was_cancelled_does_not(self):
        sale = self._buy(10_000, NOW - timedelta(days=9))
        self._fund_all()
        self._buy(-2_500, NOW - timedelta(days=1), origin=sale)
        gone = self._buy(7_700, NOW - timedelta(days=1))
        gone.flush_recordset()
        self.env.cr.execute("UPDATE alliance_qualified_sale SET state = 'cancelled' WHERE id = %s", (gone.id,))
        self.env.invalidate_all()
        figures = self.merchant._get_sales_figures(self.merchant._get_dashboard_span("week"))
        self.assertEqual(figures["current"], {"count": 0, "cash": -2_500, "concession": -250, "average": 0})
        self.assertEqual(figures["previous"], {"count": 1, "cash": 10_000, "concession": 1_000, "average": 10_000})

    def _fund_all(self):
        self.merchant._deposit("topup", 1_000_000, "dash,top", "Bank")
        self._fund()

    def test_new_returning_and_repurchase_rate(self):
        new, returning, twice, before, rivals = self.people
        self._buy(1_000, NOW - timedelta(days=1), new)
        self._buy(1_000, NOW - timedelta(days=100), returning)
        self._buy(1_000, NOW - timedelta(days=2), returning)
        for hours in (20, 30):
            self._buy(1_000, NOW - timedelta(hours=hours), twice)
        self._buy(1_000, NOW - timedelta(days=8), before)
        self._buy(1_000, NOW - timedelta(days=100), new, store=self.rival.store_ids)
        self._buy(1_000, NOW - timedelta(days=1), rivals, store=self.rival.store_ids)
        figures = self.merchant._get_shopper_figures(self.merchant._get_dashboard_span("week"))
        self.assertEqual(figures["current"], {"shoppers": 3, "new": 2, "returning": 1, "loyal": 2, "rate": 66.7})
        self.assertEqual(figures["previous"], {"shoppers": 1, "new": 1, "returning": 0, "loyal": 0, "rate": 0.0})
        nobody = self.rival._get_shopper_figures(self.merchant._get_dashboard_span("day"))
        self.assertIsNone(nobody["current"]["rate"])

    def test_the_same_as_reckoned_by_hand(self):
        """Hundreds of sales at any time, in two stores and a rival's: each figure again, sale by sale."""
        chance = random.Random(7)
        stores = [self.store, self.second, self.rival.store_ids]
        for _number in range(240):
            moment = NOW - timedelta(minutes=chance.randrange(80 * 24 * 60))
            self._buy(chance.randrange(100, 99_999), moment, chance.choice(self.people), chance.choice(stores))
        sales = self.merchant.qualified_sale_ids
        for code, days in (("day", 1), ("week", 7), ("month", 30)):
            for store in (None, self.second):
                own = sales.filtered(lambda sale, store=store: not store or sale.store_id == store)
                midnight = datetime(2026, 3, 18, tzinfo=ZoneInfo(ZONE)) - timedelta(days=days - 1)
                start = midnight.astimezone(UTC).replace(tzinfo=None)
                bought = {
                    "current": own.filtered(lambda sale, start=start: sale.sale_datetime >= start),
                    "previous": own.filtered(lambda sale, start=start, back=timedelta(days=days): (
                        start - back <= sale.sale_datetime <= NOW - back and sale.sale_datetime < start))}
                span = self.merchant._get_dashboard_span(code)
                figures = self.merchant._get_sales_figures(span, store)
                shoppers = self.merchant._get_shopper_figures(span, store)
                for word, found in bought.items():
                    with self.subTest(code=code, store=store, word=word):
                        self.assertEqual(figures[word]["count"], len(found))
                        self.assertEqual(figures[word]["cash"], sum(round(sale.cash_amount * 100) for sale in found))
                        self.assertEqual(
                            figures[word]["concession"], sum(round(sale.concession_amount * 100) for sale in found))
                        first = {p: min(own.filtered(lambda s, p=p: s.partner_id == p).mapped("sale_datetime"))
                                 for p in found.partner_id}
                        new = [p for p in found.partner_id if first[p] in found.filtered(
                            lambda s, p=p: s.partner_id == p).mapped("sale_datetime")]
                        self.assertEqual(
                            (shoppers[word]["shoppers"], shoppers[word]["new"]), (len(found.partner_id), len(new)))
                columns = figures["columns"]["current"].values()
                self.assertEqual(sum(column["cash"] for column in columns), figures["current"]["cash"])
                self.assertLessEqual(set(figures["columns"]["current"]), set(span.buckets))
                self.assertLessEqual(set(figures["columns"]["previous"]), set(span.buckets))


@tagged("post_install", "-at_install")
class TestDashboardPage(HttpCase, DashboardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, entity in (("owner_d", cls.merchant.partner_id), ("rival_d", cls.rival.partner_id)):
            partner = cls.env["res.partner"].create({"name": login, "parent_id": entity.id})
            cls._make_user(login, "base.group_portal", partner)
        cls._make_user("buyer_d", "base.group_portal", cls.shopper)

    def setUp(self):
        super().setUp()
        self._buy(12_345, NOW - timedelta(hours=1))
        self._buy(54_321, NOW - timedelta(hours=1), store=self.second)
        self._buy(77_777, NOW - timedelta(hours=1), store=self.rival.store_ids)

    def _open(self, login, query=""):
        self.authenticate(login, login)
        return self.url_open(f"/my/store/dashboard{query}").text

    def test_own_figures_by_store_and_nobody_elses(self):
        page = self._open("owner_d", "?span=day")
        self.assertIn("666.66", page)
        self.assertNotIn("777.77", page)
        self.assertIn("543.21", self._open("owner_d", f"?span=day&store={self.second.id}"))
        foreign = self._open("owner_d", f"?span=day&store={self.rival.store_ids.id}")
        self.assertIn("666.66", foreign, "another merchant's store is no choice")
        self.assertNotIn("777.77", foreign)
        self.assertIn("777.77", self._open("rival_d", "?span=day"))

    def test_whoever_has_no_merchant_sees_no_figure(self):
        page = self._open("buyer_d")
        self.assertIn("dashboard_empty", page)
        self.assertNotIn("123.45", page)
        self.authenticate(None, None)
        response = self.url_open("/my/store/dashboard", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])

    def test_charts_can_be_read_without_being_drawn(self):
        page = self._open("owner_d", "?span=day&store=x")
        self.assertIn('data-chart-name="sales"', page)
        self.assertIn("The same in figures", page)
        self.assertIn("13:00", page)

    def test_a_shop_without_sales(self):
        self.env.cr.execute("UPDATE alliance_qualified_sale SET sale_datetime = '2020-01-01'")
        self.env.invalidate_all()
        page = self._open("owner_d", "?span=week")
        self.assertIn('data-chart-name="sales"', page)
        self.assertNotIn('data-chart-name="shoppers"', page)
