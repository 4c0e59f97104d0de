from . import risk_breaker_reset
from . import risk_review
