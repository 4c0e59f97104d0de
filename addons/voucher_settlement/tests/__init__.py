from . import test_hold
from . import test_wallet
from . import test_pos_voucher
from . import test_web_voucher
from . import test_settlement
from . import test_settlement_portal
from . import test_tours
