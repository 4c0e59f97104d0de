"""Opening a page changes nothing, and shows one's own figures; who gets which page is in ``pages.csv``."""

import re

from odoo.http import Request
from odoo.tools import mute_logger

from tests.support.digest import get_difference, take_digest
from tests.support.roles import get_password
from tests.support.surface import get_routes
from tests.support.world import PlatformCase

# Pages of others that show something of ours.
PAGES = ("/my/home", "/shop", "/shop/cart", "/shop/payment")
# Whose the cart or the payment is moves his own vouchers with these (addons/voucher_settlement/tests: test_web_voucher,
# test_scan_voucher); a coupon taken back gives back what was held for the old amount.
OWN_VOUCHERS = {
    "/shop/payment/vouchers/apply": ("shopper", "rival"), "/shop/payment/vouchers/remove": ("shopper", "rival"),
    "/alliance/pay/<int:order_id>/vouchers/apply": ("shopper",),
    "/alliance/pay/<int:order_id>/vouchers/remove": ("shopper",),
    "/alliance/pay/<int:order_id>/coupon/remove": ("shopper",)}
AT_ONCE = 10  # pages between two looks at what changed; a look takes as long as a page
NOBODYS = 2_000_000_000  # no record has this number
NOISE = ("odoo.http", "odoo.addons.base.models.ir_rule")


class TestRoutes(PlatformCase):
    def test_nobody_changes_anything_by_opening(self):
        paths = [*dict.fromkeys(rule.rule for rule in get_routes(self.env)), *PAGES]
        for who, user in {**self.users, "rival": self.rivals["shopper"]}.items():
            if who == "public":
                self.authenticate(None, None)
            else:
                self.authenticate(user.login, get_password(user.login))
            self.env["voucher.wallet"]._cron_credit()  # opening one's page credits the wallet
            before = take_digest(self.env)
            for start in range(0, len(paths), AT_ONCE):
                together = paths[start:start + AT_ONCE]
                with self.subTest(who=who, paths=together), mute_logger(*NOISE):
                    for path in together:
                        if who not in OWN_VOUCHERS.get(path, ()):
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
        opens = "GET" in (routing.get("methods") or ["GET"])
        other = 1 if opens else NOBODYS  # what is posted to one's own records may change them
        url = re.sub(r"<(?:int|string):(\w+)>", lambda match: str(ids.get(match[1], other)), path)
        if routing["type"] == "jsonrpc":
            return self.url_open(url, json={"params": params}, allow_redirects=follow)
        if not opens:
            return self.url_open(
                url, data={"csrf_token": Request.csrf_token(self), **params}, allow_redirects=follow)
        return self.url_open(url, allow_redirects=follow)
