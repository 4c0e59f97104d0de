"""The web mall, its shopper with vouchers, and its checkout."""

from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException
from odoo.tools import mute_logger

from .common_payments import VoucherPaymentsCommon


class WebVoucherCase(VoucherPaymentsCommon, HttpCase):
    """A shopper with 100 in vouchers and a cart of 160 in the own mall; the rest through Demo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.module.module"]._get("payment_demo").state != "installed":
            raise cls.skipTest(cls, "payment_demo is not installed")
        cls.website = cls.env["website"].get_current_website()
        cls.website.alliance_store_id = cls.mall
        cls.product = cls.env["product.product"].create({
            "name": "Tea Class", "type": "service", "list_price": 80.0, "website_published": True,
            "invoice_policy": "order", "taxes_id": [Command.clear()], "sale_ok": True,
        })
        cls.demo = cls.env.ref("payment.payment_provider_demo")
        cls.demo.write({"state": "test", "is_published": True, "company_id": cls.company.id})

    def setUp(self):
        super().setUp()
        self._give_vouchers(60.0)
        self._give_vouchers(40.0, kind="shopping")
        self.order = self._fill_cart("limei")

    def _fill_cart(self, login, quantity=2):
        self.authenticate(login, login * 2)
        self._add_to_cart(quantity)
        partner = self.env["res.users"].search([("login", "=", login)]).partner_id
        return self.env["sale.order"].search([("partner_id", "=", partner.id), ("state", "=", "draft")])

    def _add_to_cart(self, quantity):
        self.make_jsonrpc_request("/shop/cart/add", {
            "product_template_id": self.product.product_tmpl_id.id, "product_id": self.product.id,
            "quantity": quantity})

    def _apply(self, amount):
        return self.make_jsonrpc_request("/shop/payment/vouchers/apply", {"amount": amount})

    def _remove(self):
        return self.make_jsonrpc_request("/shop/payment/vouchers/remove")

    def _confirm(self):
        return self.url_open("/shop/payment/vouchers/confirm", data={"csrf_token": self.csrf_token()})

    def csrf_token(self):
        page = self.url_open("/shop/payment").text
        marker = 'csrf_token: "'
        return page.split(marker)[1].split('"')[0]

    def _start_rest(self, **params):
        """Ask for the transaction for the rest, as the payment form does; return it."""
        values = self.make_jsonrpc_request(f"/shop/payment/transaction/{self.order.id}", {
            "access_token": self.order._portal_ensure_token(),
            "provider_id": self.demo.id,
            "payment_method_id": self.demo.payment_method_ids[:1].id,
            "token_id": None,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/shop/payment/validate",
            **params,
        })
        return self.env["payment.transaction"].search([("reference", "=", values["reference"])])

    def _finish_rest(self, tx, state="done"):
        """The provider reports, then the shopper's browser asks for the outcome."""
        tx._process("demo", {
            "reference": tx.reference, "payment_details": "1234", "simulated_state": state})
        tx._post_process()

    def _vouchers(self):
        return self.order.transaction_ids.filtered(lambda tx: tx.provider_code == "voucher")

    def assertRefused(self, error, call, *args, **kwargs):
        with mute_logger("odoo.http"), self.assertRaisesRegex(JsonRpcException, error):
            call(*args, **kwargs)
