from . import risk_policy
from . import risk_decision
from . import risk_breaker
