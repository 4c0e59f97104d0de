from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import to_cents

from ..tools.release import ceil_cents, get_sum


class GreenPointsCohort(models.Model):
    """Each cohort is the cohort of one settlement period and is settled up to 40 times."""

    _inherit = "green.points.cohort"

    settled_number = fields.Integer(
        readonly=True, default=0,
        help="Last period that released for this cohort. Each settlement writes it, so that a refund "
             "running meanwhile fails and is retried instead of missing what was released.")
    index_ids = fields.One2many("settlement.index", "cohort_id", string="Releases")
    multiple = fields.Float(
        string="Realised Multiple", digits=(16, 12), compute="_compute_multiple",
        help="How many times its base value the cohort has released so far; never a promise.")

    @api.depends("index_ids.accumulated")
    def _compute_multiple(self):
        for cohort in self:
            cohort.multiple = max(cohort.index_ids.mapped("accumulated"), default=0.0)

    @api.model_create_multi
    def create(self, vals_list):
        cohorts = super().create(vals_list)
        cohorts._create_periods()  # a new one has none yet
        return cohorts

    def _create_missing_periods(self):
        """Open the settlement period of each of these cohorts that has none yet."""
        (self - self.env["settlement.period"].search([("cohort_id", "in", self.ids)]).cohort_id)._create_periods()

    def _create_periods(self):
        # sudo: whoever earns the first points opens a cohort, and with it its period
        periods = self.env["settlement.period"].sudo().with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True)
        periods.create([
            {"number": cohort.number, "company_id": cohort.company_id.id, "cohort_id": cohort.id,
             "date_start": cohort.date_start, "date_end": cohort.date_end}  # known: no second statement writes them
            for cohort in self])

    def _get_accumulated(self):
        """Return ``{(cohort id, holder kind): Decimal}``: the exact cumulative indexes, 0 left out."""
        self.env["settlement.index"].flush_model()
        last = {cohort.id: cohort.settled_number for cohort in self}
        return {
            (cohort_id, kind): Decimal(total)
            for cohort_id, number, kind, total in self.env.execute_query(SQL(
                """SELECT cohort_id, period_number, holder_kind, accumulated::text FROM settlement_index
                    WHERE cohort_id IN %s AND period_number IN %s""",
                tuple(last) or (0,), tuple(set(last.values())) or (0,)))
            if number == last[cohort_id]}

    def _get_own_money(self):
        """Return ``{cohort: cents}``: what a ring-fenced cohort's sales brought less what it released."""
        if not self:
            return {}
        brought = dict.fromkeys(self.ids, 0)
        self.env["alliance.qualified.sale"].flush_model()
        self.env["settlement.index"].flush_model()
        for cohort_id, amount in self.env.execute_query(SQL(
                """SELECT COALESCE(o.cohort_id, s.cohort_id), SUM(s.alloc_pool)::text
                     FROM alliance_qualified_sale s LEFT JOIN alliance_qualified_sale o ON o.id = s.origin_id
                    WHERE COALESCE(o.cohort_id, s.cohort_id) IN %s AND s.state = 'funded'
                 GROUP BY 1""", tuple(self.ids) or (0,))):
            brought[cohort_id] = Decimal(amount)
        released = dict(self.env.execute_query(SQL(
            """SELECT cohort_id, SUM(base * increment)::text FROM settlement_index
                WHERE cohort_id IN %s GROUP BY cohort_id""", tuple(self.ids) or (0,))))
        own = {}
        for cohort in self:
            scale = 10 ** cohort.currency_id.decimal_places
            spent = ceil_cents(get_sum([(Decimal(released.get(cohort.id, 0)), scale)]))
            own[cohort] = max(int(brought[cohort.id] * scale) - spent, 0)
        return own

    def _get_fenced_cents(self, company):
        """Return what ring-fenced cohorts that still mature have left of their own money, in cents."""
        fenced = self.search([
            ("company_id", "=", company.id), ("state", "!=", "matured"), ("policy_id.ring_fenced", "=", True)])
        return sum(fenced._get_own_money().values())

    def _get_bases(self):
        """Return ``{(cohort, holder kind): cents}`` of the frozen totals."""
        return {
            (cohort, kind): to_cents(cohort[f"base_{kind}"], cohort.currency_id)
            for cohort in self for kind in ("shopper", "merchant")}
