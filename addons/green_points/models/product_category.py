from odoo import models


class ProductCategory(models.Model):
    _name = "product.category"
    _inherit = ["product.category", "green.points.rule.term"]
    _rule_field = "goods_category_ids"
