"""Scan-to-pay on a real server: who sells hears of the payment by websocket, without asking."""

import json
import re
import time

import requests
import websocket

from odoo.addons.bus.websocket import WebsocketConnectionHandler

from tests.support import platform
from tests.support.roles import create_user, get_password


class Phone(requests.Session):
    """A browser that is logged in."""

    def __init__(self, url, login):
        super().__init__()
        self.base = url
        page = self.get(f"{url}/web/login").text
        self.post(f"{url}/web/login", data={
            "login": login, "password": get_password(login), "csrf_token": self.read(page, "csrf_token")})

    @staticmethod
    def read(page, name):
        return re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1]

    def ask(self, path, **params):
        answer = self.post(self.base + path, json={"jsonrpc": "2.0", "method": "call", "params": params}).json()
        assert "error" not in answer, answer["error"]["data"]["message"]
        return answer.get("result")

    def listen(self):
        """Open the websocket that every page of the portal opens."""
        socket = websocket.create_connection(
            f"{self.base.replace('http', 'ws')}/websocket?version={WebsocketConnectionHandler._VERSION}",
            cookie=f"session_id={self.cookies['session_id']}", origin=self.base, timeout=30)
        socket.send(json.dumps({"event_name": "subscribe", "data": {"channels": [], "last": 0}}))
        return socket


def prepare(env):
    ids = platform.build(env, merchant_names=("Teahouse", "Bakery"))
    for name, merchant_id in zip(("teahouse_boss", "bakery_boss"), ids["merchants"], strict=True):
        create_user(env, "merchant", name).partner_id.parent_id = (
            env["alliance.merchant"].browse(merchant_id).partner_id)
    create_user(env, "shopper", "scanner")
    provider = env["payment.provider"].search([("code", "=", "demo"), ("company_id", "=", env.company.id)], limit=1)
    provider.write({"state": "test", "is_published": True})
    return ids["stores"][0], provider.id, provider.payment_method_ids[:1].id


def hear(socket, seconds=15):
    """Return the payments that a socket hears of within ``seconds``."""
    heard, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline and not heard:
        socket.settimeout(max(deadline - time.monotonic(), 0.1))
        try:
            frame = socket.recv()
        except websocket.WebSocketTimeoutException:
            break
        heard = [item["message"]["payload"] for item in json.loads(frame or "[]")
                 if item["message"]["type"] == "alliance.scan_payment"]
    return heard


def test_the_store_hears_of_the_payment_and_no_other_does(scratch_db):
    with scratch_db.open_env() as env:
        store, provider, method = prepare(env)
    with scratch_db.serve() as server:
        boss, rival = Phone(server.url, "teahouse_boss").listen(), Phone(server.url, "bakery_boss").listen()
        shopper = Phone(server.url, "scanner")
        time.sleep(1)  # the sockets are subscribed
        page = shopper.get(f"{server.url}/alliance/store/{store}/pay").text
        answer = shopper.post(f"{server.url}/alliance/store/{store}/pay/begin", data={
            "csrf_token": shopper.read(page, "csrf_token"), "key": shopper.read(page, "key"), "amount": "58.50"})
        path = re.search(r"/alliance/pay/\d+", answer.url)[0]
        values = shopper.ask(
            f"{path}/transaction", provider_id=provider, payment_method_id=method, token_id=None, flow="direct",
            tokenization_requested=False, landing_route="/")
        shopper.ask("/payment/demo/simulate_payment", reference=values["reference"], payment_details="4242",
                    simulated_state="done")
        shopper.ask("/payment/status/poll")
        assert "scan_receipt" in shopper.get(server.url + path).text
        [payment] = hear(boss)
        assert "58.50" in payment["amount"]
        assert hear(rival, seconds=2) == []
    assert scratch_db.query("SELECT cash_amount::text, collected FROM alliance_qualified_sale") == [("58.50", True)]
