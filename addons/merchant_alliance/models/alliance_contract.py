from odoo import fields, models


class AllianceContract(models.Model):
    """Concession contract: how much of each sale a merchant gives up."""

    _name = "alliance.contract"
    _description = "Concession Contract"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, index=True)
    date_start = fields.Date(required=True, default=fields.Date.context_today)
    date_end = fields.Date(help="Last day in force; empty: until terminated.")
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Signed and Active"), ("terminated", "Terminated")],
        required=True, default="draft", tracking=True, copy=False, index=True,
    )
    signed_by = fields.Char(copy=False, readonly=True)
    signed_on = fields.Datetime(copy=False, readonly=True)
    line_ids = fields.One2many("alliance.contract.line", "contract_id", copy=True)

    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "The contract's last day must not be before its first day.")
