from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from odoo.addons.green_points.models.green_points_simulation import LATEST

from .escrow_posting_vouchers import UNBOOKED


class GreenPointsSimulation(models.TransientModel):
    """What is held, owed and released so far is where a simulation begins; what was spent, how it goes on."""

    _inherit = "green.points.simulation"

    def _get_next_number(self):
        # sudo: who may see policies need not see settlements; a number alone
        unsettled = self.env["settlement.period"].sudo().search(
            [("company_id", "=", self.company_id.id), ("state", "!=", "settled")], order="number", limit=1)
        return unsettled.number or super()._get_next_number()

    def _prepare_opening_vals(self, cohorts, conceded, number):
        vals = super()._prepare_opening_vals(cohorts, conceded, number)
        posting = self.env["escrow.posting"].sudo()  # sudo: who may see policies need not see the books; sums alone
        company = self.company_id
        if not posting._has_books(company):
            return vals
        accumulated = cohorts.sudo()._get_accumulated()  # sudo: the same
        return {
            **vals,
            "released": tuple(float(accumulated.get((cohort.id, "shopper"), 0)) for cohort in cohorts),
            **{name: float(posting._get_balance(role, company)) for name, role in (
                ("pool", "rebate_pool"), ("outstanding", "vouchers_outstanding"), ("reserve", "risk_reserve"))},
        }

    def _prepare_usual_vals(self):
        vals, spending = super()._prepare_usual_vals(), self._get_usual_spending()
        return vals if spending is None else {**vals, "spending": spending}

    def _get_usual_spending(self):
        """Return what part of the vouchers outstanding was spent in the latest settled periods, in percent.

        Reckoned back from what is outstanding now; what expired meanwhile, little in a few periods, is left out.

        :return: 0 to 100, or None without settled periods or vouchers
        """
        posting = self.env["escrow.posting"].sudo()  # sudo: who may see policies need not see the books; sums alone
        if not posting._has_books(self.company_id):
            return None
        self.env.flush_all()
        cents = posting._get_balance("vouchers_outstanding", self.company_id) + posting._get_sum(
            self.company_id, "SELECT SUM(amount) FROM voucher_entry WHERE " + UNBOOKED)
        stock = Decimal(cents).scaleb(-self.currency_id.decimal_places)
        held = spent_in_all = Decimal(0)
        for is_settled, released, granted, spent in self._get_voucher_flows():
            before = stock - released + spent  # what could be spent in this period, its shopping vouchers included
            stock = before - granted
            if is_settled:
                held += max(before, 0)
                spent_in_all += spent
        return float(min(max(100 * spent_in_all / held, 0), 100)) if held else None

    def _get_voucher_flows(self):
        """Return ``(is settled, released, granted, spent)`` of the company's latest periods, the newest first.

        Amounts are ``Decimal`` units: released at the end of the period, granted with its purchases, spent in it less
        what refunds gave back. Those not settled yet come with the ``LATEST`` settled ones.
        """
        rows = self.env.execute_query(SQL(
            """WITH latest AS (
                   SELECT cohort_id, number, state, date_start, released_amount - COALESCE(dust_amount, 0) AS released,
                          COALESCE(LEAD(date_start) OVER (ORDER BY number), 'infinity') AS date_after
                     FROM settlement_period WHERE company_id = %(company)s ORDER BY number DESC LIMIT %(count)s + 2)
               SELECT state = 'settled', COALESCE(released, 0)::text,
                      (SELECT COALESCE(SUM(s.alloc_shopping), 0) FROM alliance_qualified_sale s
                        WHERE s.cohort_id = latest.cohort_id AND s.reward_state = 'active')::text,
                      (SELECT COALESCE(-SUM(e.amount), 0) FROM voucher_entry e
                        WHERE e.kind IN ('redeem', 'restore') AND e.date >= date_start AND e.date < date_after
                          AND e.merchant_id = ANY(%(merchants)s))::text
                 FROM latest ORDER BY number DESC""",
            # sudo: the same; by merchant, for that is what the ledger has an index of
            company=self.company_id.id, count=LATEST, merchants=self.env["alliance.merchant"].sudo().with_context(
                active_test=False).search([("company_id", "=", self.company_id.id)]).ids))
        settled = 0
        flows = []
        for is_settled, *amounts in rows:
            settled += is_settled
            if settled > LATEST:
                break
            flows.append((is_settled, *map(Decimal, amounts)))
        return flows
