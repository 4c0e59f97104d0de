"""Builders for payments that are split at the source."""

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.voucher_settlement.tests.common_escrow import EscrowCommon

from tests.support.wechat_server import WeChatServer, to_pem

ORDERS, RETURNS = "/v3/profitsharing/orders", "/v3/profitsharing/return-orders"
PAYER, ESCROW, PLATFORM = "1900000109", "1900000200", "1900000300"
ESCROW_NAME = "绿色积分平台返利专户有限公司"


class SplitCommon(EscrowCommon):
    """A merchant whose payments, made with the demo provider, are split by WeChat Pay on 127.0.0.1."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = WeChatServer()
        cls.addClassCleanup(cls.server.stop)
        cls.orders = cls.env["split.order"]
        cls.operator = new_test_user(
            cls.env, "split_operator", groups="base.group_user,merchant_alliance.group_operator")
        cls.provider = cls.env["payment.provider"].search([
            ("code", "=", "demo"), ("company_id", "=", cls.company.id)], limit=1)
        cls.outstanding = cls.env["account.account"].create({
            "name": "Payments on their way", "code": "101498", "account_type": "asset_current", "reconcile": True})
        (cls.provider.journal_id.inbound_payment_method_line_ids
         | cls.provider.journal_id.outbound_payment_method_line_ids).payment_account_id = cls.outstanding
        cls.provider.write({
            "state": "test", "is_published": True, "split_adapter": "wechat", "split_mchid": cls.server.mchid,
            "split_appid": "wxd678efh567hg6787", "split_serial": cls.server.serial,
            "split_private_key": to_pem(cls.server.merchant_key), "split_apiv3_key": cls.server.apiv3_key,
            "split_public_key_id": cls.server.public_key_id,
            "split_public_key": to_pem(cls.server.platform_key.public_key()), "split_gateway": cls.server.url,
            "split_escrow_account": ESCROW, "split_escrow_name": ESCROW_NAME,
            "split_platform_account": PLATFORM, "split_platform_name": "绿色积分平台有限公司"})
        cls.merchant.split_account = PAYER

    def setUp(self):
        super().setUp()
        server = self.server
        server.processing, server.max_ratio, server.signed_by = 0, 3000, server.public_key_id
        for memory in (server.calls, server.faults, server.payments, server.orders, server.returns, server.balances,
                       server.names, server.receivers):
            memory.clear()

    # -- builders --------------------------------------------------------------------------------

    def _pay(self, amount, store=None, too_much=0):
        """Pay by scan; return the transaction. What it paid is frozen at the provider."""
        number = next(self.keys)
        order = self.env["sale.order"]._create_scan_order(
            store or self.store, self.shopper, round(amount * 100), f"scan{number:012}")
        tx = self.env["payment.transaction"].create({
            "provider_id": self.provider.id, "payment_method_id": self.provider.payment_method_ids[:1].id,
            "amount": amount + too_much, "currency_id": order.currency_id.id, "partner_id": self.shopper.id,
            "sale_order_ids": [Command.set(order.ids)], "reference": f"split-{number}", "operation": "online_direct"})
        tx._process("demo", {"reference": tx.reference, "payment_details": "1234", "simulated_state": "done"})
        self.server.payments[tx.provider_reference] = [PAYER, round((amount + too_much) * 100)]
        tx._post_process()
        return tx

    def _refund_tx(self, tx, amount):
        """Ask for a refund as the backend does; return its transaction."""
        return tx._refund(amount_to_refund=amount)

    def _run(self):
        """Let the job run; refunds that were made are taken in as Odoo's own job does."""
        self.orders._cron_split()
        done = self.env["payment.transaction"].search([
            ("provider_id", "=", self.provider.id), ("state", "=", "done"), ("is_post_processed", "=", False)])
        done._post_process()

    def _sale(self, tx):
        return self.env["alliance.qualified.sale"].search([
            ("sale_order_id", "=", tx.sale_order_ids.id), ("kind", "=", "sale")])

    def _parts(self, sales):
        """Return cents of (escrow, platform) of sales and refunds, reckoned here."""
        total = round(sum(sales.mapped("concession_amount")) * 100)
        escrow = round(sum(sum(sales.mapped(f)) for f in ("alloc_pool", "alloc_shopping", "alloc_reserve")) * 100)
        return escrow, total - escrow

    def _got(self):
        """Return cents that (escrow, platform, merchant) have with the provider."""
        return tuple(self.server.balances.get(account, 0) for account in (ESCROW, PLATFORM, PAYER))

    def _requests(self, path=ORDERS, method="POST"):
        return [data for verb, target, data in self.server.calls if verb == method and target.split("?")[0] == path]

    def _on_its_way(self):
        self.env.flush_all()
        lines = self.env["account.move.line"].search([
            ("account_id", "=", self.outstanding.id), ("parent_state", "=", "posted")])
        return self.currency.round(sum(lines.mapped("balance")))

    def _book(self):
        self.posting._post_unposted(self.company)
        self._check_commit()
        self.assertEqual(self.posting._check_subledger(self.company), [])
