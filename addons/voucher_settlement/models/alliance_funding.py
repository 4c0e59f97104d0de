from odoo import fields, models


class AllianceFunding(models.Model):
    _inherit = "alliance.funding"

    move_id = fields.Many2one("account.move", readonly=True, ondelete="restrict")
