from . import directory
from . import green_points
from . import payment
from . import vouchers
from . import statements
