from . import allocation, curve, curve_chart, exchange, totals
from . import allocation, curve, curve_chart, exchange, line_chart, simulation, wording
