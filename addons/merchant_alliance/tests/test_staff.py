from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_staff import StaffCommon

COMPANYS_OWN = ("alliance.merchant", "alliance.contract", "alliance.contract.line", "alliance.deposit.entry",
                "alliance.funding", "alliance.qualified.sale", "alliance.shareholding", "alliance.share.entry")


@tagged("post_install", "-at_install")
class TestStaff(StaffCommon):
    def setUp(self):
        super().setUp()
        self.market._deposit("topup", 50_000, "top,market", "bank")
        for store in (self.east, self.west):
            self._sell(10_000, key=f"sale,{store.id}", store=store)
        self._fund(self.market)

    # -- what staff see --------------------------------------------------------------------------

    def test_staff_see_their_store_and_nothing_of_the_company(self):
        self.assertEqual(self.env["alliance.store"].with_user(self.worker).search([]), self.east)
        self.assertEqual(self.env["alliance.staff"].with_user(self.worker).search([]), self.staff)
        for model in COMPANYS_OWN:
            self.assertFalse(self.env[model].with_user(self.worker).search([]), model)
        for records in (self.market, self.west, self.market.contract_ids, self.market.contract_ids.line_ids,
                        self.market.deposit_entry_ids, self.market.qualified_sale_ids):
            self.assertTrue(records)
            self.assertFalse(self._may(self.worker, records[0]), records)
        for operation in ("write", "create", "unlink"):
            for record in (self.east, self.staff):
                self.assertFalse(self._may(self.worker, record, operation), (record, operation))
        self.assertFalse(self._may(self.worker, self.market.partner_id), "the company's contact")

    def test_no_path_leads_from_a_store_to_its_company(self):
        stores = self.env["alliance.store"].with_user(self.worker)
        for domain in ([("merchant_id.deposit_balance", ">", 0)], [("merchant_id.contract_ids", "!=", False)],
                       [("merchant_id.name", "=", "Market")], [("staff_ids.merchant_id.name", "=", "Market")]):
            self.assertFalse(stores.search(domain), domain)

    def test_the_owner_sees_all_of_it(self):
        self.assertEqual(self.env["alliance.store"].with_user(self.owner).search([]), self.east | self.west)
        self.assertEqual(self.env["alliance.staff"].with_user(self.owner).search([]), self.staff)
        for user in (self.other_owner, self.buyer):
            self.assertFalse(self.env["alliance.staff"].with_user(user).search([]))
            self.assertFalse(user._get_stores("serve") & self.market.store_ids)

    def test_rights_decide_store_by_store(self):
        self.staff.write({"may_products": False})
        elsewhere = self._hire(self.worker, self.store, "may_products")
        self.assertEqual(self.worker._get_stores("serve"), self.east)
        self.assertEqual(self.worker._get_stores("products"), self.store)
        self.assertEqual(self.worker._get_stores(), self.east | self.store)
        self.assertFalse(self.worker._get_owned_merchants())
        self.assertEqual(elsewhere.merchant_id, self.merchant)

    def test_once_it_is_ended_nothing_is_seen(self):
        """Odoo keeps the domains of rules: they must ask each time."""
        self.assertTrue(self._may(self.worker, self.east))
        self.staff.with_user(self.owner)._end()
        self.assertFalse(self._may(self.worker, self.east))
        self.assertFalse(self._may(self.worker, self.staff))
        self.assertFalse(self.worker._get_stores())
        ended = self.staff.ended_on
        self.staff.with_user(self.owner)._end()
        self.assertEqual((self.staff.state, self.staff.ended_on), ("ended", ended), "a second time changes nothing")

    def test_payments_are_told_to_who_serves(self):
        told = []
        bus = type(self.env["res.partner"])
        self.other = self._make_user("cook@east.example", "base.group_portal")
        self._hire(self.other, self.east, "may_sales")
        with patch.object(bus, "_bus_send", lambda partner, kind, _message: told.append((partner, kind))):
            order = self.env["sale.order"]._create_scan_order(self.east, self.shopper, 2_000, "scan-staff-1")
            self._pay(order)
            self.assertEqual(
                {partner for partner, kind in told if kind == "alliance.scan_payment"},
                {self.owner.partner_id, self.worker.partner_id})
            told.clear()
            self.staff._end()
            self._pay(self.env["sale.order"]._create_scan_order(self.east, self.shopper, 2_000, "scan-staff-2"))
            self.assertNotIn((self.worker.partner_id, "alliance.scan_payment"), told)

    def test_staff_do_not_claim_their_store_s_receipts(self):
        self.assertIn(self.worker.partner_id, self.east._get_staff_partners())
        self.assertNotIn(self.worker.partner_id, self.west._get_staff_partners())
        self.assertIn(self.worker.partner_id, self.env["pos.order"]._get_shop_people(self.east))

    # -- inviting --------------------------------------------------------------------------------

    def test_invited_accepted_and_only_then_seen(self):
        staff = self._invite()
        user = staff.user_id
        self.assertEqual((staff.state, user.login, user._is_portal(), user.partner_id.parent_id.id), (
            "invited", "new@east.example", True, False))
        self.assertFalse(user._get_stores())
        self.assertFalse(self._may(user, self.east))
        staff._accept()
        self.assertEqual(user._get_stores("sales"), self.east)
        self.assertFalse(user._get_stores("serve"))
        mail = self.env["mail.mail"].search([("email_to", "ilike", "new@east.example")])
        self.assertIn("/web/signup?", mail.body_html)

    def test_a_login_that_exists_is_asked_and_its_password_stays_its_own(self):
        self.buyer.write({"login": "lin_wei@mail.example", "email": "lin_wei@mail.example"})
        decoy = self._make_user("linxwei@mail.example", "base.group_portal")  # "_" is no wildcard
        staff = self._invite("Lin_Wei@Mail.Example ")
        self.assertEqual(staff.user_id, self.buyer)
        self.assertNotEqual(staff.user_id, decoy)
        self.assertNotIn("token", staff._get_invitation_url())
        self.assertFalse(staff._get_link_to_hand_over())

    def test_a_number_gets_a_link_to_hand_over_until_it_is_used(self):
        self.market.partner_id.country_id = self.env.ref("base.cn")
        staff = self._invite("138 0013 8001")
        self.assertEqual(staff.login, "+8613800138001")
        self.assertFalse(staff.user_id.partner_id.phone, "nobody has proven that number")
        self.assertIn("token=", staff._get_link_to_hand_over())
        self.assertFalse(self.env["mail.mail"].search([("subject", "ilike", "invites you")]))
        self.assertFalse(self._invite("mail@east.example")._get_link_to_hand_over(), "that is in the mail alone")
        again = self._invite("+8613800138001", stores=self.store, owner=self.other_owner)
        self.assertEqual(again.user_id, staff.user_id)
        self.assertFalse(again._get_link_to_hand_over(), "another merchant did not make that login")
        self.env["res.users.log"].with_user(staff.user_id).sudo().create({})
        staff.user_id.invalidate_recordset()
        self.assertFalse(staff._get_link_to_hand_over(), "it would change the password of who uses it")

    def test_a_number_is_taken_at_its_owner_s_word_by_nobody(self):
        """Whoever was given a login by one merchant has not proven to another one whose number it is."""
        first = self._invite("+8613800138001", stores=self.store, owner=self.other_owner)
        staff = self._invite("+8613800138001")
        code = staff._get_code_to_hand_over()
        self.assertRegex(code, r"^\d{6}$")
        self.assertNotIn(code, staff.with_user(staff.user_id).read()[0].values())
        for wrong in (None, "", "12345", "１２３４５６", first._get_code_to_hand_over()):
            if wrong != code:
                with self.assertRaisesRegex(UserError, "Code"):
                    staff.with_user(staff.user_id)._accept(wrong)
        self.assertEqual((staff.state, staff.user_id._get_stores()), ("invited", self.east.browse()))
        staff.with_user(staff.user_id)._accept(f" {code} ")
        self.assertEqual(staff.user_id._get_stores(), self.east)
        staff._accept()  # pressed twice
        self.assertFalse(staff._get_code_to_hand_over())
        self.assertEqual(first.state, "invited")

    def test_a_code_cannot_be_guessed(self):
        staff = self._invite("+8613800138001")
        for number in range(10):
            with self.assertRaisesRegex(UserError, "not the code"):
                staff._accept(f"x{number}")
        with self.assertRaisesRegex(UserError, "Too many wrong codes"):
            staff._accept(staff._get_code_to_hand_over())

    def test_with_an_address_the_mail_is_the_proof(self):
        staff = self._invite("new@mail.example")
        self.assertFalse(staff._get_code_to_hand_over())
        staff._accept()
        self.assertEqual(staff.state, "active")

    def test_who_cannot_be_invited(self):
        internal = self._make_user("boss@platform.example", "base.group_user")
        archived = self._make_user("gone@mail.example", "base.group_portal")
        archived.active = False
        for login in (internal.login, archived.login):
            with self.assertRaisesRegex(UserError, "cannot be invited"):
                self._invite(login)
        with self.assertRaisesRegex(ValidationError, "cannot be staff"):
            self.owner.login = "owner@market.example"
            self._invite("owner@market.example")
        with self.assertRaisesRegex(UserError, "works for you already"):
            self._invite("worker@east.example")

    def test_what_is_missing_is_named(self):
        for problem, call in {
            "Login": {"login": "nobody"}, "Name": {"name": " "}, "Stores": {"stores": self.east.browse()},
            "Rights": {"rights": ["may_contracts"]},
        }.items():
            with self.assertRaisesRegex(UserError, problem):
                self._invite(**call)
        with self.assertRaisesRegex(UserError, "Login"):
            self._invite(None)
        with self.assertRaisesRegex(UserError, "all of one merchant"):
            self._invite(stores=self.east | self.store)
        with self.assertRaisesRegex(ValidationError, "of one merchant"):
            self.staff.store_ids |= self.store
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "some_right"):
            self.staff.write(dict.fromkeys(("may_sales", "may_serve", "may_products"), False))
            self.env.flush_all()

    def test_not_a_mail_machine(self):
        for number in range(19):  # one works there already
            self._invite(f"friend{number}@mail.example")
        with self.assertRaisesRegex(UserError, "in one day"):
            self._invite("friend20@mail.example")
        with self.assertRaisesRegex(UserError, "a moment ago"):
            self.market.store_ids.staff_ids.filtered(lambda staff: staff.state == "invited")[0]._remind()

    def test_changes_and_the_end_are_kept_in_the_log(self):
        self.flush_tracking()  # what is created is not tracked before the next transaction
        self.staff.with_user(self.owner)._change(self.west, ["may_sales"])
        self.staff.with_user(self.owner)._end()
        self.flush_tracking()
        changed = self.staff.message_ids.tracking_value_ids
        self.assertGreaterEqual(
            set(changed.field_id.mapped("name")), {"store_ids", "may_serve", "may_products", "state"})
        self.assertEqual(changed.mail_message_id.author_id, self.owner.partner_id)
        self.assertIn("ended the work of", str(self.market.message_ids[0].body))
        with self.assertRaisesRegex(UserError, "any more"):
            self.staff.with_user(self.owner)._change(self.east, ["may_sales"])

    def test_the_button_is_the_operator_s(self):
        operator = self._make_user("staff_operator", "merchant_alliance.group_operator")
        auditor = self._make_user("staff_auditor", "merchant_alliance.group_auditor")
        for user in (self.worker, self.owner, self.other_owner, self.buyer, auditor):
            with self.assertRaises(AccessError):
                self.staff.with_user(user).action_end()
        self.staff.with_user(operator).action_end()
        self.assertEqual(self.staff.state, "ended")

    def flush_tracking(self):
        """Write down the changes, as a commit does."""
        self.env.flush_all()
        self.cr.flush()
