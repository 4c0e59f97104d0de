from . import allocation, curve, curve_chart, exchange, totals
