from . import payment
from . import vouchers
