import hashlib
import json

from odoo import api, fields, models
from odoo.tools import SQL, float_repr

from odoo.addons.merchant_alliance.tools.money import from_cents

from .escrow_events import ESCROW_ROLES

AMOUNTS = {
    "pool": "pool_balance", "payable": "payable_amount", "due": "due_amount", "released": "released_amount"}


class SettlementPublication(models.Model):
    """What anybody may read of a settled period, frozen: its figures, its cohorts, and what the escrow held and owed.

    ``content`` is what the digest is made of, byte by byte. It names the digest of the publication before it, so
    that none of them can be exchanged later without all after it.
    """

    _name = "settlement.publication"
    _description = "Published Settlement"
    _inherit = ["alliance.append.only"]
    _order = "number desc"
    _rec_name = "number"

    period_id = fields.Many2one("settlement.period", required=True, readonly=True, ondelete="restrict")
    number = fields.Integer(string="Period No.", required=True, readonly=True, aggregator=None)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    published_at = fields.Datetime(required=True, readonly=True)
    publisher_id = fields.Many2one("res.users", required=True, readonly=True)
    content = fields.Text(required=True, readonly=True, help="JSON: the figures as they were published.")
    digest = fields.Char(required=True, readonly=True, help="SHA-256 of the content (UTF-8).")

    _once = models.Constraint("UNIQUE (period_id)", "A settlement is published once.")
    _number_uniq = models.Constraint("UNIQUE (company_id, number)", "A settlement is published once.")

    @api.depends("number")
    def _compute_display_name(self):
        for publication in self:
            publication.display_name = self.env._("Period %s", publication.number)

    def _get_kept_text(self):
        return self.env._("A published settlement is never changed and never deleted.")

    @api.model
    def _publish(self, periods):
        """Publish settled periods of one company that are not published yet, oldest first.

        :return: the publications (sudo)
        """
        # sudo: publications are made by this method alone; who may call it is checked by the period's button
        publications = self.sudo()
        company = periods.company_id.ensure_one()
        if periods.filtered(lambda period: period.released_amount and not period.move_id):
            self.env["escrow.posting"].sudo()._post_unposted(company)  # sudo: their entries are published, too
        last = publications.search([("company_id", "=", company.id)], limit=1)
        escrow = self._prepare_escrow(company)
        for period in periods.sorted("number"):
            content = json.dumps(
                self._prepare_content(period, escrow, last.digest or ""), ensure_ascii=False, sort_keys=True, indent=1)
            last = publications.create({
                "period_id": period.id, "number": period.number, "company_id": company.id,
                "published_at": fields.Datetime.now(), "publisher_id": self.env.uid, "content": content,
                "digest": hashlib.sha256(content.encode()).hexdigest()})
            publications |= last
        return publications

    def _prepare_escrow(self, company):
        """Return what the escrow's accounts hold now, as texts."""
        posting = self.env["escrow.posting"].sudo()  # sudo: balances, for a page that everybody may read
        return {role: str(from_cents(posting._get_balance(role, company), company.currency_id))
                for role, _label in ESCROW_ROLES}

    def _prepare_content(self, period, escrow, previous):
        """Return what is published of a settled period: texts, whole numbers, and lists of them."""
        digits = period.currency_id.decimal_places
        return {
            "company": period.company_id.name, "currency": period.currency_id.name, "period": period.number,
            "from": period.date_start.isoformat(), "until": period.date_end.isoformat(),
            "settled_at": period.settled_at.isoformat(),
            **{name: float_repr(period[fname], digits) for name, fname in AMOUNTS.items()},
            "coverage": float_repr(period.coverage, 12),
            "cohorts": self._prepare_cohorts(period),
            "escrow": escrow,
            "entry": {"name": period.move_id.name or "", "hash": period.move_id.inalterable_hash or ""},
            "previous": previous,
        }

    def _prepare_cohorts(self, period):
        """Return what the period released for each cohort; shoppers and merchants together, oldest first."""
        self.env["settlement.index"].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT cohort_number, age, SUM(base)::text, MAX(step)::text, MAX(increment)::text, MAX(accumulated)::text
                 FROM settlement_index WHERE period_id = %s GROUP BY cohort_number, age ORDER BY cohort_number""",
            period.id))
        names = ("cohort", "age", "base", "step", "increment", "multiple")
        return [dict(zip(names, row, strict=True)) for row in rows]
