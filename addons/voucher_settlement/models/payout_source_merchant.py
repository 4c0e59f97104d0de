from odoo import models
from odoo.tools import SQL

from .merchant_statement_source import ACCOUNTS, SOURCES
from .payout_source import Payable


class PayoutSource(models.AbstractModel):
    """Merchants: their account with the platform, reimbursed vouchers included."""

    _inherit = "payout.source"

    def _get_payable_merchant(self, company, ignored):
        """Return what merchants have to get; who owes gets nothing, and the amount stays on its account."""
        balances = self._get_merchant_balances(company, ignored)
        # sudo: see _get_payable
        merchants = self.env["alliance.merchant"].sudo().browse(balances)
        merchants.fetch(["name", "partner_id", "state"])
        claimed = {merchant for merchant, in self.env["payout.line"]._read_group([
            ("merchant_id", "in", merchants.ids), ("state", "in", ("ready", "sent")), ("id", "not in", ignored.ids)],
            ["merchant_id"])}
        return [
            Payable("merchant", merchant.partner_id, balances[merchant.id], merchant, "merchant_clearing",
                    company.name, reason=self._get_merchant_hold(merchant, merchant in claimed))
            for merchant in merchants]

    def _get_merchant_hold(self, merchant, claimed):
        """Return why a merchant is not paid now, empty if it is."""
        if claimed:
            return self.env._("An earlier payout is not finished; this is what came after it.")
        return self.env._("The merchant is suspended.") if merchant.state == "suspended" else ""

    def _get_merchant_balances(self, company, ignored):
        """Return ``{merchant's id: cents above zero}``.

        The account after the last statement, what no statement has taken in yet (the same rows and figures), less
        what unfinished payouts claim.
        """
        parts = ACCOUNTS["account"]
        news = " UNION ALL ".join(
            f"""SELECT r.merchant_id, SUM({" + ".join(f"({figures[part]})" for part in parts if part in figures)})
                  FROM {source.table} r
                 WHERE r.company_id = %(company)s AND r.statement_id IS NULL AND {source.condition}
              GROUP BY r.merchant_id"""
            for source in SOURCES.values() if (figures := source.figures) and set(parts) & set(figures))
        rows = self.env.execute_query(SQL(f"""
            SELECT b.merchant_id, SUM(b.amount)::text FROM (
                (SELECT DISTINCT ON (merchant_id) merchant_id, account_closing FROM merchant_statement
                  WHERE company_id = %(company)s ORDER BY merchant_id, date_to DESC)
                UNION ALL {news}
                UNION ALL SELECT merchant_id, -amount FROM payout_line
                 WHERE company_id = %(company)s AND kind = 'merchant' AND state IN ('ready', 'sent')
                   AND id NOT IN %(ignored)s
            ) AS b (merchant_id, amount) JOIN alliance_merchant m ON m.id = b.merchant_id
             WHERE m.is_platform IS NOT TRUE
          GROUP BY b.merchant_id HAVING SUM(b.amount) > 0 ORDER BY b.merchant_id""",
            company=company.id, ignored=tuple(ignored.ids) or (0,)))
        return {merchant_id: self.env["escrow.posting"]._to_cents(amount, company) for merchant_id, amount in rows}
