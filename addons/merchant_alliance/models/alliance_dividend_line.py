from odoo import fields, models


class AllianceDividendLine(models.Model):
    """One shareholder's part of a dividend."""

    _name = "alliance.dividend.line"
    _description = "Dividend Line"
    _inherit = ["alliance.server.fields"]
    _order = "dividend_id desc, amount desc, id"
    _rec_name = "partner_id"

    dividend_id = fields.Many2one(
        "alliance.dividend", required=True, readonly=True, index=True, ondelete="cascade")
    store_id = fields.Many2one(related="dividend_id.store_id", store=True)
    company_id = fields.Many2one(related="dividend_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_to = fields.Date(related="dividend_id.date_to", store=True)
    state = fields.Selection(related="dividend_id.state", store=True)
    partner_id = fields.Many2one(
        "res.partner", string="Shareholder", required=True, readonly=True, index=True, ondelete="restrict")
    percent = fields.Float(
        string="Mean Stake (%)", digits=(8, 4), readonly=True, help="Over the days of the dividend.")
    amount = fields.Monetary(required=True, readonly=True)

    _amount_positive = models.Constraint("CHECK (amount >= 0)", "A dividend is never negative.")
    _holder_uniq = models.Constraint(
        "UNIQUE (dividend_id, partner_id)", "A shareholder has one line in a dividend.")
