from odoo import api, models
from odoo.tools import SQL

# Commissions set aside, booked as owed, that nobody will ever earn: of sales whose rewards were rejected.
FORFEITED = """alliance_qualified_sale s LEFT JOIN alliance_qualified_sale o ON o.id = s.origin_id
               WHERE s.company_id = %(company)s AND COALESCE(o.reward_state, s.reward_state) = 'rejected'
                 AND s.promoter_id IS NOT NULL AND s.alloc_commission <> 0 AND s.earned_move_id IS NOT NULL"""
NOT_RETURNED = FORFEITED + " AND s.forfeit_move_id IS NULL"


class EscrowPosting(models.AbstractModel):
    """Commissions: what is owed to promoters, and what of it goes back to the rebate pool."""

    _inherit = "escrow.posting"

    @api.model
    def _post_forfeited(self, company):
        """Bring commissions of rejected sales to the rebate pool; a second call books nothing.

        What refunds of such sales take back is set off: it waits until others are worth more.

        :return: the move; may be empty
        """
        self.env["alliance.qualified.sale"].flush_model()
        [[ids, amount]] = self.env.execute_query(SQL(
            "SELECT array_agg(s.id), COALESCE(SUM(s.alloc_commission), 0)::text FROM " + NOT_RETURNED,
            company=company.id))
        cents = self._to_cents(amount, company)
        if cents <= 0:
            return self.env["account.move"]
        move = self._post_event("forfeit", company, [
            ("commission_payable", cents), ("operating_bank", -cents), ("escrow_bank", cents), ("rebate_pool", -cents)],
            ref=self.env._("Commissions of rejected sales"))
        self._link_records("alliance.qualified.sale", "forfeit_move_id", [(ids, move)])
        return move

    def _get_subledger_pool(self, company):
        return super()._get_subledger_pool(company) + self._get_subledger_forfeited(company)

    def _get_subledger_forfeited(self, company):
        return self._get_sum(
            company, "SELECT SUM(s.alloc_commission) FROM " + FORFEITED + " AND s.forfeit_move_id IS NOT NULL")

    def _get_subledger_commission(self, company):
        """Return what promoters are owed by their sales and ledger, as far as it is booked."""
        booked = self._get_sum(
            company, """SELECT SUM(alloc_commission) FROM alliance_qualified_sale
                         WHERE company_id = %(company)s AND earned_move_id IS NOT NULL""")
        paid = self._get_sum(
            company, """SELECT -SUM(amount) FROM promoter_commission
                         WHERE company_id = %(company)s AND kind IN ('payout', 'payout_undo')
                           AND move_id IS NOT NULL""")
        return booked - paid - self._get_subledger_forfeited(company)

    def _get_subledger_sums(self, company):
        return {
            **super()._get_subledger_sums(company), "commission_payable": self._get_subledger_commission(company)}

    def _prepare_kept_sums(self, total, released):
        sums, forfeited = super()._prepare_kept_sums(total, released), total("sale", "forfeited")
        sums["rebate_pool"] += forfeited
        return {**sums, "commission_payable": total("sale", "commission") + total("commission", "") - forfeited}

    def _get_comparison_hints(self):
        return {**super()._get_comparison_hints(), "commission_payable": self.env._(
            "Commission shares of concessions booked, less what was paid and what went back to the pool.")}
