from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import percent_of, to_cents

PARTS = ("alloc_pool", "alloc_shopping", "alloc_commission", "alloc_reserve", "alloc_fee")


class AllianceQualifiedSale(models.Model):
    """Every funded sale is judged before its rewards begin; the strictest rule that fires is noted."""

    _inherit = "alliance.qualified.sale"

    risk_decision_ids = fields.One2many("risk.decision", "qualified_sale_id", readonly=True)
    _velocity_idx = models.Index("(partner_id, sale_datetime) WHERE kind = 'sale'")

    def _filter_rewardable(self):
        """Hold what a rule stops; note a decision for each sale."""
        sales = super()._filter_rewardable()
        passed = self.browse()
        decisions = []
        for company, company_sales in sales.grouped("company_id").items():
            asked = company_sales.filtered(lambda sale: sale.kind == "sale" and sale.reward_state == "pending")
            stopped = company_sales._get_stopped(company, asked)
            candidates = asked.filtered(lambda sale, stopped=stopped: sale.id not in stopped).sorted("id")
            # sudo: funding jobs may not write breakers
            through = self.env["risk.breaker"].sudo()._lock_today(company)._let_through(
                candidates) if candidates else candidates
            stopped.update({
                sale.id: ("cap", self.env._("The platform's daily cap is reached."))
                for sale in candidates - through})
            asked.filtered(lambda sale, stopped=stopped: sale.id in stopped).write({"reward_state": "held"})
            decisions += [
                sale._prepare_decision("hold", *stopped[sale.id]) if sale.id in stopped
                else sale._prepare_decision("pass", "none") for sale in asked]
            passed += through + (company_sales - asked)
        self.env["risk.decision"].sudo().create(decisions)  # sudo: decisions come from the rules alone
        return passed

    def _prepare_decision(self, outcome, rule, reason=None):
        return {"qualified_sale_id": self.id, "outcome": outcome, "rule": rule, "reason": reason}

    def _get_stopped(self, company, sales):
        """Return ``{sale id: (rule, reason)}`` for those of ``sales`` that a rule of one sale or shopper stops."""
        policy = self.env["risk.policy"]._get_policy(company)
        stopped = {}
        for sale_id, in_hour, in_day, cash in sales._get_velocity():
            if cash > policy.shopper_cash_per_day:
                stopped[sale_id] = ("amount", self.env._(
                    "%(cash)s of cash in 24 hours; at most %(limit)s.", cash=cash, limit=policy.shopper_cash_per_day))
            if in_hour > policy.shopper_sales_per_hour or in_day > policy.shopper_sales_per_day:
                stopped[sale_id] = ("velocity", self.env._(
                    "%(hour)s sales in an hour, %(day)s in 24 hours; at most %(hours)s and %(days)s.",
                    hour=in_hour, day=in_day, hours=policy.shopper_sales_per_hour,
                    days=policy.shopper_sales_per_day))
        for sale in sales:
            if reason := sale._get_structural_fault():
                stopped[sale.id] = ("structure", reason)
        return stopped

    def _get_velocity(self):
        """Return (sale id, sales in the hour, sales in the 24 hours, cash in the 24 hours) up to each sale."""
        if not self:
            return []
        self.env["alliance.qualified.sale"].flush_model()
        return self.env.execute_query(SQL(
            """SELECT s.id,
                      COUNT(*) FILTER (WHERE o.sale_datetime > s.sale_datetime - INTERVAL '1 hour'),
                      COUNT(*), SUM(o.cash_amount)
                 FROM alliance_qualified_sale s
                 JOIN alliance_qualified_sale o
                   ON o.partner_id = s.partner_id AND o.company_id = s.company_id AND o.kind = 'sale'
                  AND o.sale_datetime > s.sale_datetime - INTERVAL '24 hours'
                  AND (o.sale_datetime, o.id) <= (s.sale_datetime, s.id)
                WHERE s.id IN %s
                GROUP BY s.id""", tuple(self.ids)))

    def _get_structural_fault(self):
        """Return what is wrong with what this sale gives, worked out from its cash alone; or None.

        What a sale gives can never exceed its own concession.
        """
        self.ensure_one()
        currency = self.currency_id
        concession = percent_of(to_cents(self.cash_amount, currency), self.rate)
        if to_cents(self.concession_amount, currency) > concession:
            return self.env._("The concession is more than the rate of the cash paid.")
        if self.policy_id and sum(to_cents(self[part], currency) for part in PARTS) > concession:
            return self.env._("The parts are more than the concession.")
        bases = to_cents(self.base_shopper, currency) + to_cents(self.base_merchant, currency)
        if bases > concession:
            return self.env._("The points are worth more than the concession.")
        return None
