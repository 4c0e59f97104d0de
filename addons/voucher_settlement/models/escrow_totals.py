from odoo import api, models
from odoo.tools import SQL

from odoo.addons.green_points.tools.totals import POSITION_TALLY

from ..tools.totals import BOOK_TALLY, LEDGER_TALLY

TALLIES = (LEDGER_TALLY, POSITION_TALLY, BOOK_TALLY)
# what the ledgers of LEDGER_TALLY and their parts are called: models, and fields of a qualified sale
LEDGER_MODELS = {
    "lot": "voucher.lot", "entry": "voucher.entry", "sale": "alliance.qualified.sale",
    "deposit": "alliance.deposit.entry", "balance": "alliance.merchant", "commission": "promoter.commission",
    "reimbursement": "voucher.reimbursement"}
SALE_FIELDS = {
    "pool": "alloc_pool", "shopping": "alloc_shopping", "from_pool": "voucher_from_pool", "reserve": "alloc_reserve",
    "commission": "alloc_commission", "forfeited": "forfeit_move_id"}


class EscrowPosting(models.AbstractModel):
    """Sub-ledgers against the general ledger out of totals that are kept with every change."""

    _inherit = "escrow.posting"

    @api.model
    def _check_totals(self, company, balances=None):
        """Return the differences between kept totals and general ledger, empty when they agree.

        Takes the same time whatever the number of wallets, vouchers and sales. Everything must be
        booked (``_post_unposted``). Whether the totals are what the records add up to is for
        ``_check_subledger`` to find out, which a job does every day.

        :param balances: what ``_get_compared_balances`` returns, else asked here
        :return: dicts as of ``_get_comparison``
        """
        self.env.flush_all()
        kept = LEDGER_TALLY.get_totals(self.env.cr, company.id)
        sums = self._get_kept_sums(company, kept)
        return [
            *self._prepare_comparisons(balances or self._get_compared_balances(company), sums, only_differing=True),
            *self._get_cohort_comparison(company), *self._get_deposit_comparison(company, kept)]

    def _get_kept_sums(self, company, kept):
        """Return what ``_get_subledger_sums`` does, in cents by account, out of ``kept`` totals of the ledgers."""
        def total(ledger, *parts):
            """Add up parts of a ledger; one that ends in a comma stands for all that begin so."""
            return self._to_cents(str(sum(
                amount for (name, part), amount in kept.items() if name == ledger and (
                    part in parts or f"{part.partition(',')[0]}," in parts))), company)

        return self._prepare_kept_sums(total, self._get_released_cents(company))

    def _prepare_kept_sums(self, total, released):
        """Return cents by account.

        :param total: adds up parts of a ledger, in cents: ``total(ledger, *parts)``
        :param int released: cents that settlements moved to vouchers
        """
        return {
            "vouchers_outstanding": total("lot", "") + released + total("sale", "shopping,pending", "shopping,held")
            - total("entry", "credit", "redeem", "restore", "expire", "reinstate", "claw", "debt"),
            "rebate_pool": total("sale", "pool,") + total("sale", "shopping,rejected", "from_pool,rejected") - released
            - total("entry", "expire,booked", "reinstate,booked", "claw,booked", "debt,booked"),
            "redeemed_due": -total("entry", "redeem,booked", "restore,booked") - total("reimbursement", ""),
            "risk_reserve": total("sale", "reserve,"),
            "merchant_deposit": total("deposit", ""),
        }

    def _get_cohort_comparison(self, company):
        """Return a row for each closed cohort whose frozen base is not what its holders hold together."""
        self.env["green.points.cohort"].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT c.number, (c.base_shopper + c.base_merchant)::text, COALESCE(t.held, 0)::text
                 FROM green_points_cohort c
                 LEFT JOIN (SELECT cohort_id, SUM(amount) AS held,
                                   SUM(amount) FILTER (WHERE holder_kind = 'shopper') AS shopper
                              FROM green_points_tally GROUP BY cohort_id) t ON t.cohort_id = c.id
                WHERE c.company_id = %s AND c.state IN ('maturing', 'matured')
                  AND (c.base_shopper + c.base_merchant <> COALESCE(t.held, 0)
                       OR c.base_shopper <> COALESCE(t.shopper, 0))""", company.id))
        return [self._prepare_total_row(
            company, self.env._("Points of period %s", number), base, held,
            self.env._("Base value of the cohort, against what its holders hold together."))
            for number, base, held in rows]

    def _get_deposit_comparison(self, company, kept):
        """Return a row where merchants' deposits together are not what the deposit entries add up to."""
        balances, entries = kept.get(("balance", ""), 0), kept.get(("deposit", ""), 0)
        if balances == entries:
            return []
        return [self._prepare_total_row(
            company, self.env._("Deposits of all merchants"), str(balances), str(entries), self._get_deposit_hint())]

    def _get_deposit_differences(self, company):
        """Read all deposit entries; return a row for each merchant whose deposit is not what its entries add up to."""
        self.env["alliance.deposit.entry"].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT m.name, COALESCE(m.deposit_balance, 0), COALESCE(e.amount, 0)
                 FROM alliance_merchant m
                 LEFT JOIN (SELECT merchant_id, SUM(amount) AS amount FROM alliance_deposit_entry
                             WHERE company_id = %(company)s GROUP BY merchant_id) e ON e.merchant_id = m.id
                WHERE m.company_id = %(company)s AND COALESCE(m.deposit_balance, 0) <> COALESCE(e.amount, 0)
             ORDER BY m.id""", company=company.id))
        return [self._prepare_total_row(
            company, self.env._("Deposit of %s", name), str(balance), str(entries), self._get_deposit_hint())
            for name, balance, entries in rows]

    def _get_deposit_hint(self):
        return self.env._("Deposit as the merchant has it, against its deposit entries.")

    def _prepare_total_row(self, company, name, ledger, subledger, hint):
        """Return a row of a comparison that is about no account."""
        ledger_cents, subledger_cents = self._to_cents(ledger, company), self._to_cents(subledger, company)
        return {
            "account": name, "account_id": False, "ledger_cents": ledger_cents, "subledger_cents": subledger_cents,
            "difference_cents": ledger_cents - subledger_cents, "hint": hint}

    # -- the totals against the records ------------------------------------------------------

    def _get_total_comparison(self, company):
        """Read all records; return a row for each kept total of ``company`` that is not what they add up to."""
        self.env.flush_all()
        cohorts = {c.id: c.number for c in self.env["green.points.cohort"].search([("company_id", "=", company.id)])}
        hint = self.env._("Total kept with every change, against the records themselves.")
        rows = []
        for (owner, ledger, part), kept, counted in LEDGER_TALLY.find_differences(self.env.cr):
            if owner == company.id:
                rows.append((self._get_ledger_label(ledger, part), kept, counted))
        for (owner, account_id), kept, counted in BOOK_TALLY.find_differences(self.env.cr):
            if owner == company.id:
                rows.append((self.env["account.account"].browse(account_id).display_name, kept, counted))
        for (cohort_id, kind), kept, counted in POSITION_TALLY.find_differences(self.env.cr):
            if cohort_id in cohorts:
                rows.append((self.env._(
                    "Points of period %(number)s (%(kind)s)", number=cohorts[cohort_id],
                    kind=self._get_label("green.points.position", "holder_kind", kind)), kept, counted))
        return [self._prepare_total_row(company, name, str(kept), str(counted), hint) for name, kept, counted in rows]

    def _get_ledger_label(self, ledger, part):
        """Return what a reader calls a part of ``LEDGER_TALLY``: model, then field or kind, then state."""
        model = LEDGER_MODELS[ledger]
        words = [self.env["ir.model"]._get(model).name]
        name, _comma, state = part.partition(",")
        if ledger == "entry":
            words += [self._get_label(model, "kind", name), *([self.env._("booked")] if state else [])]
        elif ledger == "sale":
            words += [self._get_label(model, SALE_FIELDS[name]),
                      *([self._get_label(model, "reward_state", state)] if state else [])]
        elif ledger == "balance":
            words.append(self._get_label(model, "deposit_balance"))
        return ", ".join(words)

    @api.model
    def _cron_fold_totals(self):
        """Make one row of each kept total: what is read at a settlement stays short."""
        cron = self.env["ir.cron"]
        for tally in TALLIES:
            cron._retry(lambda tally=tally: tally.fold(self.env.cr))
            cron._keep(1)

    @api.model
    def _cron_check(self):
        """Compare all records with the books, for each company; tell those who settle of any difference."""
        self.env["ir.cron"]._run_each(self._get_companies(), self._check_company)

    def _check_company(self, company):
        differences = self._check_subledger(company)
        period = self.env["settlement.period"].search(
            [("company_id", "=", company.id), ("state", "!=", "settled")], order="number", limit=1)
        if differences and period:
            period._announce_differences(differences)
