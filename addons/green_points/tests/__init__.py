from . import test_tools
from . import test_policy
from . import test_cohort
from . import test_rewards
from . import test_ledger
from . import test_portal
from . import test_exchange
from . import test_exchange_pages
