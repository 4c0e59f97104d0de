from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

LANGUAGES = ("en_US", "zh_CN")


class GreenPointsOffer(models.Model):
    """A service that a merchant gives for green points: a class, a photo session, a haircut."""

    _name = "green.points.offer"
    _description = "Service for Points"
    _inherit = ["alliance.server.fields", "mail.thread", "image.mixin"]
    _order = "id desc"

    name = fields.Char(string="Service", required=True, translate=True, tracking=True)
    description = fields.Text(translate=True, help="What shoppers get, and how to make an appointment.")
    store_id = fields.Many2one("alliance.store", required=True, index=True, ondelete="restrict")
    merchant_id = fields.Many2one(related="store_id.merchant_id", store=True, index=True)
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    points = fields.Float(
        string="Price in Points", digits=(16, 2), required=True, tracking=True,
        help="Green points that a shopper gives up; they pass to the merchant with their remaining life.")
    min_periods_left = fields.Integer(
        string="Periods Left at Least", required=True, default=1,
        help="Only points with at least so many periods left are accepted; of those, the oldest are given up first.")
    capacity = fields.Integer(
        required=True, default=0, help="How many times the service can be booked; 0: as often as it is asked for.")
    booked_count = fields.Integer(
        string="Booked", readonly=True, required=True, default=0, copy=False,
        help="Bookings that were not cancelled.")
    is_full = fields.Boolean(string="Fully Booked", compute="_compute_is_full", store=True)
    date_from = fields.Date(string="Bookable from", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Bookable until", help="Last day on which it can be booked; empty: no end.")
    cancel_days = fields.Integer(
        string="Days to Cancel", required=True, default=7,
        help="So many days after booking the shopper may still cancel.")
    provide_days = fields.Integer(
        string="Days to Provide", required=True, default=30,
        help="A booking not provided so many days later is cancelled and the points go back.")
    state = fields.Selection(
        [("draft", "Not Offered"), ("published", "Offered"), ("blocked", "Taken Down")],
        required=True, readonly=True, default="draft", copy=False, index=True, tracking=True)
    reason = fields.Text(copy=False, help="Why it was taken down; the merchant reads it.")
    exchange_ids = fields.One2many("green.points.exchange", "offer_id", string="Bookings", groups="base.group_user")

    _points_positive = models.Constraint("CHECK (points > 0)", "Price in Points: must be above zero.")
    _capacity_kept = models.Constraint(
        "CHECK (booked_count >= 0 AND capacity >= 0 AND (capacity = 0 OR booked_count <= capacity))",
        "Capacity: no more can be booked than there is, and no less can be offered than is booked already.")
    _days_sound = models.Constraint(
        "CHECK (provide_days BETWEEN 1 AND 90 AND cancel_days BETWEEN 0 AND provide_days)",
        "Days to Provide: 1 to 90; Days to Cancel: 0 up to those.")
    _periods_sound = models.Constraint(
        "CHECK (min_periods_left BETWEEN 1 AND 40)", "Periods Left at Least: 1 to 40.")
    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)", "Bookable until: not before the first day.")
    _offered_idx = models.Index("(store_id) WHERE state = 'published'")

    @api.depends("capacity", "booked_count")
    def _compute_is_full(self):
        for offer in self:
            offer.is_full = bool(offer.capacity) and offer.booked_count >= offer.capacity

    # -- state ---------------------------------------------------------------

    def _get_server_fields(self):
        return {"state", "booked_count"}

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("state", "draft") != "draft" or vals.get("booked_count") for vals in vals_list):
            raise UserError(self.env._("State: a service is made as a draft; bookings are counted by the platform."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and {"state", "booked_count"} & set(vals):
            raise UserError(self.env._("State: only its buttons change it; bookings are counted by the platform."))
        if "store_id" in vals and any(
                offer.booked_count and offer.store_id.id != vals["store_id"] for offer in self):
            raise UserError(self.env._("Store: a service that was booked stays with its store."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never_booked(self):
        if self.sudo().exchange_ids:  # sudo: whoever deletes
            raise UserError(self.env._("A service that was booked is kept; take it down instead."))

    def action_block(self):
        """Take these services down (operator); who booked keeps the booking.

        :raise AccessError: the user may not change services
        :raise UserError: no reason is given
        """
        self.check_access("write")
        for offer in self:
            if not (offer.reason or "").strip():
                raise UserError(self.env._("Reason: please tell the merchant why %s is taken down.", offer.name))
        self.sudo().write({"state": "blocked"})  # sudo: the state is set by steps only

    def action_unblock(self):
        """Let the merchant offer these services again (operator)."""
        self.check_access("write")
        blocked = self.filtered(lambda offer: offer.state == "blocked")
        blocked.sudo().write({"state": "draft", "reason": False})  # sudo: see action_block

    def _publish(self):
        """Offer these services; the caller checked whose they are.

        :raise UserError: taken down by the platform, or the merchant is not active
        """
        for offer in self.sudo():  # sudo: merchants have no rights on offers
            if offer.state == "blocked":
                raise UserError(self.env._(
                    "%(offer)s was taken down by the platform: %(reason)s", offer=offer.name, reason=offer.reason))
            if offer.merchant_id.state != "active":
                raise UserError(self.env._("%s is not active: nothing can be offered.", offer.merchant_id.name))
            offer.state = "published"

    def _withdraw(self):
        """Offer these services no more; who booked keeps the booking."""
        # sudo: merchants have no rights on offers; the caller checked whose they are
        self.sudo().filtered(lambda offer: offer.state == "published").state = "draft"

    # -- for shoppers --------------------------------------------------------

    @api.model
    def _get_bookable_domain(self, company):
        """Return the domain of the services that anybody may see and book now."""
        today = self._get_today(company)
        return Domain([
            ("company_id", "=", company.id), ("state", "=", "published"), ("store_id.is_listed", "=", True),
            ("is_full", "=", False), ("date_from", "<=", today),
            "|", ("date_to", "=", False), ("date_to", ">=", today)])

    @api.model
    def _get_today(self, company):
        return company._get_day()

    def _check_bookable(self, partner):
        """Raise UserError with the reason why ``partner`` cannot book this service now."""
        self.ensure_one()
        if not self.search_count(self._get_bookable_domain(self.company_id) & Domain("id", "=", self.id)):
            if self.is_full:
                raise UserError(self.env._("%s is fully booked.", self.name))
            raise UserError(self.env._("%s is not offered now.", self.name))
        if partner.commercial_partner_id == self.merchant_id.partner_id:
            raise UserError(self.env._("%s is your own service.", self.name))

    def _get_exact_points(self):
        """Return the price as the exact ``Decimal`` that is stored."""
        return Decimal(repr(self.points))

    def _get_names(self):
        """Return ``{lang: (name, description)}`` in each installed language of the platform."""
        installed = dict(self.env["res.lang"].get_installed())
        return {lang: (self.with_context(lang=lang).name or "", self.with_context(lang=lang).description or "")
                for lang in LANGUAGES if lang in installed}
