from odoo import models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import to_cents


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_held_positions(self):
        """Return the positions (sudo) in which these contacts have points."""
        # sudo: the answer must not depend on what the user may read
        return self.env["green.points.position"].sudo().search([("partner_id", "in", self.ids), ("base", ">", 0)])

    def _before_closing(self):
        """Lock the points; what they have released so far is credited first."""
        result = super()._before_closing()
        for company in self._get_closing_companies():
            sales = self.env["alliance.qualified.sale"].with_company(company)
            sales._before_base_change(self)
        self.env.execute_query(SQL(
            """SELECT id FROM green_points_position WHERE partner_id = %s
             ORDER BY partner_id, holder_kind, cohort_id FOR UPDATE""", self.id))
        return result

    def _get_closing_obstacles(self):
        obstacles = super()._get_closing_obstacles()
        if self.env["green.points.exchange"].search_count(
                [("partner_id", "=", self.id), ("state", "=", "booked")], limit=1):
            obstacles.append(self.env._("A service is booked for points: it must be provided or cancelled first."))
        return obstacles

    def _get_closing_losses(self):
        losses = super()._get_closing_losses()
        points = sum(self._get_held_positions().mapped("points"))
        if points:
            losses.append(self.env._("%s green points, and what they would still release", f"{points:,.2f}"))
        waiting = self.env["alliance.qualified.sale"].sudo().search_count([  # sudo: one's own
            ("partner_id", "=", self.id), ("kind", "=", "sale"), ("reward_state", "in", ("pending", "held"))])
        if waiting:
            losses.append(self.env._("the rewards of %s purchases that have not begun yet", waiting))
        return losses

    def _prepare_closure_vals(self, company):
        held = self._get_held_positions().filtered(lambda position: position.company_id == company)
        return {**super()._prepare_closure_vals(company), "points_base": sum(held.mapped("base"))}

    def _give_up_holdings(self, closures):
        """Take the points out of their cohorts, which lowers what the next settlements owe in all."""
        result = super()._give_up_holdings(closures)
        self.env["green.points.entry"].sudo()._record([{  # sudo: nobody may write the ledger otherwise
            "partner_id": self.id, "holder_kind": position.holder_kind, "cohort_id": position.cohort_id.id,
            "kind": "give_up", "cents": -to_cents(position.base, position.currency_id), "qualified_sale_id": None,
            "idempotency_key": f"give_up,{closures[0].id},{position.id}",
        } for position in self._get_held_positions()] if closures else [])
        return result

    def _filter_holding(self):
        return super()._filter_holding() | self._get_held_positions().filtered(
            lambda position: position.cohort_id.state != "matured").partner_id
