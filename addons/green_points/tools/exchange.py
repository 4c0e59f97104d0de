"""Which points are given up in an exchange, in integer cents of base value."""

from fractions import Fraction


def choose_parts(held, points, scale):
    """Return how much of each holding makes up ``points``, taking them in the order given.

    A holding may show any number of points for one unit of base value. The last one is taken in whole
    cents, rounded up, so that never less than ``points`` is given up and at most one cent's worth more.

    :param list held: ``(key, cents, points_per_unit)`` of each holding; points per unit as ``Decimal`` above 0
    :param Decimal points: points asked for, above 0
    :param int scale: cents in one currency unit
    :return: list of ``(key, cents)``, or None when all together are fewer points
    """
    missing, parts = Fraction(points), []
    for key, cents, points_per_unit in held:
        if missing <= 0:
            break
        worth = Fraction(points_per_unit) / scale  # points for one cent
        part = min(cents, -(-missing // worth))
        if part > 0:
            parts.append((key, int(part)))
            missing -= part * worth
    return parts if missing <= 0 else None
