import secrets
from decimal import ROUND_FLOOR

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.money import from_cents, percent_of, to_cents
from ..tools.serialize import touch

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else
CODE_LENGTH = 10
TERMS = {
    "code", "campaign_id", "merchant_id", "partner_id", "discount", "discount_amount", "discount_percent",
    "discount_max", "purchase_min", "valid_from", "valid_to"}


class AllianceCoupon(models.Model):
    """A merchant's own reduction for one shopper, once. It is a price, no means of payment: nobody pays for it.

    open → reserved (by an order that is being paid) → used; or open again. At a counter: open → used.
    """

    _name = "alliance.coupon"
    _description = "Merchant's Coupon"
    _inherit = ["alliance.server.fields"]
    _order = "id desc"
    _rec_name = "code"

    code = fields.Char(required=True, readonly=True, copy=False, default=lambda self: self._get_new_code())
    campaign_id = fields.Many2one("alliance.campaign", required=True, readonly=True, index=True, ondelete="restrict")
    merchant_id = fields.Many2one("alliance.merchant", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Shopper", required=True, readonly=True, ondelete="restrict")
    discount = fields.Selection([("amount", "Amount"), ("percent", "Percent")], required=True, readonly=True)
    discount_amount = fields.Monetary(string="Amount Off", readonly=True)
    discount_percent = fields.Integer(string="Percent Off", readonly=True)
    discount_max = fields.Monetary(string="At Most", readonly=True)
    purchase_min = fields.Monetary(string="Minimum Purchase", readonly=True)
    valid_from = fields.Date(required=True, readonly=True)
    valid_to = fields.Date(string="Valid Until", required=True, readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("reserved", "Being Used"), ("used", "Used"), ("void", "Void")],
        required=True, readonly=True, default="open",
        help="Void: its shopper had another one of the campaign when two contacts were merged.")
    merged = fields.Boolean(
        readonly=True, copy=False, help="Of a contact that was merged into this one, which has its own.")
    sale_order_id = fields.Many2one(
        "sale.order", string="Order", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    purchase_amount = fields.Monetary(readonly=True, copy=False, help="Before the reduction.")
    reduction_amount = fields.Monetary(string="Reduction", readonly=True, copy=False)
    used_at = fields.Datetime(readonly=True, copy=False)

    _code_uniq = models.Constraint("UNIQUE (code)", "This code exists already.")
    _campaign_shopper_once = models.UniqueIndex(
        "(campaign_id, partner_id) WHERE merged IS NOT TRUE", "A shopper gets one coupon of a campaign.")
    _state_is_whole = models.Constraint(
        "CHECK (CASE state"
        " WHEN 'open' THEN sale_order_id IS NULL AND used_at IS NULL AND COALESCE(reduction_amount, 0) = 0"
        " WHEN 'reserved' THEN sale_order_id IS NOT NULL AND used_at IS NULL AND reduction_amount > 0"
        " WHEN 'used' THEN used_at IS NOT NULL AND reduction_amount > 0"
        " ELSE sale_order_id IS NULL AND used_at IS NULL AND COALESCE(reduction_amount, 0) = 0 END)",
        "A coupon is open, reserved by an order, used, or void.")
    _reduction_within_purchase = models.Constraint(
        "CHECK (COALESCE(reduction_amount, 0) = 0 OR reduction_amount < purchase_amount)",
        "A reduction leaves something to pay.")
    _reduction_is_within_the_terms = models.Constraint(
        "CHECK (COALESCE(reduction_amount, 0) = 0 OR (purchase_amount >= purchase_min"
        " AND (discount <> 'amount' OR reduction_amount = discount_amount)"
        " AND (discount <> 'percent' OR (reduction_amount <= purchase_amount * discount_percent / 100.0"
        "      AND (COALESCE(discount_max, 0) = 0 OR reduction_amount <= discount_max)))))",
        "A reduction follows the coupon's terms.")
    _shopper_idx = models.Index("(partner_id, merchant_id) WHERE state = 'open'")

    @api.model
    def _get_new_code(self):
        return "".join(secrets.choice(ALPHABET) for _number in range(CODE_LENGTH))

    def write(self, vals):
        if TERMS & set(vals):
            raise UserError(self.env._("The terms of a coupon never change."))
        if any(coupon.state == "used" for coupon in self):
            raise UserError(self.env._("A coupon that was used stays used."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Coupons are never deleted."))

    # -- whether, and how much ------------------------------------------------------------------------

    @api.model
    def _find_usable(self, partner, merchant):
        """Return the coupons (sudo) that ``partner`` could use today at ``merchant``, those that end first at first."""
        today = merchant.company_id._get_day()
        # sudo: shoppers have no rights on coupons, these are their own
        return self.sudo().search([
            ("partner_id", "=", partner.id), ("merchant_id", "=", merchant.id), ("state", "=", "open"),
            ("valid_from", "<=", today), ("valid_to", ">=", today)], order="valid_to, id")

    @api.model
    def _find_by_code(self, code, merchant, partner=None):
        """Return the coupon (sudo) with this code of ``merchant`` (and ``partner``, where given); may be empty."""
        code = "".join((code or "").upper().split())[:CODE_LENGTH]
        domain = [("code", "=", code), ("merchant_id", "=", merchant.id)]
        # sudo: whoever enters a code has no rights on coupons; those of other merchants and shoppers are not found
        return self.sudo().search([*domain, ("partner_id", "=", partner.id)] if partner else domain)

    def _get_refusal(self, cents):
        """Return why the coupon cannot be used now for a purchase of ``cents``, or None."""
        env = self.env
        if not self:
            return env._("There is no such coupon here. Please check the code.")
        today = self.company_id._get_day()
        if self.state != "open":
            return {
                "used": env._("This coupon has been used."),
                "reserved": env._("This coupon is being used in another payment."),
                "void": env._("This coupon is void: you have another one of the same kind."),
            }[self.state]
        if not self.valid_from <= today <= self.valid_to:
            return env._("This coupon is valid from %(start)s to %(end)s.", start=self._format_day(self.valid_from),
                         end=self._format_day(self.valid_to))
        if cents < to_cents(self.purchase_min, self.currency_id):
            return env._("This coupon needs a purchase of at least %s.", self.currency_id.format(self.purchase_min))
        if not self._get_reduction_cents(cents):
            return env._("There is nothing that this coupon could take off.")
        return None

    def _check_usable(self, cents):
        """Raise UserError if it cannot be used now for a purchase of ``cents``."""
        if refusal := self._get_refusal(cents):
            raise UserError(refusal)

    def _get_reduction_cents(self, cents):
        """Return what it takes off a purchase of ``cents``: rounded down, always less than the purchase."""
        self.ensure_one()
        if self.discount == "amount":
            reduction = to_cents(self.discount_amount, self.currency_id)
        else:
            reduction = percent_of(cents, self.discount_percent, ROUND_FLOOR)
            if self.discount_max:
                reduction = min(reduction, to_cents(self.discount_max, self.currency_id))
        return reduction if 0 < reduction < cents else 0

    def _format_day(self, day):
        return self.env["ir.qweb.field.date"].value_to_html(day, {})

    def _get_terms(self):
        """Return the terms in a few words."""
        self.ensure_one()
        env, currency = self.env, self.currency_id
        worth = currency.format(self.discount_amount) if self.discount == "amount" else f"{self.discount_percent} %"
        parts = [env._("%s off", worth)]
        if self.discount == "percent" and self.discount_max:
            parts.append(env._("at most %s", currency.format(self.discount_max)))
        if self.purchase_min:
            parts.append(env._("from a purchase of %s", currency.format(self.purchase_min)))
        return ", ".join(parts)

    # -- used -------------------------------------------------------------------------------------------

    def _take(self, cents, **vals):
        """Take an open coupon for a purchase of ``cents``; of two at once the later one is retried, and refused.

        :return: the reduction in cents
        :raise UserError: it cannot be used now
        """
        touch(self)
        self.invalidate_recordset(["state"])
        self._check_usable(cents)
        reduction = self._get_reduction_cents(cents)
        self.write({
            "purchase_amount": from_cents(cents, self.currency_id),
            "reduction_amount": from_cents(reduction, self.currency_id), **vals})
        return reduction

    def _reserve(self, order, cents):
        """Keep it for an order that is about to be paid; return the reduction in cents."""
        return self._take(cents, state="reserved", sale_order_id=order.id)

    def _redeem_at_counter(self, cents):
        """Use it for a purchase of ``cents`` that is paid at a till; return the reduction in cents."""
        return self._take(cents, state="used", used_at=fields.Datetime.now())

    def _use(self):
        """The orders that reserved these are paid."""
        self.filtered(lambda coupon: coupon.state == "reserved").write(
            {"state": "used", "used_at": fields.Datetime.now()})

    def _give_back(self):
        """The orders that reserved these will not be paid: they can be used again."""
        self.filtered(lambda coupon: coupon.state == "reserved").write(
            {"state": "open", "sale_order_id": False, "purchase_amount": 0, "reduction_amount": 0})
