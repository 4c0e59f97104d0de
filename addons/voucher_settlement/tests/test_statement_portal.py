import csv
import io
from datetime import datetime

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common_escrow import EscrowCommon
from .test_statement import JULY


@tagged("post_install", "-at_install")
class TestStatementPortal(EscrowCommon, HttpCase):
    """The merchant reads, downloads and contradicts its own statements; others find none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].browse(cls.merchant.partner_id.id).email = "teahouse@example.com"
        cls.other = cls._make_merchant("Bakery")
        for login, partner in (
                ("tea_boss", cls.merchant.partner_id), ("bread_boss", cls.other.partner_id), ("ann", cls.shopper)):
            cls.env["res.users"].with_context(no_reset_password=True).create({
                "login": login, "password": login * 2, "partner_id": partner.id,
                "group_ids": [(6, 0, cls.env.ref("base.group_portal").ids)]})
        with freeze_time("2026-07-10 04:00:00"):
            cls.store.name = "=cmd()"
            cls.env["alliance.qualified.sale"]._register_sales([{
                "idempotency_key": f"portal,{number}", "partner": cls.shopper, "store": cls.store,
                "sale_datetime": datetime(2026, 7, 10, 4), "cash_cents": 1_000} for number in range(45)])
        cls.statement = cls.env["merchant.statement"]._issue(cls.merchant, JULY)
        cls.path = f"/my/store/statements/{cls.statement.id}"

    def _open(self, path, login="tea_boss"):
        self.authenticate(login, login * 2)
        return self.url_open(path)

    def test_read_down_to_each_sale(self):
        self.assertIn(self.path, self._open("/my/store/statements").text)
        self.assertIn("/my/store/statements", self._open("/my/store").text)
        page = self._open(self.path).text
        self.assertIn("450.00", page)
        self.assertIn(self.statement.name, page)
        self.assertIn(f"{self.path}/page/2", page)
        self.assertEqual(self._open(f"{self.path}/page/2").text.count("list-group-item px-3"), 5)

    def test_every_line_in_a_file(self):
        answer = self._open(f"{self.path}/csv")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        self.assertEqual(len(rows), 46)
        self.assertEqual(rows[1][1:2] + rows[1][3:], ["Sale", "'=cmd()", "10.00", "", "-1.00", ""])

    def test_a_workbook_without_formulas(self):
        book = openpyxl.load_workbook(io.BytesIO(self._open(f"{self.path}/xlsx").content))
        accounts = {row[0]: row[1] for row in book.worksheets[0].iter_rows(values_only=True)}
        self.assertEqual((accounts["Concessions"], accounts["Account After"]), (-45, -45))
        cells = list(book.worksheets[1].iter_rows())
        self.assertEqual(len(cells), 46)
        self.assertEqual([cell.value for cell in cells[1]][3:7], ["=cmd()", 10, None, -1])
        self.assertEqual(cells[1][3].data_type, "s")

    def test_the_same_workbook_in_the_backend(self):
        operator = new_test_user(self.env, "statement_op", groups="base.group_user,merchant_alliance.group_operator",
                                 password="statement_op")
        path = self.statement.with_user(operator).action_download_xlsx()["url"]
        self.authenticate("statement_op", "statement_op")
        answer = self.url_open(path)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn(self.statement.name.replace("/", "-"), answer.headers["Content-Disposition"])
        mine = self._read_sheets(self._open(f"{self.path}/xlsx").content)
        self.assertEqual(self._read_sheets(answer.content), mine)
        for login in ("bread_boss", "ann"):
            self.assertEqual(self._open(path, login).status_code, 404, login)
            with self.assertRaises(AccessError):
                self.statement.with_user(self.env["res.users"].search([("login", "=", login)])).action_download_xlsx()

    @staticmethod
    def _read_sheets(content):
        return [list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(io.BytesIO(content))]

    def test_on_paper(self):
        answer = self._open(f"{self.path}/pdf")  # Odoo's tests get the page that would be printed
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("Prepaid deposit before", answer.text)
        self.assertIn("450.00", answer.text)
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        if report.get_wkhtmltopdf_state() == "ok":
            content, kind, _mimetype = report._render_document(
                "voucher_settlement.report_merchant_statement", self.statement.ids)
            self.assertEqual((content[:4], kind), (b"%PDF", "pdf"))

    def test_the_merchant_is_told(self):
        mail = self.env["mail.mail"].search([("model", "=", "merchant.statement"), ("res_id", "=", self.statement.id)])
        self.assertIn("450.00", mail.body_html)
        self.assertEqual(mail.recipient_ids, self.merchant.partner_id)

    def test_dispute_and_answer(self):
        self._open(self.path)
        token = self.url_open(self.path).text.split('csrf_token: "')[1].split('"')[0]
        page = self.url_open(f"{self.path}/dispute", data={"csrf_token": token, "reason": "no"})
        self.assertIn("5 to 2,000 characters", page.text)
        page = self.url_open(f"{self.path}/dispute", data={"csrf_token": token, "reason": "Sale 7 was not mine."})
        self.assertIn("Sale 7 was not mine.", page.text)
        self.assertEqual(self.statement.state, "disputed")
        self.statement.answer = "It was: receipt 17."
        self.statement.action_answer()
        self.assertIn("It was: receipt 17.", self.url_open(self.path).text)

    def test_nobody_elses(self):
        for login in ("bread_boss", "ann"):
            self.assertNotIn(self.statement.name, self._open("/my/store/statements", login).text)
            for path in ("", "/pdf", "/csv", "/xlsx", "/page/2"):
                self.assertEqual(self._open(self.path + path, login).status_code, 404, (login, path))
            token = self.url_open("/my/store/statements").text.split('csrf_token: "')[1].split('"')[0]
            answer = self.url_open(
                f"{self.path}/dispute", data={"csrf_token": token, "reason": "It is not mine at all."})
            self.assertEqual(answer.status_code, 404)
            report = self.url_open(f"/report/html/voucher_settlement.merchant_statement_document/{self.statement.id}")
            self.assertNotIn(self.statement.name, report.text)
        self.assertEqual(self.statement.state, "issued")
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(self.path).url)
