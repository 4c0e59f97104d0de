"""Those who work for merchants, as owners have invited them."""

from odoo import Command

# store, login, name, rights; the first one can log in as ``staff``
STAFF = [
    ("noodles", "staff", ("Chen Jie", "陈洁"), ("may_sales", "may_serve")),
    ("noodles", "kitchen@example.com", ("Sun Hao", "孙浩"), ("may_serve",)),
]


def build(world):
    """Let some people work in the noodle house: one who has left, one who works there.

    :param World world: merchants and stores are there
    """
    for key, login, name, rights in STAFF:
        store, partner = world.stores[key], world.env["res.partner"].create({"name": world.text(name)})
        staff = world.env["alliance.staff"].create({
            "name": partner.name, "login": login, "merchant_id": store.merchant_id.id,
            "user_id": world._create_portal_user(login, partner).id, "store_ids": [Command.set(store.ids)],
            **dict.fromkeys(rights, True)})
        staff._accept(staff.code)
    staff._end()
