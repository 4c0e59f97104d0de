"""A promoter with shoppers and commissions, one who has just been approved, and one who waits for an answer."""

MOTIVATION = ("My reading circle and the parents at school.", "我的读书会和学校家长。")
BANK = ("Bank of Shanghai", "上海银行")
BOUND = range(4, 14)  # indexes of shoppers
WAITING = (1, 2)


def build(world):
    """Make the shopper who can log in a promoter, with other shoppers bound to it.

    :param World world: shoppers are there, and nothing has been sold yet
    """
    env, promoter = world.env, _apply(world, 0)
    promoter.action_approve()
    agreement = promoter.agreement_ids
    agreement.action_take_back()
    agreement.write({"rate": 80.0, "date_end": False})
    agreement.action_send()
    agreement._accept(promoter.partner_id.name, world.users["shopper"], "127.0.0.1")
    for index in BOUND:
        env["alliance.promoter.binding"]._bind(world.shoppers[index], promoter, "registration")


def build_waiting(world):
    """Add an agreement that waits to be accepted, and an application that waits for an answer."""
    approved, _submitted = [_apply(world, index) for index in WAITING]
    approved.action_approve()


def _apply(world, index):
    return world.env["alliance.promoter"].create({
        "partner_id": world.shoppers[index].id, "company_id": world.company.id, "motivation": world.text(MOTIVATION),
        "phone": world.shoppers[index].phone or f"+86 138 0000 {index:04d}", "bank_name": world.text(BANK),
        "bank_account": f"62220202001122{index:05d}", "user_id": world.users["operator"].id})
