from odoo import fields, models


class Website(models.Model):
    _inherit = "website"

    alliance_store_id = fields.Many2one(
        "alliance.store",
        help="The own-mall store whose contract applies to this website's orders.")
