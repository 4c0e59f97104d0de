from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AllianceCommon


@tagged("post_install", "-at_install")
class TestRateChange(AllianceCommon):
    """Noodles pay 10 %, tea 4 % and in its brand mall 12 %, lamps 19.5 %, and silk 8 % but nobody of it can log in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._make_user("rate_operator", "merchant_alliance.group_operator")
        cls.tea = cls._make_merchant("Tea House", rate=4.0, sign=False)
        cls._make_contract(cls.tea, line_ids=[
            Command.create({"rate": 12.0, "scene": "brand_mall", "sequence": 20}), Command.create({"rate": 4.0})],
        )._activate("Boss")
        cls.lamps = cls._make_merchant("Lamps", rate=19.5, scene="supermarket")
        cls.silk = cls._make_merchant("Silk", rate=8.0)
        for merchant in (cls.merchant, cls.tea, cls.lamps):
            cls._make_user(f"{merchant.name} boss", "base.group_portal", partner=merchant.partner_id)
            merchant.partner_id.email = f"boss{merchant.id}@shop.example"
        cls.all = (cls.merchant | cls.tea | cls.lamps | cls.silk).contract_ids
        cls.start = fields.Date.today() + timedelta(days=20)

    def _change(self, value=1.0, **vals):
        return self.env["alliance.rate.change"].with_user(self.operator).create({
            "value": value, "date_start": self.start, "contract_ids": [Command.set(self.all.ids)], **vals})

    def _preview(self, *args, **vals):
        change = self._change(*args, **vals)
        change.action_preview()
        return change

    def _send(self, change):
        change.action_confirm()
        self._run_job()
        return change.line_ids.amendment_id

    def _run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("merchant_alliance.cron_rate_change").method_direct_trigger()

    def _rows(self, change):
        return {(line.merchant_id.name, line.old_rate): (line.new_rate, bool(line.problem)) for line in change.line_ids}

    def test_the_preview_lists_each_rate_and_what_is_skipped(self):
        change = self._preview()
        self.assertEqual(self._rows(change), {
            ("Noodle House", 10.0): (11.0, False), ("Tea House", 4.0): (5.0, False), ("Tea House", 12.0): (13.0, False),
            ("Lamps", 19.5): (20.5, True), ("Silk", 8.0): (9.0, True)})
        problems = {line.merchant_id: line.problem for line in change.line_ids if line.problem}
        self.assertIn("20.5 % is out of bounds", problems[self.lamps])
        self.assertIn("log in", problems[self.silk])
        self.assertEqual((change.contract_count, change.skipped_count, change.state), (2, 2, "draft"))
        self.assertFalse(self.all.next_ids, "nothing is made by looking")

    def test_one_bad_rate_skips_the_whole_contract(self):
        change = self._preview(-1.5)
        self.assertEqual(self._rows(change)["Tea House", 12.0], (10.5, True))

    def test_a_new_rate_for_all(self):
        change = self._preview(10.0, method="set")
        self.assertIn("already", change.line_ids.filtered(lambda line: line.merchant_id == self.merchant).problem)
        self.assertEqual(self._rows(change)["Tea House", 12.0], (10.0, False))

    def test_the_filter(self):
        for vals, found in (
                ({"scene": "supermarket"}, self.lamps), ({"city": "hangzhou "}, self.tea),
                ({"category_id": self.env.ref("merchant_alliance.category_food").id}, self.merchant)):
            self.tea.store_ids.partner_id = self.env["res.partner"].create({"name": "T", "city": "Hangzhou"})
            self.merchant.store_ids.category_id = self.env.ref("merchant_alliance.category_food")
            change = self._change(contract_ids=[], **vals)
            self.assertEqual(change._get_contracts() & self.all, found.contract_ids, vals)
        with self.assertRaisesRegex(UserError, "No active contract"):
            self._preview(city="Nowhere")

    @mute_logger("odoo.sql_db")
    def test_the_kind_of_the_filter_is_not_deleted(self):
        """Without it the change would be for every merchant."""
        kind = self.env["alliance.category"].create({"name": "Noodles"})
        change = self._change(contract_ids=[], category_id=kind.id)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            kind.unlink()
        change.unlink()
        kind.unlink()

    def test_other_reasons_to_skip(self):
        self.merchant.contract_ids.action_amend()
        self.lamps.contract_ids._write_step({"date_end": self.start - timedelta(days=1)})
        self.tea.contract_ids._write_step({"date_start": self.start})
        problems = [self._preview(-0.5).line_ids.filtered(
            lambda line, own=merchant: line.merchant_id == own)[0].problem
            for merchant in (self.merchant, self.lamps, self.tea)]
        for problem, text in zip(problems, ("Another amendment", "ends before", "begins on that day"), strict=True):
            self.assertIn(text, problem)

    def test_terms_are_checked(self):
        today = fields.Date.today()
        for problem, error, vals in (
                ("tomorrow", UserError, {"date_start": today}), ("points", UserError, {"value": 0}),
                ("points", UserError, {"value": 18}), ("between 3", ValidationError, {"method": "set", "value": 2.99})):
            with self.assertRaisesRegex(error, problem):
                self._preview(**{"value": 1.0, **vals})
        with self.assertRaisesRegex(UserError, "Preview first"):
            self._change().action_confirm()
        change = self._preview()
        change.value = 2.0
        self.assertFalse(change.line_ids, "another value needs another preview")

    def test_sent_signed_and_in_force_from_that_day(self):
        change = self._preview()
        amendments = self._send(change)
        self.assertEqual((change.state, change.sent_count, change.progress), ("done", 2, 100.0))
        self.assertEqual(
            set(amendments.mapped(lambda c: (c.state, c.date_start, c.version))), {("sent", self.start, 2)})
        tea = amendments.filtered(lambda contract: contract.merchant_id == self.tea)
        self.assertEqual(
            {line.scene: line.rate for line in tea.line_ids}, {"brand_mall": 13.0, False: 5.0})
        self.assertEqual(tea.previous_id.line_ids.mapped("rate"), [4.0, 12.0], "what was signed stays as it is")
        self.assertTrue(self.env["mail.mail"].search([("subject", "ilike", tea.name)]))
        tea._activate("Boss")
        self.assertEqual(change.signed_count, 1)
        self.assertEqual(tea.previous_id.date_end, self.start - timedelta(days=1))

    def test_once_however_often_it_is_confirmed_or_run(self):
        change = self._preview()
        first = self._send(change)
        with self.assertRaisesRegex(UserError, "sent already"):
            change.action_confirm()
        change._send_chunk()
        self.assertEqual(change.line_ids.amendment_id, first)
        self.assertEqual(len(self.all.next_ids), 2)

    def test_what_changed_meanwhile_is_skipped(self):
        change = self._preview()
        change.action_confirm()
        self.merchant.contract_ids.action_terminate()
        self._run_job()
        self.assertEqual(change.line_ids.amendment_id.merchant_id, self.tea)
        self.assertIn("not active", change.line_ids.filtered(lambda line: line.merchant_id == self.merchant).problem)
        self.assertEqual(change.state, "done")

    def test_undone_what_is_unsigned_goes_and_what_is_signed_stays(self):
        change = self._preview()
        amendments = self._send(change)
        signed = amendments.filtered(lambda contract: contract.merchant_id == self.tea)
        signed._activate("Boss")
        names = (amendments - signed).mapped("name")
        change.action_undo()
        self.assertEqual((change.state, amendments.exists()), ("undone", signed))
        told = self.env["mail.mail"].search([("model", "=", "alliance.merchant")]).mapped("subject")
        self.assertEqual([sum(name in subject for subject in told) for name in names], [1] * len(names))
        self.assertEqual(self.merchant.contract_ids.mapped("state"), ["active"])
        with self.assertRaisesRegex(UserError, "not sent"):
            change.action_undo()
        with self.assertRaisesRegex(UserError, "sent already"):
            change.action_confirm()

    def test_kept_as_it_was_sent(self):
        change = self._preview()
        self._send(change)
        with self.assertRaisesRegex(UserError, "not changed any more"):
            change.value = 5
        with self.assertRaisesRegex(UserError, "buttons"):
            change.state = "draft"
        with self.assertRaisesRegex(UserError, "Only drafts"):
            change.unlink()

    def test_many_are_sent_in_parts(self):
        merchants = [self._make_merchant(f"Shop {number}") for number in range(23)]
        for merchant in merchants:
            self._make_user(f"boss {merchant.id}", "base.group_portal", partner=merchant.partner_id)
        contracts = self.env["alliance.contract"].union(*(merchant.contract_ids for merchant in merchants))
        change = self._preview(contract_ids=[Command.set(contracts.ids)])
        change.action_confirm()
        self.assertEqual(change._send_chunk(), 3)
        self.assertEqual((change.state, round(change.progress)), ("running", 87))
        self.assertEqual(change._send_chunk(), 0)
        self.assertEqual((change.state, change.progress), ("done", 100.0))

    def test_only_operators(self):
        change = self._preview()
        auditor = self._make_user("rate_auditor", "merchant_alliance.group_auditor")
        owner = self.merchant.partner_id.user_ids
        for user in (auditor, owner):
            for step in ("action_preview", "action_confirm", "action_undo"):
                with self.assertRaises(AccessError):
                    getattr(change.with_user(user), step)()
        self.assertFalse(change.line_ids.with_user(owner).has_access("read"))
        self.assertEqual(change.state, "draft")
