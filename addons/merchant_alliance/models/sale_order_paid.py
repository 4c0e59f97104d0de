from odoo import api, fields, models
from odoo.exceptions import AccessError

SEALED = ("transaction_ids", "confirmed_unpaid")


class SaleOrder(models.Model):
    """What stores sell leaves when the whole of it is paid, or because the back office has said so."""

    _inherit = "sale.order"

    confirmed_unpaid = fields.Boolean(
        readonly=True, copy=False,
        help="The back office confirmed it before it was paid, to be paid by invoice: its goods need not wait.")

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        if not self.env.su:
            for order in orders.sudo():  # sudo: whoever sells may not read stores and transactions
                order._refuse_by_hand(name for name in SEALED if order[name])  # afterwards: defaults set it, too
        return orders

    def write(self, vals):
        if not self.env.su:
            # where a new order is collected is computed, whatever is said
            self._refuse_by_hand(name for name in (*SEALED, "pickup_store_id") if name in vals)
        return super().write(vals)

    def _refuse_by_hand(self, names):
        for name in names:
            raise AccessError(self.env._(
                "%s: this follows from the order and its payments; nobody sets it by hand.",
                self._fields[name]._description_string(self.env)))

    # -- paid ------------------------------------------------------------------------------------------

    def _is_paid(self):
        self.invalidate_recordset(["amount_paid"])  # core does not recompute it on states
        return super()._is_paid()

    def _is_confirmation_amount_reached(self):
        # Core asks nothing, or a part, before it confirms: one cent would send a merchant's goods off.
        paid = self._is_paid()
        return super()._is_confirmation_amount_reached() and (paid or not self._get_alliance_stores())

    def _may_leave(self):
        """Whether the goods of this order may be shipped or handed over."""
        self.ensure_one()
        order = self.sudo()  # sudo: shoppers and merchants read neither; the caller checked whose order it is
        return order.state == "sale" and (order.confirmed_unpaid or order._is_paid())

    def action_confirm(self):
        result = super().action_confirm()
        if not self.env.su:  # whoever pays, the server confirms
            # sudo: nobody says it by hand
            self.sudo().filtered(
                lambda order: order.state == "sale" and not order._is_paid()).confirmed_unpaid = True
        return result
