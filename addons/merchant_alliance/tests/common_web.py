from odoo import Command

from .common import AllianceCommon


class WebSaleCommon(AllianceCommon):
    """The web mall with a lamp and a fee, paid through the Demo provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mall = cls._make_merchant("Mall", scene="own_mall", funding_method="split")
        cls.website = cls.env["website"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.website.alliance_store_id = cls.mall.store_ids
        cls.provider = cls.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        cls.provider.write({"state": "test", "is_published": True})
        cls.product = cls.env["product.product"].create({
            "name": "Lamp", "list_price": 100, "type": "consu", "taxes_id": [Command.clear()]})
        cls.fee = cls.env["product.product"].create({
            "name": "Top-up", "list_price": 30, "type": "service", "earns_rewards": False,
            "taxes_id": [Command.clear()]})

    def _order(self, *products):
        return self.env["sale.order"].create({
            "partner_id": self.shopper.id, "website_id": self.website.id,
            "order_line": [Command.create({"product_id": p.id, "product_uom_qty": 1}) for p in products]})

    def _new_tx(self, order, amount, **vals):
        return self._begin_payment(amount, **{
            "currency_id": order.currency_id.id, "partner_id": order.partner_id.id,
            "sale_order_ids": [Command.set(order.ids)],
            "reference": f"T{order.id}-{len(order.transaction_ids)}", **vals})

    def _pay(self, order, amount=None, **vals):
        tx = self._new_tx(order, amount or order.amount_total, **vals)
        tx._set_done()
        tx._post_process()
        return tx

    def _sales(self, order):
        return self.env["alliance.qualified.sale"].search([("sale_order_id", "=", order.id)], order="id")
