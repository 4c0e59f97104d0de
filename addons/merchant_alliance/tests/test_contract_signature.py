import base64
from datetime import date, timedelta

from psycopg2.errors import ExclusionViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models.alliance_signed_document import get_hash
from .common import AllianceCommon
from .common_application import make_picture


class SignatureCommon(AllianceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = cls._make_user("sig_operator", "merchant_alliance.group_operator")
        cls.joining = cls._make_merchant("Joining", sign=False, state="draft")
        owner = cls.env["res.partner"].create({
            "name": "Owner Chen", "email": "chen@shop.example", "parent_id": cls.joining.partner_id.id})
        cls.owner = cls._make_user("sig_owner", "base.group_portal", owner)
        cls.contract = cls._make_contract(cls.joining, rate=8.0)
        cls.signature = base64.b64encode(make_picture()).decode()

    def _send(self, contract=None):
        (contract or self.contract).with_user(self.operator).action_send()

    def _sign(self, contract=None):
        (contract or self.contract)._sign("Chen", self.signature, self.owner, "127.0.0.1")

    def _amend(self, contract, start, rate):
        action = contract.with_user(self.operator).action_amend()
        version = self.env["alliance.contract"].browse(action["res_id"])
        version.date_start = fields.Date.to_date(start)
        version.line_ids.rate = rate
        return version


@tagged("post_install", "-at_install")
class TestContractSignature(SignatureCommon):
    def test_sent_signed_and_in_force(self):
        self._send()
        mail = self.env["mail.mail"].search([("model", "=", "alliance.contract"), ("res_id", "=", self.contract.id)])
        self.assertEqual(mail.recipient_ids, self.owner.partner_id)
        self._sign()
        contract = self.contract
        self.assertEqual((contract.state, contract.signed_by, contract.signed_ip, contract.signed_user_id),
                         ("active", "Chen", "127.0.0.1", self.owner))
        self.assertEqual(self.joining.state, "active", "who joined and signed may sell")
        self.assertEqual(contract.document_hash, get_hash(contract.document_id.raw))
        self.assertTrue(contract.document_intact)
        self.assertIn(b"Chen", contract.document_id.raw)
        self.assertIn(b"8.0", contract.document_id.raw)
        contract.document_id.raw = contract.document_id.raw.replace(b"8.0", b"3.0")
        self.env.invalidate_all()
        self.assertFalse(contract.document_intact, "a changed document shows")

    def test_what_was_sent_is_not_changed_under_the_signers_eyes(self):
        self._send()
        for change in (lambda: self.contract.write({"date_end": "2030-01-01"}),
                       lambda: self.contract.line_ids.write({"rate": 20.0})):
            with self.assertRaisesRegex(UserError, "back to draft"):
                change()
        self.contract.with_user(self.operator).action_take_back()
        told = self.env["mail.mail"].search([
            ("model", "=", "alliance.merchant"), ("res_id", "=", self.contract.merchant_id.id)],
            order="id desc", limit=1)
        self.assertIn(self.contract.name, told.subject)
        self.assertEqual(told.recipient_ids, self.owner.partner_id, "who was asked to sign is told")
        self.contract.line_ids.rate = 7.0
        with self.assertRaisesRegex(UserError, "not there to be signed"):
            self._sign()

    def test_nobody_writes_a_signature(self):
        self._send()
        self._sign()
        for vals in ({"signature": self.signature}, {"signed_ip": "1.2.3.4"}, {"document_hash": "0"},
                     {"document_id": False}, {"signed_user_id": self.operator.id}, {"signed_by": "Else"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.contract.with_user(self.operator).write(vals)

    def test_nobody_begins_with_a_signature(self):
        """What is given is refused; what a context, or an own default, would fill in is left out."""
        contracts = self.env["alliance.contract"]
        forged = {
            "signature": self.signature, "sent_on": "2026-01-01 00:00:00", "signed_ip": "1.2.3.4", "state": "active",
            "document_hash": "0" * 64, "signed_user_id": self.owner.id, "signed_on": "2026-01-01 00:00:00",
            "document_id": self.env["ir.attachment"].create({"name": "Forged", "raw": b"x"}).id}
        vals = {"merchant_id": self.merchant.id, "date_start": "2099-01-01"}
        for name, value in forged.items():
            for users in (contracts.with_user(self.operator), contracts.sudo()):
                with self.subTest(name), self.assertRaisesRegex(UserError, "without signature"):
                    users.create({**vals, name: value})
                with self.subTest(f"default_{name}"):
                    self.assertUnsigned(users.with_context(**{f"default_{name}": value}).create(vals), forged)
                with self.subTest(f"copy {name}"), self.assertRaisesRegex(UserError, "without signature"):
                    users.browse(self.contract.id).copy({name: value})
        self.env["ir.default"].set("alliance.contract", "signed_ip", "1.2.3.4")
        self.assertUnsigned(contracts.create(vals), forged)
        draft = contracts.with_user(self.operator).create({**vals, "state": "draft", "signed_on": False})
        self.assertUnsigned(draft, forged)

    def assertUnsigned(self, draft, names):
        self.assertEqual({name: draft[name] for name in names if draft[name]}, {"state": "draft"})

    def test_what_is_needed_to_send_and_to_sign(self):
        with self.assertRaisesRegex(UserError, "can log in"):
            self._send(self._make_contract(self.merchant, start="2099-01-01"))
        with self.assertRaisesRegex(UserError, "rate"):
            self._send(self._make_contract(self.joining, line_ids=[]))
        self._send()
        with self.assertRaisesRegex(UserError, "not a draft"):
            self._send()
        for name, signature in ((" ", self.signature), ("Chen", ""), (None, None)):
            with self.assertRaisesRegex(UserError, "write your name"):
                self.contract._sign(name, signature, self.owner, "127.0.0.1")

    def test_only_operators_send(self):
        auditor = self._make_user("sig_auditor", "merchant_alliance.group_auditor")
        for user in (auditor, self.owner):
            for method in ("action_send", "action_take_back", "action_amend", "action_terminate", "action_activate"):
                with self.assertRaises(AccessError):
                    getattr(self.contract.with_user(user), method)()

    # -- versions --------------------------------------------------------------------------------

    def test_a_version_follows_the_other(self):
        self._send()
        self._sign()
        first, today = self.contract, self.contract._get_today()
        version = self._amend(first, today + timedelta(days=10), 5.0)
        self.assertEqual((version.version, version.name), (2, f"{first.name}-2"))
        self.assertEqual(first.with_user(self.operator).action_amend()["res_id"], version.id, "one draft of it")
        self._send(version)
        self._sign(version)
        self.assertEqual((first.date_end, first.state), (today + timedelta(days=9), "active"))
        for day, line in ((9, first.line_ids), (10, version.line_ids)):
            in_force = first._get_in_force(self.joining, today + timedelta(days=day))
            self.assertEqual(in_force._get_line(self.joining.store_ids), line)
        third = self._amend(version, today + timedelta(days=20), 4.0)
        self.assertEqual(third.name, f"{first.name}-3")

    def test_an_amendment_does_not_reach_back(self):
        self.contract._activate("Chen")
        version = self._amend(self.contract, self.contract._get_today() - timedelta(days=1), 5.0)
        with self.assertRaisesRegex(UserError, "today at the earliest"):
            version._activate("Chen")

    def test_ended_ones_are_closed_and_ending_ones_announced(self):
        today = self.contract._get_today()
        self.contract.date_end = today + timedelta(days=30)
        self.contract._activate("Chen")
        self.env["alliance.contract"]._cron_follow_dates()
        self.env["alliance.contract"]._cron_follow_dates()
        self.assertEqual(len(self.contract.activity_ids), 1, "reminded once")
        self.assertEqual(self.contract.activity_ids.date_deadline, self.contract.date_end)
        self.contract.activity_ids.action_done()
        self.env["alliance.contract"]._cron_follow_dates()
        self.assertFalse(self.contract.activity_ids, "who has done with it is not asked again")
        version = self._amend(self.contract, today, 5.0)
        version.date_end = False
        version._activate("Chen")
        self.env["alliance.contract"]._cron_follow_dates()
        self.assertEqual((self.contract.state, version.state), ("amended", "active"))
        old = self._make_contract(self.merchant, start="2019-01-01", date_end=date(2019, 12, 31))
        old._activate("Boss")
        self.env["alliance.contract"]._cron_follow_dates()
        self.assertEqual(old.state, "expired")

    def test_the_database_refuses_overlaps(self):
        self.contract._activate("Chen")
        other = self._make_contract(self.joining, start="2099-01-01")
        self.env.flush_all()
        with self.assertRaises(ExclusionViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE alliance_contract SET state = 'active', signed_by = 'x', signed_on = now() WHERE id = %s",
                [other.id])
        with self.assertRaises(ValidationError):
            other._activate("Chen")


@tagged("post_install", "-at_install")
class TestContractPages(HttpCase, SignatureCommon):
    def test_the_merchant_reads_signs_and_keeps_it(self):
        self.authenticate("sig_owner", "sig_owner")
        path = f"/my/contracts/{self.contract.id}"
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(path).status_code, 404, "a draft is not for the merchant")
        self._send()
        self.assertIn("waits for your signature", self.url_open("/my/store").text)
        self.assertIn("my_contract_sign", self.url_open(path).text)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(f"{path}/document").status_code, 404)
        for name, signature, text in (("Chen", "", "draw your signature"), ("Chen", "no picture", "base64"),
                                      ("", self.signature, "write your name")):
            self.assertIn(text, self._post_signature(path, name, signature)["error"])
        self.assertEqual(self._post_signature(path, "Chen", self.signature)["redirect_url"], path)
        self.env.invalidate_all()
        self.assertEqual((self.contract.state, self.contract.signed_ip), ("active", "127.0.0.1"))
        self.assertIn("Download the document", self.url_open(path).text)
        self.assertEqual(get_hash(self.url_open(f"{path}/document").content), self.contract.document_hash)
        self.assertIn("not there to be signed", self._post_signature(path, "Chen", self.signature)["error"])

    def test_others_neither_see_nor_sign_it(self):
        self._send()
        self._make_user("sig_rival", "base.group_portal", self.merchant.partner_id)
        path = f"/my/contracts/{self.contract.id}"
        self.authenticate("sig_rival", "sig_rival")
        with mute_logger("odoo.http"):
            for page in (path, f"{path}/document"):
                self.assertEqual(self.url_open(page).status_code, 404)
            self.assertIn("error", self._post(path, "Rival", self.signature))
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(path, allow_redirects=False).headers["Location"])
        with mute_logger("odoo.http"):
            self.assertIn("error", self._post(path, "Nobody", self.signature))
        self.env.invalidate_all()
        self.assertEqual(self.contract.state, "sent")

    def _post(self, path, name, signature):
        return self.url_open(f"{path}/sign", json={"params": {"name": name, "signature": signature}}).json()

    def _post_signature(self, path, name, signature):
        return self._post(path, name, signature)["result"]
