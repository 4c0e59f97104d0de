from odoo import api, models
from odoo.tools import SQL

from .escrow_events import ESCROW_ROLES


class EscrowPosting(models.AbstractModel):
    """Sub-ledgers against the general ledger."""

    _inherit = "escrow.posting"

    @api.model
    def _check_subledger(self, company):
        """Return the differences between sub-ledgers and general ledger, empty when they agree.

        :return: dicts of ``_get_comparison`` with a difference
        :raise UserError: the company has no accounts for the escrow
        """
        return [row for row in self._get_comparison(company) if row["difference_cents"]]

    @api.model
    def _get_comparison(self, company):
        """Compare each account of the escrow, and the deposits, with what its records add up to.

        What is not booked yet is left out on both sides, so it holds at any moment. Kept totals
        (``_check_totals``), merchants' deposits and cohorts' bases have a row only where they differ from the records.

        :return: dicts with ``account`` (name), ``account_id``, ``ledger_cents``, ``subledger_cents``,
            ``difference_cents`` (ledger − sub-ledger) and ``hint`` (what the sub-ledger consists of)
        """
        self.env.flush_all()
        return [
            *self._prepare_comparisons(self._get_compared_balances(company), self._get_subledger_sums(company)),
            *self._get_cohort_comparison(company), *self._get_deposit_differences(company),
            *self._get_total_comparison(company)]

    def _prepare_comparisons(self, balances, sums, only_differing=False):
        """Return a row of the comparison for each account.

        :param dict balances: ``_get_compared_balances``
        :param dict sums: cents of the sub-ledgers, by key
        """
        owed = sum(balances[role][1] for role, _label in ESCROW_ROLES if role != "escrow_bank")
        sums = {"escrow_bank": owed, **sums}
        return [self._prepare_comparison(*balances[key], sums[key], hint)
                for key, hint in self._get_comparison_hints().items()
                if not only_differing or balances[key][1] != sums[key]]

    def _get_compared_balances(self, company):
        """Return ``{key: (account, cents)}`` of what is compared: as the general ledger has it."""
        accounts = self._get_compared_accounts(company)
        found = self._get_balances(self.env["account.account"].union(*accounts.values()), company)
        return {key: (account, found[account]) for key, account in accounts.items()}

    def _get_comparison_hints(self):
        """Return ``{key: what its sub-ledger consists of}``: the accounts that are compared."""
        return {
            "escrow_bank": self.env._("Sum of what the escrow owes: pool, vouchers, redeemed vouchers, reserve."),
            "vouchers_outstanding": self.env._(
                "Vouchers in wallets, released but not credited yet, and kept for sales under review."),
            "rebate_pool": self.env._(
                "Pool shares of funded concessions, less what settlements released, plus what came back."),
            "redeemed_due": self.env._("Vouchers redeemed, less those given back and those reimbursed."),
            "risk_reserve": self.env._("Reserve shares of funded concessions."),
            "merchant_deposit": self.env._("Deposit entries of all merchants."),
        }

    def _get_compared_accounts(self, company):
        """Return ``{key: account}`` of what is compared.

        :raise UserError: one is missing, or there is more than one
        """
        keys, roles = self._get_comparison_hints(), dict(ESCROW_ROLES)
        accounts = self._get_escrow_accounts(list(roles), company)
        operating = {key: self._get_account(key, company) for key in keys if key not in roles}
        # not their thirty other fields, which nothing reads here
        accounts.union(*operating.values()).fetch(["account_type", "escrow_role"])
        found = {**accounts.grouped("escrow_role"), **operating}
        return {key: account if len(account := found.get(key, ())) == 1 else self._get_account(key, company)
                for key in keys}

    def _prepare_comparison(self, account, ledger_cents, subledger_cents, hint):
        return {
            "account": account.display_name, "account_id": account.id, "ledger_cents": ledger_cents,
            "subledger_cents": subledger_cents, "difference_cents": ledger_cents - subledger_cents,
            "hint": hint,
        }

    # -- what the records add up to, in cents ----------------------------------------------------

    def _get_subledger_sums(self, company):
        """Read all records and return ``{key: cents}`` for each account."""
        return {
            "vouchers_outstanding": self._get_subledger_outstanding(company),
            "rebate_pool": self._get_subledger_pool(company),
            "redeemed_due": self._get_subledger_redeemed(company),
            "risk_reserve": self._get_booked_cents(company, "s.alloc_reserve"),
            "merchant_deposit": self._get_subledger_deposits(company),
        }

    def _get_sum(self, company, query, **values):
        [[amount]] = self.env.execute_query(SQL(
            "SELECT COALESCE((" + query + "), 0)::text", company=company.id, **values))
        return self._to_cents(amount, company)

    def _get_booked_cents(self, company, expression, condition="TRUE"):
        """Sum up an SQL expression over the sales and refunds whose funding is booked."""
        return self._get_sum(
            company, f"""SELECT SUM({expression}) FROM alliance_qualified_sale s
                           JOIN alliance_funding f ON f.id = s.funding_id
                           LEFT JOIN alliance_qualified_sale o ON o.id = s.origin_id
                          WHERE s.company_id = %(company)s AND s.state = 'funded' AND {condition}
                            AND CASE s.kind WHEN 'sale' THEN f.move_id ELSE f.reversal_move_id END IS NOT NULL""")

    def _get_subledger_outstanding(self, company):
        unbooked = self._get_sum(
            company, """SELECT SUM(amount) FROM voucher_entry WHERE company_id = %(company)s
                         AND move_id IS NULL AND kind NOT IN ('credit', 'grant', 'owe')""")
        return self.env["voucher.wallet"]._get_subledger_outstanding(company) - unbooked

    def _get_subledger_pool(self, company):
        released = self._get_released_cents(company)
        returned = -self._get_sum(
            company, """SELECT SUM(amount) FROM voucher_entry WHERE company_id = %(company)s
                         AND move_id IS NOT NULL AND kind IN ('expire', 'reinstate', 'claw', 'debt')""")
        concessions = self._get_booked_cents(company, "s.alloc_pool - COALESCE(s.voucher_from_pool, 0)")
        rejected = self._get_booked_cents(
            company, "s.alloc_shopping + COALESCE(s.voucher_from_pool, 0)",
            "COALESCE(o.reward_state, s.reward_state) = 'rejected'")
        return concessions + rejected - released + returned

    def _get_subledger_redeemed(self, company):
        redeemed = -self._get_sum(
            company, """SELECT SUM(amount) FROM voucher_entry WHERE company_id = %(company)s
                         AND move_id IS NOT NULL AND kind IN ('redeem', 'restore')""")
        return redeemed - self._get_sum(
            company, """SELECT SUM(amount) FROM voucher_reimbursement
                         WHERE company_id = %(company)s AND move_id IS NOT NULL""")

    def _get_subledger_deposits(self, company):
        return self._get_sum(
            company, """SELECT SUM(d.amount) FROM alliance_deposit_entry d
                          LEFT JOIN alliance_funding f ON f.deposit_entry_id = d.id
                         WHERE d.company_id = %(company)s
                           AND COALESCE(d.move_id, f.move_id, f.reversal_move_id) IS NOT NULL""")
