from datetime import timedelta

from psycopg2.errors import UniqueViolation
from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents

from ..tools.totals import POSITION_TALLY


class GreenPointsCohort(models.Model):
    """All points that became active in the same period.

    ``open``: takes new points. ``closing``: takes no more, totals not known yet.
    ``maturing``: totals frozen; from then on only refunds and exchanges change
    them, and each writes this row (so that a settlement running meanwhile fails
    and is retried instead of missing it). ``matured``: past its last period.
    """

    _name = "green.points.cohort"
    _description = "Points Cohort"
    _inherit = ["alliance.server.fields"]
    _order = "number desc"
    _rec_name = "number"

    number = fields.Integer(required=True, readonly=True, aggregator=None, help="Number of the period.")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    policy_id = fields.Many2one(
        "green.points.policy", required=True, readonly=True, index=True, ondelete="restrict")
    date_start = fields.Datetime(string="From", required=True, readonly=True)
    date_end = fields.Datetime(
        string="Until", required=True, readonly=True,
        help="Planned end; what comes after it joins this cohort too until the period is closed.")
    state = fields.Selection(
        [("open", "Open"), ("closing", "Closing"), ("maturing", "Maturing"), ("matured", "Matured")],
        required=True, default="open", readonly=True, index=True)
    base_shopper = fields.Monetary(
        string="Shoppers' Base Value", required=True, readonly=True, default=0.0,
        help="Base value held by shoppers; known once closed.")
    base_merchant = fields.Monetary(
        string="Merchants' Base Value", required=True, readonly=True, default=0.0,
        help="Base value held by merchants; known once closed.")
    age = fields.Integer(
        compute="_compute_age", aggregator=None,
        help="How many of its periods have ended so far: 0 until the period after its own has ended.")

    _number_uniq = models.Constraint(
        "UNIQUE (company_id, number)", "There is one cohort for each period.")
    _one_open = models.UniqueIndex(
        "(company_id) WHERE state = 'open'", "Only one cohort can be open.")
    _bases_not_negative = models.Constraint(
        "CHECK (base_shopper >= 0 AND base_merchant >= 0)", "A cohort's base cannot be negative.")
    _dates_ordered = models.Constraint(
        "CHECK (date_end >= date_start)", "A cohort cannot end before it starts.")

    @api.depends("number")
    def _compute_display_name(self):
        for cohort in self:
            cohort.display_name = self.env._("Period %s", cohort.number)

    @api.depends("number", "company_id", "policy_id.period_count")
    def _compute_age(self):
        latest = dict(self._read_group(
            [("company_id", "in", self.company_id.ids)], ["company_id"], ["number:max"]))
        for cohort in self:
            ended = latest.get(cohort.company_id, 0) - 1 - cohort.number
            cohort.age = min(max(ended, 0), cohort.policy_id.period_count)

    def _get_periods_left(self):
        """Return how many of its periods this cohort still has to come."""
        self.ensure_one()
        return self.policy_id.period_count - self.age if self.state != "matured" else 0

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Cohorts are never deleted."))

    # -- life ----------------------------------------------------------------

    @api.model
    def _lock_open(self, company):
        """Return the open cohort of ``company`` (sudo), locked so that it stays open until commit.

        The lock is shared: many transactions add points at once, and closing waits for all of them.
        The first call ever opens the first cohort.

        :raise UserError: the company has no active points policy
        """
        # sudo: points are given by jobs and tills alike, none of which may touch cohorts otherwise
        cohort = self.sudo()._get_open(company)
        if not cohort:
            cohort = self.sudo()._open_first(company)
        self.flush_model(["state"])
        self.env.cr.execute(SQL(
            "SELECT id FROM green_points_cohort WHERE id = %s AND state = 'open' FOR SHARE", cohort.id))
        return cohort

    @api.model
    def _get_open(self, company):
        """Return the open cohort of ``company`` without locking it, or an empty recordset."""
        return self.search([("company_id", "=", company.id), ("state", "=", "open")], limit=1)

    @api.model
    def _get_open_policy(self, company):
        """Return the policy (sudo) of the cohort that points of ``company`` would join if funded now."""
        # sudo: holders read neither cohorts nor policies
        return self.sudo()._get_open(company).policy_id or self.env["green.points.policy"]._get_active(company)

    def _open_first(self, company):
        start = self._get_midnight(company)
        try:
            cohort = self.create(self._prepare_cohort_vals(company, 1, start))
            cohort.flush_recordset()
        except UniqueViolation as error:  # somebody else was first: try again with what is there then
            raise ConcurrencyError(str(error)) from error
        return cohort

    @api.model
    def _get_midnight(self, company):
        """Return the last midnight in the company's time zone, as a naive UTC datetime."""
        zone = timezone(company._get_zone())
        local = utc.localize(fields.Datetime.now()).astimezone(zone).replace(tzinfo=None)
        midnight = zone.localize(local.replace(hour=0, minute=0, second=0, microsecond=0))
        return midnight.astimezone(utc).replace(tzinfo=None)

    @api.model
    def _add_days(self, company, start, days):
        """Return ``start`` (naive UTC) plus days of the company: the same hour there, also over a change of clocks."""
        zone = timezone(company._get_zone())
        local = utc.localize(start).astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
        return zone.localize(local).astimezone(utc).replace(tzinfo=None)

    @api.model
    def _prepare_cohort_vals(self, company, number, start):
        """Return the values of a new cohort that starts at ``start``.

        It ends at the first multiple of the policy's period after ``start`` that is still to come,
        so that a period that was closed late does not shift those after it.

        :raise UserError: the company has no active points policy
        """
        self.env["green.points.policy"]._apply_scheduled(company, number)
        policy = self.env["green.points.policy"]._get_active(company)
        if not policy:
            raise UserError(self.env._("%s has no active points policy.", company.display_name))
        now, days = fields.Datetime.now(), policy.period_days
        missed = max((now - start) // timedelta(days=days), 0)
        # an hour more or less, where clocks were changed
        ends = (self._add_days(company, start, (missed + more) * days) for more in range(3))
        return {
            "number": number,
            "company_id": company.id,
            "policy_id": policy.id,
            "date_start": start,
            "date_end": next(end for end in ends if end > max(now, start)),
        }

    def _start_closing(self):
        """Take no more points into this cohort; waits for those who are adding some.

        :raise UserError: it is not open
        """
        self.ensure_one()
        self._check_state("open")
        # closed early, it ends now; closed late, at its planned end
        end = max(min(self.date_end, fields.Datetime.now()), self.date_start)
        self.write({"state": "closing", "date_end": end})
        self.flush_recordset()

    def _open_next(self):
        """Open the cohort after this one, under the policy that is active now, and return it.

        Call it in the same transaction as ``_start_closing``, so that one is always open.

        :raise UserError: this cohort is still open, or the company has no active policy
        """
        self.ensure_one()
        if self.state == "open":
            raise UserError(self.env._("%s must be closed before the next one opens.", self.display_name))
        cohort = self.create(self._prepare_cohort_vals(self.company_id, self.number + 1, self.date_end))
        cohort.flush_recordset()
        return cohort

    def _freeze_totals(self):
        """Write down what the holders of this closing cohort hold, and let it mature.

        Must run in a later transaction than ``_start_closing``: only then are the points of
        everyone who was still adding some visible.

        :raise UserError: it is not closing
        """
        self.ensure_one()
        self._check_state("closing")
        self.flush_recordset()
        held = POSITION_TALLY.get_totals(self.env.cr, self.id)  # however many positions there are
        self.env.cr.execute(SQL(
            "UPDATE green_points_cohort SET state = 'maturing', base_shopper = %s, base_merchant = %s WHERE id = %s",
            held.get(("shopper",), 0), held.get(("merchant",), 0), self.id))
        self.invalidate_recordset()

    def _check_state(self, state):
        if self.state != state:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(self.env._(
                "%(cohort)s is %(state)s, but must be %(wanted)s for this.",
                cohort=self.display_name, state=labels[self.state], wanted=labels[state]))

    # -- late changes --------------------------------------------------------

    @api.model
    def _change_bases(self, deltas):
        """Apply changes of points to the totals of cohorts that do not take new points any more.

        An open cohort is locked against closing instead; a closing one is only touched, for its
        totals are not known yet. Either way whoever closes, freezes or settles it meanwhile fails
        with a serialization error and is retried.

        :param dict deltas: ``{cohort: (shopper_cents, merchant_cents)}``
        """
        self.flush_model()
        for cohort in self.browse(sorted(cohort.id for cohort in deltas)):
            shopper, merchant = (from_cents(cents, cohort.currency_id) for cents in deltas[cohort])
            self.env.cr.execute(SQL(
                "SELECT id FROM green_points_cohort WHERE id = %s AND state = 'open' FOR SHARE", cohort.id))
            if self.env.cr.rowcount:
                continue
            self.env.cr.execute(SQL("""
                UPDATE green_points_cohort
                   SET base_shopper = base_shopper + CASE state WHEN 'closing' THEN 0 ELSE %s END,
                       base_merchant = base_merchant + CASE state WHEN 'closing' THEN 0 ELSE %s END
                 WHERE id = %s
            """, shopper, merchant, cohort.id))
        self.invalidate_model(["base_shopper", "base_merchant"])
