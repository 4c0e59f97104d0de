from . import test_contract
from . import test_deposit
from . import test_money
from . import test_pos_sale
from . import test_portal
from . import test_register
from . import test_rights
from . import test_web_sale
