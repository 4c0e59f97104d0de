from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

PAID_STATES = ("paid", "done")


class PosOrder(models.Model):
    """The step to paid is where vouchers are captured, whichever way an order takes it."""

    _inherit = "pos.order"

    @api.model_create_multi
    def create(self, vals_list):
        # The till sends an order that is paid already. With vouchers it starts as a draft: core's
        # own step to paid follows when the order is whole, and captures them.
        return super().create([
            {**vals, "state": "draft"}
            if vals.get("state") in PAID_STATES and self._has_voucher_command(vals) else vals
            for vals in vals_list])

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") in PAID_STATES:
            self._settle_vouchers()
        elif vals.get("state") == "cancel":
            self.payment_ids._release_vouchers()
        return result

    def unlink(self):
        self.payment_ids._release_vouchers()
        return super().unlink()

    @api.model
    def _has_voucher_command(self, vals):
        method_ids = [
            command[2].get("payment_method_id") for command in vals.get("payment_ids") or []
            if len(command) > 2 and isinstance(command[2], dict)]
        methods = self.env["pos.payment.method"].browse([id_ for id_ in method_ids if id_])
        return any(method.use_payment_terminal == "voucher" for method in methods)

    # === SENT AGAIN === #

    def _get_open_order(self, order):
        """A till that sends a paid order again learns if it took money that the order does not have."""
        known = super()._get_open_order(order)
        if known.state in PAID_STATES and order.get("state") in PAID_STATES:
            known._check_same_money(order)
        return known

    def _check_same_money(self, data):
        """Refuse more money than was paid besides vouchers: the till took it when it got no answer.

        :param dict data: this order as the till sends it again
        :raise UserError: the shopper would pay twice, since core ignores what is sent for a paid order
        """
        self.ensure_one()
        vouchers = self._get_voucher_payments()
        if not vouchers:
            return
        methods = self.env["pos.payment.method"]
        sent = [command[2] for command in data.get("payment_ids") or [] if command[0] == Command.CREATE]
        money = sum(
            to_cents(vals["amount"], self.currency_id) for vals in sent
            if methods.browse(vals["payment_method_id"]).use_payment_terminal != "voucher")
        extra = money + to_cents(data.get("amount_return") or 0, self.currency_id) - self._get_money_cents()
        if sent and extra > 0:
            raise UserError(self.env._(
                "Order %(order)s is paid already, %(vouchers)s of it with vouchers: give back the %(extra)s that were"
                " taken since. Remove that payment, take the vouchers again and validate the order.",
                order=self.name, vouchers=self._format_cents(sum(payment._get_cents() for payment in vouchers)),
                extra=self._format_cents(extra)))

    # === SETTLING === #

    def _settle_vouchers(self):
        """Capture or give back the voucher payments of orders that become paid; idempotent.

        :raise UserError: a payment has no matching hold, or vouchers would turn into money;
            the whole step is then rolled back and the order stays a draft
        """
        self._check_voucher_share()
        for payment in self.payment_ids:
            if payment._is_voucher():
                payment._settle_voucher()

    def _check_voucher_share(self):
        """Refuse paid orders in which vouchers pay too much, or come back as money."""
        for order in self:
            payments = order.payment_ids.filtered(lambda payment: payment._is_voucher())
            origins = order.lines.refunded_orderline_id.order_id
            from_vouchers = origins.filtered(lambda origin: origin._get_voucher_payments())
            if (not payments and not from_vouchers) or order.state not in PAID_STATES:
                continue
            total = order._get_total_cents()
            amounts = [payment._get_cents() for payment in payments]
            if any(cents * total < 0 for cents in amounts) or abs(sum(amounts)) > abs(total):
                raise UserError(self.env._(
                    "Order %s: vouchers pay at most its total, and give no change.", order.name))
            if total >= 0 and order._get_money_cents() < 0:
                raise UserError(self.env._(
                    "Order %s: vouchers cannot be paid out in money.", order.name))
            if from_vouchers:
                order._check_nothing_sold(from_vouchers)
                order._check_money_refunded(origins)

    def _check_nothing_sold(self, origins):
        """Refuse goods in the refund of what vouchers paid: brought back, they would be worth money.

        A refunded discount has a positive amount, too; what it refunds is negative.
        """
        self.ensure_one()
        for line in self.lines:
            origin = line.refunded_orderline_id
            if self._get_lines_cents(line) > 0 and not (origin and origin.order_id._get_lines_cents(origin) < 0):
                raise UserError(self.env._(
                    "Order %(order)s: it refunds %(origin)s, which was paid with vouchers. Sell %(product)s in an order"
                    " of its own: the vouchers that go back can pay for it.",
                    order=self.name, origin=origins[0].name, product=line.full_product_name or line.product_id.name))

    def _check_money_refunded(self, origins):
        """Refuse to refund more money than money was paid; the rest goes back as vouchers."""
        self.ensure_one()
        if len(origins) > 1:
            raise UserError(self.env._("Refund %s: refund one order at a time.", self.name))
        touch(origins)  # of two refunds made at once, the later one sees the other
        refunds = origins.lines.refund_orderline_ids.order_id.filtered(
            lambda refund: refund.state in PAID_STATES) | self
        returned = sum(max(-refund._get_money_cents(), 0) for refund in refunds)
        # A payment slipped in afterwards does not turn into money what vouchers paid.
        by_vouchers = sum(payment._get_cents() for payment in origins._get_voucher_payments())
        paid = max(min(origins._get_money_cents(), origins._get_total_cents() - by_vouchers), 0)
        if returned > paid:
            raise UserError(self.env._(
                "Refund %(refund)s: order %(order)s was paid with %(money)s of money; what vouchers"
                " paid goes back as vouchers.",
                refund=self.name, order=origins.name,
                money=origins._format_cents(paid)))

    # === AMOUNTS === #

    def _format_cents(self, cents):
        return self.currency_id.format(float(from_cents(cents, self.currency_id)))

    def _get_voucher_payments(self):
        return self.payment_ids.filtered(lambda payment: payment._is_voucher())

    def _get_money_cents(self):
        """Return what was paid with anything but vouchers, change deducted, in cents."""
        self.ensure_one()
        return sum(
            payment._get_cents() for payment in self.payment_ids if not payment._is_voucher())

    def _get_total_cents(self):
        """Return the order's total in cents, computed from its lines: the till's own is not trusted.

        Of a total that the till states lower, the lower one counts.
        """
        self.ensure_one()
        stated = to_cents(self.amount_total, self.currency_id)
        sign = -1 if stated < 0 else 1
        return sign * min(max(sign * self._get_lines_cents(self.lines), 0), abs(stated))

    def _get_restorable_vouchers(self):
        """Return [(captured hold, cents not given back yet)] of an order."""
        # sudo: cashiers have no access to holds
        holds = self.sudo().payment_ids.voucher_hold_id
        return [
            (hold, sum(
                to_cents(line.amount, hold.currency_id) - to_cents(line.restored, hold.currency_id)
                for line in hold.line_ids))
            for hold in holds]

    def _get_non_cash_payments(self):
        """Vouchers are not cash: what they paid earns nothing."""
        return super()._get_non_cash_payments() | self._get_voucher_payments()
