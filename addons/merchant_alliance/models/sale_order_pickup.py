import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.serialize import touch

TRIES = 10


class SaleOrder(models.Model):
    """Ordered in the web mall, collected in a store: the shopper's code hands it over."""

    _inherit = "sale.order"

    pickup_store_id = fields.Many2one(
        "alliance.store", string="Collected in", compute="_compute_pickup_store_id", store=True,
        index="btree_not_null", ondelete="restrict")
    pickup_code = fields.Char(
        readonly=True, copy=False, groups="base.group_system",
        help="Shown to the shopper when the order is paid; the store's people ask for it.")
    pickup_tries = fields.Integer(readonly=True, copy=False, groups="base.group_system")
    handed_over_on = fields.Datetime(readonly=True, copy=False)

    _to_hand_over_idx = models.Index(
        "(pickup_store_id, date_order) WHERE state = 'sale' AND handed_over_on IS NULL AND pickup_store_id IS NOT NULL")

    @api.depends("carrier_id", "warehouse_id")
    def _compute_pickup_store_id(self):
        for order in self:
            if order.state in ("draft", "sent"):  # what was sold stays where it is collected
                order.pickup_store_id = order._get_pickup_store()

    def _set_pickup_location(self, pickup_location_data):
        """Take no store that the delivery method does not offer: the browser says which, and that store sells."""
        result = super()._set_pickup_location(pickup_location_data)
        order = self.sudo()  # sudo: shoppers read neither stores nor delivery methods
        if order._get_pickup_store() and order.warehouse_id not in order.carrier_id.warehouse_ids:
            raise UserError(self.env._("Collected in: choose one of the stores that are offered."))
        return result

    def action_confirm(self):
        result = super().action_confirm()
        for order in self.sudo():  # sudo: only the server knows codes
            if order.pickup_store_id and not order.pickup_code:
                order.pickup_code = f"{secrets.randbelow(10**6):06}"
        return result

    def _hand_over(self, code):
        """Record that the shopper has collected this order; a second time changes nothing.

        :param str code: six digits, what the shopper has shown
        :raise UserError: not to be handed over, or the code is wrong
        """
        self.ensure_one()
        order = self.sudo()  # sudo: the store's people have no rights on orders; the caller checked whose store it is
        touch(order)
        if order.handed_over_on:
            return
        if not order.pickup_store_id or not order._may_leave():
            raise UserError(self.env._("%s is not to be collected here.", order.name))
        if order.pickup_tries >= TRIES:
            raise UserError(self.env._(
                "Too many wrong codes for %s: please ask the platform to hand it over.", order.name))
        if not secrets.compare_digest((code or "").strip().encode(), (order.pickup_code or "").encode()):
            order.pickup_tries += 1
            raise UserError(self.env._(
                "Code: this is not the code of %s. The shopper finds it in the order, under My Account.", order.name))
        with self.env.cr.savepoint():  # what cannot be delivered is not handed over; the caller counts wrong codes
            order.handed_over_on = fields.Datetime.now()
            order.picking_ids._deliver_whole()
            order._message_log(body=self.env._("Handed over in %s.", order.pickup_store_id.name))
