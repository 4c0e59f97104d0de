from odoo import api, fields, models
from odoo.tools import SQL

LEFT_BEHIND = ("exchange_out", "debt")  # kinds of entries whose points are gone, but what they released is not


class GreenPointsEntry(models.Model):
    """What points had released when their holder gave them away stays known."""

    _inherit = "green.points.entry"

    released_index = fields.Float(
        digits=(16, 12), readonly=True,
        help="How many times their base value these points had released when they left their holder.")

    @api.model
    def _record(self, rows):
        entries = super()._record(rows)
        gone = entries.filtered(lambda entry: entry.kind in LEFT_BEHIND)
        if gone:
            self.env["settlement.index"].flush_model()
            # past write(), which refuses every change: this is still the entry's making
            self.env.cr.execute(SQL(
                """UPDATE green_points_entry e SET released_index = COALESCE((
                       SELECT SUM(i.increment) FROM settlement_index i
                        WHERE i.cohort_id = e.cohort_id AND i.holder_kind = e.holder_kind), 0)
                    WHERE e.id IN %s""", tuple(gone.ids)))
            gone.invalidate_recordset(["released_index"])
        return entries
