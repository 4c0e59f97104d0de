from odoo import api, models
from odoo.tools import SQL

from .holder import HOLDER_KINDS


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _get_merge_companies(self, source):
        """Add those in which ``source`` has points, or had."""
        companies = super()._get_merge_companies(source)
        return companies | companies.browse(row[0] for row in self.env.execute_query(SQL(
            """SELECT DISTINCT c.company_id FROM green_points_entry e JOIN green_points_cohort c ON c.id = e.cohort_id
                WHERE e.partner_id = %s""", source.id)))

    def _has_points(self, company):
        """Return whether this contact has points in ``company``."""
        self.ensure_one()
        return bool(self.env.execute_query(SQL(
            """SELECT 1 FROM green_points_position p JOIN green_points_cohort c ON c.id = p.cohort_id
                WHERE p.partner_id = %s AND c.company_id = %s AND p.base > 0 LIMIT 1""", self.id, company.id)))

    @api.model
    def _prepare_merge_vals(self, source, target, company):
        """Add the base value of the points held, and of those owed."""
        vals = super()._prepare_merge_vals(source, target, company)
        [[held, owed]] = self.env.execute_query(SQL(
            """SELECT (SELECT COALESCE(SUM(p.base), 0) FROM green_points_position p
                         JOIN green_points_cohort c ON c.id = p.cohort_id
                        WHERE p.partner_id = %(source)s AND c.company_id = %(company)s),
                      (SELECT COALESCE(SUM(amount - paid), 0) FROM green_points_debt
                        WHERE partner_id = %(source)s AND company_id = %(company)s)""",
            source=source.id, company=company.id))
        return {**vals, "points_base": held, "owed_base": owed}

    @api.model
    def _move_holder(self, source, target, moved):
        """Add positions up by cohort and kind; entries, bookings and debts change hands as they are.

        No cohort's total changes, so what was computed or approved stays as it was; but what one owes is paid out of
        the other's points at once, like any points owed.
        """
        people = {"source": source.id, "target": target.id}
        self.env.execute_query(SQL(
            """SELECT id FROM green_points_position WHERE partner_id IN (%(source)s, %(target)s)
             ORDER BY partner_id, holder_kind, cohort_id FOR UPDATE""", **people))
        self.env.execute_query(SQL(
            """INSERT INTO green_points_position AS position (partner_id, holder_kind, cohort_id, base)
               SELECT %(target)s, holder_kind, cohort_id, base FROM green_points_position
                WHERE partner_id = %(source)s ORDER BY holder_kind, cohort_id
               ON CONFLICT (partner_id, holder_kind, cohort_id) DO UPDATE SET base = position.base + EXCLUDED.base
               RETURNING id""", **people))
        self.env.execute_query(SQL(
            "DELETE FROM green_points_position WHERE partner_id = %(source)s RETURNING id", **people))
        for table in ("green_points_entry", "green_points_debt", "green_points_exchange"):
            self.env.execute_query(SQL(
                "UPDATE %(table)s SET partner_id = %(target)s WHERE partner_id = %(source)s RETURNING id",
                table=SQL.identifier(table), **people))
        result = super()._move_holder(source, target, moved)
        self.env.invalidate_all()
        for company in moved:
            for kind, _label in HOLDER_KINDS:
                self.env["green.points.debt"]._collect(target, kind, company)
        return result
