from odoo import models


class AllianceCategory(models.Model):
    _name = "alliance.category"
    _inherit = ["alliance.category", "green.points.rule.term"]
    _rule_field = "category_ids"
