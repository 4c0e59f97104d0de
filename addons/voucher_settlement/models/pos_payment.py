from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import to_cents

# Set by _settle_voucher alone; whatever a till or an RPC call sends for them, or as their default, is dropped.
SERVER_FIELDS = ("voucher_hold_id", "voucher_settled")
# What a settled voucher payment says; it can no longer be said differently.
FROZEN_FIELDS = ("amount", "payment_method_id", "pos_order_id", "uuid", "is_change")


class PosPayment(models.Model):
    """A voucher payment is worth its hold, and nothing before the hold is captured."""

    _name = "pos.payment"
    _inherit = ["pos.payment", "alliance.server.fields"]

    voucher_hold_id = fields.Many2one(
        "voucher.hold", readonly=True, copy=False, ondelete="restrict",
        groups="account.group_account_readonly,merchant_alliance.group_auditor,merchant_alliance.group_operator",
        help="The authorisation that this payment captured.")
    voucher_settled = fields.Boolean(
        readonly=True, copy=False,
        help="The vouchers have been captured, or given back for a refund.")

    _voucher_hold_uniq = models.UniqueIndex(
        "(voucher_hold_id) WHERE voucher_hold_id IS NOT NULL", "A voucher hold pays once.")
    _settled_out_of_hold = models.Constraint(
        "CHECK (voucher_settled IS NOT TRUE OR amount <= 0 OR voucher_hold_id IS NOT NULL)",
        "A voucher payment that is settled was paid out of a hold.")

    def _is_voucher(self):
        self.ensure_one()
        return self.voucher_settled or self.payment_method_id.use_payment_terminal == "voucher"

    def _get_cents(self):
        self.ensure_one()
        return to_cents(self.amount, self.currency_id)

    def _get_server_fields(self):
        return set(SERVER_FIELDS)

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create([self._drop_server_fields(vals) for vals in vals_list])
        payments._check_after_change()
        return payments

    def write(self, vals):
        vals = self._drop_server_fields(vals)
        for payment in self.filtered("voucher_settled"):
            changed = payment._get_changed(vals)
            if changed:
                raise UserError(self.env._(
                    "Order %(order)s: its voucher payment is final; %(fields)s cannot change.",
                    order=payment.pos_order_id.name, fields=", ".join(changed)))
        result = super().write(vals)
        if not {"amount", "payment_method_id", "pos_order_id"}.isdisjoint(vals):
            self._check_after_change()
        return result

    def _get_changed(self, vals):
        """Return the frozen fields that ``vals`` would really change (a till sends them all)."""
        self.ensure_one()
        changed = []
        for name in set(FROZEN_FIELDS) & set(vals):
            field = self._fields[name]
            value = field.convert_to_record(field.convert_to_cache(vals[name], self), self)
            if value != self[name]:
                changed.append(name)
        return sorted(changed)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_captured(self):
        if self.filtered("voucher_settled"):
            raise UserError(self.env._("A voucher payment that was captured cannot be deleted."))

    def unlink(self):
        self._unlink_except_captured()
        orders = self.pos_order_id
        self._release_vouchers()
        result = super().unlink()
        orders.exists()._check_voucher_share()
        return result

    @api.model
    def _drop_server_fields(self, vals):
        return {name: value for name, value in vals.items() if name not in SERVER_FIELDS}

    def _check_after_change(self):
        """Refuse vouchers that were slipped into an order that is paid already."""
        orders = self.pos_order_id.filtered(lambda order: order.state in ("paid", "done"))
        for payment in orders.payment_ids & self:
            if payment._is_voucher() and not payment.voucher_settled:
                raise UserError(self.env._(
                    "Order %s is paid: it cannot take a voucher payment any more.",
                    payment.pos_order_id.name))
        orders._check_voucher_share()

    # === SETTLING === #

    def _release_vouchers(self):
        """Give back what unsettled voucher payments hold."""
        for payment in self:
            if payment.uuid and payment._is_voucher() and not payment.voucher_settled:
                hold, _key = self.env["pos.payment.method"]._get_voucher_hold(payment.uuid)
                hold.filtered(lambda hold: hold.state == "held")._release()

    def _settle_voucher(self):
        """Capture the hold of a payment, or give vouchers back for a refund. Once."""
        self.ensure_one()
        if self.voucher_settled or not self._get_cents():
            return
        hold = self._capture_voucher() if self._get_cents() > 0 else self._restore_voucher()
        # sudo: cashiers may not write the link to the hold; nobody sets it but this method
        super(PosPayment, self.sudo()).write({"voucher_settled": True, "voucher_hold_id": hold.id})

    def _capture_voucher(self):
        hold, _key = self.env["pos.payment.method"]._get_voucher_hold(self.uuid or "")
        order, store = self.pos_order_id, self.session_id.config_id.sudo().alliance_store_id
        problem = None
        if not hold or hold.state != "held":
            problem = self.env._("they are not authorised, or the authorisation ran out")
        elif hold.partner_id != order.partner_id:
            problem = self.env._("they were authorised for another shopper")
        elif hold.store_id != store:
            problem = self.env._("they were authorised at another store")
        elif to_cents(hold.amount, hold.currency_id) != self._get_cents():
            problem = self.env._("another amount was authorised")
        if problem:
            raise UserError(self.env._(
                "Vouchers of %(amount)s: %(problem)s. Send the voucher payment again, or remove it"
                " and take another payment.",
                amount=self.currency_id.format(self.amount), problem=problem))
        hold._capture()
        return hold

    def _restore_voucher(self):
        """Give vouchers back to the lots they came from, at most what the origin captured."""
        left = -self._get_cents()
        for hold, cents in self.pos_order_id.lines.refunded_orderline_id.order_id._get_restorable_vouchers():
            part = min(left, cents)
            if part:
                hold._restore(part, f"pos.payment,{self.uuid},{hold.id}")
                left -= part
        if left:
            raise UserError(self.env._(
                "Refund %(order)s: only what was paid with vouchers, and not given back yet, can be"
                " refunded as vouchers.", order=self.pos_order_id.name))
        return self.env["voucher.hold"]
