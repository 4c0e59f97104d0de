from . import escrow_check
