from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_customers import CustomersCommon
from .common_promoter import PromoterMixin


class MergeCommon(PromoterMixin, CustomersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls.env["res.partner"].create({"name": "Shopper Lin 2"})

    def _merge(self, source=None, target=None):
        source, target = source or self.twin, target or self.shopper
        self.env["base.partner.merge.automatic.wizard"]._merge((source | target).ids, target)
        self.env.flush_all()
        self.env.invalidate_all()

    def assertRefused(self, reason, source=None, target=None):
        with self.assertRaisesRegex(UserError, reason):
            self._merge(source, target)


@tagged("post_install", "-at_install")
class TestMerge(MergeCommon):
    def test_sales_pass_and_are_logged(self):
        sale = self._buy(self.twin, days=2)
        refund = self._sell(-4_000, "test,back", origin=sale)
        number = self.twin.id
        self._merge()
        self.assertFalse(self.twin.exists())
        self.assertEqual((sale | refund).partner_id, self.shopper)
        log = self.env["alliance.holder.merge"].search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((log.source_number, log.source_name, log.sale_count, log.user_id, log.company_id),
                         (number, "Shopper Lin 2", 2, self.env.user, self.company))
        self.assertIn("2 qualified sales", self.shopper.message_ids[1].body)
        with self.assertRaisesRegex(UserError, "never changes"):
            log.sale_count = 0
        with self.assertRaisesRegex(UserError, "never deleted"):
            log.unlink()
        with self.assertRaisesRegex(UserError, "alone"):
            log.copy()

    def test_the_log_follows_when_the_survivor_is_merged_too(self):
        self._buy(self.twin, days=2)
        self._merge()
        third = self.env["res.partner"].create({"name": "Lin 3"})
        self._merge(self.shopper, third)
        logs = self.env["alliance.holder.merge"].search([("partner_id", "=", third.id)])
        self.assertEqual(logs.mapped("source_name"), ["Shopper Lin", "Shopper Lin 2"])

    def test_nothing_of_ours_leaves_no_log(self):
        self._merge()
        self.assertFalse(self.env["alliance.holder.merge"].search([]))

    def test_a_contact_is_not_merged_with_itself(self):
        sale = self._buy(self.shopper, days=2)
        self._merge(self.shopper, self.shopper)
        self.env["res.partner"]._merge_holders(self.shopper, self.shopper)
        self.assertEqual(sale.partner_id, self.shopper)
        self.assertFalse(self.env["alliance.holder.merge"].search([]))

    # -- promoters ----------------------------------------------------------------------------

    def test_the_earlier_binding_stays(self):
        early, late = self._make_promoter("mg_early"), self._make_promoter("mg_late")
        kept, ended = self._bind(self.twin, early), self._bind(self.shopper, late)
        self.env.cr.execute("UPDATE alliance_promoter_binding SET bound_on = bound_on - interval '1 day' WHERE id = %s",
                            [kept.id])
        self.env.invalidate_all()
        old = self._buy(self.twin, days=0)
        self.assertEqual(old.promoter_id, early)
        self._merge()
        self.assertEqual((kept.partner_id, kept.ended_on), (self.shopper, False))
        self.assertTrue(ended.ended_on)
        self.assertEqual((old.partner_id, old.promoter_binding_id), (self.shopper, kept))
        self.assertEqual(self._sell(1000, "test,after").promoter_id, early)
        log = self.env["alliance.holder.merge"].search([])
        self.assertEqual(log.ended_binding_id, ended)

    def test_a_shopper_that_was_moved_counts_from_the_first_binding(self):
        first, second, other = (self._make_promoter(f"mg_{name}") for name in ("first", "second", "other"))
        self.company.promoter_change_allowed = True
        binding = self._bind(self.shopper, first)
        later = self._bind(self.twin, other)
        self.env.cr.execute("UPDATE alliance_promoter_binding SET bound_on = bound_on - interval '1 day' WHERE id = %s",
                            [binding.id])
        self.env.cr.execute(
            "UPDATE alliance_promoter_binding SET bound_on = bound_on - interval '1 hour' WHERE id = %s", [later.id])
        self.env.invalidate_all()
        moved = binding._move(second, "Typed wrongly")
        self._merge()
        self.assertEqual((moved.ended_on, bool(later.ended_on)), (False, True))

    def test_a_household_earns_nothing_after_the_merge(self):
        promoter = self._make_promoter("mg_lin")
        promoter.partner_id.street, promoter.partner_id.city = "Nanjing Road 5", "Shanghai"
        self._bind(self.shopper, promoter)
        self.twin.write({"street": "Nanjing Road 5", "city": "Shanghai"})
        self._merge()
        sale = self._sell(1000)
        self.assertEqual((sale.promoter_id, sale.promoter_exclusion), (promoter.browse(), "address"))

    def test_who_must_stay_as_the_destination(self):
        promoter = self._make_promoter("mg_lin").partner_id
        for contact in (promoter, self.merchant.partner_id):
            self.assertRefused("must be the destination", contact, self.shopper)
        self.rival.action_close()
        self.rival.action_archive()
        self.assertRefused("must be the destination", self.rival.partner_id, self.shopper)
        self._buy(self.twin, days=1)
        self._merge(self.twin, promoter)
        self.assertEqual(self.env["alliance.qualified.sale"].search_count([("partner_id", "=", promoter.id)]), 1)

    def test_who_cannot_be_merged_at_all(self):
        one, two = self._make_promoter("mg_one"), self._make_promoter("mg_two")
        # two logins, which Odoo refuses before; a promoter without one is told as much
        refusal = self.env["res.partner"]._get_merge_refusal(one.partner_id, two.partner_id)
        self.assertIn("two promoters", refusal)
        self.assertRefused("two merchants", self.rival.partner_id, self.merchant.partner_id)
        self._bind(self.twin, one)
        self.assertRefused("nobody is his own promoter", self.twin, one.partner_id)

    # -- messages -----------------------------------------------------------------------------

    def test_consents_and_the_links_in_old_messages(self):
        consents = self.env["alliance.consent"]
        kept, ended = self._agree(self.twin), self._agree(self.shopper)
        other = self._agree(self.twin, self.rival)
        tokens = {consent: consent._get_token() for consent in (kept, ended)}
        self.env.cr.execute(
            "UPDATE alliance_consent SET given_at = given_at - interval '1 day' WHERE id = %s", [kept.id])
        self.env.invalidate_all()
        self._merge()
        self.assertEqual((kept | ended | other).partner_id, self.shopper)
        self.assertEqual((ended.withdrawn_by, kept.withdrawn_by, other.withdrawn_by), ("merge", False, False))
        for consent, token in tokens.items():
            self.assertEqual(consents._get_by_token(consent.id, token), consent, "links in messages work on")
        self.assertEqual(ended._follow_merge(), kept)
        ended._follow_merge()._withdraw("message")
        self.assertEqual(kept.withdrawn_by, "message")
        self.assertFalse(ended._follow_merge())

    def test_the_last_word_counts(self):
        """Agreed as the one, took it back later as the other: that is a no."""
        agreed, taken_back = self._agree(self.shopper), self._agree(self.twin)
        taken_back._withdraw("account")
        self.env.cr.execute("UPDATE alliance_consent SET given_at = given_at - interval '1 day' WHERE id IN %s",
                            [(agreed.id, taken_back.id)])
        self.env.invalidate_all()
        self._merge()
        self.assertTrue(agreed.withdrawn_at)
        self.assertFalse(self.env["alliance.consent"]._find(self.shopper))

    def test_agreed_again_after_taking_it_back(self):
        taken_back, agreed = self._agree(self.twin), self._agree(self.shopper)
        taken_back._withdraw("account")
        self.env.cr.execute(
            "UPDATE alliance_consent SET given_at = given_at - interval '2 days',"
            " withdrawn_at = withdrawn_at - interval '1 day' WHERE id = %s", [taken_back.id])
        self.env.invalidate_all()
        self._merge()
        self.assertEqual(self.env["alliance.consent"]._find(self.shopper), agreed)

    def test_a_person_gets_a_campaign_once(self):
        self._agree(self.shopper)
        self._agree(self.twin)
        (self.shopper | self.twin).write({"email": "lin@example.com"})
        campaign = self._make_campaign()
        campaign._start()
        self._merge()
        self.env["alliance.campaign"]._cron_send()
        mine = campaign.recipient_ids.filtered(lambda one: one.partner_id == self.shopper)
        self.assertEqual(sorted(mine.mapped("state")), ["sent", "skipped"])
        self.assertEqual(mine.filtered("reason").reason, "merged")
        self.assertEqual(campaign._get_progress()["merged"], 1)

    def test_of_two_coupons_of_a_campaign_one_is_void(self):
        self._agree(self.shopper)
        self._agree(self.twin)
        campaign = self._make_coupon_campaign()
        self._send(campaign)
        own, twins = (campaign.coupon_ids.filtered(lambda coupon, who=who: coupon.partner_id == who)
                      for who in (self.shopper, self.twin))
        self._merge()
        self.assertEqual((own.state, twins.state, twins.partner_id), ("open", "void", self.shopper))
        with self.assertRaisesRegex(UserError, "void"):
            twins._redeem_at_counter(10_000)
        own._redeem_at_counter(10_000)

    def test_a_coupon_that_was_used_voids_the_other(self):
        self._agree(self.shopper)
        self._agree(self.twin)
        campaign = self._make_coupon_campaign()
        self._send(campaign)
        own, twins = (campaign.coupon_ids.filtered(lambda coupon, who=who: coupon.partner_id == who)
                      for who in (self.shopper, self.twin))
        twins._redeem_at_counter(10_000)
        self._merge()
        self.assertEqual((own.state, twins.state), ("void", "used"))
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE alliance_coupon SET merged = FALSE WHERE id = %s", [twins.id])
