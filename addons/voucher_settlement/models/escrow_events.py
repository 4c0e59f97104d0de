"""What each escrow event may do: the roles it may touch and on which side (+1 debit, −1 credit).

The same table is written into PostgreSQL (escrow_guard), so raw SQL cannot do otherwise either.
"""

ESCROW_ROLES = [
    ("escrow_bank", "Escrow Bank"),
    ("rebate_pool", "Rebate Pool"),
    ("vouchers_outstanding", "Vouchers Outstanding"),
    ("redeemed_due", "Redeemed Vouchers Due to Merchants"),
    ("risk_reserve", "Risk Reserve"),
]

ESCROW_EVENTS = [
    ("deposit", "Merchant Deposit"),
    ("collected", "Collected for Merchant"),
    ("earned", "Concession Earned"),
    ("funded", "Concession Funded and Swept"),
    ("fund_reversal", "Concession Returned"),
    ("release", "Settlement"),
    ("redeem", "Redemption"),
    ("redeem_reversal", "Redemption Taken Back"),
    ("reimburse", "Reimbursement"),
    ("reimburse_reversal", "Reimbursement Returned"),
    ("expire", "Expiry"),
    ("reinstate", "Expiry Corrected"),
    ("claw", "Clawback"),
    ("dust", "Rounding Returned"),
    ("reject", "Rejected Reward Returned"),
    ("payout", "Payout Sent"),
    ("payout_paid", "Payout Paid"),
    ("payout_failed", "Payout Failed"),
    ("forfeit", "Commission Returned"),
    ("split", "Split at the Source"),
]

_BACK_TO_POOL = {"vouchers_outstanding": 1, "rebate_pool": -1}

EVENT_PATTERNS = {
    "deposit": {},
    "collected": {},
    "earned": {},
    "funded": {"escrow_bank": 1, "rebate_pool": -1, "vouchers_outstanding": -1, "risk_reserve": -1},
    "fund_reversal": {"escrow_bank": -1, "rebate_pool": 1, "vouchers_outstanding": 1, "risk_reserve": 1},
    "release": {"rebate_pool": 1, "vouchers_outstanding": -1},
    "redeem": {"vouchers_outstanding": 1, "redeemed_due": -1},
    "redeem_reversal": {"vouchers_outstanding": -1, "redeemed_due": 1},
    "reimburse": {"redeemed_due": 1, "escrow_bank": -1},
    "reimburse_reversal": {"redeemed_due": -1, "escrow_bank": 1},
    "expire": _BACK_TO_POOL,
    "reinstate": {"rebate_pool": 1, "vouchers_outstanding": -1},
    "claw": _BACK_TO_POOL,
    "dust": _BACK_TO_POOL,
    "reject": _BACK_TO_POOL,
    "payout": {},
    "payout_paid": {},
    "payout_failed": {},
    "split": {},
    "forfeit": {"escrow_bank": 1, "rebate_pool": -1},
}

# In the context of whoever makes entries with an event; an object cannot come over RPC.
SETTLEMENT_CENTRE = object()

# Events that pay out of the escrow bank, and the model whose record must stand behind each.
BACKED_EVENTS = {"reimburse": "voucher.reimbursement", "fund_reversal": "alliance.funding"}

CREDIT_GROUPS = ("liability", "income", "equity")  # of accounts whose balance counts positive on the credit side
