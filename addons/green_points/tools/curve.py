"""The curve m(n): how many times its base value a cohort may have released by age n.

All arithmetic is exact (rational numbers); only the result is rounded, down, to 12 decimals.
"""

from decimal import Decimal
from fractions import Fraction

DECIMALS = 12


def get_multiple(curve, age, period_count, maximum, growth=None, stages=None):
    """Return m(``age``), the multiple of the base value that is due up to that age.

    With N = ``period_count`` and M = ``maximum``:

    - ``linear``: M × n / N, every period the same;
    - ``compounding``: M × ((1 + g)^n − 1) / ((1 + g)^N − 1), every step (1 + g) times the one
      before it, g = ``growth`` % (above 0);
    - ``stepped``: M × floor(n × S / N) / S, S = ``stages`` equal jumps, each at the end of its
      N / S periods (10, 20, 30 and 40 with four stages of 40 periods), nothing in between.

    m(0) = 0, m(N) = M exactly, and m never falls.

    :param str curve: ``linear``, ``compounding`` or ``stepped``
    :param int age: n, periods since the cohort's own; below 0 counts as 0, above N as N
    :param Decimal maximum: M
    :param Decimal growth: percent per period, for ``compounding``
    :param int stages: number of jumps, for ``stepped``
    :rtype: Decimal
    :raise ValueError: unknown curve
    """
    age = min(max(age, 0), period_count)
    if curve == "linear":
        part = Fraction(age, period_count)
    elif curve == "compounding":
        factor = 1 + Fraction(growth) / 100
        part = (factor**age - 1) / (factor**period_count - 1)
    elif curve == "stepped":
        part = Fraction(age * stages // period_count, stages)
    else:
        raise ValueError(f"Unknown curve {curve!r}: linear, compounding or stepped are allowed.")
    exact = Fraction(maximum) * part
    return Decimal(exact.numerator * 10**DECIMALS // exact.denominator).scaleb(-DECIMALS)
