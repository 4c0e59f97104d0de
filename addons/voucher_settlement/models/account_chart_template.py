from odoo import models

from odoo.addons.account.models.chart_template import template

# xml id suffix: (code, name, account type, escrow role, company field, reconcile)
# Codes follow the Chinese chart (1012 other monetary funds, 1221 and 2241 other receivables and
# payables); they are free in the generic chart too.
ACCOUNTS = {
    "gp_escrow_bank": ("101280", "Rebate Escrow Bank", "asset_cash", "escrow_bank", None, False),
    "gp_voucher_till": ("101290", "Vouchers in Tills", "asset_cash", None, None, False),
    "gp_rebate_pool": ("224180", "Rebate Pool", "liability_current", "rebate_pool", None, False),
    "gp_vouchers_outstanding": (
        "224181", "Vouchers Outstanding", "liability_current", "vouchers_outstanding", None, False),
    "gp_redeemed_due": (
        "224182", "Redeemed Vouchers Due to Merchants", "liability_current", "redeemed_due", None, False),
    "gp_risk_reserve": ("224183", "Risk Reserve", "liability_current", "risk_reserve", None, False),
    "gp_merchant_deposit": (
        "224190", "Merchant Deposits", "liability_current", None, "merchant_deposit_account_id", False),
    "gp_concession_transit": (
        "224191", "Concessions in Transit", "liability_current", None, "concession_transit_account_id", False),
    "gp_commission_payable": (
        "224192", "Promoter Commission Payable", "liability_current", None, "commission_payable_account_id",
        False),
    "gp_merchant_clearing": (
        "122190", "Merchant Clearing", "asset_current", None, "merchant_clearing_account_id", False),
    "gp_voucher_accepted": (
        "122191", "Vouchers Accepted", "asset_current", None, "voucher_accepted_account_id", True),
    "gp_concession_expense": (
        "560190", "Concessions of the Own Mall", "expense", None, "concession_expense_account_id", False),
    "gp_platform_fee": (
        "505190", "Platform Fees", "income", None, "platform_fee_account_id", False),
}


class AccountChartTemplate(models.AbstractModel):
    """Every chart of accounts gets the escrow group, its neighbours and two journals."""

    _inherit = "account.chart.template"

    @template(model="account.account")
    def _get_escrow_account_account(self, template_code):
        return {
            xmlid: {
                "code": code, "name": name, "account_type": account_type, "reconcile": reconcile,
                "escrow_role": role,
            }
            for xmlid, (code, name, account_type, role, _field, reconcile) in ACCOUNTS.items()
        }

    @template(model="account.journal")
    def _get_escrow_account_journal(self, template_code):
        return {
            "gp_escrow": {
                "name": self.env._("Rebate Escrow"), "type": "general", "code": "ESCR",
                "restrict_mode_hash_table": True, "show_on_dashboard": True, "sequence": 30,
            },
            "gp_voucher": {
                "name": self.env._("Vouchers"), "type": "bank", "code": "VOUC",
                "default_account_id": "gp_voucher_till", "show_on_dashboard": False, "sequence": 31,
            },
        }

    @template(model="res.company")
    def _get_escrow_res_company(self, template_code):
        return {
            self.env.company.id: {
                "escrow_journal_id": "gp_escrow",
                "voucher_journal_id": "gp_voucher",
                **{row[4]: xmlid for xmlid, row in ACCOUNTS.items() if row[4]},
            },
        }

    def _load_escrow(self, company):
        """Add the escrow's accounts and journals to a company whose chart is installed already."""
        self = self.with_company(company)
        code = company.chart_template
        self._load_data({
            "account.account": self._get_escrow_account_account(code),
            "account.journal": self._get_escrow_account_journal(code),
            "res.company": self._get_escrow_res_company(code),
        })
