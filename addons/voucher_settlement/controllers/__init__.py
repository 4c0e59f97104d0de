from . import directory
from . import green_points
from . import payment
from . import payment_code
from . import vouchers
from . import promoter
from . import statements
from . import dashboard
