from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.merchant_alliance.tests.common_web import WebSaleCommon

from .common import GreenPointsCommon


@tagged("post_install", "-at_install")
class TestRules(GreenPointsCommon):
    """Under β 0.3 and γ 0.2 a sale of 1000.00 at 10 % gives 30.00 and 20.00, and leaves room for 50.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.copy({"beta": 0.3, "gamma": 0.2})._activate()

    def _rule(self, **vals):
        return self.env["green.points.rule"].create({
            "name": "Double", "company_id": self.company.id, "multiplier": 2.0, **vals})

    def _base(self, cash=100_000, **kwargs):
        return self._register_sales(cash, **kwargs).base_shopper

    def test_stacked_and_exclusive(self):
        self._rule(sequence=2)
        self._rule(name="Half more", multiplier=1.5, sequence=1)
        self.assertEqual(self._base(), 30 + 15 + 30)
        self._rule(name="Alone", multiplier=1.1, is_exclusive=True, sequence=0)
        sale = self._register_sales(100_000)
        self.assertEqual(sale.base_shopper, 33.0)
        self.assertEqual(sale.rule_use_ids.rule_id.name, "Alone")

    def test_never_more_than_the_concession(self):
        self._rule(multiplier=10.0)
        sale = self._sell(100_000)
        self.assertEqual((sale.base_shopper, sale.base_merchant), (80.0, 20.0))
        self.assertEqual(sale.rule_use_ids.extra, 50.0)
        self._sell(1_000_000, partner=self.other_shopper)
        self._refund(sale, 100_000)
        self.assertEqual(sale.refund_ids.base_shopper, -80.0)
        self.assertLedgerSound()

    def test_for_whom_where_and_when(self):
        now, day = fields.Datetime.now(), fields.Datetime.add
        tag = self.env["res.partner.category"].create({"name": "Members"})
        kind = self.env["alliance.category"].create({"name": "Noodles"})
        other = self._create_merchant("Tea House", rate=10.0)
        cases = [
            ({"scene": "own_mall"}, 30.0), ({"scene": self.store.scene}, 60.0),
            ({"merchant_ids": other.ids}, 30.0), ({"merchant_ids": self.merchant.ids}, 60.0),
            ({"category_ids": kind.ids}, 30.0), ({"partner_category_ids": tag.ids}, 30.0),
            ({"date_from": day(now, days=1)}, 30.0), ({"date_to": day(now, days=-1)}, 30.0),
            ({"date_from": day(now, days=-1), "date_to": day(now, days=1)}, 60.0),
            ({"hour_from": 0.0, "hour_to": 24.0}, 60.0), ({"segment": "returning"}, 60.0), ({"segment": "new"}, 30.0),
            ({"campaign_id": self.env["utm.campaign"].create({"name": "Spring"}).id}, 30.0)]
        self._register_sales(10_000)
        for vals, base in cases:
            with self.subTest(vals):
                rule = self._rule(**vals)
                self.assertEqual(self._base(), base)
                rule.active = False
        rule = self._rule(partner_category_ids=tag.ids, category_ids=kind.ids)
        self.shopper.category_id = tag
        self.store.category_id = kind
        self.assertEqual(self._base(), 60.0)

    def test_what_it_names_is_archived(self):
        """Archived, it still is the only one that the rule is for."""
        tag = self.env["res.partner.category"].create({"name": "Members"})
        kind = self.env["alliance.category"].create({"name": "Noodles"})
        other = self._create_merchant("Tea House", rate=10.0, state="closed")
        for vals, named in (
                ({"merchant_ids": other.ids}, other), ({"category_ids": kind.ids}, kind),
                ({"partner_category_ids": tag.ids}, tag)):
            with self.subTest(vals):
                rule = self._rule(**vals)
                named.active = False
                self.env.invalidate_all()
                self.assertEqual(self._base(), 30.0)
                rule.active = False

    def test_what_it_names_is_not_deleted(self):
        goods = self.env["product.category"].create({"name": "Drinks"})
        tea = goods.create({"name": "Tea", "parent_id": goods.id})
        merchant = self.env["alliance.merchant"].create(
            {"name": "New", "partner_id": self.env["res.partner"].create({"name": "New"}).id})
        named = {
            "merchant_ids": merchant,
            "category_ids": self.env["alliance.category"].create({"name": "Noodles"}),
            "goods_category_ids": tea,
            "partner_category_ids": self.env["res.partner.category"].create({"name": "Members"}),
            "campaign_id": self.env["utm.campaign"].create({"name": "Spring"})}
        rules = [
            (self._rule(**{fname: record.id if fname == "campaign_id" else record.ids}), record)
            for fname, record in named.items()]
        rules[0][0].active = False
        for record in (*named.values(), goods):
            with self.subTest(record._name), self.assertRaisesRegex(UserError, "Double.*names it"), \
                    self.cr.savepoint():
                record.unlink()
        for rule, record in rules:
            rule.unlink()
            record.unlink()

    def test_hours_are_the_company_s(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        self.env.user.tz = "America/New_York"
        self._rule(hour_from=20.0, hour_to=22.0)
        for number, (moment, base) in enumerate((
                ("2026-03-02 11:59:59", 30.0), ("2026-03-02 12:00:00", 60.0), ("2026-03-02 13:59:59", 60.0),
                ("2026-03-02 14:00:00", 30.0), ("2026-03-02 20:30:00", 30.0))):  # 19:59, 20:00, 21:59, 22:00, 4:30
            with self.subTest(moment):
                sale = self.env["alliance.qualified.sale"]._register_sales([{
                    "idempotency_key": f"hour,{number}", "partner": self.shopper, "store": self.store,
                    "sale_datetime": self._at(moment), "cash_cents": 100_000}])
                self.assertEqual(sale.base_shopper, base)

    def test_the_first_purchase_is_all_of_its_document(self):
        rule = self._rule(segment="new")
        other = self.store.copy({"name": "Counter", "merchant_id": self.merchant.id})
        parts = [(self.store, None, 100_000), (other, None, 100_000)]
        for base in (60.0, 30.0):
            self.assertEqual(self._register_sales(200_000, parts=parts).mapped("base_shopper"), [base] * 2)
        rule.segment = "returning"
        self.assertEqual(self._register_sales(200_000, parts=parts).mapped("base_shopper"), [60.0] * 2)

    def test_what_was_bought_of_another_company_is_not_counted(self):
        self._rule(segment="new")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self._register_sales(100_000)
        self.env.flush_all()
        self.env.cr.execute("UPDATE alliance_qualified_sale SET company_id = %s", [company.id])
        self.env.invalidate_all()
        self.assertEqual([self._base() for _sale in range(2)], [60.0, 30.0])

    def test_the_budget_stops_it(self):
        rule = self._rule(budget=40.0)
        self.assertEqual([self._base() for _sale in range(3)], [60.0, 40.0, 30.0])
        self.assertEqual(rule.spent, 40.0)
        self.assertEqual(sum(rule.use_ids.mapped("extra")), 40.0)

    def test_why_did_i_get_this(self):
        self._rule(name="Noodle Week")
        sale = self._sell(100_000)
        explanation = sale._get_reward_explanation("shopper")
        self.assertIn("“Noodle Week” adds", explanation)
        self.assertRegex(explanation, r"base value of the points: \D*30\.00")
        self.assertNotIn("Noodle Week", sale._get_reward_explanation("merchant"))

    @mute_logger("odoo.sql_db")
    def test_bounds_and_rights(self):
        rule = self._rule(budget=40.0)
        self._base()
        for change in ("multiplier = 1", "multiplier = 11", "spent = 41", "hour_to = 25"):
            with self.subTest(change), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.cr.execute(f"UPDATE green_points_rule SET {change} WHERE id = %s", [rule.id])
        with self.assertRaisesRegex(UserError, "sales alone"):
            rule.spent = 0.0
        with self.assertRaisesRegex(UserError, "kept"):
            rule.unlink()
        for use in rule.use_ids:
            with self.assertRaises(UserError):
                use.sudo().extra = 1.0
        for login, groups in (
                ("rule_portal", "base.group_portal"), ("rule_auditor", "merchant_alliance.group_auditor")):
            user = self._create_user(login, groups=groups)
            with self.assertRaises(AccessError):
                rule.with_user(user).write({"multiplier": 5.0})


@tagged("post_install", "-at_install")
class TestCampaignRule(WebSaleCommon):
    """A lamp of 100.00 at 10 % gives 3.00 under β 0.3."""

    def test_web_orders_of_the_campaign_alone(self):
        self.env["green.points.policy"]._get_active(self.company).copy({"beta": 0.3, "gamma": 0.2})._activate()
        spring, autumn = self.env["utm.campaign"].create([{"name": "Spring"}, {"name": "Autumn"}])
        self.env["green.points.rule"].create({
            "name": "Spring", "company_id": self.company.id, "multiplier": 2.0, "campaign_id": spring.id})
        for campaign, base in ((spring, 6.0), (autumn, 3.0), (autumn.browse(), 3.0)):
            with self.subTest(campaign.name):
                order = self._order(self.product)
                order.campaign_id = campaign
                self._pay(order)
                self.assertEqual(self._sales(order).base_shopper, base)
