from . import release, totals
