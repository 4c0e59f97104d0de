"""What a settlement may release, in exact decimals. Nothing here reads or writes records."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

STEP = Decimal("1e-12")
DIGITS = 60  # far beyond the largest pool times 12 decimals


def get_coverage(payable, due):
    """Return k = min(1, payable / due), rounded down to 12 decimals; 1 when nothing is due.

    :param payable: money there is, ``int`` or ``Decimal`` >= 0
    :param due: what could be released, ``Decimal`` >= 0 in the same unit
    """
    if due <= payable:
        return Decimal(1)
    with localcontext(prec=DIGITS, rounding=ROUND_FLOOR):
        return (Decimal(payable) / due).quantize(STEP, ROUND_FLOOR)


def get_increment(coverage, step):
    """Return coverage × step, rounded down to 12 decimals."""
    with localcontext(prec=DIGITS, rounding=ROUND_FLOOR):
        return (coverage * step).quantize(STEP, ROUND_FLOOR)


def get_sum(pairs):
    """Return the exact Σ a × b of ``pairs`` as ``Decimal``."""
    with localcontext(prec=DIGITS):
        return sum((Decimal(a) * b for a, b in pairs), Decimal(0))


def ceil_cents(cents):
    """Return a ``Decimal`` number of cents rounded up, as ``int``."""
    return int(cents.to_integral_value(ROUND_CEILING))
