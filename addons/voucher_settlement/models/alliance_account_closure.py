from odoo import fields, models


class AllianceAccountClosure(models.Model):
    _inherit = "alliance.account.closure"

    voucher_amount = fields.Monetary(
        string="Vouchers", readonly=True, help="What was left of them: it went to the rebate pool.")
    voucher_debt = fields.Monetary(
        string="Owed", readonly=True,
        help="Vouchers that purchases given back had released, and that were spent. If the account is opened again, its"
             " next vouchers pay for them first.")
