"""The suite's pages and routes: for whom, and never more than one's own."""

import re

from odoo.http import Request
from odoo.tools import mute_logger

from tests.support.digest import get_difference, take_digest
from tests.support.roles import get_password
from tests.support.surface import get_routes
from tests.support.world import PlatformCase

# Path -> what a visitor who is not logged in gets. A new route belongs here, and into a test of its own.
ROUTES = {
    "/alliance": "page", "/alliance/cities": "page", "/alliance/districts": "page",
    "/alliance/apply": "form", "/alliance/apply/send": "form",
    "/alliance/apply/<int:application_id>": "token",
    "/alliance/apply/<int:application_id>/answer": "token",
    "/alliance/apply/<int:application_id>/withdraw": "token",
    "/alliance/claim/<string:code>": "login", "/alliance/claim/<string:code>/confirm": "login",
    "/alliance/p/<string:code>": "page", "/alliance/p/<string:code>/accept": "login",
    "/alliance/pay/<int:order_id>": "login",
    "/alliance/pay/<int:order_id>/transaction": "login",
    "/alliance/pay/<int:order_id>/vouchers/apply": "login",
    "/alliance/pay/<int:order_id>/vouchers/confirm": "login",
    "/alliance/pay/<int:order_id>/vouchers/remove": "login",
    "/alliance/services": "page", "/alliance/services/<int:offer_id>": "page",
    "/alliance/services/<int:offer_id>/image": "page",
    "/alliance/services/<int:offer_id>/exchange": "login",
    "/alliance/services/<int:offer_id>/exchange/confirm": "login",
    "/my/services": "login", "/my/services/page/<int:page>": "login",
    "/my/services/<int:booking_id>": "login", "/my/services/<int:booking_id>/cancel": "login",
    "/my/store/services": "login", "/my/store/services/new": "login", "/my/store/services/send": "login",
    "/my/store/services/<int:offer_id>": "login", "/my/store/services/<int:offer_id>/send": "login",
    "/my/store/services/<int:offer_id>/publish": "login", "/my/store/services/<int:offer_id>/pause": "login",
    "/my/store/bookings/<int:booking_id>/provide": "login", "/my/store/bookings/<int:booking_id>/cancel": "login",
    "/alliance/pay/<int:order_id>/coupon/apply": "login", "/alliance/pay/<int:order_id>/coupon/remove": "login",
    "/alliance/store/<int:store_id>/image": "page",
    "/alliance/store/<string:slug>": "page",
    "/alliance/store/<string:slug>/pay": "page",
    "/alliance/store/<string:slug>/pay/begin": "login",
    "/alliance/store/<string:slug>/consent": "login",
    "/alliance/unsubscribe/<int:consent_id>/<string:token>": "token",
    "/my/messages": "login", "/my/messages/<int:consent_id>/withdraw": "login", "/my/messages/birthday": "login",
    "/my/store/customers": "login", "/my/store/campaigns/new": "login", "/my/store/campaigns/save": "login",
    "/my/store/campaigns/<int:campaign_id>": "login", "/my/store/campaigns/<int:campaign_id>/edit": "login",
    "/my/store/campaigns/<int:campaign_id>/send": "login", "/my/store/campaigns/<int:campaign_id>/discard": "login",
    "/my/store/offers": "login", "/my/store/offers/send": "login", "/my/store/offers/<int:offer_id>/withdraw": "login",
    "/my/store/coupons": "login", "/my/store/coupons/redeem": "login",
    "/my/contracts/<int:contract_id>": "login",
    "/my/contracts/<int:contract_id>/document": "login",
    "/my/contracts/<int:contract_id>/sign": "login",
    "/my/green-points": "login", "/my/green-points/page/<int:page>": "login",
    "/my/promoter": "login", "/my/promoter/apply": "login", "/my/promoter/withdraw": "login",
    "/my/promoter/agreements/<int:agreement_id>": "login",
    "/my/promoter/agreements/<int:agreement_id>/accept": "login",
    "/my/promoter/agreements/<int:agreement_id>/document": "login",
    "/my/promoter/statements/<string:month>": "login", "/my/promoter/statements/<string:month>/pdf": "login",
    "/my/vouchers/code": "login", "/my/vouchers/code/current": "login",
    "/my/store/products": "login", "/my/store/products/new": "login", "/my/store/products/send": "login",
    "/my/store/products/<int:product_id>": "login", "/my/store/products/<int:product_id>/send": "login",
    "/my/store/products/<int:product_id>/stock": "login", "/my/store/products/<int:product_id>/unlist": "login",
    "/my/store/requests/<int:request_id>/withdraw": "login",
    "/my/store/statements/<int:statement_id>/xlsx": "login",
    "/my/store/orders": "login", "/my/store/orders/<int:picking_id>/ship": "login",
    "/my/store/pickups": "login", "/my/store/pickups/<int:order_id>/hand-over": "login",
    "/my/store/statements": "login", "/my/store/statements/page/<int:page>": "login",
    "/my/store/statements/<int:statement_id>": "login",
    "/my/store/statements/<int:statement_id>/page/<int:page>": "login",
    "/my/store/statements/<int:statement_id>/pdf": "login", "/my/store/statements/<int:statement_id>/csv": "login",
    "/my/store/statements/<int:statement_id>/dispute": "login",
    "/my/deposit/<int:merchant_id>": "login", "/my/deposit/<int:merchant_id>/page/<int:page>": "login",
    "/my/deposit/<int:merchant_id>/pay": "login", "/my/deposit/<int:merchant_id>/transaction": "login",
    "/my/store/staff": "login", "/my/store/staff/invite": "login", "/my/store/staff/<int:staff_id>": "login",
    "/my/store/staff/<int:staff_id>/change": "login", "/my/store/staff/<int:staff_id>/end": "login",
    "/my/store/staff/<int:staff_id>/remind": "login",
    "/my/store/work": "login", "/my/store/work/page/<int:page>": "login",
    "/my/store/work/<int:staff_id>/accept": "login", "/my/store/work/<int:staff_id>/leave": "login",
    "/my/store": "login", "/my/store/page/<int:page>": "login", "/my/store/dashboard": "login",
    "/my/shares": "login", "/my/store/<int:store_id>/sign": "login", "/my/store/payments": "login",
    "/shop/payment/transaction/<int:order_id>": "token",
    "/shop/payment/vouchers/apply": "login",
    "/shop/payment/vouchers/confirm": "login",
    "/shop/payment/vouchers/remove": "login",
}
# Pages of others that show something of ours.
PAGES = ("/my/home", "/shop", "/shop/cart", "/shop/payment")
# Whose the cart or the payment is moves his own vouchers with these (addons/voucher_settlement/tests: test_web_voucher,
# test_scan_voucher).
OWN_VOUCHERS = {
    "/shop/payment/vouchers/apply": ("shopper", "rival"), "/shop/payment/vouchers/remove": ("shopper", "rival"),
    "/alliance/pay/<int:order_id>/vouchers/apply": ("shopper",),
    "/alliance/pay/<int:order_id>/vouchers/remove": ("shopper",)}
NOISE = ("odoo.http", "odoo.addons.base.models.ir_rule")


class TestRoutes(PlatformCase):
    def test_every_route_is_known(self):
        self.assertEqual({rule.rule for rule in get_routes(self.env)}, set(ROUTES))

    def test_visitors_are_sent_to_the_login(self):
        self.authenticate(None, None)
        for path in (path for path, kind in ROUTES.items() if kind == "login"):
            with self.subTest(path=path), mute_logger(*NOISE):
                response = self._open(path, follow=False)
                refused = (response.status_code in (301, 302, 303) and "/web/login" in response.headers["Location"]) \
                    or response.status_code in (400, 403, 404) or "SessionExpired" in response.text
                self.assertTrue(refused, response.text[:300])

    def test_nobody_changes_anything_by_opening(self):
        for who, user in {**self.users, "rival": self.rivals["shopper"]}.items():
            if who == "public":
                self.authenticate(None, None)
            else:
                self.authenticate(user.login, get_password(user.login))
            self.env["voucher.wallet"]._cron_credit()  # opening one's page credits the wallet
            before = take_digest(self.env)
            for path in (*ROUTES, *PAGES):
                if who in OWN_VOUCHERS.get(path, ()):
                    continue
                with self.subTest(who=who, path=path), mute_logger(*NOISE):
                    self._open(path, amount=99999.99)
                    self.env.invalidate_all()
                    known, before = before, take_digest(self.env)
                    self.assertFalse(get_difference(known, before))

    def test_own_figures_alone(self):
        """What a rival owns is on no page of mine."""
        secrets = {"shopper": self.rival_merchant.name, "merchant": self.rival_shopper.name}
        for role, secret in secrets.items():
            user = self.users[role]
            self.authenticate(user.login, get_password(user.login))
            for path in ("/my/home", "/my/green-points", "/my/store", "/my/store/payments", "/my/store/dashboard"):
                with self.subTest(role=role, path=path):
                    page = self._open(path)
                    self.assertEqual(page.status_code, 200)
                    self.assertNotIn(secret, page.text)
        rival = self.rivals["shopper"]
        self.authenticate(rival.login, get_password(rival.login))
        self.assertIn(self.rival_merchant.name, self._open("/my/green-points").text, "the figure is there to be seen")

    def _open(self, path, follow=True, **params):
        """Open a route as a browser does that sends ``params``, JSON where the route takes JSON."""
        routing = next((rule.endpoint.routing for rule in get_routes(self.env) if rule.rule == path), {"type": "http"})
        scan = "/alliance/pay" in path
        ids = {"order_id": (self.world.scan_orders if scan else self.world.web_orders)[0].id,
               "store_id": self.store.id, "slug": self.store.id}
        url = re.sub(r"<(?:int|string):(\w+)>", lambda match: str(ids.get(match[1], 1)), path)
        if routing["type"] == "jsonrpc":
            return self.url_open(url, json={"params": params}, allow_redirects=follow)
        if "GET" not in (routing.get("methods") or ["GET"]):
            return self.url_open(
                url, data={"csrf_token": Request.csrf_token(self), **params}, allow_redirects=follow)
        return self.url_open(url, allow_redirects=follow)
