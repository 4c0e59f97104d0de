from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.money import from_cents, to_cents

SEALED = ("transaction_ids", "confirmed_unpaid")
PLACES = {"website_id", "warehouse_id", "carrier_id"}  # what the store that sells follows from
UNDER_WAY = ("pending", "authorized", "done")
# What payments of an order brought in (what is authorised and not voided, or was captured) and what was given back,
# below zero: in the order of time, with what was left after each.
MOVES = """
    SELECT move.amount, ROW_NUMBER() OVER moment AS place, SUM(move.amount) OVER moment AS balance
      FROM sale_order_transaction_rel rel JOIN payment_transaction tx ON tx.id = rel.transaction_id
     CROSS JOIN LATERAL (
           SELECT tx.id, COALESCE(tx.last_state_change, tx.create_date) AS happened,
                  CASE WHEN tx.state = 'authorized' THEN tx.amount - COALESCE(SUM(part.amount), 0) ELSE tx.amount END
                  AS amount
             FROM payment_transaction part
            WHERE part.source_transaction_id = tx.id AND part.state = 'cancel'
              AND part.operation IS DISTINCT FROM 'refund'
           HAVING tx.state = 'authorized' OR tx.state = 'done' AND NOT EXISTS (
                  SELECT FROM payment_transaction part
                   WHERE part.source_transaction_id = tx.id AND part.operation IS DISTINCT FROM 'refund')
        UNION ALL
           SELECT child.id, COALESCE(child.last_state_change, child.create_date), child.amount
             FROM payment_transaction child
            WHERE child.source_transaction_id = tx.id AND child.state = 'done'
              AND (tx.state <> 'authorized' OR child.operation = 'refund')
        UNION ALL
           SELECT back.id, COALESCE(back.last_state_change, back.create_date), back.amount
             FROM payment_transaction child JOIN payment_transaction back ON back.source_transaction_id = child.id
            WHERE child.source_transaction_id = tx.id AND child.operation IS DISTINCT FROM 'refund'
              AND back.operation = 'refund' AND back.state = 'done'
           ) AS move
     WHERE rel.sale_order_id = {order}.id
    WINDOW moment AS (ORDER BY move.happened, move.id)"""
# counted: who gives back a part has looked at the order, and the rest stays paid; who gives back everything undoes the
# payment, and paying starts anew (as _get_counted_cents counts).
PAYMENTS = f"""
    SELECT COALESCE(SUM(amount) FILTER (WHERE amount > 0), 0) AS received,
           COALESCE(-SUM(amount) FILTER (WHERE amount < 0), 0) AS given_back,
           COALESCE(SUM(amount) FILTER (WHERE amount > 0 AND place > undone), 0) AS counted
      FROM (SELECT amount, place, COALESCE(MAX(place) FILTER (WHERE balance = 0) OVER (), 0) AS undone
              FROM ({MOVES}) AS moves) AS moves"""
WAS_PAID = "received >= {order}.amount_total"
IS_PAID = "counted >= {order}.amount_total"


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
            if PLACES & vals.keys():
                return self._write_places(vals)
        return super().write(vals)

    def _write_places(self, vals):
        """Write ``vals``, unless money is on its way to a store that would no longer be the one that sells."""
        paying = self.sudo().filtered(  # sudo: whoever sells may not read stores and transactions
            lambda order: any(tx.state in UNDER_WAY for tx in order.transaction_ids))
        before = {line: line.alliance_store_id for line in paying.order_line}
        result = super().write(vals)
        if any(line.alliance_store_id != store for line, store in before.items()):
            raise AccessError(self.env._(
                "Website, Warehouse, Delivery Method: a payment of this order is on its way, and another store would"
                " get it."))
        return result

    def _refuse_by_hand(self, names):
        for name in names:
            raise AccessError(self.env._(
                "%s: this follows from the order and its payments; nobody sets it by hand.",
                self._fields[name]._description_string(self.env)))

    # -- paid ------------------------------------------------------------------------------------------

    def _compute_amount_paid(self):
        """What was captured in parts counts with its parts, and what was given back does not: one query for all."""
        self._flush_payments()
        paid = dict(self.env.execute_query(SQL(
            "SELECT id, (SELECT received - given_back FROM (%s) AS payments)::text FROM sale_order WHERE id IN %s",
            SQL(PAYMENTS.format(order="sale_order")), tuple(self._origin.ids) or (0,))))
        for order in self:
            cents = to_cents(Decimal(paid.get(order._origin.id, "0")), order.currency_id)
            order.amount_paid = float(from_cents(cents, order.currency_id))

    def _flush_payments(self):
        self.env["payment.transaction"].flush_model(
            ["amount", "state", "operation", "source_transaction_id", "last_state_change"])
        self.flush_model(["transaction_ids", "amount_total"])

    def _filter_paid(self, condition=IS_PAID):
        """Return those of these orders of which the whole was paid and not everything given back.

        :param str condition: ``WAS_PAID`` for those, too, of which everything was given back later
        """
        if not self:
            return self
        self._flush_payments()
        paid = {order_id for order_id, in self.env.execute_query(SQL(
            "SELECT id FROM sale_order WHERE id IN %s AND %s",
            tuple(self._origin.ids) or (0,), self._get_paid_sql("sale_order", condition)))}
        return self.filtered(lambda order: order._origin.id in paid)

    def _get_paid_sql(self, alias, condition):
        order = f'"{alias}"'
        return SQL("EXISTS (SELECT FROM (%s) AS payments WHERE %s)",
                   SQL(PAYMENTS.format(order=order)), SQL(condition.format(order=order)))

    def _is_paid(self):
        self.ensure_one()
        return bool(self._filter_paid())

    @api.model
    def _get_paid_domain(self, condition=IS_PAID):
        """Return the ``Domain`` of orders that are paid (:meth:`_filter_paid`), for lists with a limit."""
        self._flush_payments()
        return Domain.custom(to_sql=lambda _model, alias, _query: self._get_paid_sql(alias, condition))

    @api.model
    def _get_may_leave_domain(self):
        """Return the ``Domain`` of orders whose goods may be shipped or handed over, as :meth:`_may_leave` says."""
        return Domain("state", "=", "sale") & (Domain("confirmed_unpaid", "=", True) | self._get_paid_domain())

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
            confirmed = self.sudo().filtered(lambda order: order.state == "sale")
            (confirmed - confirmed._filter_paid()).confirmed_unpaid = True
        return result
