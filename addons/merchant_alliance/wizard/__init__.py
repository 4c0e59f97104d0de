from . import alliance_deposit_wizard
