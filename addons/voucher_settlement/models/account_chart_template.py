from odoo import models

from odoo.addons.account.models.chart_template import template

# Fields of the company, and the account that a chart brings for each.
COMPANY_ACCOUNTS = {
    "merchant_clearing_account_id": "gp_merchant_clearing",
    "merchant_deposit_account_id": "gp_merchant_deposit",
    "concession_transit_account_id": "gp_concession_transit",
    "concession_expense_account_id": "gp_concession_expense",
    "platform_fee_account_id": "gp_platform_fee",
    "commission_payable_account_id": "gp_commission_payable",
    "voucher_accepted_account_id": "gp_voucher_accepted",
    "payout_transit_account_id": "gp_payout_transit",
}


class AccountChartTemplate(models.AbstractModel):
    """Every chart of accounts gets the escrow group, its neighbours and two journals."""

    _inherit = "account.chart.template"

    @template(model="account.account")
    def _get_escrow_account_account(self, template_code):
        """Codes follow the Chinese charts: 1012 other monetary funds, 1221/2241 other receivables/payables."""
        return {
            "gp_escrow_bank": {
                "code": "101280", "name": self.env._("Rebate Escrow Bank"), "account_type": "asset_cash",
                "escrow_role": "escrow_bank"},
            "gp_voucher_till": {
                "code": "101290", "name": self.env._("Vouchers in Tills"), "account_type": "asset_cash"},
            "gp_merchant_clearing": {
                "code": "122190", "name": self.env._("Merchant Clearing"), "account_type": "asset_current"},
            "gp_voucher_accepted": {
                "code": "122191", "name": self.env._("Vouchers Accepted"), "account_type": "asset_current",
                "reconcile": True},
            "gp_rebate_pool": {
                "code": "224180", "name": self.env._("Rebate Pool"), "account_type": "liability_current",
                "escrow_role": "rebate_pool"},
            "gp_vouchers_outstanding": {
                "code": "224181", "name": self.env._("Vouchers Outstanding"), "account_type": "liability_current",
                "escrow_role": "vouchers_outstanding"},
            "gp_redeemed_due": {
                "code": "224182", "name": self.env._("Redeemed Vouchers Due to Merchants"),
                "account_type": "liability_current", "escrow_role": "redeemed_due"},
            "gp_risk_reserve": {
                "code": "224183", "name": self.env._("Risk Reserve"), "account_type": "liability_current",
                "escrow_role": "risk_reserve"},
            "gp_merchant_deposit": {
                "code": "224190", "name": self.env._("Merchant Deposits"), "account_type": "liability_current"},
            "gp_concession_transit": {
                "code": "224191", "name": self.env._("Concessions in Transit"), "account_type": "liability_current"},
            "gp_commission_payable": {
                "code": "224192", "name": self.env._("Promoter Commission Payable"),
                "account_type": "liability_current"},
            "gp_payout_transit": {
                "code": "224193", "name": self.env._("Payouts on the Way"), "account_type": "liability_current"},
            "gp_platform_fee": {
                "code": "505190", "name": self.env._("Platform Fees"), "account_type": "income"},
            "gp_concession_expense": {
                "code": "560190", "name": self.env._("Concessions of the Own Mall"), "account_type": "expense"},
        }

    @template("cn_large_bis", model="account.account")
    def _get_escrow_cn_large_bis_account_account(self):
        return {"gp_platform_fee": {"code": "605190"}, "gp_concession_expense": {"code": "660190"}}

    @template("generic_coa", model="account.account")
    def _get_escrow_generic_coa_account_account(self):
        return {"gp_platform_fee": {"code": "400190"}, "gp_concession_expense": {"code": "600190"}}

    @template(model="account.journal")
    def _get_escrow_account_journal(self, template_code):
        return {
            "gp_escrow": {
                "name": self.env._("Rebate Escrow"), "type": "general", "code": "ESCR",
                "restrict_mode_hash_table": True, "show_on_dashboard": True, "sequence": 30},
            "gp_voucher": {
                "name": self.env._("Vouchers"), "type": "bank", "code": "VOUC",
                "default_account_id": "gp_voucher_till", "show_on_dashboard": False, "sequence": 31},
        }

    @template(model="res.company")
    def _get_escrow_res_company(self, template_code):
        return {
            self.env.company.id: {
                **COMPANY_ACCOUNTS, "escrow_journal_id": "gp_escrow", "voucher_journal_id": "gp_voucher"},
        }

    def _post_load_data(self, template_code, company, template_data):
        super()._post_load_data(template_code, company, template_data)
        (company or self.env.company)._set_default_operating_bank()

    # -- charts that were there before this addon --------------------------------------------

    def _load_escrow(self, company):
        """Add the escrow's accounts and journals to a company whose chart is installed; idempotent."""
        self = self.with_company(company)
        code = company.chart_template
        settings = self._get_escrow_res_company(code)[company.id]
        data = {"res.company": {
            company.id: {fname: xmlid for fname, xmlid in settings.items() if not company[fname]}}}
        if not company.parent_id:  # a branch uses its parent's accounts
            accounts = self._get_chart_template_model_data(code, "account.account")
            data["account.account"] = self._with_free_codes(company, "account.account", {
                xmlid: accounts[xmlid] for xmlid in self._get_escrow_account_account(code)})
            data["account.journal"] = self._with_free_codes(
                company, "account.journal", self._get_escrow_account_journal(code))
        self._load_data(data)
        self._load_translations(companies=company)
        company._set_default_operating_bank()

    def _with_free_codes(self, company, model, records):
        """Return ``records`` without those that exist, and with codes that nobody uses yet."""
        known = self.env[model].with_company(company).with_context(active_test=False).search(
            self.env[model]._check_company_domain(company))
        used, free = set(known.mapped("code")), {}
        for xmlid, vals in records.items():
            if self.ref(xmlid, raise_if_not_found=False):
                continue
            code = vals["code"]
            while code in used:
                code = str(int(code) + 1) if code.isdigit() else f"{vals['code'][:4]}{len(used)}"
            used.add(code)
            free[xmlid] = {**vals, "code": code}
        return free
