from odoo import api, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents


class EscrowPosting(models.AbstractModel):
    """Sub-ledgers against the general ledger."""

    _inherit = "escrow.posting"

    @api.model
    def _check_subledger(self, company):
        """Return the differences between sub-ledgers and general ledger, empty when they agree.

        :return: dicts with ``account``, ``ledger_cents``, ``subledger_cents``, ``difference_cents``, ``hint``
        """
        self.env.flush_all()
        ledger = {role: self._get_balance(role, company) for role in (
            "escrow_bank", "rebate_pool", "vouchers_outstanding", "redeemed_due", "risk_reserve")}
        _ = self.env._
        checks = [
            ("escrow_bank", ledger["escrow_bank"],
             ledger["rebate_pool"] + ledger["vouchers_outstanding"] + ledger["redeemed_due"]
             + ledger["risk_reserve"], _("Escrow bank and what it owes.")),
            ("vouchers_outstanding", ledger["vouchers_outstanding"],
             self.env["voucher.wallet"]._get_subledger_outstanding(company),
             _("Vouchers in wallets, released but not credited, and reserved.")),
            ("rebate_pool", ledger["rebate_pool"], self._get_subledger_pool(company),
             _("Concessions funded less what settlements released, plus what came back.")),
            ("redeemed_due", ledger["redeemed_due"], self._get_subledger_redeemed(company),
             _("Vouchers redeemed less what was given back and reimbursed.")),
            ("risk_reserve", ledger["risk_reserve"], self._get_funded_cents(company, "alloc_reserve"),
             _("Risk reserve of funded concessions.")),
            ("merchant_deposit", self._get_account_balance("merchant_deposit", company),
             self._get_deposits(company), _("Merchants' prepaid deposits.")),
        ]
        return [
            self._prepare_difference(key, found, expected, hint, company)
            for key, found, expected, hint in checks if found != expected
        ]

    def _prepare_difference(self, key, found, expected, hint, company):
        return {
            "account": self._get_account(key, company).display_name, "ledger_cents": found,
            "subledger_cents": expected, "difference_cents": found - expected, "hint": hint,
        }

    def _get_cents(self, company, query):
        [[amount]] = self.env.execute_query(SQL("SELECT COALESCE((%s), 0)::text", query))
        return to_cents(float(amount), company.currency_id)

    def _get_account_balance(self, key, company):
        return self._get_cents(company, SQL(
            "SELECT -SUM(balance) FROM account_move_line WHERE account_id = %s AND parent_state = 'posted'",
            self._get_account(key, company).id))

    def _get_deposits(self, company):
        return self._get_cents(company, SQL(
            "SELECT SUM(deposit_balance) FROM alliance_merchant WHERE company_id = %s", company.id))

    def _get_funded_cents(self, company, field):
        return self._get_cents(company, SQL(
            "SELECT SUM(%s) FROM alliance_qualified_sale WHERE company_id = %s AND state = 'funded'",
            SQL.identifier(field), company.id))

    def _get_entries_cents(self, company, kinds):
        return self._get_cents(company, SQL(
            "SELECT SUM(amount) FROM voucher_entry WHERE company_id = %s AND kind IN %s", company.id, kinds))

    def _get_subledger_pool(self, company):
        released = self._get_cents(company, SQL(
            "SELECT SUM(released_amount - COALESCE(dust_amount, 0)) FROM settlement_period"
            " WHERE company_id = %s AND state = 'settled'", company.id))
        borne = self._get_cents(company, SQL(
            "SELECT SUM(voucher_from_pool) FROM alliance_qualified_sale WHERE company_id = %s", company.id))
        rejected = self._get_cents(company, SQL(
            "SELECT SUM(alloc_shopping) FROM alliance_qualified_sale"
            " WHERE company_id = %s AND state = 'funded' AND reward_state = 'rejected'", company.id))
        back = -self._get_entries_cents(company, ("expire", "claw", "debt"))
        return self._get_funded_cents(company, "alloc_pool") - released - borne + rejected + back

    def _get_subledger_redeemed(self, company):
        reimbursed = self._get_cents(company, SQL(
            "SELECT SUM(amount) FROM voucher_reimbursement WHERE company_id = %s AND state = 'paid'", company.id))
        return -self._get_entries_cents(company, ("redeem", "restore")) - reimbursed
