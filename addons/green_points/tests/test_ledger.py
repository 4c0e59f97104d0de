from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import GreenPointsCommon


@tagged("post_install", "-at_install")
class TestLedger(GreenPointsCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale = cls._sell(100_000)
        cls.entry = cls.env["green.points.entry"].search(
            [("qualified_sale_id", "=", cls.sale.id), ("holder_kind", "=", "shopper")])
        cls.position = cls.env["green.points.position"].search(
            [("partner_id", "=", cls.shopper.id), ("cohort_id", "=", cls.sale.cohort_id.id)])

    def _row(self, **vals):
        return {
            "partner_id": self.shopper.id, "holder_kind": "shopper", "cohort_id": self.sale.cohort_id.id,
            "kind": "refund", "cents": 100, "qualified_sale_id": None,
            "idempotency_key": "correction,1", **vals,
        }

    def test_nobody_edits_the_ledger(self):
        """Not even superuser code."""
        for records in (self.entry.sudo(), self.position.sudo()):
            for call in (
                lambda records=records: records.write({"base": 1_000.0}),
                lambda records=records: setattr(records, "base", 1_000.0),
                records.unlink,
                lambda records=records: records.copy(),
                lambda records=records: records.create({
                    "partner_id": self.shopper.id, "holder_kind": "shopper", "base": 1.0,
                    "cohort_id": self.sale.cohort_id.id}),
            ):
                with self.assertRaises(UserError):
                    call()
        self.env.invalidate_all()
        self.assertEqual(self.entry.base, 60.0)
        self.assertEqual(self.position.base, 60.0)

    def test_recording_twice_counts_once(self):
        entries = self.env["green.points.entry"]
        self.assertEqual(len(entries._record([self._row()])), 1)
        self.assertFalse(entries._record([self._row()]))
        self.assertEqual(self.position.base, 61.0)
        self.assertLedgerSound()

    def test_nothing_is_recorded_for_nothing(self):
        self.assertFalse(self.env["green.points.entry"]._record([self._row(cents=0)]))
        self.assertFalse(self.env["green.points.entry"]._record([]))

    def test_giving_and_taking_are_apart(self):
        with self.assertRaises(ValueError):
            self.env["green.points.entry"]._record(
                [self._row(), self._row(cents=-1, idempotency_key="correction,2")])

    @mute_logger("odoo.sql_db")
    def test_no_more_is_taken_than_is_there(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.env["green.points.entry"]._record([self._row(cents=-6001)])
        with self.assertRaisesRegex(UserError, "who has them"):
            self.env["green.points.entry"]._record([self._row(cents=-1, partner_id=self.other_shopper.id)])

    def test_summary_by_state_and_holder(self):
        self._sell_held(30_000)
        self._register_sales(20_000)
        foreign = self._create_merchant("Tea House", rate=20.0)
        self._register_sales(10_000, store=foreign.store_ids)
        summary = self.env["green.points.position"]._get_summary
        self.assertEqual(
            summary(self.shopper, "shopper", self.company),
            {"active": 60.0, "pending": 12.0 + 12.0, "held": 18.0, "matured": 0.0})
        self.assertEqual(
            summary(foreign.partner_id, "merchant", self.company),
            {"active": 0.0, "pending": 8.0, "held": 0.0, "matured": 0.0})
        self._close_period().state = "matured"
        self.assertEqual(summary(self.merchant.partner_id, "merchant", self.company)["matured"], 40.0)


@tagged("post_install", "-at_install")
class TestAccess(GreenPointsCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._sell(100_000)
        cls._sell(50_000, partner=cls.other_shopper)
        cls.portal_user = cls._create_user("points_shopper", cls.shopper)
        clerk = cls.env["res.partner"].create({"name": "Clerk", "parent_id": cls.merchant.partner_id.id})
        cls.clerk_user = cls._create_user("points_clerk", clerk)
        cls.operator = cls._create_user("points_operator", groups="merchant_alliance.group_operator")
        cls.auditor = cls._create_user("points_auditor", groups="merchant_alliance.group_auditor")
        cls.employee = cls._create_user("points_employee", groups="base.group_user")

    def test_a_shopper_sees_own_points_alone(self):
        for model in ("green.points.entry", "green.points.position"):
            found = self.env[model].with_user(self.portal_user).search([])
            self.assertEqual(found.partner_id, self.shopper)
            self.assertEqual(found.mapped("points"), [60.0])
            foreign = self.env[model].search([("partner_id", "=", self.other_shopper.id)])
            with self.assertRaises(AccessError):
                foreign.with_user(self.portal_user).read(["base"])

    def test_a_merchants_contact_sees_the_merchants_points(self):
        found = self.env["green.points.position"].with_user(self.clerk_user).search([])
        self.assertEqual(found.sudo().partner_id, self.merchant.partner_id)
        self.assertEqual(found.holder_kind, "merchant")

    def test_who_reads_what(self):
        models = ("green.points.policy", "green.points.cohort", "green.points.entry", "green.points.position")
        for model in models:
            for user in (self.operator, self.auditor):
                self.assertTrue(self.env[model].with_user(user).search([]), model)
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.employee).search([])
        for model in models[:2]:
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.portal_user).search([])

    def test_nobody_writes_cohorts(self):
        cohort = self.env["green.points.cohort"]._get_open(self.company)
        for user in (self.operator, self.auditor, self.employee, self.portal_user):
            with self.assertRaises(AccessError):
                cohort.with_user(user).write({"state": "matured"})
            with self.assertRaises(AccessError):
                cohort.with_user(user).create({"number": 9})

    def test_other_companies_are_out_of_sight(self):
        foreign = self.env["res.company"].create({"name": "Foreign"})
        self.env.user.company_ids += foreign
        self.operator.write({"company_ids": [(6, 0, foreign.ids)], "company_id": foreign.id})
        for model in ("green.points.cohort", "green.points.entry", "green.points.position"):
            found = self.env[model].with_user(self.operator).with_company(foreign).search([])
            self.assertNotIn(self.company, found.company_id)
