"""What anybody can check of a published settlement, out of what was published alone."""

from decimal import ROUND_CEILING, Decimal

SIDES = ("rebate_pool", "vouchers_outstanding", "redeemed_due", "risk_reserve")


def check(content):
    """Return ``{name of the claim: (left side, right side, whether it holds)}``; amounts are ``Decimal``.

    ``released``: no more than payable; ``payable``: no more than the pool held; ``cohorts``: what all cohorts were
    given, rounded up to the smallest coin once, is what was released; ``escrow``: the bank holds what it owes.

    :param dict content: see ``settlement.publication``
    """
    pool, payable, released = (Decimal(content[name]) for name in ("pool", "payable", "released"))
    given = sum((Decimal(line["base"]) * Decimal(line["increment"]) for line in content["cohorts"]), Decimal(0))
    given = given.quantize(Decimal(1).scaleb(released.as_tuple().exponent), ROUND_CEILING)
    bank, owed = (Decimal(content["escrow"]["escrow_bank"]), sum(Decimal(content["escrow"][side]) for side in SIDES))
    return {
        "released": (released, payable, released <= payable),
        "payable": (payable, pool, payable <= pool),
        "cohorts": (given, released, given == released),
        "escrow": (bank, owed, bank == owed),
    }
