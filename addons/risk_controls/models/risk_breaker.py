from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

ANALYST = "risk_controls.group_risk_analyst"


class RiskBreaker(models.Model):
    """Circuit breaker of one company and day: closed lets rewards through, open holds them."""

    _name = "risk.breaker"
    _description = "Circuit Breaker"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc"
    _rec_name = "date"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    rewarded_amount = fields.Monetary(required=True, readonly=True, default=0.0)
    cap_amount = fields.Monetary(required=True, readonly=True)
    state = fields.Selection(
        [("closed", "Closed (normal)"), ("open", "Open (holding)")],
        required=True, readonly=True, default="closed")
    opened_at = fields.Datetime(readonly=True)
    used_percent = fields.Float(compute="_compute_used_percent", string="Cap Used (%)")

    _within_cap = models.Constraint(
        "CHECK (rewarded_amount >= 0 AND rewarded_amount <= cap_amount)",
        "Rewards of a day cannot go beyond its cap.")
    _day_uniq = models.Constraint("UNIQUE (company_id, date)", "One breaker for each day.")

    @api.depends("rewarded_amount", "cap_amount")
    def _compute_used_percent(self):
        for breaker in self:
            breaker.used_percent = 100 * breaker.rewarded_amount / breaker.cap_amount if breaker.cap_amount else 0

    @api.model
    def _lock_today(self, company):
        """Return today's breaker of ``company``, locked: rewards of one day are let through one after another.

        The day is that of the company's time zone.
        """
        day = fields.Date.context_today(self.with_context(tz=company.partner_id.tz or "UTC"))
        breaker = self.search([("company_id", "=", company.id), ("date", "=", day)])
        if not breaker:
            cap = self.env["risk.policy"]._get_policy(company).platform_concession_per_day
            try:
                breaker = self.create({"company_id": company.id, "date": day, "cap_amount": cap})
                breaker.flush_recordset()
            except UniqueViolation as error:  # somebody else was first: try again with what is there then
                raise ConcurrencyError(str(error)) from error
        breaker.flush_recordset()
        # a row that somebody changed meanwhile fails here and is retried with a fresh snapshot
        self.env.cr.execute(SQL("UPDATE risk_breaker SET id = id WHERE id = %s", breaker.id))
        return breaker

    def _let_through(self, sales):
        """Return those of ``sales`` that fit under the cap; the first that does not opens the breaker.

        :param sales: ``alliance.qualified.sale`` in the order in which they ask
        """
        self.ensure_one()
        currency, passed = self.currency_id, sales.browse()
        used, cap = to_cents(self.rewarded_amount, currency), to_cents(self.cap_amount, currency)
        for sale in sales:
            cents = to_cents(sale.concession_amount, currency)
            if self.state == "open" or used + cents > cap:
                self._open()
                continue
            used += cents
            passed += sale
        self.rewarded_amount = from_cents(used, currency)
        return passed

    def _open(self):
        if self.state == "open":
            return
        self.write({"state": "open", "opened_at": fields.Datetime.now()})
        for analyst in self.env.ref(ANALYST).all_user_ids:
            self.activity_schedule(
                "mail.mail_activity_data_todo", user_id=analyst.id,
                summary=self.env._("Daily cap reached: rewards are held"),
                note=self.env._("Review the held sales, then close the breaker or leave it until tomorrow."))

    def action_close(self, reason=None):
        """Close the breaker again for today (analyst); it opens at the same cap.

        :raise UserError: it is closed
        """
        self._check_analyst()
        for breaker in self.sudo():  # sudo: nobody writes breakers by hand; rights were checked
            if breaker.state == "closed":
                raise UserError(self.env._("The breaker is closed already."))
            breaker.write({"state": "closed", "opened_at": False})
            breaker.message_post(body=self.env._(
                "Closed by %(user)s. %(reason)s", user=self.env.user.name, reason=reason or ""))

    def action_raise_cap(self):
        """Set today's cap to the one of the limits now in force (analyst)."""
        self._check_analyst()
        for breaker in self.sudo():  # sudo: as above
            cap = self.env["risk.policy"]._get_policy(breaker.company_id).platform_concession_per_day
            if breaker.currency_id.compare_amounts(cap, breaker.rewarded_amount) < 0:
                raise UserError(self.env._("Cap: cannot be below what was rewarded today already."))
            breaker.message_post(body=self.env._(
                "Cap %(old)s → %(new)s by %(user)s", old=breaker.cap_amount, new=cap, user=self.env.user.name))
            breaker.cap_amount = cap

    def _check_analyst(self):
        if not self.env.user.has_group(ANALYST):
            raise AccessError(self.env._("Only a risk analyst may do this."))
