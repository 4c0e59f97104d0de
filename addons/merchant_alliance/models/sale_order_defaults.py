from odoo import models


class SaleOrder(models.Model):
    """Where an order is paid is the payment page's to say, not a default's."""

    _name = "sale.order"
    _inherit = ["sale.order", "alliance.server.fields"]

    def _get_server_fields(self):
        return {"scan_store_id", "scan_key"}


class SaleOrderLine(models.Model):
    """So is which coupon lowers it."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "alliance.server.fields"]

    def _get_server_fields(self):
        return {"alliance_coupon_id"}
