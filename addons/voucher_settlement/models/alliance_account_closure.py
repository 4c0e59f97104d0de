from odoo import fields, models


class AllianceAccountClosure(models.Model):
    _inherit = "alliance.account.closure"

    voucher_amount = fields.Monetary(
        string="Vouchers", readonly=True, help="What was left of them: it went to the rebate pool.")
