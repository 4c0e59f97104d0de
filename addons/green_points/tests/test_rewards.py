from random import Random

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.merchant_alliance.tests.common_promoter import PromoterMixin

from ..models.alliance_qualified_sale import ALLOCATION_FIELDS, BASE_FIELDS
from .common import GreenPointsCommon


@tagged("post_install", "-at_install")
class TestAllocationOfSales(PromoterMixin, GreenPointsCommon):

    def test_a_sale_is_divided_by_the_policy(self):
        sale = self._register_sales(100_005)  # 10 % is 10000.5 cents, half up 10001
        self.assertEqual(sale.policy_id, self.policy)
        self.assertEqual(sale.reward_state, "pending")
        # weights 65 (no promoter: 60 + 5), 10, 0, 5, 20 of 10001: remainders .65, .1, 0, .05, .2
        self.assertEqual(self._cents(sale, *ALLOCATION_FIELDS), [6501, 1000, 0, 500, 2000])
        self.assertEqual(self._cents(sale, *BASE_FIELDS), [6000, 4000])
        self.assertFalse(self._entries(sale), "nothing is given before the money is there")

    def test_commission_is_set_aside_for_a_promoter(self):
        self._bind(self.shopper, self._make_promoter("pr_whole"))
        sale = self._register_sales(100_000)
        self.assertEqual(self._cents(sale, *ALLOCATION_FIELDS), [6000, 1000, 500, 500, 2000])

    def test_what_the_promoter_does_not_get_goes_to_the_pool(self):
        self._bind(self.shopper, self._make_promoter("pr_part", rate=33.33))
        sale = self._register_sales(100_000)
        # 33.33 % of 500 is 166.65, the largest remainder
        self.assertEqual(self._cents(sale, *ALLOCATION_FIELDS), [6333, 1000, 167, 500, 2000])
        self._fund()
        refund = self._refund(sale, 40_000)
        self.assertEqual(sum(self._cents(refund, *ALLOCATION_FIELDS)), -4000)
        self.assertEqual(self._cents(refund, "alloc_commission"), [-67])
        self._refund(sale, 60_000)
        left = sale._get_left_cents(lambda refund: True)[sale]
        self.assertEqual({left[fname] for fname in ALLOCATION_FIELDS}, {0}, "refunded whole, nothing is left of it")

    def test_the_platforms_own_shop_earns_no_points(self):
        own = self._create_merchant("Own Mall", rate=10.0, is_platform=True)
        sale = self._sell(100_000, store=own.store_ids)
        self.assertEqual(self._cents(sale, *BASE_FIELDS), [6000, 0])
        self.assertEqual(self._entries(sale).mapped("holder_kind"), ["shopper"])

    def test_a_concession_of_nothing_gives_nothing(self):
        sale = self._sell(4)  # 10 % of 4 cents rounds to 0
        self.assertEqual(sale.reward_state, "none")
        self.assertFalse(self._entries(sale))

    def test_any_amount_adds_up(self):
        random = Random(20260301)
        policy = self.policy.copy({
            "weight_pool": 51.37, "weight_shopping": 11.11, "weight_commission": 7.77,
            "weight_reserve": 3.33, "weight_fee": 26.42, "beta": 0.7777, "gamma": 0.2223})
        policy.action_activate()
        for _i in range(60):
            sale = self._register_sales(random.randint(1, 10**random.randint(1, 7)))
            concession = self._cents(sale, "concession_amount")[0]
            if not concession:
                continue
            self.assertEqual(sum(self._cents(sale, *ALLOCATION_FIELDS)), concession)
            shopper, merchant = self._cents(sale, *BASE_FIELDS)
            self.assertEqual(shopper, concession * 7777 // 10_000)
            self.assertEqual(merchant, concession * 2223 // 10_000)
        self.env.flush_all()  # the database's own checks


@tagged("post_install", "-at_install")
class TestRewards(GreenPointsCommon):

    def test_funding_activates(self):
        sale = self._sell(100_000)
        self.assertEqual(sale.reward_state, "active")
        self.assertEqual(sale.cohort_id.number, 1)
        entries = self._entries(sale)
        self.assertEqual(
            {(entry.partner_id, entry.holder_kind, entry.base, entry.kind) for entry in entries},
            {(self.shopper, "shopper", 60.0, "earn"), (self.merchant.partner_id, "merchant", 40.0, "earn")})
        self.assertEqual(
            set(entries.mapped("idempotency_key")), {f"earn,{sale.id},shopper", f"earn,{sale.id},merchant"})
        self.assertLedgerSound()

    def test_activating_again_changes_nothing(self):
        sale = self._sell(100_000)
        self.assertFalse(sale._activate_rewards())
        held = self._sell_held(50_000)
        self.assertEqual(held._activate_rewards(), held)
        self.assertFalse(held._activate_rewards())
        self.assertEqual(len(self._entries(sale + held)), 4)
        self.assertLedgerSound()

    def test_unfunded_sales_are_refused(self):
        sale = self._register_sales(100_000)
        with self.assertRaisesRegex(UserError, "not funded"):
            sale._activate_rewards()

    def test_one_position_for_many_sales(self):
        sales = self._register_sales(10_000) + self._register_sales(20_000)
        sales += self._register_sales(30_000, partner=self.other_shopper)
        self._fund()
        positions = self.env["green.points.position"].search([("cohort_id", "=", sales.cohort_id.id)])
        self.assertEqual(
            {(position.partner_id, position.base) for position in positions},
            {(self.shopper, 18.0), (self.other_shopper, 18.0), (self.merchant.partner_id, 24.0)})
        self.assertLedgerSound()

    def test_a_filtered_sale_stays_out_until_released(self):
        sale = self._sell_held(100_000)
        self.assertEqual(sale.state, "funded")
        self.assertEqual(sale.reward_state, "held")
        self.assertFalse(self._entries(sale))
        self.env["green.points.cohort"]._lock_open(self.company)
        self._close_period()
        sale._activate_rewards()
        self.assertEqual(sale.cohort_id.number, 2, "released points join the cohort open at that moment")
        self.assertEqual(sum(self._entries(sale).mapped("base")), 100.0)

    def test_rejected_sales_never_begin(self):
        sale = self._sell_held(100_000)
        sale._reject_rewards()
        self.assertEqual(sale.reward_state, "rejected")
        self.assertFalse(sale._activate_rewards())
        self.assertFalse(self._entries(sale))
        active = self._sell(10_000)
        active._reject_rewards()
        self.assertEqual(active.reward_state, "active", "only held rewards can be rejected")



@tagged("post_install", "-at_install")
class TestRefunds(GreenPointsCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # money of others, so that refunds need not wait for the pool; in a cohort of its own
        first = cls._sell(5_000_000, partner=cls.other_shopper).cohort_id
        first._start_closing()
        first._open_next()

    def test_full_refund_takes_back_exactly_everything(self):
        sale = self._sell(99_999)
        refund = self._refund(sale, 99_999)
        for fname in ALLOCATION_FIELDS + BASE_FIELDS:
            self.assertEqual(refund[fname], -sale[fname])
        self.assertEqual(refund.reward_state, "active")
        self.assertEqual(refund.cohort_id, sale.cohort_id)
        self.assertEqual(sum((self._entries(sale) + self._entries(refund)).mapped("base")), 0.0)
        self.assertLedgerSound()

    def test_random_partial_refunds_take_back_exactly_everything(self):
        random = Random(7)
        for _example in range(12):
            cash = random.randint(500, 300_000)
            sale = self._sell(cash, partner=self.shopper.copy())
            cuts = sorted(random.sample(range(1, cash), random.randint(1, 5))) + [cash]
            parts = [cut - before for cut, before in zip(cuts, [0, *cuts], strict=False)]
            for part in parts:
                refund = self._refund(sale, part)
                for fname in ALLOCATION_FIELDS + BASE_FIELDS:
                    self.assertLessEqual(refund[fname], 0)
                self.assertLedgerSound()
            for fname in ALLOCATION_FIELDS + BASE_FIELDS:
                taken = sum(self._cents(refund, fname)[0] for refund in sale.refund_ids)
                self.assertEqual(-taken, self._cents(sale, fname)[0], fname)
            left = self._entries(sale + sale.refund_ids)
            self.assertAlmostEqual(sum(left.mapped("base")), 0.0)

    def test_bases_below_the_concession_shrink_in_proportion(self):
        self.policy.copy({"beta": 0.5, "gamma": 0.2}).action_activate()
        sale = self._sell(100_000)
        self.assertEqual(self._cents(sale, *BASE_FIELDS), [5000, 2000])
        self.assertEqual(self._cents(self._refund(sale, 50_000), *BASE_FIELDS), [-2500, -1000])
        self.assertEqual(self._cents(self._refund(sale, 50_000), *BASE_FIELDS), [-2500, -1000])

    def test_a_refund_in_a_closed_cohort_lowers_its_total(self):
        sale = self._sell(100_000)
        self._sell(50_000)
        cohort = self._close_period()
        self.assertEqual(self._cents(cohort, "base_shopper", "base_merchant"), [9000, 6000])
        self._refund(sale, 50_000)
        self.assertEqual(self._cents(cohort, "base_shopper", "base_merchant"), [6000, 4000])
        self.assertLedgerSound()

    def test_a_refund_while_closing_is_in_the_frozen_total(self):
        sale = self._sell(100_000)
        cohort = sale.cohort_id
        cohort._start_closing()
        cohort._open_next()
        self._refund(sale, 50_000)
        cohort._freeze_totals()
        self.assertEqual(self._cents(cohort, "base_shopper", "base_merchant"), [3000, 2000])
        self.assertLedgerSound()

    def test_revoking_again_changes_nothing(self):
        sale = self._sell(100_000)
        refund = self._refund(sale, 30_000)
        self.assertFalse(sale._revoke_rewards(refund))
        self.assertEqual(len(self._entries(refund)), 2)
        self.assertLedgerSound()

    def test_hooks_see_holders_before_and_entries_after(self):
        seen = []
        model = self.env.registry["alliance.qualified.sale"]
        before, after = model._before_base_change, model._after_base_taken

        def note_before(records, partners):
            seen.append((partners, sum(self._entries(sale).mapped("base"))))
            return before(records, partners)

        def note_after(records, entries):
            seen.append(entries)
            return after(records, entries)

        sale = self._sell(100_000)
        self.patch(model, "_before_base_change", note_before)
        self.patch(model, "_after_base_taken", note_after)
        refund = self._refund(sale, 50_000)
        self.assertEqual(seen, [
            (self.shopper + self.merchant.partner_id, 100.0), self._entries(refund).sorted("id")])

    def test_sale_and_refund_funded_in_one_run(self):
        sale = self._register_sales(100_000)
        refund = self._register_sales(40_000, origin=sale)
        self._fund()
        self._fund()
        self.assertEqual((sale.reward_state, refund.reward_state), ("active", "active"))
        self.assertEqual(sum(self._entries(sale + refund).mapped("base")), 60.0)
        self.assertLedgerSound()

    def test_refunded_whole_while_pending(self):
        sale = self._register_sales(100_000)
        refund = self._register_sales(100_000, origin=sale)
        self._fund()
        self.assertEqual((sale.state, sale.reward_state), ("cancelled", "cancelled"))
        self.assertEqual(refund.reward_state, "cancelled")
        self.assertFalse(self._entries(sale + refund))

    def test_refunded_in_part_while_held(self):
        sale = self._sell_held(100_000)
        refund = self._refund(sale, 25_000)
        self.assertEqual(refund.reward_state, "held")
        self.assertFalse(self._entries(sale + refund))
        self.assertEqual(sale._activate_rewards(), sale)
        self.assertEqual((sale.reward_state, refund.reward_state), ("active", "active"))
        self.assertEqual(sum(self._entries(sale).mapped("base")), 75.0, "only what is left is given")
        self.assertEqual(sale._get_due_cents()[sale]["alloc_shopping"], 750)
        self._refund(sale, 75_000)
        self.assertEqual(sum(self._entries(sale + sale.refund_ids).mapped("base")), 0.0)
        self.assertLedgerSound()

    def test_refunded_whole_while_held(self):
        sale = self._sell_held(100_000)
        refunds = self._refund(sale, 25_000) + self._refund(sale, 75_000)
        self.assertEqual(set((sale + refunds).mapped("reward_state")), {"cancelled"})
        self.assertFalse(sale._activate_rewards())

    def test_refunded_while_rejected(self):
        sale = self._sell_held(100_000)
        early = self._refund(sale, 25_000)
        sale._reject_rewards()
        late = self._refund(sale, 25_000)
        self.assertEqual((early + late).mapped("reward_state"), ["rejected", "rejected"])
        self.assertFalse(self._entries(sale + early + late))

    def test_more_than_is_left_is_refused(self):
        sale = self._sell(100_000)
        left = dict.fromkeys(ALLOCATION_FIELDS + BASE_FIELDS, 0)
        refund = self._register_sales(10_000, origin=sale)
        with self.assertRaisesRegex(ValidationError, "at most 0"):
            refund._prepare_refund_allocation_vals(left)

    def test_explanations(self):
        sale = self._register_sales(100_000)
        self.assertIn("pending", sale.reward_explanation)
        self._fund()
        self.assertIn("They joined period 2.", sale.reward_explanation)
        self.assertIn("concedes 10 %", sale.reward_explanation)
        self.assertIn("60 % of that", sale.reward_explanation)
        self.assertIn("40 % of that", sale._get_reward_explanation("merchant"))
        refund = self._refund(sale, 50_000)
        self.assertIn("refunded", refund.reward_explanation)
