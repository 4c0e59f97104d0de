from odoo import fields, models


class AllianceQualifiedSale(models.Model):
    _inherit = "alliance.qualified.sale"

    earned_move_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Entry (per merchant and day) that books the concession as earned.")
