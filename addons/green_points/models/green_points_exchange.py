import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

from ..tools.exchange import choose_parts

TRIES = 10


class GreenPointsExchange(models.Model):
    """A shopper's points for a merchant's service: booked, then provided for the code, or cancelled.

    The points pass to the merchant at booking, in the cohorts that they are in, and back when the
    booking is cancelled; what they release meanwhile belongs to whoever holds them then. No money moves.
    """

    _name = "green.points.exchange"
    _description = "Exchange of Points"
    _inherit = ["alliance.server.fields"]
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True)
    offer_id = fields.Many2one(
        "green.points.offer", string="Service", required=True, readonly=True, index=True, ondelete="restrict")
    store_id = fields.Many2one("alliance.store", required=True, readonly=True, ondelete="restrict")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Shopper", required=True, readonly=True, index=True, ondelete="restrict")
    points = fields.Float(digits=(16, 2), required=True, readonly=True, help="Price in points when booked.")
    base = fields.Monetary(string="Base Value", required=True, readonly=True, help="Of the points given up.")
    line_ids = fields.One2many("green.points.exchange.line", "exchange_id", string="Points Given Up",
                               groups="base.group_user")
    state = fields.Selection(
        [("booked", "Booked"), ("provided", "Provided"), ("cancelled", "Cancelled")],
        required=True, readonly=True, default="booked", index=True)
    code = fields.Char(
        readonly=True, copy=False, groups="base.group_system",
        help="Shown to the shopper; the store's people ask for it when they provide the service.")
    tries = fields.Integer(readonly=True, copy=False, groups="base.group_system")
    booked_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    cancel_until = fields.Datetime(
        string="Shopper May Cancel until", required=True, readonly=True)
    provide_until = fields.Datetime(
        required=True, readonly=True, help="Not provided until then, it is cancelled and the points go back.")
    provided_on = fields.Datetime(readonly=True)
    cancelled_on = fields.Datetime(readonly=True)
    cancelled_by = fields.Selection(
        [("shopper", "Shopper"), ("merchant", "Merchant"), ("operator", "Platform"), ("time", "Not Provided in Time")],
        readonly=True)
    idempotency_key = fields.Char(required=True, readonly=True, groups="base.group_system")

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "This booking has been made already.")
    _amounts_positive = models.Constraint("CHECK (points > 0 AND base > 0)", "An exchange gives up points.")
    _ends_once = models.Constraint(
        "CHECK ((provided_on IS NOT NULL) = (state = 'provided')"
        " AND (cancelled_on IS NOT NULL) = (state = 'cancelled')"
        " AND (cancelled_by IS NOT NULL) = (state = 'cancelled'))",
        "A booking is provided or cancelled, once.")
    _waiting_idx = models.Index("(provide_until) WHERE state = 'booked'")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Bookings are never deleted."))

    # -- booking -------------------------------------------------------------

    @api.model
    def _exchange(self, partner, offer, key, points=None):
        """Book ``offer`` for ``partner``, whose points pass to the merchant at once.

        The caller makes sure that the user acts for ``partner``. Idempotent by ``key``.

        :param str key: names the attempt
        :param float points: price that the shopper has agreed to; None: whatever it is
        :return: the exchange (sudo)
        :raise UserError: not bookable, too few points, another price, or the key was used for something else
        """
        exchanges, offer = self.sudo(), offer.sudo()  # sudo: shoppers write neither bookings nor points
        if not key or not isinstance(key, str) or len(key) > 64:
            raise UserError(self.env._("Booking: a key of at most 64 characters that names it is needed."))
        touch(offer)  # bookings of one service follow each other: its capacity and price are what they are now
        offer.invalidate_recordset()
        exchange = exchanges.search([("idempotency_key", "=", key)])
        if exchange:
            if exchange.partner_id != partner or exchange.offer_id != offer:
                raise UserError(self.env._("Booking: this key was used for another one."))
            return exchange
        offer._check_bookable(partner)
        if points is not None and abs(points - offer.points) > 0.001:
            raise UserError(self.env._(
                "The price of %(offer)s is %(points)s points now. Please look at it again.",
                offer=offer.name, points=offer.points))
        exchanges._credit_before_move(partner | offer.merchant_id.partner_id, offer.company_id)
        parts = exchanges._choose_positions(partner, offer)
        exchange = exchanges.create(exchanges._prepare_exchange_vals(partner, offer, key, parts))
        exchange._move_points(exchange._get_shopper_holder(), exchange._get_merchant_holder(), "out")
        offer.booked_count += 1
        offer.flush_recordset()
        exchange._notify("green_points.mail_exchange_booked", partner)
        exchange._notify("green_points.mail_exchange_for_merchant", offer.merchant_id.partner_id)
        return exchange

    @api.model
    def _credit_before_move(self, partners, company):
        """Let both sides' wallets be credited: what points have released is its holder's."""
        self.env["alliance.qualified.sale"].with_company(company)._before_base_change(partners)

    @api.model
    def _get_exchangeable(self, partner, company, min_periods_left=1):
        """Return the shopper's positions (sudo) with so many periods left, in the order of giving up: oldest first."""
        # sudo: shoppers read no cohorts; the domain leaves the partner's own
        positions = self.env["green.points.position"].sudo()
        found = positions.search(positions._get_holder_domain(partner, "shopper", company) & Domain([
            ("base", ">", 0), ("cohort_id.state", "!=", "matured")]))
        return found.filtered(
            lambda position: position.cohort_id._get_periods_left() >= min_periods_left
        ).sorted(lambda position: position.cohort_id.number)

    @api.model
    def _choose_positions(self, partner, offer):
        """Return ``[(cohort, cents)]``: which of the shopper's points pay for ``offer``.

        :raise UserError: they are too few
        """
        positions = self._get_exchangeable(partner, offer.company_id, offer.min_periods_left)
        currency = offer.currency_id
        parts = choose_parts(
            [(position.cohort_id, to_cents(position.base, currency),
              position.cohort_id.policy_id._get_exact("points_per_unit")) for position in positions],
            offer._get_exact_points(), 10 ** currency.decimal_places)
        if parts is None:
            raise UserError(self.env._(
                "%(offer)s costs %(points)s points. You have %(held)s active points with at least %(periods)s "
                "periods left.", offer=offer.name, points=f"{offer.points:.2f}",
                held=f"{sum(positions.mapped('points')):.2f}", periods=offer.min_periods_left))
        return parts

    @api.model
    def _prepare_exchange_vals(self, partner, offer, key, parts):
        now = fields.Datetime.now()
        return {
            "name": self.env["ir.sequence"].next_by_code("green.points.exchange") or "/",
            "offer_id": offer.id,
            "store_id": offer.store_id.id,
            "merchant_id": offer.merchant_id.id,
            "company_id": offer.company_id.id,
            "partner_id": partner.id,
            "points": offer.points,
            "base": from_cents(sum(cents for _cohort, cents in parts), offer.currency_id),
            "code": f"{secrets.randbelow(10**6):06}",
            "booked_on": now,
            "cancel_until": now + timedelta(days=offer.cancel_days),
            "provide_until": now + timedelta(days=offer.provide_days),
            "idempotency_key": key,
            "line_ids": [fields.Command.create({
                "cohort_id": cohort.id, "base": from_cents(cents, offer.currency_id),
                "periods_left": cohort._get_periods_left()}) for cohort, cents in parts],
        }

    # -- providing -----------------------------------------------------------

    def _provide(self, code):
        """Record that the service was provided to the shopper who showed ``code``; again: nothing changes.

        The caller checked whose store it is. Wrong codes are counted: do not roll back after a refusal.

        :raise UserError: not booked any more, or the code is wrong
        """
        self.ensure_one()
        booking = self._lock_booking()
        if booking.state == "provided":
            return
        booking._check_booked()
        if booking.tries >= TRIES:
            raise UserError(self.env._(
                "Too many wrong codes for %s: please ask the platform to record it.", booking.name))
        if not secrets.compare_digest((code or "").strip().encode(), booking.code.encode()):
            booking.tries += 1
            raise UserError(self.env._(
                "Code: this is not the code of %s. The shopper finds it under My services.", booking.name))
        booking.write({"state": "provided", "provided_on": fields.Datetime.now()})

    def action_provide(self):
        """Record that these services were provided, without the code (operator)."""
        self._check_operator()
        for booking in self:
            booking = booking._lock_booking()
            booking._check_booked()
            booking.write({"state": "provided", "provided_on": fields.Datetime.now()})

    # -- cancelling ----------------------------------------------------------

    def _cancel(self, who):
        """Cancel this booking; the points go back with the life that they have left. Again: nothing changes.

        :param str who: ``shopper`` (until ``cancel_until``), ``merchant``, ``operator`` or ``time``
        :raise UserError: provided already, or too late for the shopper
        """
        self.ensure_one()
        booking = self._lock_booking()
        if booking.state == "cancelled":
            return
        booking._check_booked()
        if who == "shopper" and fields.Datetime.now() > booking.cancel_until:
            raise UserError(self.env._("%s can no longer be cancelled. Please ask the store.", booking.name))
        touch(booking.offer_id)
        booking.offer_id.invalidate_recordset()
        booking._credit_before_move(booking.partner_id | booking.merchant_id.partner_id, booking.company_id)
        booking._move_points(booking._get_merchant_holder(), booking._get_shopper_holder(), "back")
        booking.write({"state": "cancelled", "cancelled_on": fields.Datetime.now(), "cancelled_by": who})
        booking.offer_id.booked_count -= 1
        # what came back pays what the shopper owes
        booking.env["green.points.debt"]._collect(booking.partner_id, "shopper", booking.company_id)
        booking.flush_recordset()
        booking._notify("green_points.mail_exchange_cancelled", booking.partner_id | booking.merchant_id.partner_id)

    def action_cancel(self):
        """Cancel these bookings for the platform (operator)."""
        self._check_operator()
        for booking in self:
            booking._cancel("operator")

    @api.model
    def _cron_cancel_late(self, limit=200):
        """Cancel the bookings that nobody provided in time."""
        late = self.sudo().search(  # sudo: a job
            [("state", "=", "booked"), ("provide_until", "<", fields.Datetime.now())],
            order="provide_until", limit=limit)
        return len(self.env["ir.cron"]._run_each(late, lambda booking: booking._cancel("time")))

    # -- points --------------------------------------------------------------

    def _get_shopper_holder(self):
        return self.partner_id, "shopper"

    def _get_merchant_holder(self):
        return self.merchant_id.partner_id, "merchant"

    def _move_points(self, giver, taker, step):
        """Move this exchange's points from ``giver`` to ``taker``, cohort by cohort."""
        entries = self.env["green.points.entry"]
        entries._record(self._prepare_move_rows(giver, "exchange_out", -1, f"{step},out"))
        entries._record(self._prepare_move_rows(taker, "exchange_in", 1, f"{step},in"))

    def _prepare_move_rows(self, holder, kind, sign, step):
        partner, holder_kind = holder
        return [{
            "partner_id": partner.id,
            "holder_kind": holder_kind,
            "cohort_id": line.cohort_id.id,
            "kind": kind,
            "cents": sign * to_cents(line.base, self.currency_id),
            "qualified_sale_id": None,
            "exchange_id": self.id,
            "idempotency_key": f"exchange,{self.id},{step},{line.cohort_id.id}",
        } for line in self.line_ids.sorted("cohort_id")]

    # -- helpers -------------------------------------------------------------

    def _lock_booking(self):
        """Return this booking as superuser, its row ours until the end of the transaction."""
        booking = self.sudo()  # sudo: bookings change through these steps alone; callers check for whom
        touch(booking)
        booking.invalidate_recordset()
        return booking

    def _check_booked(self):
        if self.state != "booked":
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(self.env._(
                "%(booking)s is not booked any more: %(state)s.", booking=self.name, state=labels[self.state]))

    def _check_operator(self):
        if not self.env.su and not self.env.user.has_group("merchant_alliance.group_operator"):
            raise AccessError(self.env._("Only an operator of the platform may do this."))
        self.check_access("read")

    def _notify(self, xmlid, partners):
        """Send a mail about this booking, if one of ``partners`` has an address."""
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if template and any(partners.mapped("email")):
            # sudo: whoever books or cancels
            template.sudo().send_mail(self.id, email_layout_xmlid="mail.mail_notification_light")
