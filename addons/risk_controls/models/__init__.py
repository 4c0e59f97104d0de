from . import risk_policy
from . import risk_decision
from . import risk_breaker
from . import alliance_qualified_sale
from . import alliance_qualified_sale_review
