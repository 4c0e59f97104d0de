"""How a concession is divided, in integer cents."""

from decimal import ROUND_FLOOR

from odoo.addons.merchant_alliance.tools.money import percent_of, split_by_weights


def get_bases(concession, beta, gamma):
    """Return the base values ``(shopper, merchant)`` of a concession, in cents.

    Each is rounded down, and the merchant's is cut where both together would exceed the concession.

    :param int concession: cents, >= 0
    :param Decimal beta: shopper's base value per unit of concession
    :param Decimal gamma: merchant's
    """
    shopper = min(percent_of(concession, beta * 100, ROUND_FLOOR), concession)
    merchant = percent_of(concession, gamma * 100, ROUND_FLOOR)
    return shopper, min(merchant, concession - shopper)


def take_part(taken, left):
    """Divide ``taken`` cents over what is left of a sale, in proportion, by largest remainder.

    No part takes more than it has left, and taking everything takes exactly everything.

    :param int taken: cents, 0 up to ``sum(left)``
    :param list left: cents left of each part
    :return: list of cents, one for each part, adding up to ``taken``
    :raise ValueError: more is to be taken than is left
    """
    if not 0 <= taken <= sum(left):
        raise ValueError(f"take_part: {taken} is not between 0 and {sum(left)}")
    return split_by_weights(taken, left) if taken else [0] * len(left)
