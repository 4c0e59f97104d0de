from odoo import fields, models

ESCROW_EVENTS = [
    ("earned", "Concession Earned"),
    ("funded", "Concession Funded and Swept"),
    ("fund_reversal", "Concession Returned"),
    ("release", "Settlement"),
    ("redeem", "Redemption"),
    ("redeem_reversal", "Redemption Taken Back"),
    ("reimburse", "Reimbursement"),
    ("expire", "Expiry"),
    ("claw", "Clawback"),
    ("dust", "Rounding Returned"),
    ("reject", "Rejected Reward Returned"),
]


class AccountMove(models.Model):
    _inherit = "account.move"

    escrow_event = fields.Selection(
        ESCROW_EVENTS, readonly=True, copy=False, index="btree_not_null",
        help="Set by the settlement centre on the entries that it makes itself.")
