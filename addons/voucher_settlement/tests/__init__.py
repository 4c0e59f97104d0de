from . import test_brand_order
from . import test_commission
from . import test_commission_payout
from . import test_escrow
from . import test_escrow_access
from . import test_escrow_chart
from . import test_escrow_guard
from . import test_hold
from . import test_pos_voucher
from . import test_payment_code
from . import test_posting
from . import test_reimbursement
from . import test_reminder
from . import test_scan_voucher
from . import test_settlement
from . import test_settlement_portal
from . import test_tours
from . import test_escrow_reconcile
from . import test_payout
from . import test_payout_portal
from . import test_wallet
from . import test_exchange
from . import test_web_voucher
from . import test_statement
from . import test_statement_portal
from . import test_topup_books
<<<<<<< HEAD
from . import test_dashboard
=======
from . import test_totals
>>>>>>> 0031b72 ([IMP] voucher_settlement, green_points: totals kept with every change; a settlement reads no position, voucher or sale; crediting walks by id; [FIX] large bases can be settled; periods keep their hour over summer time)
