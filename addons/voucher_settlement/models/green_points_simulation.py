from odoo import models


class GreenPointsSimulation(models.TransientModel):
    """What is held, owed and released so far is where a simulation begins."""

    _inherit = "green.points.simulation"

    def _prepare_opening_vals(self, cohorts, conceded, count):
        vals = super()._prepare_opening_vals(cohorts, conceded, count)
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
