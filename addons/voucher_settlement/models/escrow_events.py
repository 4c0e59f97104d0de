"""What each escrow event may do: the roles it may touch and on which side (+1 debit, −1 credit)."""

EVENT_PATTERNS = {
    "earned": {},
    "funded": {"escrow_bank": 1, "rebate_pool": -1, "vouchers_outstanding": -1, "risk_reserve": -1},
    "fund_reversal": {"escrow_bank": -1, "rebate_pool": 1, "vouchers_outstanding": 1, "risk_reserve": 1},
    "release": {"rebate_pool": 1, "vouchers_outstanding": -1},
    "redeem": {"vouchers_outstanding": 1, "redeemed_due": -1},
    "redeem_reversal": {"vouchers_outstanding": -1, "redeemed_due": 1},
    "reimburse": {"redeemed_due": 1, "escrow_bank": -1},
    "expire": {"vouchers_outstanding": 1, "rebate_pool": -1},
    "claw": {"vouchers_outstanding": 1, "rebate_pool": -1},
    "dust": {"vouchers_outstanding": 1, "rebate_pool": -1},
    "reject": {"vouchers_outstanding": 1, "rebate_pool": -1},
    "deposit": {},
}

# Only an object of this process can say that an entry comes from the settlement centre: a context
# that arrives over RPC is JSON and cannot carry it.
ESCROW_TOKEN = object()
