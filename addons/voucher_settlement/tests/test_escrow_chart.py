from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.voucher_settlement.models.escrow_events import ESCROW_ROLES
from odoo.addons.voucher_settlement.models.res_company import OPERATING_KEYS

from .common_escrow import EscrowCommon


@tagged("post_install", "-at_install")
class TestEscrowChart(EscrowCommon):
    """Every chart brings the escrow; without one, events wait and say what is missing."""

    def _make_company(self, chart=None):
        company = self.env["res.company"].create({
            "name": f"Company {chart}", "country_id": self.env.ref("base.cn").id})
        self.env.user.company_ids += company
        if chart:
            self.env["account.chart.template"].try_loading(chart, company, install_demo=False)
        return company

    def _check_complete(self, company):
        for key in [role for role, _label in ESCROW_ROLES] + OPERATING_KEYS:
            account = self.posting._get_account(key, company)
            self.assertIn(company, account.company_ids, key)
            self.assertEqual(len(account.with_company(company).code), 6, key)
        self.assertTrue(company.escrow_journal_id.restrict_mode_hash_table)
        self.assertEqual(company.voucher_journal_id.type, "bank")
        self.assertTrue(company.voucher_accepted_account_id.reconcile)
        bank = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank"), ("code", "!=", "VOUC")], limit=1)
        self.assertEqual(company.operating_bank_account_id, bank.default_account_id)

    def test_charts(self):
        self._check_complete(self.company)  # installed before this addon
        for chart in ("cn", "cn_large_bis", "generic_coa"):
            with self.subTest(chart=chart):
                self._check_complete(self._make_company(chart))

    def test_codes_fit_the_chart(self):
        codes = {
            chart: (company.platform_fee_account_id.code, company.concession_expense_account_id.code)
            for chart in ("cn", "cn_large_bis") for company in self._make_company(chart).with_context(
                allowed_company_ids=None) for company in [company.with_company(company)]}
        self.assertEqual(codes, {"cn": ("505190", "560190"), "cn_large_bis": ("605190", "660190")})

    def test_money_flows_on_the_chinese_chart(self):
        company = self._make_company("cn")
        self.assertTrue(company.account_storno)
        lines = [("escrow_bank", 8000), ("rebate_pool", -6500), ("vouchers_outstanding", -1500),
                 ("concession_transit", 8000), ("operating_bank", -8000)]
        move = self.posting._post_event("funded", company, lines)
        self.assertEqual((move.state, move.company_id, move.currency_id.name), ("posted", company, "CNY"))
        self.posting._post_event("release", company, [("rebate_pool", 6500), ("vouchers_outstanding", -6500)])
        self.assertEqual(self.posting._get_balance("vouchers_outstanding", company), 8000)
        self.assertEqual(self.posting._get_balance("rebate_pool", company), 0)
        self.assertEqual(self.posting._get_balance("rebate_pool", self.company), 0)
        self._check_commit()
        self.env["account.chart.template"].try_loading("cn", company, install_demo=False)  # an update of it
        self._check_complete(company)
        self.assertEqual(self.posting._get_balance("escrow_bank", company), 8000)

    def test_other_chart_before_the_first_entry(self):
        company = self._make_company("generic_coa")
        self.env["account.chart.template"].try_loading("cn", company, install_demo=False)
        self._check_complete(company)

    def test_loading_twice_changes_nothing(self):
        before = self.env["account.account"].search_count([])
        self.env["account.chart.template"]._load_escrow(self.company)
        self.assertEqual(self.env["account.account"].search_count([]), before)
        self._check_complete(self.company)

    def test_codes_in_use_are_left_alone(self):
        company = self._make_company("generic_coa")
        templates = self.env["account.chart.template"].with_company(company)
        clearing, journal = company.merchant_clearing_account_id, company.escrow_journal_id
        company.merchant_clearing_account_id = company.escrow_journal_id = False
        self.env["ir.model.data"].search([
            ("model", "in", ("account.account", "account.journal")),
            ("name", "in", (f"{company.id}_gp_merchant_clearing", f"{company.id}_gp_escrow"))]).unlink()
        templates._load_escrow(company)
        added = company.merchant_clearing_account_id.with_company(company)
        self.assertNotEqual(added, clearing)
        self.assertEqual(added.code, "122192")
        self.assertNotEqual(company.escrow_journal_id, journal)

    def test_without_chart_events_wait(self):
        company = self._make_company()
        with self.assertRaisesRegex(UserError, "chart of accounts"):
            self.posting._post_event("release", company, [("rebate_pool", 1), ("vouchers_outstanding", -1)])
        merchant = self.env["alliance.merchant"].create({
            "name": "Early", "company_id": company.id, "state": "active",
            "partner_id": self._make_partner("Early").id})
        entry = merchant._deposit("topup", 1000, "early", "Early")
        self.assertFalse(entry.move_id)
        with self.assertRaisesRegex(UserError, "chart of accounts"):
            self.posting._post_unposted(company)
        self.env["account.chart.template"].try_loading("cn", company, install_demo=False)
        self.posting._post_unposted(company)
        self.assertEqual(self.posting._get_balance("merchant_deposit", company), 1000)
        self.assertEqual(entry.move_id.company_id, company)
        move = entry.move_id
        self.posting._post_unposted(company)
        self.assertEqual(entry.move_id, move)

    def test_one_account_for_each_role(self):
        with self.assertRaisesRegex(ValidationError, "has this escrow role already"):
            self.env["account.account"].create({
                "code": "101289", "name": "Second", "account_type": "asset_cash", "escrow_role": "escrow_bank"})
        with self.assertRaisesRegex(ValidationError, "is an asset"):
            self._make_company("generic_coa").escrow_journal_id.env["account.account"].create({
                "code": "224189", "name": "Wrong side", "account_type": "asset_current",
                "escrow_role": "risk_reserve"})

    def test_role_that_changes_is_known_at_once(self):
        company = self._make_company("generic_coa")
        reserve = self.posting._get_account("risk_reserve", company)
        reserve.escrow_role = False
        self.assertFalse(self.posting._get_escrow_accounts("risk_reserve", company))
        other = reserve.copy({"code": "224189", "escrow_role": "risk_reserve"})
        self.assertEqual(self.posting._get_escrow_accounts("risk_reserve", company), other)
        other.unlink()
        self.assertFalse(self.posting._get_escrow_accounts("risk_reserve", company))

    def test_operating_accounts_are_not_the_escrow(self):
        with self.assertRaisesRegex(ValidationError, "belongs to the rebate escrow"):
            self.company.operating_bank_account_id = self.escrow_bank
