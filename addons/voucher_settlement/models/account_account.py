from odoo import fields, models

ESCROW_ROLES = [
    ("escrow_bank", "Escrow Bank"),
    ("rebate_pool", "Rebate Pool"),
    ("vouchers_outstanding", "Vouchers Outstanding"),
    ("redeemed_due", "Redeemed Vouchers Due to Merchants"),
    ("risk_reserve", "Risk Reserve"),
]


class AccountAccount(models.Model):
    _inherit = "account.account"

    escrow_role = fields.Selection(
        ESCROW_ROLES, copy=False, index="btree_not_null",
        help="Accounts of the rebate escrow. Within every posted entry their lines add up to zero.")
