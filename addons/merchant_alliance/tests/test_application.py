from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.alliance_application_review import PICTURES, PICTURES_KEPT_DAYS
from .common_application import CODES, ApplicationCommon


@tagged("post_install", "-at_install")
class TestApplication(ApplicationCommon):
    def test_written_in_one_way(self):
        application = self._apply(uscc="9111 0000-60003 7341l", contact_email=" Wang.Fang@Shop.Example ")
        self.assertEqual(application.uscc, CODES[1])
        self.assertEqual(application.contact_email, "wang.fang@shop.example")
        self.assertEqual(application.contact_phone, "+8613800138000")
        self.assertEqual(application.bank_account, "6222020200112233445")

    def test_bad_input_names_the_field(self):
        for vals, text in (
                ({"uscc": "911100006000373411"}, "Unified Social Credit Code"), ({"contact_email": "wang"}, "E-mail"),
                ({"contact_phone": "12"}, "Phone"), ({"bank_account": "123"}, "Account Number"),
                ({"rate": 2.99}, "Concession"), ({"rate": 20.01}, "Concession"), ({"hour_to": 8.0}, "Closes At"),
                ({"hour_to": 25.0}, "Closes At")):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, text), self.env.cr.savepoint():
                self._apply(**vals)

    def test_rate_is_bound_in_the_database(self):
        application = self._apply()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE alliance_application SET rate = 25 WHERE id = %s", [application.id])

    def test_one_for_each_code(self):
        first = self._apply()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._apply()
        first._withdraw()
        first.flush_recordset()
        self.assertTrue(self._apply())

    def test_an_answer_is_promised_in_working_days(self):
        calendar = self.company.resource_calendar_id = self.env.ref("resource.resource_calendar_std")
        calendar.tz = "UTC"
        self.company.alliance_review_days = 3
        self.company.alliance_reviewer_id = self.operator
        with freeze_time(datetime(2026, 11, 19, 9, 0)):  # a Thursday
            application = self._apply()
        self.assertEqual(application.deadline, date(2026, 11, 24))
        self.assertEqual(application.activity_ids.user_id, self.operator)
        application.with_user(self.operator).action_approve()
        self.assertFalse(application.activity_ids)

    def test_blacklisted_are_marked_and_refused(self):
        other = self._apply(uscc=CODES[0], contact_email="else@shop.example", contact_phone="13900139000",
                            bank_account="999988887777")
        application = self._apply()
        entry = self.env["alliance.blacklist"].create({
            "kind": "bank_account", "value": "6222-0202-0011-2233-445", "reason": "Fake orders"})
        self.env.invalidate_all()
        self.assertEqual(application.blacklist_ids, entry)
        self.assertFalse(other.blacklist_ids)
        with self.assertRaisesRegex(UserError, "blacklist"):
            application.with_user(self.operator).action_approve()
        entry.active = False
        self.env.invalidate_all()
        application.with_user(self.operator).action_approve()
        self.assertEqual(application.state, "approved")

    def test_resembling_ones_are_shown(self):
        application, other = self._apply(), self._apply(uscc=CODES[0], contact_email="else@shop.example")
        stranger = self._apply(uscc=CODES[2], contact_email="third@shop.example", contact_phone="13700137000",
                               bank_account="123456789")
        self.assertEqual(application.duplicate_ids, other)
        self.assertFalse(stranger.duplicate_ids)

    # -- answers ---------------------------------------------------------------------------------

    def test_approved_ones_become_merchants(self):
        application = self._apply(lang="en_US")
        application.with_user(self.operator).action_start_review()
        self.assertEqual((application.state, application.user_id), ("review", self.operator))
        application.with_user(self.operator).action_approve()
        merchant = application.merchant_id
        self.assertEqual((merchant.name, merchant.state, merchant.scene), ("Old Street Noodles", "draft", "alliance"))
        partner = merchant.partner_id
        self.assertEqual((partner.name, partner.vat, partner.is_company), ("Old Street Foods Ltd.", CODES[1], True))
        self.assertEqual(partner.bank_ids.acc_number, "6222020200112233445")
        self.assertFalse(partner.bank_ids.allow_out_payment, "an account is trusted by who pays, not by who reviews")
        user = self.env["res.users"].search([("login", "=", "wang.fang@shop.example")])
        self.assertEqual((user.partner_id.commercial_partner_id, user._is_portal()), (partner, True))
        store = merchant.store_ids
        self.assertEqual((store.partner_id.street, store.partner_id.parent_id), ("1 Old Street", partner))
        self.assertEqual(
            sorted(store.calendar_id.attendance_ids.mapped(lambda a: (a.dayofweek, a.hour_from, a.hour_to))),
            [(str(day), 9.0, 21.0) for day in range(6)])
        self.assertEqual((merchant.contract_ids.state, merchant.contract_ids.line_ids.rate), ("sent", 8.0))
        with self.assertRaisesRegex(UserError, "is Approved"):
            application.with_user(self.operator).action_approve()

    def test_the_owner_s_login_is_of_the_application_s_company(self):
        """The operator works in another company just now: a login of that one would see nothing of its merchant."""
        company = self.env["res.company"].create({"name": "Platform in Another City"})
        self.operator.company_ids |= company
        application = self._apply(company_id=company.id)
        application.with_user(self.operator).with_context(
            allowed_company_ids=(self.company + company).ids).action_approve()
        user = self.env["res.users"].search([("login", "=", application.contact_email)])
        self.assertEqual((user.company_id, user.company_ids), (company, company))
        merchants = self.env["alliance.merchant"].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        self.assertEqual(merchants.search([]), application.merchant_id)
        self.assertEqual(application.merchant_id.contract_ids.company_id, company)

    def test_what_speaks_against_approving(self):
        without = self._apply(licence_image=False)
        with self.assertRaisesRegex(UserError, "business licence is missing"):
            without.with_user(self.operator).action_approve()
        without._withdraw()
        without.flush_recordset()
        self._make_user("wang.fang@shop.example", "base.group_portal")
        with self.assertRaisesRegex(UserError, "login of somebody"):
            self._apply().with_user(self.operator).action_approve()
        self.merchant.partner_id.vat = CODES[0]
        with self.assertRaisesRegex(UserError, "Noodle House has this"):
            self._apply(uscc=CODES[0], contact_email="new@shop.example").with_user(self.operator).action_approve()

    def test_several_at_once_or_none(self):
        applications = self._apply() + self._apply(uscc=CODES[0], contact_email="b@shop.example", licence_image=False)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            applications.with_user(self.operator).action_approve()
        self.env.invalidate_all()
        self.assertEqual(set(applications.mapped("state")), {"submitted"})

    def test_asked_answered_and_rejected(self):
        application = self._apply()
        with self.assertRaisesRegex(UserError, "Nothing was asked"):
            application._resubmit({"street": "2 Old Street"})
        self._answer(application, "more")
        self.assertEqual((application.state, application.decision_reason), ("more", "The licence can't be read."))
        mail = self.env["mail.mail"].search([("model", "=", application._name), ("res_id", "=", application.id)])
        self.assertEqual(mail.email_to, "wang.fang@shop.example")
        self.assertIn("The licence can", mail.body_html)
        self.assertIn(application.access_token, mail.body_html)
        application._resubmit({"street": "2 Old Street"})
        self.assertEqual((application.state, application.street), ("review", "2 Old Street"))
        self._answer(application, "rejected", "Not in this city yet.")
        self.assertEqual(application.state, "rejected")
        with self.assertRaisesRegex(UserError, "kept as it was"):
            application.street = "3 Old Street"
        with self.assertRaisesRegex(UserError, "is Rejected"):
            self._answer(application, "more")

    def test_decisions_are_taken_by_the_buttons_alone(self):
        application = self._apply()
        for vals in ({"state": "approved"}, {"decision_reason": "x"}, {"merchant_id": self.merchant.id}):
            with self.assertRaisesRegex(UserError, "use the buttons"):
                application.with_user(self.operator).write(vals)
        with self.assertRaisesRegex(UserError, "begins as a new one"):
            self._apply(state="approved")

    def test_others_neither_see_nor_decide(self):
        application = self._apply()
        auditor = self._make_user("app_auditor", "merchant_alliance.group_auditor")
        self.assertEqual(application.with_user(auditor).store_name, "Old Street Noodles")
        portal = self._make_user("app_portal", "base.group_portal", self.merchant.partner_id)
        for user in (auditor, portal):
            for method in ("action_approve", "action_start_review"):
                with self.assertRaises(AccessError):
                    getattr(application.with_user(user), method)()
            with self.assertRaises(AccessError):
                self.env["alliance.application.decision"].with_user(user).create({
                    "application_ids": application.ids, "outcome": "rejected", "reason": "x"}).action_decide()
        with self.assertRaises(AccessError):
            application.with_user(portal).read(["store_name"])

    def test_papers_of_who_did_not_join_are_deleted(self):
        application, kept = self._apply(), self._apply(uscc=CODES[0])
        self._answer(application, "rejected")
        self.env["alliance.application"]._gc_pictures()
        self.assertTrue(application.licence_image)
        with freeze_time(datetime.now() + timedelta(days=PICTURES_KEPT_DAYS + 1)):
            self.env["alliance.application"]._gc_pictures()
        self.assertFalse(any(application[name] for name in PICTURES))
        self.assertTrue(kept.licence_image)

    def test_the_template_can_be_imported(self):
        """What the import screen offers is taken as it is."""
        from odoo.tools.misc import file_open
        model = self.env["alliance.application"].with_user(self.operator)
        (template,) = model.get_import_templates()
        with file_open(template["template"].lstrip("/"), "rb") as file:
            wizard = self.env["base_import.import"].with_user(self.operator).create({
                "res_model": model._name, "file": file.read(), "file_name": "merchants.xlsx",
                "file_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})
        options = {"has_headers": True, "quoting": '"', "separator": ",", "float_decimal_separator": ".",
                   "float_thousand_separator": ",", "encoding": "utf-8", "sheet": "", "limit": 100, "skip": 0}
        preview = wizard.parse_preview(options)
        self.assertEqual(len(preview["matches"]), len(preview["headers"]), "every column finds its field")
        columns = ["/".join(preview["matches"][number]) for number in range(len(preview["headers"]))]
        result = wizard.execute_import(columns, preview["headers"], options)
        self.assertFalse(result["messages"])
        application = model.browse(result["ids"])
        self.assertEqual((application.uscc, application.state, application.rate), (CODES[1], "submitted", 10.0))
