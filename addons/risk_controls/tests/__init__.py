from . import test_review
from . import test_rules
