from odoo import fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    alliance_store_id = fields.Many2one(
        "alliance.store", index="btree_not_null",
        help="Sales of this till earn green points under the store's concession contract.")
