from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from ..tools.mask import mask_email, mask_name
from .common_customers import CustomersCommon


class TestConsent(CustomersCommon):
    def test_given_once_kept_when_withdrawn_and_given_again(self):
        consent = self._agree(self.shopper)
        self.assertEqual(self._agree(self.shopper), consent)
        self.assertIn(self.merchant.name, consent.wording)
        consent._withdraw("account")
        withdrawn_at = consent.withdrawn_at
        consent._withdraw("message")
        self.assertEqual((consent.withdrawn_by, consent.withdrawn_at), ("account", withdrawn_at))
        again = self._agree(self.shopper)
        self.assertNotEqual(again, consent)
        self.assertFalse(again.withdrawn_at)

    def test_it_is_evidence(self):
        consent = self._agree(self.shopper)
        with self.assertRaises(UserError):
            consent.wording = "I agree to everything"
        with self.assertRaises(UserError):
            consent.unlink()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            consent.copy().flush_recordset()

    def test_the_links_token_is_that_consents_alone(self):
        one, other = self._agree(self.shopper), self._agree(self.shopper, self.rival)
        consents = self.env["alliance.consent"]
        self.assertEqual(consents._get_by_token(one.id, one._get_token()), one)
        self.assertFalse(consents._get_by_token(other.id, one._get_token()))
        self.assertFalse(consents._get_by_token(one.id, None))
        self.assertFalse(consents._get_by_token(987_654_321, one._get_token()))

    def test_masks(self):
        self.assertEqual(
            [mask_name(name) for name in ("Mei Li", "李梅", "", None)], ["Mei •••", "李 •••", "•••", "•••"])
        self.assertEqual(mask_email("mei@example.com"), "m•••@e•••")
        self.assertEqual([mask_email(text) for text in ("", None, "mei", "@x")], [""] * 4)


class TestSegments(CustomersCommon):
    def _get(self, segment, **options):
        rows = self.merchant._get_segment_rows(segment, **options)
        self.assertEqual(self.merchant._count_segment(segment, **options), len(rows))
        return {row[1] for row in rows}

    def test_by_purchases(self):
        new, back, lapsed, never, rivals, stranger = self.people
        self._buy(new, 2)
        self._buy(back, 100)
        self._buy(back, 3, 50_000)
        self._buy(lapsed, 100)
        self._buy(rivals, 1, store=self.rival.store_ids)
        self._buy(stranger, 1)  # has not agreed
        self.assertEqual(self._get("all"), set(self.people[:5].ids))
        self.assertEqual(self._get("new", days=30), {new.id})
        self.assertEqual(self._get("returning", days=30), {back.id})
        self.assertEqual(self._get("lapsed", days=30), {lapsed.id})
        self.assertEqual(self._get("lapsed", days=120), set())
        self.assertEqual(self._get("top", days=30, count=1), {back.id})
        self.assertEqual(self._get("top", days=30, count=5), {back.id, new.id})
        self.assertNotIn(never.id, self._get("top", days=700, count=5))

    def test_nobody_who_withdrew_or_agreed_to_another_alone(self):
        self.env["alliance.consent"]._find(self.people[0])._withdraw("account")
        self._agree(self.people[5], self.rival)
        self.assertEqual(self._get("all"), set(self.people[1:5].ids))
        self.assertEqual({row[1] for row in self.rival._get_segment_rows("all")}, {self.people[5].id})

    def test_birthdays_ahead(self):
        today = fields.Date.today()
        for partner, ahead in zip(self.people, (0, 7, 8), strict=False):
            day = today + timedelta(days=ahead)
            partner.alliance_birthday = day.replace(year=1992)
        self.assertEqual(self._get("birthday", days=7), set(self.people[:2].ids))

    def test_bought_in_a_category(self):
        tea = self.env["product.category"].create({"name": "Tea"})
        green = self.env["product.category"].create({"name": "Green Tea", "parent_id": tea.id})
        product = self.env["product.product"].create({"name": "Longjing", "type": "consu", "categ_id": green.id})
        website = self.env["website"].search([("company_id", "=", self.company.id)], limit=1)
        website.alliance_store_id = self.store
        order = self.env["sale.order"].create({
            "partner_id": self.people[0].id, "website_id": website.id,
            "order_line": [Command.create({"product_id": product.id})]})
        self._buy(self.people[0], 1, sale_order_id=order.id)
        self._buy(self.people[1], 1)
        self.assertEqual(self._get("category", category=tea), {self.people[0].id})
        self.assertEqual(self._get("category", category=self.env["product.category"].create({"name": "Shoes"})), set())
        self.assertEqual(self.merchant._get_sold_categories(), green)
        self.assertFalse(self.rival._get_sold_categories())


class TestCampaign(CustomersCommon):
    def test_each_receiver_gets_his_own_text_once(self):
        campaign = self._make_campaign()
        self.assertEqual(campaign._count_receivers(), 5)
        with self.mock_mail():
            self.assertEqual(self._send(campaign), 5)
            self.env["alliance.campaign"]._cron_send()
        self.assertEqual(len(self.mails), 5)
        self.assertEqual(campaign.state, "sent")
        self.assertEqual(campaign._get_progress()["sent"], 5)
        [mail] = self.mails.filtered(lambda mail: "person2@" in mail.email_to)
        self.assertIn("Dear Person2, come to Noodle House!", mail.body_html)
        consent = self.env["alliance.consent"]._find(self.people[2], self.merchant)
        self.assertIn(f"/alliance/unsubscribe/{consent.id}/{consent._get_token()}", mail.body_html)
        self.assertIn("List-Unsubscribe", mail.headers)
        with self.assertRaises(UserError):
            campaign._start()

    @contextmanager
    def mock_mail(self):
        """Keep each mail that is made in ``mails``, and send none: the outside world is all that is replaced."""
        before = self.env["mail.mail"].search([])
        with patch.object(type(self.env["mail.mail"]), "send", lambda *args, **kwargs: None):
            yield
        self.mails = self.env["mail.mail"].search([]) - before

    def test_what_a_merchant_types_is_text(self):
        campaign = self._make_campaign(body="<script>alert(1)</script>\n{name} & {shop}")
        self.people[0].name = "<b>Mei</b> Li"
        html = campaign._render_text(self.people[0])
        self.assertNotIn("<script>", html)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;<br/>&lt;b&gt;Mei&lt;/b&gt; &amp; Noodle House", html)

    def test_unknown_placeholders_are_named(self):
        with self.assertRaisesRegex(ValidationError, "phone"):
            self._make_campaign(body="Call {phone}")
        with self.assertRaisesRegex(ValidationError, "code"):
            self._make_campaign(body="Use {code}")  # a message without coupon has no code

    def test_who_withdraws_before_the_batch_gets_nothing(self):
        campaign = self._make_campaign()
        campaign._start()
        self.env["alliance.consent"]._find(self.people[0])._withdraw("message")
        with self.mock_mail():
            self.env["alliance.campaign"]._cron_send()
        self.assertEqual(len(self.mails), 4)
        self.assertFalse(self.mails.filtered(lambda mail: "person0@" in mail.email_to))
        progress = campaign._get_progress()
        self.assertEqual((progress["sent"], progress["withdrawn"]), (4, 1))

    def test_frequency_of_one_merchant_and_in_all(self):
        self.company.write({"alliance_messages_of_merchant": 2, "alliance_messages_in_all": 3})
        for partner in self.people[:5]:
            self._agree(partner, self.rival)
        with self.mock_mail():
            for merchant, sent, limit in (
                    (self.merchant, 5, 0), (self.merchant, 5, 0), (self.merchant, 0, 5), (self.rival, 5, 0),
                    (self.rival, 0, 5)):
                campaign = self._make_campaign(merchant)
                self._send(campaign)
                progress = campaign._get_progress()
                self.assertEqual((progress["sent"], progress["limit"]), (sent, limit))
        self.assertEqual(len(self.mails), 15)

        # a week later there is room again
        self.env.cr.execute("UPDATE alliance_campaign_recipient SET sent_at = sent_at - interval '7 days 1 second'"
                            " WHERE state = 'sent'")
        self.env.invalidate_all()
        with self.mock_mail():
            campaign = self._make_campaign()
            self._send(campaign)
        self.assertEqual(campaign._get_progress()["sent"], 5)

    def test_without_address_no_message_but_a_coupon(self):
        self.people[0].email = False
        message, coupon = self._make_campaign(), self._make_coupon_campaign()
        with self.mock_mail():
            self._send(message)
            self._send(coupon)
        self.assertEqual(message._get_progress()["address"], 1)
        self.assertEqual(coupon._get_progress()["sent"], 5)
        self.assertIn(self.people[0], coupon.coupon_ids.partner_id)
        for one in coupon.coupon_ids.filtered("partner_id.email"):
            [mail] = self.mails.filtered(lambda mail, one=one: one.code in mail.body_html)
            self.assertEqual(mail.email_to, one.partner_id.email_formatted)

    def test_batches(self):
        people = self.env["res.partner"].create([
            {"name": f"Many {number}", "email": f"many{number}@example.com"} for number in range(450)])
        self.env["alliance.consent"].create([
            {"merchant_id": self.rival.id, "partner_id": partner.id, "place": "store", "wording": "x"}
            for partner in people])
        campaign = self._make_campaign(self.rival)
        self.assertEqual(campaign._start(), 450)
        with self.mock_mail():
            self.assertEqual(campaign._send_batch()[0], 200)
            self.assertEqual(campaign._get_progress()["waiting"], 250)
            self.assertEqual(campaign.state, "sending")
            self.env["alliance.campaign"]._cron_send()
        self.assertEqual((campaign.state, campaign._get_progress()["sent"], len(self.mails)), ("sent", 450, 450))

    def test_what_was_sent_stays(self):
        campaign = self._make_campaign()
        with self.mock_mail():
            self._send(campaign)
        with self.assertRaises(UserError):
            campaign.body = "Something else"
        with self.assertRaises(UserError):
            campaign.unlink()

    def test_nobody_and_suspended(self):
        with self.assertRaisesRegex(UserError, "Nobody"):
            self._make_campaign(self.rival)._start()
        self.merchant.action_suspend()
        with self.assertRaisesRegex(UserError, "active"):
            self._make_campaign()._start()

    def test_an_operator_stops_it_nobody_else(self):
        campaign = self._make_campaign()
        campaign._start()
        auditor = self._make_user("aud_c", "merchant_alliance.group_auditor")
        with self.assertRaises(AccessError):
            campaign.with_user(auditor).action_stop()
        portal = self._make_user("por_c", "base.group_portal", self.people[0])
        with self.assertRaises(AccessError):
            campaign.with_user(portal).action_stop()
        operator = self._make_user("ope_c", "merchant_alliance.group_operator")
        campaign.with_user(operator).action_stop()
        self.assertEqual((campaign.state, campaign._get_progress()["stopped"]), ("stopped", 5))
        with self.mock_mail():
            self.env["alliance.campaign"]._cron_send()
        self.assertFalse(self.mails)

    def test_what_it_brought(self):
        campaign = self._make_coupon_campaign()
        with self.mock_mail():
            self._send(campaign)
        self.env.cr.execute("UPDATE alliance_campaign_recipient SET sent_at = sent_at - interval '5 days'")
        self.env.invalidate_all()
        one, two, early, *_rest = self.people
        self._buy(one, 1, 20_000)
        self._buy(one, 2, 10_000)
        self._buy(two, 4, 5_000)
        self._buy(early, 6)  # before the message
        self._buy(self.people[5], 1)  # got none
        self._buy(one, 1, store=self.rival.store_ids)
        campaign.coupon_ids.filtered(lambda coupon: coupon.partner_id == one)._redeem_at_counter(20_000)
        results = campaign._get_results()
        self.assertEqual(
            {name: results[name] for name in ("buyers", "sales", "cash", "coupons", "coupons_used", "cost")},
            {"buyers": 2, "sales": 3, "cash": 35_000, "coupons": 5, "coupons_used": 1, "cost": 1_000})
        self.assertEqual(
            {day: cents for day, cents in results["by_day"].items() if cents}, {0: 5_000, 2: 10_000, 3: 20_000})
        self.company.alliance_campaign_days = 2
        self.assertEqual(campaign._get_results()["cash"], 5_000)
