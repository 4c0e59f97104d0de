from odoo import fields, models


class AllianceFunding(models.Model):
    """One run in which a merchant's pending concessions got their money."""

    _name = "alliance.funding"
    _description = "Concession Funding"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    method = fields.Selection(
        [("deposit", "Prepaid Deposit"), ("split", "Split from Collected Payments")],
        required=True, readonly=True)
    amount = fields.Monetary(
        required=True, readonly=True, help="Sum of the concessions; negative when refunds prevail.")
    qualified_sale_ids = fields.One2many("alliance.qualified.sale", "funding_id")
    deposit_entry_id = fields.Many2one("alliance.deposit.entry", readonly=True)
