from odoo import models


class ResPartnerCategory(models.Model):
    _name = "res.partner.category"
    _inherit = ["res.partner.category", "green.points.rule.term"]
    _rule_field = "partner_category_ids"
