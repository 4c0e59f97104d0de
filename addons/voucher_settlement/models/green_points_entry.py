from decimal import ROUND_FLOOR, Decimal, localcontext

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.release import DIGITS, STEP

# kinds of entries whose points are gone, but what they released is not
LEFT_BEHIND = ("exchange_out", "debt", "give_up")
# entries with which goes what their points have released
TAKEN_BACK = "base < 0 AND kind IN ('refund', 'correction')"


class GreenPointsEntry(models.Model):
    """What points had released when they left their holder, or came back, stays known; corrections are named."""

    _inherit = "green.points.entry"

    released_index = fields.Float(
        digits=(16, 12), readonly=True,
        help="How many times their base value these points had released when they left their holder,"
             " or when a correction brought them back.")
    correction_id = fields.Many2one(
        "ledger.correction", readonly=True, index="btree_not_null", ondelete="restrict", groups="base.group_user",
        help="The correction that this entry comes from.")

    # how often rounding was freed: escrow_guard, dust_changed()
    _taken_back_idx = models.Index(f"(cohort_id) WHERE {TAKEN_BACK}")
    _correction_named = models.Constraint(
        "CHECK ((kind = 'correction') = (correction_id IS NOT NULL))", "A correction of points names its document.")

    @api.model
    def _record(self, rows):
        entries = super()._record(rows)
        noted = entries.filtered(
            lambda entry: entry.kind in LEFT_BEHIND or (entry.kind == "correction" and entry.base > 0))
        if noted:
            self.env["settlement.index"].flush_model()
            # past write(), which refuses every change: this is still the entry's making
            self.env.cr.execute(SQL(
                """UPDATE green_points_entry e SET released_index = COALESCE((
                       SELECT SUM(i.increment) FROM settlement_index i
                        WHERE i.cohort_id = e.cohort_id AND i.holder_kind = e.holder_kind), 0)
                    WHERE e.id IN %s""", tuple(noted.ids)))
            noted.invalidate_recordset(["released_index"])
        return entries

    def _prepare_entry_vals(self, row, currency):
        return {**super()._prepare_entry_vals(row, currency), "correction_id": row.get("correction_id")}

    def _get_event_label(self):
        # sudo: holders do not read corrections, but the text that was written for them
        text = self.sudo().correction_id.holder_text
        return self.env._("Correction: %s", text) if text else super()._get_event_label()

    def action_correct(self):
        """Open a new correction of this entry (settlement maker)."""
        self.ensure_one()
        return self.env["ledger.correction"]._get_new_action(points_entry_id=self.id)

    def _get_late_starts(self):
        """Return ``{entry id: Decimal}``: the index up to which points that these entries take had been cancelled.

        Points that a correction gave back release from that moment on; what they had released before was
        cancelled when they were taken, and is not cancelled again. On average over what was left of the sale's
        points; entries of sales without such points are left out.
        """
        sales = self.qualified_sale_id.origin_id | self.qualified_sale_id
        rows = sales and self.env.execute_query(SQL(
            """SELECT e.id, COALESCE(s.origin_id, s.id), e.holder_kind, e.base::text,
                      CASE e.kind WHEN 'correction' THEN COALESCE(e.released_index, 0) ELSE 0 END::text
                 FROM alliance_qualified_sale g
                 JOIN alliance_qualified_sale s ON s.id = g.id OR s.origin_id = g.id
                 JOIN green_points_entry e ON e.qualified_sale_id = s.id
                WHERE g.id = ANY(%(sales)s) AND EXISTS (
                      SELECT FROM green_points_entry c
                       WHERE c.qualified_sale_id = g.id AND c.kind = 'correction' AND c.base > 0)
             ORDER BY e.id""", sales=sales.ids))
        starts, sums = {}, {}
        with localcontext(prec=DIGITS):
            for entry_id, sale_id, kind, base, index in rows or ():
                left, late = sums.get((sale_id, kind), (Decimal(0), Decimal(0)))
                change = Decimal(base)
                if change > 0:
                    late += change * Decimal(index)
                elif left > 0:
                    starts[entry_id] = (late / left).quantize(STEP, ROUND_FLOOR)
                    late += change * starts[entry_id]
                sums[sale_id, kind] = left + change, late
        return starts
