from odoo import fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    alliance_store_id = fields.Many2one(
        "alliance.store", index="btree_not_null", check_company=True,
        help="Sales of this till to known shoppers earn green points under the store's concession contract.")
