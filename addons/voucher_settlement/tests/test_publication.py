"""Published settlements: frozen, chained, and for anybody to check."""

import hashlib
import json
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..tools.publication import check
from .common import SettlementCommon


@tagged("post_install", "-at_install")
class TestPublication(SettlementCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._use_policy(period_count=4)
        cls.publications = cls.env["settlement.publication"]

    def _settle_two(self):
        self._sell(1234.56)
        self._settle()
        self._sell(333.33)
        return self._settle()

    def _publish(self, period):
        period.with_user(self.checker).action_publish()
        return period.publication_ids

    def _check(self, publication, **changes):
        return {name: holds for name, (_left, _right, holds) in check(
            {**json.loads(publication.content), **changes}).items()}

    def test_all_before_are_published_too_and_chained(self):
        period = self._settle_two()
        last = self._publish(period)
        first, second = self.publications.search([], order="number")
        self.assertEqual((second, first.number, last.publisher_id), (last, 1, self.checker))
        self.assertEqual(json.loads(first.content)["previous"], "")
        self.assertEqual(json.loads(second.content)["previous"], first.digest)
        self.assertEqual(second.digest, hashlib.sha256(second.content.encode()).hexdigest())
        self.assertTrue(period.is_published)
        self.assertFalse(self.env["settlement.period"].search(
            [("state", "=", "settled"), ("is_published", "=", False)]))

    def test_figures_are_the_settlement_s_and_fit_together(self):
        period = self._settle_two()
        content = json.loads(self._publish(period).content)
        self.assertEqual(Decimal(content["released"]), Decimal(str(period.released_amount)))
        self.assertEqual(Decimal(content["pool"]), Decimal(str(period.pool_balance)))
        self.assertGreater(period.released_amount, 0)
        self.assertEqual([line["cohort"] for line in content["cohorts"]], [1])
        shopper, merchant = period.index_ids.sorted(lambda index: index.holder_kind != "shopper")
        [line] = content["cohorts"]
        self.assertEqual(Decimal(line["base"]), Decimal(str(shopper.base)) + Decimal(str(merchant.base)))
        self.assertEqual(Decimal(line["multiple"]), Decimal(f"{shopper.accumulated:.12f}"))
        self.assertEqual(content["entry"], {"name": period.move_id.name, "hash": period.move_id.inalterable_hash})
        self.assertTrue(all(self._check(period.publication_ids).values()))

    def test_what_does_not_fit_is_seen(self):
        publication = self._publish(self._settle_two())
        content = json.loads(publication.content)
        more = str(Decimal(content["released"]) + Decimal("0.01"))
        self.assertEqual(self._check(publication, released=more)["cohorts"], False)
        self.assertEqual(self._check(publication, payable="0.01")["released"], False)
        self.assertEqual(self._check(publication, pool="0.01")["payable"], False)
        escrow = {**content["escrow"], "vouchers_outstanding": "0.00"}
        self.assertEqual(self._check(publication, escrow=escrow)["escrow"], False)

    def test_only_a_checker_publishes_and_only_once(self):
        period = self._settle_two()
        for user in (self.maker, new_test_user(self.env, "publication_nobody")):
            with self.assertRaises(AccessError):
                period.with_user(user).action_publish()
        with self.assertRaises(AccessError):
            period.with_user(user).action_open_publication()
        with self.assertRaisesRegex(UserError, "needs: Settled"):
            self._open_period().with_user(self.checker).action_publish()
        publication = self._publish(period)
        with self.assertRaisesRegex(UserError, "published already"):
            self._publish(period)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            publication.copy()

    def test_published_is_kept(self):
        publication = self._publish(self._settle_two())
        with self.assertRaises(UserError):
            publication.content = "{}"
        with self.assertRaises(UserError):
            publication.unlink()
        for user in (self.checker, new_test_user(self.env, "publication_reader")):
            with self.assertRaises(AccessError):
                self.publications.with_user(user).create({"period_id": self._open_period().id})

    def test_pages_for_everybody(self):
        period = self._settle_two()
        self.assertIn("Nothing has been published yet", self.url_open("/settlements").text)
        self.assertEqual(self.url_open(f"/settlements/{period.number}").status_code, 404)
        publication = self._publish(period)
        self.assertIn(f"/settlements/{period.number}", self.url_open("/settlements").text)
        page = self.url_open(f"/settlements/{period.number}").text
        self.assertIn(publication.digest, page)
        self.assertNotIn("Does not hold", page)
        answer = self.url_open(f"/settlements/{period.number}/figures")
        self.assertEqual(hashlib.sha256(answer.content).hexdigest(), publication.digest)
        self.assertEqual(self.url_open(f"/settlements/{period.number + 1}/figures").status_code, 404)

    def test_days_are_the_company_s_for_every_visitor(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        period = self._settle_two()
        content = json.loads(self._publish(period).content)
        content["from"] = "2026-06-30T20:00:00"  # July 1 in Shanghai, June 30 in Los Angeles
        period.publication_ids.flush_recordset()
        self.env.execute_query(SQL(
            "UPDATE settlement_publication SET content = %s WHERE id = %s RETURNING id",
            json.dumps(content), period.publication_ids.id))
        self.env.invalidate_all()
        new_test_user(self.env, "la_visitor", groups="base.group_portal", tz="America/Los_Angeles")
        for login in (None, "la_visitor"):
            self.authenticate(login, login)
            self.assertIn("07/01/2026", self.url_open(f"/settlements/{period.number}").text)

    def test_what_shoppers_are_told_stands_above(self):
        self.assertNotIn("points_wording", self.url_open("/settlements").text)
        self._use_policy(public_wording="From what <b>stores</b> concede.")
        self.assertRegex(self.url_open("/settlements").text,
                         r'name="points_wording"[^>]*>From what &lt;b&gt;stores&lt;/b&gt; concede\.<')

    def test_pages_of_another_company_s_website_show_none_of_it(self):
        period = self._settle_two()
        self._publish(period)
        self.env["green.points.policy"]._get_active(self.company).public_wording = "Of this platform"
        website = self.env["website"].search([], limit=1)
        website.company_id = self.env["res.company"].create({"name": "Another Platform"})
        self.assertIn("Nothing has been published yet", self.url_open("/settlements").text)
        self.assertNotIn("Of this platform", self.url_open("/settlements").text)
        self.assertEqual(self.url_open(f"/settlements/{period.number}").status_code, 404)

    def test_a_page_says_when_its_figures_were_exchanged(self):
        period = self._settle_two()
        self._publish(period)
        self.env.flush_all()
        self.env.cr.execute("UPDATE settlement_publication SET content = replace(content, '\"age\": 1', '\"age\": 2')")
        self.assertIn("Does not hold", self.url_open(f"/settlements/{period.number}").text)
