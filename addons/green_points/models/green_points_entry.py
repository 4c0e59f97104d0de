from odoo import fields, models

from .holder import HOLDER_KINDS


class GreenPointsEntry(models.Model):
    """Append-only ledger of active green points (base values, company currency)."""

    _name = "green.points.entry"
    _description = "Points Entry"
    _order = "id desc"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Holder", required=True, readonly=True, index=True, ondelete="restrict")
    holder_kind = fields.Selection(HOLDER_KINDS, required=True, readonly=True)
    cohort_id = fields.Many2one(
        "green.points.cohort", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="cohort_id.company_id")
    currency_id = fields.Many2one(related="cohort_id.currency_id")
    kind = fields.Selection(
        [("earn", "Earned"), ("refund", "Taken Back"), ("exchange_in", "Received in Exchange"),
         ("exchange_out", "Given in Exchange"), ("correction", "Correction")],
        required=True, readonly=True)
    base = fields.Monetary(required=True, readonly=True, help="Base value; negative takes away.")
    qualified_sale_id = fields.Many2one(
        "alliance.qualified.sale", readonly=True, index="btree_not_null", ondelete="restrict")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    idempotency_key = fields.Char(required=True, readonly=True)

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "These points have been recorded already.")
    _base_not_zero = models.Constraint("CHECK (base <> 0)", "A points entry has a base value.")
