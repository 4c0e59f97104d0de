"""The two kinds of vouchers and the scenes in which each can be spent."""

from odoo.addons.merchant_alliance.models.scene import SCENES

VOUCHER_KINDS = [("deduction", "Deduction Voucher"), ("shopping", "Shopping Voucher")]
SPENDS_IN = {
    "deduction": {code for code, _label in SCENES},
    "shopping": {"own_mall", "brand_mall"},
}
