from odoo import fields, models

from .scene import SCENES


class AllianceStore(models.Model):
    """A shop, physical or online, in which a merchant sells."""

    _name = "alliance.store"
    _description = "Store"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, index=True)
    scene = fields.Selection(SCENES, required=True, default="alliance")
    partner_id = fields.Many2one("res.partner", string="Address")
    pos_config_ids = fields.One2many("pos.config", "alliance_store_id", string="Tills")
    active = fields.Boolean(default=True)
