from . import alliance_account_close
from . import alliance_application_decision
from . import alliance_deposit_wizard
from . import alliance_promoter_decision
from . import alliance_share_move
from . import payment_refund_wizard
