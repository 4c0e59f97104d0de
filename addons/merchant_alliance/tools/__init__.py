from . import amount, household, money, qr, serialize, tally
