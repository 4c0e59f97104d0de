from odoo import api, fields, models
from odoo.exceptions import UserError


class AllianceShareEntry(models.Model):
    """Append-only history of the stakes in supermarket stores: who got or gave how much of one, and when."""

    _name = "alliance.share.entry"
    _description = "Share Entry"
    _inherit = ["alliance.append.only"]
    _order = "date desc, id desc"

    store_id = fields.Many2one("alliance.store", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    partner_id = fields.Many2one(
        "res.partner", string="Shareholder", required=True, readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(
        [("issue", "Issued"), ("transfer", "Transferred"), ("return", "Taken Back")], required=True, readonly=True)
    date = fields.Date(required=True, readonly=True, help="From this day on the stake counts, or counts no more.")
    percent = fields.Float(
        string="Percent of the Store", digits=(8, 4), required=True, readonly=True,
        help="Positive: got; negative: given.")
    reference = fields.Char(required=True, readonly=True, help="Agreement or resolution behind it.")
    idempotency_key = fields.Char(required=True, readonly=True, copy=False)

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "These shares have been moved already.")
    _percent_not_zero = models.Constraint(
        "CHECK (percent <> 0 AND abs(percent) <= 100)", "A stake is above 0 and at most 100 percent.")
    _sign_fits_kind = models.Constraint(
        "CHECK ((kind <> 'issue' OR percent > 0) AND (kind <> 'return' OR percent < 0))",
        "What is issued is positive, what is taken back negative.")
    _store_date_idx = models.Index("(store_id, date)")

    @api.model
    def _record(self, vals_list):
        """Append entries; only ``alliance.store._move_shares`` calls this, with the holdings."""
        return super().create(vals_list)

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Shares: move them on the store, so that the holdings follow."))

    def _get_kept_text(self):
        return self.env._("A share entry never changes and is never deleted; move the shares back.")
