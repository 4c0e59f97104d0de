from . import test_breaker
from . import test_review
from . import test_rules
from . import test_views
