"""Exact arithmetic of the model, written from the product's description alone: whole cents and fractions."""

from fractions import Fraction

PLACES = 10**12


def half_up(value: Fraction) -> int:
    """Round to the nearest whole number, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def floor(value: Fraction) -> int:
    return value.numerator // value.denominator


def ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def floor12(value: Fraction) -> Fraction:
    """Cut after 12 decimals."""
    return Fraction(floor(value * PLACES), PLACES)


def split(total: int, weights) -> list[int]:
    """Divide whole cents by weights, largest remainder first, the earlier part first where they are equal."""
    whole = sum(weights)
    if not total:
        return [0] * len(weights)
    shares = [Fraction(total * weight) / whole for weight in weights]
    parts = [floor(share) for share in shares]
    while sum(parts) < total:
        remainders = [share - part for share, part in zip(shares, parts, strict=True)]
        parts[remainders.index(max(remainders))] += 1
    return parts
