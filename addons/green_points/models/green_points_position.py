from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import to_cents

from ..tools.totals import POSITION_TALLY
from .holder import HOLDER_KINDS


class GreenPointsPosition(models.Model):
    """Sum of a holder's entries in one cohort, kept in the same transaction as they are."""

    _name = "green.points.position"
    _description = "Points Position"
    _inherit = ["alliance.server.fields"]
    _order = "cohort_id, id desc"  # by the cohort's own order: newest first
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Holder", required=True, readonly=True, ondelete="restrict")
    holder_kind = fields.Selection(HOLDER_KINDS, required=True, readonly=True)
    cohort_id = fields.Many2one(
        "green.points.cohort", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="cohort_id.company_id")
    currency_id = fields.Many2one(related="cohort_id.currency_id")
    base = fields.Monetary(string="Base Value", required=True, readonly=True)
    points = fields.Float(
        compute="_compute_points", digits=(16, 2),
        help="Green points as shown to their holder: base value × points per currency unit.")

    # With the base: crediting reads the positions of one holder, each in another place of the table, from here alone.
    _holder_uniq = models.Constraint(
        "UNIQUE (partner_id, holder_kind, cohort_id) INCLUDE (base)", "One position for each holder and cohort.")
    _base_not_negative = models.Constraint(
        "CHECK (base >= 0)", "A holder cannot give back more points than there are.")

    def init(self):
        POSITION_TALLY.install(self.env.cr)

    @api.depends("partner_id", "cohort_id")
    def _compute_display_name(self):
        for position in self:
            position.display_name = f"{position.partner_id.display_name} · {position.cohort_id.display_name}"

    @api.depends("base", "cohort_id")
    def _compute_points(self):
        for position in self:
            # sudo: a portal user sees own points but neither cohorts nor policies
            position.points = position.base * position.sudo().cohort_id.policy_id.points_per_unit

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Positions follow from points entries alone."))

    def write(self, vals):
        raise UserError(self.env._("Positions follow from points entries alone."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Positions follow from points entries alone."))

    # -- what a holder has ---------------------------------------------------

    @api.model
    def _get_summary(self, partner, kind, company):
        """Return a holder's points by state: ``pending``, ``held``, ``active`` and ``matured``.

        Points as shown (float); those not active yet as they would be if they became so now, whatever the policy
        of their sale. The caller makes sure that ``partner`` is the reader's own.

        :param str kind: ``shopper`` or ``merchant``
        """
        # sudo: holders read neither cohorts, policies nor sales; both domains hold their own alone
        points = dict.fromkeys(("pending", "held", "active", "matured"), 0.0)
        for position in self.sudo().search(self._get_holder_domain(partner, kind, company)):
            matured = position.cohort_id.state == "matured"
            points["matured" if matured else "active"] += position.points
        per_unit = self.env["green.points.cohort"]._get_open_policy(company).points_per_unit
        for state, base in self.env["alliance.qualified.sale"].sudo()._read_group(
                self._get_waiting_domain(partner, kind, company), ["reward_state"], [f"base_{kind}:sum"]):
            points[state] += base * per_unit
        return points

    @api.model
    def _get_waiting_domain(self, partner, kind, company):
        """Return the domain of the sales whose points a holder waits for, with their refunds."""
        return Domain([
            ("partner_id" if kind == "shopper" else "merchant_id.partner_id", "=", partner.id),
            ("company_id", "=", company.id),
            ("reward_state", "in", ("pending", "held")),
            # the refund of a sale that counts already is not waiting: it will take, not give
            "|", ("kind", "=", "sale"), ("origin_id.reward_state", "in", ("pending", "held")),
        ])

    @api.model
    def _get_holder_domain(self, partner, kind, company):
        """Return the domain of a holder's positions or entries."""
        return Domain([
            ("partner_id", "=", partner.id),
            ("holder_kind", "=", kind),
            ("cohort_id.company_id", "=", company.id),
        ])

    # -- keeping up with the ledger ------------------------------------------

    @api.model
    def _apply(self, entries):
        """Add new ``entries``, all of the same sign, to their positions.

        Rows are taken in one order, so that two such transactions wait for each other instead of
        dying in a deadlock.

        :raise psycopg2.errors.CheckViolation: a holder would be left with less than nothing
        :raise UserError: points are taken that the holder never had
        """
        if not entries:
            return
        sums = SQL("""
            SELECT partner_id, holder_kind, cohort_id, sum(base) AS base
              FROM green_points_entry
             WHERE id IN %s
             GROUP BY partner_id, holder_kind, cohort_id
             ORDER BY partner_id, holder_kind, cohort_id
        """, tuple(entries.ids))
        if entries[0].base > 0:
            self.env.cr.execute(SQL("""
                INSERT INTO green_points_position AS position (partner_id, holder_kind, cohort_id, base)
                %s
                ON CONFLICT (partner_id, holder_kind, cohort_id)
                DO UPDATE SET base = position.base + EXCLUDED.base
            """, sums))
        else:  # an upsert would check the negative row itself against base >= 0
            self._take(sums)
        self.invalidate_model(["base"])

    @api.model
    def _split_by_held(self, rows):
        """Divide ``rows`` that take points into what their holders have and what they have given away since.

        Only what left in an exchange, paid a debt, or was given up with the account can be missing: whatever else is,
        is left in the first part for the database to refuse. What was given up is missing in a row of its own,
        ``given_up``, and before the rest: nobody owes it. Of a sale before the last closing that goes before what
        the holder has, which later sales gave; of a later one it comes last.

        :param list rows: as for ``green.points.entry._record``, all taking
        :return: two lists of rows: to be taken, and missing
        """
        held, gone, closed = self._lock_held(rows), {}, self._get_before_closing(rows)
        taking, missing = [], []
        for row in rows:
            place = row["partner_id"], row["holder_kind"], row["cohort_id"]
            is_closed = (*place, row["qualified_sale_id"]) in closed
            short = max(-row["cents"] - held.get(place, 0), 0)
            if (short or is_closed) and place not in gone:
                gone[place] = self._get_gone_cents(*place)
            if is_closed:
                short = max(short, min(-row["cents"], gone[place].get(True, 0)))
            short = min(short, sum(gone.get(place, {}).values()))
            missing += self._divide_missing(row, short, gone[place], given_up_first=is_closed) if short else []
            held[place] = held.get(place, 0) + row["cents"] + short
            taking.append({**row, "cents": row["cents"] + short})
        return taking, missing

    def _get_before_closing(self, rows):
        """Return which ``rows`` are of sales whose points were there when their holder's account was last closed.

        :return: set of (partner id, kind of holder, cohort id, sale id)
        """
        partner_ids = {row["partner_id"] for row in rows}
        # sudo: whoever refunds; hardly anybody's account was ever closed
        closures = self.env["alliance.account.closure"].sudo().search([("partner_id", "in", partner_ids)])
        if not closures:
            return set()
        return set(self.env.execute_query(SQL(
            """SELECT earned.partner_id, earned.holder_kind, earned.cohort_id, sale.id
                 FROM alliance_qualified_sale sale
                 JOIN green_points_entry earned
                   ON earned.qualified_sale_id = COALESCE(sale.origin_id, sale.id) AND earned.kind = 'earn'
                WHERE sale.id = ANY(%(sales)s) AND earned.partner_id = ANY(%(partners)s)
                  AND EXISTS (
                      SELECT FROM green_points_entry given_up
                       WHERE given_up.partner_id = earned.partner_id AND given_up.holder_kind = earned.holder_kind
                         AND given_up.cohort_id = earned.cohort_id AND given_up.kind = 'give_up'
                         AND given_up.id > earned.id)""",
            sales=[row["qualified_sale_id"] for row in rows if row["qualified_sale_id"]],
            partners=closures.partner_id.ids)))

    def _divide_missing(self, row, short, gone, given_up_first):
        """Return ``row`` for each way by which ``short`` cents of it are gone.

        :param dict gone: as of ``_get_gone_cents``; lowered by what is missing
        :param bool given_up_first: what was given up goes before what left otherwise
        """
        rows = []
        for given_up in sorted(gone, reverse=given_up_first):
            if part := min(short, gone[given_up]):
                short, gone[given_up] = short - part, gone[given_up] - part
                key = f"{row['idempotency_key']},given_up" if given_up else row["idempotency_key"]
                rows.append({**row, "cents": -part, "given_up": given_up, "idempotency_key": key})
        return rows

    def _lock_held(self, rows):
        """Return ``{(partner, kind, cohort): cents}`` of the positions that ``rows`` name, locked in one order."""
        self.flush_model()
        places = {(row["partner_id"], row["holder_kind"], row["cohort_id"]) for row in rows}
        if not places:
            return {}
        currencies = {cohort.id: cohort.currency_id for cohort in self.env["green.points.cohort"].browse(
            {cohort for _partner, _kind, cohort in places})}
        return {
            (partner, kind, cohort): to_cents(Decimal(base), currencies[cohort])
            for partner, kind, cohort, base in self.env.execute_query(SQL(
                """SELECT partner_id, holder_kind, cohort_id, base::text FROM green_points_position
                    WHERE (partner_id, holder_kind, cohort_id) IN %s
                 ORDER BY partner_id, holder_kind, cohort_id FOR UPDATE""", tuple(places)))}

    def _get_gone_cents(self, partner_id, kind, cohort_id):
        """Return what of a holder's points in a cohort is gone, less what is owed, or was, for it.

        :return: ``{True: cents given up with the account, False: cents that left in exchanges or paid debts}``
        """
        currency = self.env["green.points.cohort"].browse(cohort_id).currency_id
        self.env["green.points.debt"].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT given_up, SUM(gone)::text
                 FROM (SELECT kind = 'give_up' AS given_up, -base AS gone FROM green_points_entry
                        WHERE partner_id = %(partner)s AND holder_kind = %(kind)s AND cohort_id = %(cohort)s
                          AND kind IN ('exchange_out', 'exchange_in', 'debt', 'give_up')
                        UNION ALL
                       SELECT given_up, -amount FROM green_points_debt
                        WHERE partner_id = %(partner)s AND holder_kind = %(kind)s AND cohort_id = %(cohort)s) r
             GROUP BY given_up""", partner=partner_id, kind=kind, cohort=cohort_id))
        return {given_up: max(to_cents(Decimal(gone), currency), 0) for given_up, gone in rows}

    def _take(self, sums):
        """Lower the positions named by the query ``sums``; each of them must exist."""
        taken = self.env.execute_query(sums)
        self.env.cr.execute(SQL("""
            WITH taken AS (%s), locked AS (
                SELECT position.id, taken.base
                  FROM green_points_position AS position
                  JOIN taken USING (partner_id, holder_kind, cohort_id)
                 ORDER BY position.partner_id, position.holder_kind, position.cohort_id
                   FOR UPDATE OF position)
            UPDATE green_points_position AS position
               SET base = position.base + locked.base
              FROM locked
             WHERE locked.id = position.id
        """, sums))
        if self.env.cr.rowcount != len(taken):
            raise UserError(self.env._("Points can only be taken from a holder who has them."))
