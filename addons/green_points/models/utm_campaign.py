from odoo import models


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "green.points.rule.term"]
    _rule_field = "campaign_id"
