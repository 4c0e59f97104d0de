from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.amount import parse_amount
from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

ANALYST = "risk_controls.group_risk_analyst"


class RiskBreaker(models.Model):
    """Circuit breaker of one company and day: closed lets rewards through, open holds them."""

    _name = "risk.breaker"
    _description = "Circuit Breaker"
    _inherit = ["alliance.server.fields", "mail.thread", "mail.activity.mixin"]
    _order = "date desc"
    _rec_name = "date"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True, help="Day in the company's time zone.")
    rewarded_amount = fields.Monetary(
        string="Let Through", required=True, readonly=True, default=0.0,
        help="Concessions whose rewards the rules let begin on this day.")
    cap_amount = fields.Monetary(
        string="Cap", required=True, readonly=True, help="What is above it is held for review.")
    state = fields.Selection(
        [("closed", "Closed (normal)"), ("open", "Open (holding)")],
        required=True, readonly=True, default="closed")
    opened_at = fields.Datetime(readonly=True, help="When the cap was reached first.")
    used_percent = fields.Float(compute="_compute_used_percent", string="Cap Used (%)")

    _within_cap = models.Constraint(
        "CHECK (rewarded_amount >= 0 AND rewarded_amount <= cap_amount)",
        "Rewards of a day cannot go beyond its cap.")
    _day_uniq = models.Constraint("UNIQUE (company_id, date)", "One breaker for each day.")

    @api.depends("rewarded_amount", "cap_amount")
    def _compute_used_percent(self):
        for breaker in self:
            breaker.used_percent = 100 * breaker.rewarded_amount / breaker.cap_amount if breaker.cap_amount else 0

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Breakers are kept: they tell what was let through on which day."))

    # -- the rule ----------------------------------------------------------------

    @api.model
    def _lock_today(self, company):
        """Return today's breaker of ``company``, locked: rewards of one day are let through one after another.

        Whoever comes at the same time is retried by PostgreSQL's serialization error, with what
        the first one left.
        """
        day = company._get_day()
        breaker = self.search([("company_id", "=", company.id), ("date", "=", day)])
        if not breaker:
            cap = self.env["risk.policy"]._get_policy(company).platform_concession_per_day
            try:
                breaker = self.create({"company_id": company.id, "date": day, "cap_amount": cap})
                breaker.flush_recordset()
            except UniqueViolation as error:  # somebody else was first: try again with what is there then
                raise ConcurrencyError(str(error)) from error
        breaker.flush_recordset()
        self.env.cr.execute(SQL("UPDATE risk_breaker SET state = state WHERE id = %s", breaker.id))
        breaker.invalidate_recordset(["rewarded_amount", "cap_amount", "state"])
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
        """Hold what comes from now on, and tell the company's analysts, or who gets its tasks where it has none."""
        if self.state == "open":
            return
        self.write({"state": "open", "opened_at": self.opened_at or fields.Datetime.now()})
        self.message_post(body=self.env._("The daily cap is reached: rewards are held from now on."))
        for person in self._get_analysts() or self.company_id._get_task_owner():
            self.activity_schedule(
                "mail.mail_activity_data_todo", user_id=person.id,
                summary=self.env._("Daily cap reached: rewards are held"),
                note=self.env._("Review the held sales, then reset the breaker or leave it until tomorrow."))

    def _get_analysts(self):
        return self.company_id._get_people(ANALYST)

    # -- the analyst ---------------------------------------------------------------

    def _get_proposed_cap(self):
        """Return the cap of the limits now in force, or today's where that is higher."""
        policy = self.env["risk.policy"]._get_policy(self.company_id)
        return max(policy.platform_concession_per_day, self.cap_amount)

    def action_reset(self, reason, cap_amount):
        """Let rewards through again today, up to a cap that the analyst sets; what is held stays held.

        :param str reason: why; kept in the breaker's log
        :param float cap_amount: today's cap in company currency, at least what was let through already
        :raise AccessError: caller is no risk analyst
        :raise UserError: no reason, or a cap that is no amount or too low
        """
        self.ensure_one()
        if not self.env.user.has_group(ANALYST):
            raise AccessError(self.env._("Only a risk analyst resets the breaker."))
        self.check_access("read")
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Reason: say why; it is kept in the breaker's log."))
        cap = from_cents(parse_amount(self.env, cap_amount, self.currency_id), self.currency_id)
        breaker = self.sudo()  # sudo: nobody writes breakers by hand; rights were checked
        breaker.lock_for_update()
        breaker.invalidate_recordset(["rewarded_amount", "cap_amount", "state"])
        if cap < from_cents(to_cents(breaker.rewarded_amount, breaker.currency_id), breaker.currency_id):
            raise UserError(self.env._(
                "Cap: at least %s, which was let through today already.",
                breaker.currency_id.format(breaker.rewarded_amount)))
        before = breaker.cap_amount
        breaker.write({"state": "closed", "cap_amount": cap})
        breaker.message_post(author_id=self.env.user.partner_id.id, body=self.env._(
            "Reset by %(user)s, cap %(before)s → %(after)s: %(reason)s", user=self.env.user.name,
            before=breaker.currency_id.format(before), after=breaker.currency_id.format(breaker.cap_amount),
            reason=reason.strip()))
        breaker.activity_feedback(["mail.mail_activity_data_todo"], feedback=reason.strip())
