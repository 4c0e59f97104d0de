from odoo import fields, models

from .settlement_period import STATES


class SettlementStep(models.Model):
    """Who took which step of a settlement, and when: narrow, for each step of a settlement writes it."""

    _name = "settlement.step"
    _description = "Settlement Step"
    _inherit = ["alliance.append.only"]
    _order = "id desc"
    _log_access = False

    period_id = fields.Many2one("settlement.period", required=True, readonly=True, index=True, ondelete="restrict")
    state = fields.Selection(STATES, string="Became", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Taken By", required=True, readonly=True, ondelete="restrict")
    date = fields.Datetime(string="When", required=True, readonly=True)
