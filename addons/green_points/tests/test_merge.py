from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_exchange import ExchangeCommon


@tagged("post_install", "-at_install")
class TestMerge(ExchangeCommon):

    def _merge(self, *sources, target=None):
        target = target or self.shopper
        contacts = target.union(*sources)
        self.env["base.partner.merge.automatic.wizard"]._merge(contacts.ids, target)
        self.env.flush_all()
        self.env.invalidate_all()

    def _totals(self):
        cohorts = self.env["green.points.cohort"].search([("company_id", "=", self.company.id)]).sorted("number")
        return [self._cents(cohort, "base_shopper", "base_merchant") for cohort in cohorts]

    def test_points_of_two_add_up_and_no_total_changes(self):
        self._earn(50_000, 50_000)
        self._earn(30_000, 10_000, partner=self.other_shopper)
        self._close_period()
        totals = self._totals()
        self._merge(self.other_shopper)
        self.assertEqual(self._held(), {1: 30.0, 2: 48.0, 3: 6.0})
        self.assertEqual(self._totals(), totals)
        self.assertLedgerSound()
        log = self.env["alliance.holder.merge"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((log.points_base, log.owed_base, log.sale_count), (24.0, 0.0, 2))

    def test_a_closing_cohort_is_frozen_with_both(self):
        self._earn(50_000)
        self._earn(30_000, partner=self.other_shopper)
        cohort = self.env["green.points.cohort"]._get_open(self.company)
        cohort._start_closing()
        cohort._open_next()
        self._merge(self.other_shopper)
        cohort._freeze_totals()
        self.assertEqual(cohort.base_shopper, 48.0)
        self.assertLedgerSound()

    def test_three_contacts_at_once(self):
        third = self.env["res.partner"].create({"name": "Lin 3"})
        for partner in (self.shopper, self.other_shopper, third):
            self._earn(10_000, partner=partner)
        self._merge(self.other_shopper, third)
        self.assertEqual(self._held(), {1: 18.0})
        self.assertEqual(self.env["alliance.holder.merge"].search_count([("partner_id", "=", self.shopper.id)]), 2)
        self.assertLedgerSound()

    def test_a_refund_afterwards_takes_from_the_survivor(self):
        [sale] = self._earn(50_000, partner=self.other_shopper)
        self._merge(self.other_shopper)
        self._refund(sale, 20_000)
        self.assertEqual(self._held(), {1: 18.0})
        self.assertLedgerSound()

    def test_a_booking_that_is_cancelled_gives_the_points_to_the_survivor(self):
        self._earn(100_000, partner=self.other_shopper)
        booking = self._exchange(partner=self.other_shopper)
        self.assertEqual(self._held(self.other_shopper), {1: 10.0})
        self._merge(self.other_shopper)
        self.assertEqual(booking.partner_id, self.shopper)
        booking._cancel("operator")
        self.assertEqual(self._held(), {1: 60.0})
        self.assertLedgerSound()

    def test_points_that_one_owes_are_paid_out_of_the_other_s(self):
        third = self.env["res.partner"].create({"name": "Third"})
        self._sell(1_000_000, partner=third)  # refunds are paid from the pool
        [sale] = self._earn(100_000, partner=self.other_shopper)
        self._exchange(partner=self.other_shopper)
        self._refund(sale, 100_000)
        self.assertEqual(self._owed(self.other_shopper), 50.0)
        self._earn(100_000)
        self._merge(self.other_shopper)
        self.assertEqual((self._owed(), self._held()), (0.0, {1: 10.0}))
        log = self.env["alliance.holder.merge"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual(log.owed_base, 50.0)
        self.assertLedgerSound()

    def test_guards_stay(self):
        """Nothing but the wizard's own seam moves points."""
        self._earn(10_000)
        entry = self.env["green.points.entry"].search([("partner_id", "=", self.shopper.id)], limit=1)
        with self.assertRaisesRegex(UserError, "never change"):
            entry.partner_id = self.other_shopper
