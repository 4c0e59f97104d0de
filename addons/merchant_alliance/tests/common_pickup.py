import json

from odoo import Command

from .common_web import WebSaleCommon


class PickupCommon(WebSaleCommon):
    """A supermarket in which lamps ordered in the web mall are collected."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.market = cls._make_merchant("Market", rate=6.0, scene="supermarket")
        cls.warehouse = cls.env["stock.warehouse"].create({
            "name": "Market East", "code": "MKE", "partner_id": cls.env["res.partner"].create({
                "name": "Market East", "street": "1 East Gate", "city": "Shanghai",
                "country_id": cls.env.ref("base.cn").id, "partner_latitude": 31.2, "partner_longitude": 121.5}).id})
        cls.market.store_ids.warehouse_id = cls.warehouse
        cls.product.write({"is_storable": True, "website_published": True, "sale_ok": True})
        cls.env["stock.quant"]._update_available_quantity(cls.product, cls.warehouse.lot_stock_id, 10)
        cls.carrier = cls.env.ref("website_sale_collect.carrier_pick_up_in_store", raise_if_not_found=False) or (
            cls.env["delivery.carrier"].create({
                "name": "Pick up in store", "delivery_type": "in_store",
                "product_id": cls.env.ref("website_sale_collect.product_pick_up_in_store").id}))
        cls.carrier.write({
            "website_id": False, "warehouse_ids": [Command.set(cls.warehouse.ids)], "is_published": True})

    def _collect(self, order):
        """Choose to collect the order in the supermarket, as the checkout does."""
        order._set_delivery_method(self.carrier, rate={"success": True, "price": 0.0})
        order._set_pickup_location(json.dumps(self.warehouse._prepare_pickup_location_data()))
        return order
