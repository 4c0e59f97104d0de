from . import allocate, release, totals
