from odoo import fields, models


class AllianceCategory(models.Model):
    """What a store offers, as shoppers look for it."""

    _name = "alliance.category"
    _description = "Store Category"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    icon = fields.Char(default="fa-shopping-basket", help="Name of a Font Awesome icon, e.g. fa-cutlery.")
    active = fields.Boolean(default=True)
    store_ids = fields.One2many("alliance.store", "category_id")

    _name_uniq = models.Constraint("UNIQUE (name)", "There is a category of this name already.")
