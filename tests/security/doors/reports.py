"""Reports: what Odoo's report addresses make of a record that is not one's own."""

import json

from odoo.fields import Command
from odoo.tools import mute_logger

from tests.support.roles import OUTSIDERS
from tests.support.surface import get_own_models

from .case import EACH, NOISE, SECRET

# Models of Odoo that hold what is somebody's; of ``account.move`` nothing is rendered at all.
OF_ODOO = ("account.move", "account.payment", "sale.order", "pos.order", "pos.session", "stock.picking")
REAL = {"context": json.dumps({"force_report_rendering": True})}  # in tests Odoo makes no PDF unless told to


class Reports:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bill = cls.env["account.move"].create({
            "move_type": "in_invoice", "partner_id": cls.rival_merchant.partner_id.id, "invoice_date": "2026-01-02",
            "ref": f"{SECRET} Bill",
            "invoice_line_ids": [Command.create({"name": f"{SECRET} Line", "price_unit": 10.0, "quantity": 1})]})
        cls.bill.action_post()
        cls.bill.message_main_attachment_id = cls.env["ir.attachment"].create({
            "name": "bill.pdf", "raw": SECRET.encode(), "res_model": "account.move", "res_id": cls.bill.id})
        cls.env.flush_all()

    def test_no_report_on_anothers_record(self):
        own = set(get_own_models(self.env))
        reports = self.env["ir.actions.report"].search([("model", "in", [*own, *OF_ODOO])])
        self.assertGreaterEqual(set(reports.mapped("model")), {
            "alliance.contract", "alliance.store", "merchant.statement", "alliance.promoter", "account.move"})
        wrong, asked = [], 0
        for person in OUTSIDERS:
            user = self.people[person]
            self._login(user)
            for report in reports:
                if report.model not in own and user._is_internal():
                    continue  # a cashier's own documents are Odoo's to decide
                for record in self._get_reported(user, report.model):
                    for kind in ("html", "pdf") if person == "merchant" else ("html",):
                        asked += 1
                        path = f"/report/{kind}/{report.report_name}/{record.id}"
                        with mute_logger(*NOISE):
                            page = self.url_open(path, params=REAL, allow_redirects=False)
                        closed = page.status_code in (403, 404) or "/web/login" in page.headers.get("Location", "")
                        if not closed and (report.model in (*own, "account.move") or self._shows(page, record, user)):
                            wrong.append(f"{person}: {path}: {page.status_code}")
        self.assertFalse(wrong)
        self.assertGreater(asked, 100)

    def _get_reported(self, user, model):
        """Return records that are not the user's."""
        if model in get_own_models(self.env):
            return self._get_foreign(user, model)[:EACH]
        if model == "account.move":
            return self.bill
        records = self.env[model].search([])
        whose = next((name for name in ("partner_id", "user_id") if name in records._fields), None)
        return records.filtered(lambda record: record[whose] != user.partner_id)[:EACH]

    def _shows(self, page, record, user):
        names = {record.display_name, self.rival_shopper.name, self.rival_merchant.name} - {user.sudo().name}
        return SECRET in page.text or any(name in page.text for name in names)

    def test_a_report_is_there(self):
        """What is refused above is no broken report: those whose it is get it."""
        contract = self.merchant.contract_ids.filtered(lambda one: one.state == "active")[:1]
        for user, report, record, shown in (
                (self.users["merchant"], "merchant_alliance.contract_document", contract, contract.name),
                (self.users["merchant"], "merchant_alliance.store_sign", self.store, self.store.name),
                (self.users["merchant"], "voucher_settlement.merchant_statement_document", self.world.statements[0],
                 self.world.statements[0].name)):
            self._login(user)
            page = self.url_open(f"/report/html/{report}/{record.id}")
            self.assertEqual(page.status_code, 200, report)
            self.assertIn(shown, page.text, report)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", self.bill.ids)
        self.assertIn(f"{SECRET} Line", html.decode())
