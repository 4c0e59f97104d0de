from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    earns_rewards = fields.Boolean(
        string="Earns Green Points", default=True,
        help="Off for what is not goods or services: gift cards, top-ups, deposits, fees.")
