"""Orders at the till and on the web: with the suite, with vanilla Odoo, and with Odoo's own loyalty programme.

Each order is one request of its own, and the three take turns. Aims: at the till the suite takes at most 1.25
times as long as vanilla Odoo, with at most 12 more queries, and both kinds of order take no longer than with
Odoo's own loyalty. Time is what Odoo's and the server's process worked: others on the machine do not count.
"""

import contextlib
import os
import statistics
from collections import defaultdict
from uuid import uuid4

from odoo import Command
from odoo.tools import mute_logger

from tests.support.databases import ScratchDatabase, clone
from tests.support.platform import make_merchant

from .watch import Watch

RATIO, MORE_QUERIES, WARM_UP = 1.25, 12, 5
SHOPPERS, LINES = 50, 3
VANILLA, LOYALTY, SUITE = "Odoo", "Odoo with loyalty", "the suite"
KINDS = {"till": "orders at the till (sync_from_ui)", "web": "web orders confirmed"}


def measure(database: str, options) -> bool:
    """Print what an order takes in each of the three; return whether the aims are met."""
    with contextlib.ExitStack() as stack:
        shops = [
            Shop(VANILLA, stack.enter_context(clone(os.environ["GREEN_POINTS_BASE_DB"]))),
            LoyaltyShop(LOYALTY, stack.enter_context(clone(os.environ["GREEN_POINTS_LOYALTY_DB"]))),
            SuiteShop(SUITE, ScratchDatabase(database))]
        for shop in shops:
            shop.prepare()
        warm_up = min(WARM_UP, options.orders)
        for number in range(-warm_up, options.orders):
            for kind in KINDS:
                for shop in shops:  # taking turns
                    shop.sell(kind, number)
        for shop in shops:
            shop.check(options.orders + warm_up)
    return judge({shop.name: shop.taken for shop in shops})


class Shop:
    """A till and a website on one database, and what its orders took."""

    def __init__(self, name, scratch):
        self.name, self.scratch = name, scratch
        self.taken = defaultdict(list)

    def prepare(self):
        with self.scratch.open_env(uid=2) as env:
            env["res.users"].browse(2).group_ids += env.ref("point_of_sale.group_pos_manager")
            config = env["pos.config"].create({"name": "Till"})
            config.open_ui()
            config.current_session_id.set_opening_control(0, None)
            products = env["product.product"].create([{
                "name": f"Product {number}", "list_price": 10.0 + number, "available_in_pos": True,
                "taxes_id": [Command.clear()], "type": "consu"} for number in range(LINES)])
            shoppers = env["res.partner"].create([
                {"name": f"Shopper {number}", "email": f"shopper{number}@shop.example"} for number in range(SHOPPERS)])
            provider = env["payment.provider"].search([("code", "=", "demo")], limit=1)
            provider.write({"state": "test", "is_published": True})
            # no PDF with the mails: it would be most of what is measured
            env.ref("sale.mail_template_sale_confirmation").report_template_ids = [Command.clear()]
            self.ids = {
                "session": config.current_session_id.id, "products": products.ids, "shoppers": shoppers.ids,
                "method": config.payment_method_ids.filtered(lambda method: method.type != "pay_later")[:1].id,
                "provider": provider.id, "website": env["website"].search([], limit=1).id}
            self.extend(env, config)

    def extend(self, env, config):
        """Set up what goes with orders besides Odoo itself."""

    def sell(self, kind, number):
        """Make one order of a kind in a request of its own; note what it took."""
        with self.scratch.open_env(uid=2) as env, mute_logger("odoo.addons.mail.models.mail_mail"):
            watch, work = Watch(env.cr), getattr(self, f"prepare_{kind}")(env, number)
            env.cr.commit()
            env.invalidate_all()
            with watch:
                work()
                env.cr.commit()
        if number >= 0:
            self.taken[kind].append(watch)

    def prepare_till(self, env, number):
        order = self.prepare_till_order(env, number)
        return lambda: env["pos.order"].sync_from_ui([order])

    def prepare_till_order(self, env, number):
        """Return an order as the till sends it."""
        products = env["product.product"].browse(self.ids["products"])
        total = sum(product.list_price for product in products)
        session = env["pos.session"].browse(self.ids["session"])
        return {
            "uuid": str(uuid4()), "access_token": str(uuid4()), "name": "/", "session_id": session.id,
            "company_id": session.company_id.id, "partner_id": self.ids["shoppers"][number % SHOPPERS], "state": "paid",
            "amount_total": total, "amount_tax": 0, "amount_paid": total, "amount_return": 0, "to_invoice": False,
            "date_order": str(env.cr.now().replace(microsecond=0)),
            "lines": [Command.create({
                "uuid": str(uuid4()), "product_id": product.id, "full_product_name": product.name, "qty": 1,
                "price_unit": product.list_price, "price_subtotal": product.list_price,
                "price_subtotal_incl": product.list_price, "discount": 0, "tax_ids": [Command.clear()],
            }) for product in products],
            "payment_ids": [Command.create({
                "uuid": str(uuid4()), "payment_method_id": self.ids["method"], "amount": total,
                "payment_status": "done"})],
        }

    def prepare_web(self, env, number):
        """Return what the provider's message sets going: the payment is done, the order is confirmed."""
        order = env["sale.order"].create({
            "partner_id": self.ids["shoppers"][number % SHOPPERS], "website_id": self.ids["website"],
            "order_line": [Command.create({"product_id": product, "product_uom_qty": 1})
                           for product in self.ids["products"]]})
        self.add_to_cart(order)
        provider = env["payment.provider"].browse(self.ids["provider"])
        transaction = env["payment.transaction"].sudo().create({  # as the shop does
            "provider_id": provider.id, "payment_method_id": provider.payment_method_ids[:1].id,
            "amount": order.amount_total, "currency_id": order.currency_id.id, "partner_id": order.partner_id.id,
            "sale_order_ids": [Command.set(order.ids)], "reference": f"bench-{order.id}", "operation": "online_direct"})

        def confirm():
            transaction._set_done()
            transaction._post_process()
        return confirm

    def add_to_cart(self, order):
        """Do what Odoo does each time that a cart changes."""

    def check(self, count):
        """Make sure that the orders are there and have done what they should."""
        [[tills]] = self.scratch.query("SELECT count(*) FROM pos_order WHERE state = 'paid'")
        [[webs]] = self.scratch.query("SELECT count(*) FROM sale_order WHERE state = 'sale'")
        assert (tills, webs) == (count, count), (self.name, tills, webs)


class LoyaltyShop(Shop):
    """With Odoo's loyalty programme: a point for each unit of money, on a card that each shopper has."""

    def extend(self, env, config):
        program = env["loyalty.program"].create({
            "name": "Loyalty", "program_type": "loyalty", "applies_on": "both", "trigger": "auto",
            "pos_ok": True, "ecommerce_ok": True, "sale_ok": True,
            "rule_ids": [Command.create({"reward_point_amount": 1, "reward_point_mode": "money"})],
            "reward_ids": [Command.create({"reward_type": "discount", "discount": 5, "required_points": 10**6})]})
        cards = env["loyalty.card"].create([
            {"program_id": program.id, "partner_id": shopper, "points": 1} for shopper in self.ids["shoppers"]])
        self.ids |= {"program": program.id, "cards": cards.ids}

    def prepare_till(self, env, number):
        """The till sends the order, then the points that it has worked out."""
        order, card = self.prepare_till_order(env, number), self.ids["cards"][number % SHOPPERS]

        def sell():
            [record] = env["pos.order"].sync_from_ui([order])["pos.order"]
            env["pos.order"].browse(record["id"]).confirm_coupon_programs({str(card): {
                "points": order["amount_total"], "program_id": self.ids["program"], "coupon_id": card,
                "barcode": False, "line_codes": [], "partner_id": order["partner_id"]}})
        return sell

    def add_to_cart(self, order):
        order._update_programs_and_rewards()

    def check(self, count):
        super().check(count)
        [[points]] = self.scratch.query("SELECT count(*) FROM loyalty_history WHERE issued > 0")
        assert points == 2 * count, points


class SuiteShop(Shop):
    """With the suite: a qualified sale of each order, divided, with points and a shopping voucher to come."""

    def extend(self, env, config):
        env, config = env(user=1), config.sudo()
        till, mall = make_merchant(env, "Till"), make_merchant(env, "Mall")
        mall.scene = mall.store_ids.scene = "own_mall"
        config.alliance_store_id = till.store_ids
        env["website"].browse(self.ids["website"]).alliance_store_id = mall.store_ids
        env["green.points.cohort"]._lock_open(env.company)

    def check(self, count):
        super().check(count)
        [[sales]] = self.scratch.query("SELECT count(*) FROM alliance_qualified_sale WHERE base_shopper > 0")
        assert sales == 2 * count, sales


def get_ratio(watches, others):
    """Return the median of the ratios within each turn: the machine's faster and slower spells last for many turns."""
    return statistics.median(watch.busy / other.busy for watch, other in zip(watches, others, strict=True))


def judge(taken):
    """Print what an order takes and say of each aim whether it is met; return whether all are."""
    sound = True
    for kind, label in KINDS.items():
        print(f"{len(taken[SUITE][kind])} {label}, medians of an order")
        queries = {name: statistics.median(watch.queries for watch in found[kind]) for name, found in taken.items()}
        for name, found in taken.items():
            seconds = statistics.median(watch.seconds for watch in found[kind])
            busy = statistics.median(watch.busy for watch in found[kind])
            print(f"  {name:20} {busy * 1000:7.1f} ms of work, {seconds * 1000:7.1f} ms passed, "
                  f"{queries[name]:5.0f} queries, × {get_ratio(found[kind], taken[VANILLA][kind]):.3f} of vanilla")
        ratio, more = get_ratio(taken[SUITE][kind], taken[VANILLA][kind]), queries[SUITE] - queries[VANILLA]
        beside = get_ratio(taken[SUITE][kind], taken[LOYALTY][kind])
        aims = {f"no slower than Odoo's own loyalty: {beside:.3f}": beside <= 1}
        if kind == "till":
            aims |= {f"at most {RATIO} of vanilla: {ratio:.2f}": ratio <= RATIO,
                     f"at most {MORE_QUERIES} more queries: {more:.0f}": more <= MORE_QUERIES}
        for aim, met in aims.items():
            print(f"  {'met   ' if met else 'MISSED'} {aim}")
        sound = sound and all(aims.values())
    return sound
