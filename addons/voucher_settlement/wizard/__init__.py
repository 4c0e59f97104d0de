from . import escrow_check
from . import escrow_bank_import
from . import payout_ack_import
from . import ledger_correction_reject
