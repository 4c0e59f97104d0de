from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import percent_of, to_cents

PARTS = ("alloc_pool", "alloc_shopping", "alloc_commission", "alloc_reserve", "alloc_fee")
BASES = ("base_shopper", "base_merchant")
READERS = "risk_controls.group_risk_analyst,merchant_alliance.group_auditor"


class AllianceQualifiedSale(models.Model):
    """Every funded sale is judged before its rewards begin; the strictest rule that fires is noted."""

    _inherit = "alliance.qualified.sale"

    risk_decision_ids = fields.One2many(
        "risk.decision", "qualified_sale_id", string="Decisions", readonly=True, groups=READERS)
    held_by = fields.Char(
        string="Held by Rule", compute="_compute_held", groups=READERS, help="The rule that stopped the rewards.")
    held_reason = fields.Char(
        string="Why Held", compute="_compute_held", groups=READERS, help="What the rule found.")

    _velocity_idx = models.Index("(partner_id, sale_datetime) WHERE kind = 'sale'")

    @api.depends("risk_decision_ids")
    def _compute_held(self):
        rules = dict(self.env["risk.decision"]._fields["rule"]._description_selection(self.env))
        for sale in self:
            hold = sale.risk_decision_ids.filtered(lambda decision: decision.outcome == "hold")[:1]
            sale.held_by, sale.held_reason = rules.get(hold.rule), hold.reason

    # -- judging -----------------------------------------------------------------

    def _filter_rewardable(self):
        """Hold what a rule stops; note a decision for each sale that is judged.

        A sale is judged once: one that is held already waits for a person.
        """
        sales = super()._filter_rewardable()
        asked = sales.filtered(lambda sale: sale.kind == "sale" and sale.reward_state == "pending")
        stopped = {}
        for company, company_sales in asked.grouped("company_id").items():
            stopped |= company_sales._get_stopped(company)
            candidates = company_sales.filtered(lambda sale, stopped=stopped: sale.id not in stopped).sorted("id")
            stopped |= candidates._get_above_cap(company)
        held = asked.filtered(lambda sale: sale.id in stopped)
        held.write({"reward_state": "held"})
        self.env["risk.decision"].sudo().create([  # sudo: decisions come from the rules alone
            sale._prepare_decision("hold", *stopped[sale.id]) if sale in held
            else sale._prepare_decision("pass", "none") for sale in asked])
        return sales.filtered(lambda sale: sale.reward_state != "held")

    def _prepare_decision(self, outcome, rule, reason=None):
        return {"qualified_sale_id": self.id, "outcome": outcome, "rule": rule, "reason": reason}

    def _get_above_cap(self, company):
        """Return ``{sale id: (rule, reason)}`` for those that do not fit under today's cap of ``company``."""
        if not self:
            return {}
        # sudo: funding jobs may not write breakers
        through = self.env["risk.breaker"].sudo()._lock_today(company)._let_through(self)
        reason = self.env._("The platform's daily cap is reached.")
        return {sale.id: ("cap", reason) for sale in self - through}

    def _get_stopped(self, company):
        """Return ``{sale id: (rule, reason)}`` for those that a rule of one sale or one shopper stops."""
        policy = self.env["risk.policy"]._get_policy(company)
        limit = to_cents(policy.shopper_cash_per_day, company.currency_id)
        stopped = {}
        for sale_id, in_hour, in_day, cash in self._get_velocity():
            if to_cents(cash, company.currency_id) > limit:
                stopped[sale_id] = ("amount", self.env._(
                    "%(cash)s of cash in 24 hours; at most %(limit)s.",
                    cash=company.currency_id.format(cash),
                    limit=company.currency_id.format(policy.shopper_cash_per_day)))
            if in_hour > policy.shopper_sales_per_hour or in_day > policy.shopper_sales_per_day:
                stopped[sale_id] = ("velocity", self.env._(
                    "%(hour)s sales in an hour, %(day)s in 24 hours; at most %(hours)s and %(days)s.",
                    hour=in_hour, day=in_day, hours=policy.shopper_sales_per_hour,
                    days=policy.shopper_sales_per_day))
        for sale in self:
            if fault := sale._get_structural_fault():
                stopped[sale.id] = ("structure", fault)
        return stopped

    def _get_velocity(self):
        """Return ``[(sale id, sales in an hour, sales in 24 hours, cash in 24 hours)]``, itself included.

        Counted are the sales registered up to this one, on either side of its time: a till that was
        offline, or that sends its sales latest first, gets no more than another. The parts of one document
        (stores, rates) are one sale: they share its key.
        """
        if not self:
            return []
        self.flush_model()
        return self.env.execute_query(SQL(
            """SELECT sale.id,
                      COUNT(DISTINCT other.idempotency_key) FILTER (
                          WHERE other.sale_datetime > sale.sale_datetime - INTERVAL '1 hour'
                            AND other.sale_datetime < sale.sale_datetime + INTERVAL '1 hour'),
                      COUNT(DISTINCT other.idempotency_key), SUM(other.cash_amount)
                 FROM alliance_qualified_sale sale
                 JOIN alliance_qualified_sale other
                   ON other.partner_id = sale.partner_id AND other.company_id = sale.company_id
                  AND other.kind = 'sale' AND other.id <= sale.id
                  AND other.sale_datetime > sale.sale_datetime - INTERVAL '24 hours'
                  AND other.sale_datetime < sale.sale_datetime + INTERVAL '24 hours'
                WHERE sale.id IN %s
                GROUP BY sale.id""", tuple(self.ids)))

    def _get_structural_fault(self):
        """Return what is wrong with what this sale gives, worked out from its cash alone; or None.

        What a sale gives can never exceed its own concession.
        """
        self.ensure_one()
        if not self.policy_id:
            return None  # gives nothing
        currency = self.currency_id
        concession = percent_of(to_cents(self.cash_amount, currency), self.rate)
        parts = [to_cents(self[part], currency) for part in PARTS]
        bases = [to_cents(self[base], currency) for base in BASES]
        if to_cents(self.concession_amount, currency) != concession:
            return self.env._("The concession is not the rate of the cash paid.")
        if sum(parts) != concession or min(parts) < 0:
            return self.env._("The parts are not the concession.")
        if sum(bases) > concession or min(bases) < 0:
            return self.env._("The points are worth more than the concession.")
        return None
