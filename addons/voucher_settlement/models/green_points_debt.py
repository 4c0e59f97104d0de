from decimal import ROUND_FLOOR, Decimal, localcontext

from odoo import fields, models
from odoo.tools import SQL

from ..tools.release import DIGITS, STEP
from .green_points_entry import LEFT_BEHIND


class GreenPointsDebt(models.Model):
    """What owed points had released to the holder who gave them away."""

    _inherit = "green.points.debt"

    correction_id = fields.Many2one(
        "ledger.correction", readonly=True, index="btree_not_null", ondelete="restrict",
        help="The correction that took the points; otherwise a refund did.")

    def _prepare_debt_vals(self, row):
        return {**super()._prepare_debt_vals(row), "correction_id": row.get("correction_id")}

    def _get_released(self):
        """Return ``Decimal``: the owed base × what a unit of it had released, on average, when it was given away.

        All debts of one holder in one cohort together never exceed what the points that left had released.
        """
        self.ensure_one()
        [[base, released, amount]] = self.env.execute_query(SQL(
            """SELECT COALESCE(SUM(-e.base), 0)::text, COALESCE(SUM(-e.base * e.released_index), 0)::text, %s::text
                 FROM green_points_entry e
                WHERE e.partner_id = %s AND e.holder_kind = %s AND e.cohort_id = %s AND e.kind IN %s""",
            Decimal(repr(self.amount)), self.partner_id.id, self.holder_kind, self.cohort_id.id, LEFT_BEHIND))
        if not Decimal(base):
            return Decimal(0)
        with localcontext(prec=DIGITS, rounding=ROUND_FLOOR):
            return (Decimal(amount) * Decimal(released) / Decimal(base)).quantize(STEP, ROUND_FLOOR)
