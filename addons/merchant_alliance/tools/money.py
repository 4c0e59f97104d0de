"""Exact money: integer cents in, integer cents out, no binary floating point.

The ORM hands monetary values over as ``float``; every amount that counts is
turned into an integer number of the currency's smallest unit ("cents") first.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def to_cents(amount, currency):
    """Return ``amount`` (currency units) as an ``int`` of the currency's smallest unit.

    ``repr`` of a float is its shortest decimal form, so a monetary value read
    from a numeric column comes back exactly.
    """
    value = amount if isinstance(amount, Decimal) else Decimal(repr(amount))
    return int(value.scaleb(currency.decimal_places).quantize(Decimal(1), ROUND_HALF_UP))


def from_cents(cents, currency):
    """Return ``cents`` (int) as a ``Decimal`` of currency units, for writing."""
    return Decimal(cents).scaleb(-currency.decimal_places)


def percent_of(cents, percent, rounding=ROUND_HALF_UP):
    """Return ``percent`` % of ``cents`` as an ``int``, rounded half up unless told otherwise."""
    rate = percent if isinstance(percent, Decimal) else Decimal(repr(percent))
    return int((Decimal(cents) * rate / 100).quantize(Decimal(1), rounding))


def split_by_weights(total, weights):
    """Divide ``total`` cents (int >= 0) by ``weights``, to the cent.

    Largest remainder (Hamilton's method); ties go to the earlier part, so the
    result is reproducible and always adds up to ``total``.

    :param int total: cents to divide
    :param list weights: non-negative numbers, not all zero
    :return: list of ``int`` cents, one for each weight
    """
    # fractions: a quotient cut after some digits would decide between equal remainders by chance
    exact = [Fraction(repr(w)) if isinstance(w, float) else Fraction(w) for w in weights]
    whole = sum(exact)
    if whole <= 0 or min(exact) < 0 or total < 0:
        raise ValueError("split_by_weights: total and weights must be >= 0, weights not all zero")
    parts, remainders = map(list, zip(*(divmod(total * weight, whole) for weight in exact), strict=True))
    by_remainder = sorted(range(len(parts)), key=lambda i: (-remainders[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
