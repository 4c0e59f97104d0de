from datetime import timedelta

from psycopg2.errors import CheckViolation, ExclusionViolation, ForeignKeyViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.alliance_signed_document import get_hash
from .common import AllianceCommon
from .common_promoter import PromoterMixin


class PromoterCommon(PromoterMixin, AllianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._make_user("pr_operator", "merchant_alliance.group_operator")
        cls.auditor = cls._make_user("pr_auditor", "merchant_alliance.group_auditor")

    def assertRefusedByDatabase(self, error, query, *values):
        self.env.flush_all()
        with self.assertRaises(error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(query, values)


@tagged("post_install", "-at_install")
class TestPromoterReview(PromoterCommon):
    def test_from_the_application_to_an_agreement_in_force(self):
        self.company.write({"promoter_rate": 60.0, "promoter_binding_days": 90, "promoter_agreement_days": 30})
        promoter = self._apply_as_promoter("pr_lin", phone="+86 138 1111 2222")
        self.assertEqual((promoter.state, promoter.phone), ("submitted", "+8613811112222"))
        self.assertFalse(self.env["alliance.promoter"]._get_by_code(promoter.code), "no link before the agreement")
        own = promoter.with_user(self.operator)
        own.action_start_review()
        own.action_approve()
        agreement = promoter.agreement_ids
        self.assertEqual((promoter.state, agreement.state, agreement.rate, agreement.binding_days),
                         ("approved", "sent", 60.0, 90))
        self.assertEqual(agreement.date_end - agreement.date_start, timedelta(days=29))
        self.assertEqual(promoter.partner_id.phone, promoter.phone, "households are compared by it")
        bank = promoter.bank_id
        self.assertEqual((bank.partner_id, bank.allow_out_payment), (promoter.partner_id, False))
        self.assertFalse(promoter._is_inviting())
        self._accept(promoter)
        self.assertEqual(
            (agreement.state, agreement.accepted_by, agreement.signed_ip, agreement.signed_user_id),
            ("active", "Test", "127.0.0.1", promoter.partner_id.user_ids))
        self.assertTrue(agreement.document_intact)
        self.assertIn(b"60.0", agreement.document_id.raw)
        self.assertEqual(agreement.document_hash, get_hash(agreement.document_id.raw))
        agreement.document_id.raw = agreement.document_id.raw.replace(b"60.0", b"99.0")
        self.env.invalidate_all()
        self.assertFalse(agreement.document_intact, "a changed text shows")
        self.assertEqual(self.env["alliance.promoter"]._get_by_code(promoter.code), promoter)

    def test_rejected_with_a_reason_and_apply_again(self):
        promoter = self._apply_as_promoter("pr_lin")
        with self.assertRaisesRegex(UserError, "say why"):
            promoter._reject(" ")
        wizard = self.env["alliance.promoter.decision"].with_user(self.operator).create(
            {"promoter_ids": promoter.ids, "outcome": "reject", "reason": "We know too little of you."})
        wizard.action_decide()
        self.assertEqual((promoter.state, promoter.decision_reason), ("rejected", "We know too little of you."))
        mail = self.env["mail.mail"].search([("model", "=", "alliance.promoter"), ("res_id", "=", promoter.id)])
        self.assertEqual(mail.recipient_ids, promoter.partner_id)
        self.assertIn("too little", mail.body_html)
        with self.assertRaisesRegex(UserError, "this step needs"):
            promoter.with_user(self.operator).action_approve()
        again = promoter.copy()
        self.assertEqual((again.state, again.decision_reason), ("submitted", False))
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            again.copy()

    def test_ended_with_a_reason(self):
        promoter = self._make_promoter("pr_lin")
        agreement = promoter.agreement_ids
        promoter.with_user(self.operator)._end("Spam.")
        self.assertEqual((promoter.state, agreement.state, agreement.end_reason), ("ended", "ended", "Spam."))
        self.assertEqual(agreement.date_end, promoter._get_today())
        self.assertFalse(promoter._is_inviting())
        agreement_2 = self._make_promoter("pr_wu").agreement_ids
        action = agreement_2.with_user(self.operator).action_open_end()
        self.env["alliance.promoter.decision"].with_user(self.operator).with_context(**action["context"]).create(
            {"reason": "New terms."}).action_decide()
        self.assertEqual((agreement_2.state, agreement_2.promoter_id.state), ("ended", "approved"))

    def test_who_is_a_company_cannot_apply(self):
        with self.assertRaisesRegex(ValidationError, "a person"):
            self._apply_as_promoter("pr_firm", partner=self.merchant.partner_id)

    def test_what_is_filled_in_is_checked(self):
        for vals, text in (({"phone": "12"}, "not a phone"), ({"bank_account": "1"}, "6 to 34"),
                           ({"motivation": "short"}, "10 to 2,000"), ({"bank_name": " "}, "fill this in")):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, text), self.env.cr.savepoint():
                self._apply_as_promoter("pr_lin", **vals)

    def test_nobody_writes_the_steps_or_the_signature(self):
        promoter = self._make_promoter("pr_lin")
        for vals in ({"state": "ended"}, {"code": "abc"}, {"partner_id": self.shopper.id}, {"bank_id": False}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                promoter.with_user(self.operator).write(vals)
        for vals in ({"state": "draft"}, {"rate": 99.0}, {"accepted_by": "x"}, {"document_hash": "0"},
                     {"date_end": "2099-01-01"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                promoter.agreement_ids.with_user(self.operator).write(vals)
        with self.assertRaisesRegex(UserError, "not deleted"):
            promoter.unlink()
        with self.assertRaisesRegex(UserError, "as a draft"):
            self.env["alliance.promoter.agreement"].create({"promoter_id": promoter.id, "state": "active"})
        for name, value in (("state", "active"), ("accepted_by", "x"), ("signed_ip", "1.2.3.4")):
            with self.subTest(f"default_{name}"):
                draft = self.env["alliance.promoter.agreement"].with_context(**{f"default_{name}": value}).create(
                    {"promoter_id": promoter.id})
                self.assertEqual((draft.state, draft.accepted_by, draft.signed_ip), ("draft", False, False))

    def test_only_operators_decide(self):
        promoter = self._apply_as_promoter("pr_lin")
        for user in (self.auditor, promoter.partner_id.user_ids):
            for method in ("action_start_review", "action_approve"):
                with self.assertRaises(AccessError):
                    getattr(promoter.with_user(user), method)()
            with self.assertRaises(AccessError):
                promoter.with_user(user)._end("x")

    def test_share_and_days_have_bounds(self):
        promoter = self._make_promoter("pr_lin")
        for vals in ({"rate": 100.5}, {"rate": 0}, {"binding_days": 0}):
            with self.subTest(vals=vals), self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), \
                    self.env.cr.savepoint():
                self.env["alliance.promoter.agreement"].create({"promoter_id": promoter.id, **vals})
                self.env.flush_all()

    def test_one_agreement_at_a_time(self):
        promoter = self._make_promoter("pr_lin")
        first = promoter.agreement_ids
        second = promoter._offer_agreement()
        second.action_send()
        with self.assertRaisesRegex(ValidationError, "another agreement"):
            self._accept(promoter)
        self.assertRefusedByDatabase(
            ExclusionViolation, "UPDATE alliance_promoter_agreement SET state = 'active', accepted_by = 'x',"
            " accepted_on = now(), signed_user_id = 1, signed_ip = 'x', document_hash = 'x' WHERE id = %s", second.id)
        self.assertRefusedByDatabase(
            CheckViolation, "UPDATE alliance_promoter_agreement SET signed_ip = NULL WHERE id = %s", first.id)
        second.action_take_back()
        second.date_start = first.date_end + timedelta(days=1)
        second.date_end = second.date_start
        second.action_send()
        self._accept(promoter)
        self.assertEqual(promoter._get_agreement(first.date_end), first)
        self.assertEqual(promoter._get_agreement(second.date_start), second)
        self.assertFalse(promoter._get_agreement(second.date_start + timedelta(days=1)))


@tagged("post_install", "-at_install")
class TestPromoterBinding(PromoterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promoter = cls._make_promoter("pr_lin")
        cls.bindings = cls.env["alliance.promoter.binding"]

    def test_one_promoter_for_each_shopper(self):
        binding = self._bind(self.shopper, self.promoter)
        self.assertEqual(self.promoter.shopper_count, 1)
        other = self._make_promoter("pr_wu")
        with self.assertRaisesRegex(UserError, "belongs to a promoter already"):
            self._bind(self.shopper, other)
        self.assertRefusedByDatabase(
            UniqueViolation, "INSERT INTO alliance_promoter_binding"
            " (partner_id, promoter_id, promoter_partner_id, company_id, source, bound_on)"
            " VALUES (%s, %s, %s, %s, 'registration', now())",
            self.shopper.id, other.id, other.partner_id.id, self.company.id)
        for change in (lambda: binding.write({"promoter_id": other.id}), binding.unlink,
                       lambda: self.bindings.create({"partner_id": self.shopper.id, "promoter_id": other.id})):
            with self.assertRaises(UserError):
                change()

    def test_nobody_is_bound_to_himself(self):
        with self.assertRaisesRegex(UserError, "Your own account"):
            self._bind(self.promoter.partner_id, self.promoter)
        self.assertRefusedByDatabase(
            CheckViolation, "INSERT INTO alliance_promoter_binding"
            " (partner_id, promoter_id, promoter_partner_id, company_id, source, bound_on)"
            " VALUES (%s, %s, %s, %s, 'registration', now())",
            self.promoter.partner_id.id, self.promoter.id, self.promoter.partner_id.id, self.company.id)
        self.assertRefusedByDatabase(
            ForeignKeyViolation, "INSERT INTO alliance_promoter_binding"
            " (partner_id, promoter_id, promoter_partner_id, company_id, source, bound_on)"
            " VALUES (%s, %s, %s, %s, 'registration', now())",
            self.promoter.partner_id.id, self.promoter.id, self.shopper.id, self.company.id)

    def test_a_household_is_not_bound_and_the_reason_is_known(self):
        promoter, shopper = self.promoter.partner_id, self.shopper
        same = [
            ("phone", {"phone": "138 0013 8000"}, {"phone": "+8613800138000"}),
            ("email", {"email": "Lin@Example.com"}, {"email": " lin+points@example.COM"}),
            ("address", {"street": "人民路１号", "street2": "", "city": "上海"},
             {"street": "人民路 1 号", "street2": False, "city": " 上海"}),
        ]
        for kind, vals, others in same:
            with self.subTest(kind=kind):
                promoter.write({"country_id": self.env.ref("base.cn").id, **vals})
                shopper.write({"country_id": self.env.ref("base.cn").id, **others})
                self.assertEqual(self.bindings._get_refusal(shopper, self.promoter), kind)
                with self.assertRaisesRegex(UserError, "same household"):
                    self._bind(shopper, self.promoter)
                shopper.write(dict.fromkeys(others, False))
        self.env["res.partner.bank"].create([
            {"partner_id": promoter.id, "acc_number": "6222-0202 0011"},
            {"partner_id": shopper.id, "acc_number": "622202020011"}])
        self.assertEqual(self.bindings._get_refusal(shopper, self.promoter), "bank")
        shopper.bank_ids.unlink()
        self.assertIsNone(self.bindings._get_refusal(shopper, self.promoter))
        child = self.env["res.partner"].create({"name": "Child", "parent_id": promoter.id})
        self.assertEqual(self.bindings._get_refusal(child, self.promoter), "entity")
        shopper.write({"street": "1 Road", "city": False})
        promoter.write({"street": "1 Road", "city": False})
        self.assertIsNone(self.bindings._get_refusal(shopper, self.promoter), "streets of unknown cities say nothing")

    def test_who_has_bought_before_is_not_bound(self):
        self._sell(1000)
        with self.assertRaisesRegex(UserError, "bought here before"):
            self._bind(self.shopper, self.promoter)

    def test_the_first_purchase_in_time_binds(self):
        self.bindings._remember(self.shopper, self.promoter)
        self.assertFalse(self.bindings.search([("partner_id", "=", self.shopper.id)]), "not before something is bought")
        sale = self._sell(1000)
        binding = self.bindings.search([("partner_id", "=", self.shopper.id)])
        self.assertEqual((binding.source, sale.promoter_id, sale.promoter_agreement_id),
                         ("purchase", self.promoter, self.promoter.agreement_ids))
        late = self.env["res.partner"].create({"name": "Late"})
        self.bindings._remember(late, self.promoter)
        late.alliance_referral_until = fields.Datetime.now() - timedelta(seconds=1)
        sale = self._sell(1000, "test,late", partner=late)
        self.assertFalse(sale.promoter_id or self.bindings.search([("partner_id", "=", late.id)]))

    def test_moved_by_policy_alone_and_with_history(self):
        binding = self._bind(self.shopper, self.promoter)
        other = self._make_promoter("pr_wu")
        wizard = self.env["alliance.promoter.decision"].with_user(self.operator).create({
            "binding_ids": binding.ids, "outcome": "move", "new_promoter_id": other.id, "reason": "Typed wrongly."})
        with self.assertRaisesRegex(UserError, "says never"):
            wizard.action_decide()
        self.company.promoter_change_allowed = True
        with self.assertRaises(AccessError):
            binding.with_user(self.auditor)._move(other, "x")
        wizard.action_decide()
        history = self.bindings.search([("partner_id", "=", self.shopper.id)])
        self.assertEqual(history.mapped("promoter_id"), self.promoter | other)
        self.assertEqual(set(history.mapped("source")), {"registration", "change"})
        self.assertTrue(binding.ended_on)
        self.assertEqual(self._sell(1000).promoter_id, other)
        with self.assertRaisesRegex(UserError, "cannot be moved"):
            binding._move(self.promoter, "an ended one")


@tagged("post_install", "-at_install")
class TestPromoterSale(PromoterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promoter = cls._make_promoter("pr_lin", binding_days=10)
        cls.binding = cls._bind(cls.shopper, cls.promoter)

    def test_a_sale_keeps_promoter_and_agreement(self):
        sale = self._sell(10_000)
        self.assertEqual((sale.promoter_id, sale.promoter_binding_id, sale.promoter_agreement_id),
                         (self.promoter, self.binding, self.promoter.agreement_ids))
        refund = self._sell(-4_000, "test,2", origin=sale)
        self.assertEqual(refund.promoter_id, self.promoter)
        with self.assertRaisesRegex(UserError, "made with"):
            sale.promoter_id = False
        self.promoter._end("Over.")
        self.assertEqual(sale.promoter_id, self.promoter, "what was made under it stays")

    def test_why_there_is_none(self):
        now = fields.Datetime.now()
        for number, (moment, reason) in enumerate((
                (now + timedelta(days=9), False), (now + timedelta(days=10), "over"),
                (now - timedelta(minutes=1), "early"), (now + timedelta(days=400), "agreement"))):
            sale = self._sell(1_000, f"when,{number}", sale_datetime=moment)
            self.assertEqual((sale.promoter_exclusion, bool(sale.promoter_id)), (reason, not reason))
        self.promoter.partner_id.email = self.shopper.email = "both@example.com"
        sale = self._sell(1_000, "together")
        self.assertEqual((sale.promoter_exclusion, sale.promoter_id.id), ("email", False), "moved in together since")

    def test_ended_earns_nothing_from_that_moment_on(self):
        """Its agreement is in force until the day is over; whoever is ended for abuse earns nothing of that day."""
        self.promoter._end("Spam.")
        moment = self.promoter.decided_on
        self.env.flush_all()
        self.env.cr.execute("UPDATE alliance_promoter_binding SET bound_on = bound_on - INTERVAL '1 hour'")
        self.env.invalidate_all()
        for seconds, reason in ((-1, False), (0, "agreement"), (1, "agreement")):
            sale = self._sell(1_000, f"ended,{seconds}", sale_datetime=moment + timedelta(seconds=seconds))
            self.assertEqual((sale.promoter_exclusion, bool(sale.promoter_id)), (reason, not reason))

    def test_own_purchases_earn_nothing(self):
        sale = self._sell(1_000, partner=self.promoter.partner_id)
        self.assertFalse(sale.promoter_id)

    def test_the_database_takes_the_promoter_from_the_shoppers_own_binding(self):
        """Neither another promoter nor another shopper's binding fits a sale."""
        other = self._make_promoter("pr_wu")
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        sale = self._sell(1_000)
        foreign = self._sell(1_000, "test,2", partner=stranger)
        self.assertRefusedByDatabase(
            ForeignKeyViolation, "UPDATE alliance_qualified_sale SET promoter_id = %s WHERE id = %s", other.id, sale.id)
        self.assertRefusedByDatabase(
            ForeignKeyViolation, "UPDATE alliance_qualified_sale SET promoter_id = %s, promoter_binding_id = %s,"
            " promoter_agreement_id = %s WHERE id = %s",
            self.promoter.id, self.binding.id, self.promoter.agreement_ids.id, foreign.id)

    def test_no_table_leads_from_one_promoter_to_another(self):
        """Follow every foreign key from promoters' tables: none comes back to another promoter."""
        self.env.cr.execute("""
            SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
             WHERE c.contype = 'f' AND c.confrelid = 'alliance_promoter'::regclass AND array_length(c.conkey, 1) = 1""")
        referring = dict.fromkeys(table for table, _column in self.env.cr.fetchall())
        self.assertNotIn("alliance_promoter", referring)
        columns = {}
        for model in ("alliance.promoter", "alliance.promoter.agreement", "alliance.promoter.binding"):
            columns[model] = [
                field.name for field in self.env[model]._fields.values()
                if field.store and field.type == "many2one" and field.comodel_name == "alliance.promoter"]
        self.assertEqual(columns, {"alliance.promoter": [], "alliance.promoter.agreement": ["promoter_id"],
                                   "alliance.promoter.binding": ["promoter_id"]})

    def test_a_promoter_can_be_somebody_elses_shopper_but_that_ends_there(self):
        """Wu brought Lin, Lin brings the shopper: the shopper's purchases are Lin's, never Wu's."""
        wu = self._make_promoter("pr_wu")
        self._bind(self.promoter.partner_id, wu)
        self.assertEqual(self._sell(1_000).promoter_id, self.promoter)
        self.assertEqual(self._sell(1_000, "test,lin", partner=self.promoter.partner_id).promoter_id, wu)

    def test_retention_report(self):
        start = fields.Datetime.now() - timedelta(days=200)
        self.env.cr.execute(
            "UPDATE alliance_promoter_agreement SET accepted_on = %s, date_start = %s WHERE promoter_id = %s",
            [start, start.date(), self.promoter.id])
        self.env.cr.execute("UPDATE alliance_promoter_binding SET bound_on = %s", [start])
        self.env.invalidate_all()
        self.promoter.agreement_ids._write_step({"binding_days": 300})
        once = self.env["res.partner"].create({"name": "Once"})
        self._bind(once, self.promoter)
        self._sell(1_000, "r,1", sale_datetime=start + timedelta(days=1))
        self._sell(1_000, "r,2", sale_datetime=start + timedelta(days=100))
        self._sell(1_000, "r,3", partner=once)
        fresh = self._make_promoter("pr_new")
        self.env.flush_all()
        report = self.env["alliance.promoter.report"].with_user(self.operator)
        row = report.search([("promoter_id", "=", self.promoter.id)])
        self.assertEqual((row.shopper_count, row.buyer_count, row.repeat_count, row.sale_count), (2, 2, 1, 3))
        self.assertEqual((row.repurchase_rate, row.active_rate, row.matured_count, row.active_count), (50, 100, 1, 1))
        row = report.search([("promoter_id", "=", fresh.id)])
        self.assertEqual((row.matured_count, row.active_count, row.buyer_count), (0, 0, 0))
        other = self._make_promoter("pr_wu")
        buyer = self.env["res.partner"].create({"name": "Buyer"})
        self._bind(buyer, other)
        for number in range(2):  # one of one buys again: 2 of 3 in all, not the mean of 50 % and 100 %
            self._sell(1_000, f"b,{number}", partner=buyer)
        self.env.flush_all()
        [(rate,)] = report._read_group(
            [("promoter_id", "in", (self.promoter | other).ids)], [], ["repurchase_rate:avg"])
        self.assertAlmostEqual(rate, 200 / 3, places=4)
        with self.assertRaises(AccessError):
            self.env["alliance.promoter.report"].with_user(self.promoter.partner_id.user_ids).search([])
