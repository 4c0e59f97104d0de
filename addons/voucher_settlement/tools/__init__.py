from .amount import parse_amount
from .serialize import touch
