from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    payout_bank_id = fields.Many2one(
        "res.partner.bank", string="Payouts from", domain="[('partner_id', '=', partner_id)]",
        help="The company's bank account that pays; empty: that of the operating bank's journal.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    company_partner_id = fields.Many2one(related="company_id.partner_id", string="Company's Contact")
    payout_bank_id = fields.Many2one(related="company_id.payout_bank_id", readonly=False)
    payout_transit_account_id = fields.Many2one(related="company_id.payout_transit_account_id", readonly=False)
