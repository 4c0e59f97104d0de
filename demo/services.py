"""Services for points: what merchants offer, and what shoppers have booked."""

from odoo.exceptions import UserError

# store, name, text, points, capacity, at least so many periods left
OFFERS = [
    ("noodles", ("Noodle class for two", "双人手工拉面课"),
     ("Pull your own noodles with our chef, two hours, tea included.", "跟师傅学拉面，两小时，含茶水。"), 60, 12, 10),
    ("books", ("Calligraphy evening", "书法之夜"),
     ("Brush, ink and paper are there. Every Friday.", "笔墨纸砚齐备，每周五晚。"), 25, 0, 1),
    ("hair", ("Portrait styling", "造型设计"),
     ("Wash, cut and styling before your photo.", "拍照前的洗剪吹造型。"), 40, 30, 5)]
# shopper, offer, what became of it
BOOKINGS = [(0, 1, "provided"), (0, 0, "booked"), (3, 0, "booked"), (5, 1, "cancelled"), (9, 2, "booked")]


def build(world):
    """Offer services in three stores and let some shoppers book them."""
    offers = world.env["green.points.offer"]
    for number, (store, name, text, points, capacity, periods) in enumerate(OFFERS):
        offer = offers.create({
            "name": world.text(name), "description": world.text(text), "store_id": world.stores[store].id,
            "points": points, "capacity": capacity, "min_periods_left": periods})
        offer._publish()
        for shopper, wanted, state in BOOKINGS:
            if wanted == number:
                _book(world, world.shoppers[shopper], offer, state)


def _book(world, shopper, offer, state):
    try:
        booking = world.env["green.points.exchange"]._exchange(shopper, offer, f"demo,{offer.id},{shopper.id}")
    except UserError:
        return  # too few points: a shorter demo life
    if state == "provided":
        booking._provide(booking.code)
    elif state == "cancelled":
        booking._cancel("shopper")
