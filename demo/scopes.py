"""Where vouchers spend: a scope, and a draft of the next rules that names it."""

NAME = ("Malls and Supermarkets", "商城和连锁超市")
POLICY = ("Next Year's Rules", "明年方案")


def build(world):
    """Prepare rules under which deduction vouchers spend in the malls and supermarkets only."""
    scope = world.env["voucher.scope"].create({"name": world.text(NAME), "in_alliance": False})
    policies = world.env["green.points.policy"]
    policies._get_active(world.company).copy({"name": world.text(POLICY), "deduction_scope_id": scope.id})
