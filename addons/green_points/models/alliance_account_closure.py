from odoo import fields, models


class AllianceAccountClosure(models.Model):
    _inherit = "alliance.account.closure"

    points_base = fields.Monetary(
        string="Base Value of Points", readonly=True, help="Of the points given up.")
