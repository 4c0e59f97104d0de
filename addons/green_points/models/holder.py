"""Who can hold green points."""

HOLDER_KINDS = [("shopper", "Shopper"), ("merchant", "Merchant")]
