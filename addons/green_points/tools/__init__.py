from . import allocation, curve, curve_chart, exchange, line_chart, simulation, totals, wording
