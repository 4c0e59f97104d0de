import uuid

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from ..tools.money import from_cents

# Mistyped amounts are more likely than sales above that; a store sells for more at its till.
MAX_UNITS = 100_000
KEPT_DAYS = 1
SCAN_FIELDS = frozenset(("scan_store_id", "scan_key"))  # the payment page's to say


class SaleOrder(models.Model):
    """Scan-to-pay: an amount paid on a phone in a store, without a till, is an order of that store.

    So payment, vouchers, confirmation and refund go the ways of every order.
    """

    _name = "sale.order"
    _inherit = ["sale.order", "alliance.server.fields"]

    scan_store_id = fields.Many2one(
        "alliance.store", string="Paid in Store", readonly=True, copy=False, index="btree_not_null",
        help="The store whose QR code the shopper has scanned.")
    scan_key = fields.Char(readonly=True, copy=False, help="One form sent twice makes one order.")

    _scan_key_uniq = models.UniqueIndex(
        "(scan_key) WHERE scan_key IS NOT NULL", "This payment was begun already.")

    def _get_server_fields(self):
        return set(SCAN_FIELDS)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_scan_vals(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_scan_vals([vals])
        return super().write(vals)

    def _check_scan_vals(self, vals_list):
        if not self.env.su and any(SCAN_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._("Paid in Store: only the store's own payment page sets it."))

    # -- made on the phone ---------------------------------------------------------------------------

    @api.model
    def _get_new_scan_key(self):
        """Return a key for a new form."""
        return uuid.uuid4().hex

    @api.model
    def _create_scan_order(self, store, partner, cents, key, note=None):
        """Return the order (sudo) of a payment that ``partner`` has begun in ``store``.

        :param int cents: amount in the smallest unit of the company's currency, above zero
        :param str key: of the form sent; the same shopper's same key gives the same order
        :param str note: what the shopper wrote for the store
        :raise UserError: the amount is too large, or the key is none
        """
        if not 8 <= len(key or "") <= 64:
            raise UserError(self.env._("The form was incomplete. Please type the amount again."))
        currency = store.company_id.currency_id
        if from_cents(cents, currency) > MAX_UNITS:
            raise UserError(self.env._(
                "Amount: at most %s can be paid this way.", currency.format(MAX_UNITS)))
        # sudo: shoppers don't write orders; store, amount and shopper are the server's
        orders = self.sudo().with_company(store.company_id)
        key = f"{partner.id},{key}"
        known = orders.search([("scan_key", "=", key)])
        if known:
            return known
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                return orders.with_context(mail_create_nosubscribe=True).create(
                    orders._prepare_scan_order_vals(store, partner, cents, key, note))
        except UniqueViolation as error:
            raise ConcurrencyError("sale.order: the same form was sent in parallel") from error

    def _prepare_scan_order_vals(self, store, partner, cents, key, note):
        product = self.env.ref("merchant_alliance.product_scan_payment")
        return {
            "partner_id": partner.id, "company_id": store.company_id.id, "scan_store_id": store.id, "scan_key": key,
            "website_id": False, "pricelist_id": False, "user_id": False, "require_signature": False,
            "require_payment": True, "prepayment_percent": 1.0, "client_order_ref": (note or "").strip()[:80] or False,
            "order_line": [Command.create({
                "product_id": product.id, "product_uom_qty": 1, "tax_ids": [Command.clear()],
                "name": self.env._("Payment in store: %s", store.name),
                "price_unit": float(from_cents(cents, store.company_id.currency_id))})]}

    @api.autovacuum
    def _gc_scan_orders(self):
        """Cancel payments that were begun and not gone on with."""
        old = self.search([
            ("scan_store_id", "!=", False), ("state", "in", ("draft", "sent")),
            ("create_date", "<", fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS))], limit=1000)
        old.filtered(lambda order: not any(
            tx.state in ("pending", "done") for tx in order.transaction_ids))._action_cancel()

    # -- paid ------------------------------------------------------------------------------------------

    def _get_amount_due(self):
        """Return what is left to pay after all that is authorised or done, in order currency."""
        self.ensure_one()
        self.invalidate_recordset(["amount_paid"])  # core does not recompute it on states
        return max(self.currency_id.round(self.amount_total - self.amount_paid), 0.0)

    def action_confirm(self):
        result = super().action_confirm()
        self.filtered("scan_store_id")._filter_paid()._announce_scan_payment()
        return result

    def _send_order_confirmation_mail(self):
        """The receipt is on the phone already, and the order under My Account: no mail with a document."""
        return super(SaleOrder, self.filtered(lambda order: not order.scan_store_id))._send_order_confirmation_mail()

    def _send_payment_succeeded_for_order_mail(self):
        return super(
            SaleOrder, self.filtered(lambda order: not order.scan_store_id))._send_payment_succeeded_for_order_mail()

    def _announce_scan_payment(self):
        """Tell the store's people, wherever their page is open, that it has been paid."""
        for order in self.sudo():  # sudo: whoever pays doesn't know the store's people
            for partner in order.scan_store_id._get_desk_partners():
                partner._bus_send("alliance.scan_payment", order._prepare_scan_message())

    def _prepare_scan_message(self):
        return {"order": self.id, "name": self.name, "amount": self.currency_id.format(self.amount_total)}
