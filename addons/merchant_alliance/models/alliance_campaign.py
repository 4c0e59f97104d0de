import re

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..tools.mask import get_first_name
from ..tools.money import to_cents

SEGMENTS = [
    ("all", "All Who Agreed"), ("new", "New shoppers"), ("returning", "Returning"), ("lapsed", "Not Here Lately"),
    ("top", "Top Spenders"), ("birthday", "Birthday Soon"), ("category", "Bought in a Category")]
PLACEHOLDERS = ("name", "shop")
COUPON_PLACEHOLDERS = ("code", "until", "value")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
TEXT_LIMIT = 2000


class AllianceCampaign(models.Model):
    """A merchant's message, perhaps with a coupon of its own, to a group of the shoppers who agreed to hear from it."""

    _name = "alliance.campaign"
    _description = "Campaign"
    _order = "id desc"

    name = fields.Char(string="Subject", required=True, size=120)
    merchant_id = fields.Many2one("alliance.merchant", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    body = fields.Text(string="Text", required=True, help="Plain text; {name} and {shop} are filled in.")
    kind = fields.Selection(
        [("message", "Message"), ("coupon", "Message with Coupon")], required=True, default="message")
    state = fields.Selection(
        [("draft", "Draft"), ("sending", "Being Sent"), ("sent", "Sent"), ("stopped", "Stopped")],
        required=True, readonly=True, copy=False, default="draft", index=True)
    segment = fields.Selection(SEGMENTS, required=True, default="all")
    days = fields.Integer(default=30, help="How far back (for birthdays: ahead) the segment looks.")
    top_count = fields.Integer(string="How Many", default=100, help="Of the top spenders.")
    categ_id = fields.Many2one("product.category", string="Category of Goods", ondelete="restrict")

    discount = fields.Selection([("amount", "Amount"), ("percent", "Percent")], default="amount")
    discount_amount = fields.Monetary(string="Amount Off")
    discount_percent = fields.Integer(string="Percent Off")
    discount_max = fields.Monetary(string="At Most", help="Of a percentage; 0: no limit.")
    purchase_min = fields.Monetary(string="Minimum Purchase")
    valid_from = fields.Date()
    valid_to = fields.Date(string="Valid Until")

    started_at = fields.Datetime(readonly=True, copy=False)
    finished_at = fields.Datetime(readonly=True, copy=False)
    recipient_ids = fields.One2many("alliance.campaign.recipient", "campaign_id", readonly=True)
    coupon_ids = fields.One2many("alliance.coupon", "campaign_id", readonly=True)

    _days_in_bounds = models.Constraint("CHECK (days BETWEEN 1 AND 730)", "Days: from 1 to 730.")
    _top_in_bounds = models.Constraint("CHECK (top_count BETWEEN 1 AND 100000)", "How many: from 1 to 100,000.")
    _coupon_is_a_reduction = models.Constraint(
        "CHECK (kind = 'message' OR (valid_from <= valid_to AND purchase_min >= 0 AND discount_max >= 0"
        " AND CASE discount WHEN 'amount' THEN discount_amount > 0 AND purchase_min > discount_amount"
        " ELSE discount_percent BETWEEN 1 AND 90 END))",
        "Coupon: an amount above zero with a larger minimum purchase, or 1 to 90 percent; valid until not before from.")
    _category_chosen = models.Constraint(
        "CHECK (segment <> 'category' OR categ_id IS NOT NULL)", "Choose the category of goods.")

    @api.constrains("body", "name", "kind")
    def _check_text(self):
        for campaign in self:
            known = campaign._get_placeholders()
            unknown = [word for word in PLACEHOLDER.findall(campaign.body or "") if word not in known]
            if unknown:
                raise ValidationError(self.env._(
                    "Text: {%(word)s} is no placeholder; there are %(known)s.",
                    word=unknown[0], known=", ".join(f"{{{name}}}" for name in known)))
            if len(campaign.body or "") > TEXT_LIMIT:
                raise ValidationError(self.env._("Text: at most %s characters.", TEXT_LIMIT))

    def write(self, vals):
        if set(vals) - {"state", "started_at", "finished_at"} and any(one.state != "draft" for one in self):
            raise UserError(self.env._("What has been sent cannot be changed; make a new campaign."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if any(campaign.state != "draft" for campaign in self):
            raise UserError(self.env._("A campaign that was sent is kept."))

    # -- to whom ----------------------------------------------------------------------------------

    def _get_segment_options(self):
        self.ensure_one()
        return {"days": self.days, "count": self.top_count, "category": self.sudo().categ_id}

    def _count_receivers(self):
        """Return how many shoppers are in the segment now; the frequency limit is applied when sending."""
        self.ensure_one()
        return self.merchant_id._count_segment(self.segment, **self._get_segment_options())

    # -- what ------------------------------------------------------------------------------------

    def _get_placeholders(self):
        return PLACEHOLDERS + (COUPON_PLACEHOLDERS if self.kind == "coupon" else ())

    def _render_text(self, partner, coupon=None):
        """Return the text (Markup) as ``partner`` reads it; whatever the merchant typed is text, never code or HTML.

        :param coupon: the shopper's own coupon; None in a preview
        """
        self.ensure_one()
        values = {"name": get_first_name(partner.name), "shop": self.merchant_id.name}
        if self.kind == "coupon":
            values |= {"code": coupon.code if coupon else "ABCD2345EF", "value": self._get_discount_text(),
                       "until": self._format_day(self.valid_to)}
        filled = PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), self.body)
        return Markup("<br/>").join(escape(line) for line in filled.splitlines())

    def _get_discount_text(self):
        """Return what the coupon is worth, e.g. "¥10.00" or "20 %"."""
        self.ensure_one()
        if self.discount == "amount":
            return self.currency_id.format(self.discount_amount)
        return f"{self.discount_percent} %"

    def _format_day(self, day):
        return self.env["ir.qweb.field.date"].value_to_html(day, {}) if day else ""

    # -- sending -----------------------------------------------------------------------------------

    def _start(self):
        """Take in the receivers of the segment as it is now, and let the job send.

        :return: how many receivers
        :raise UserError: it was sent already, nobody is in the segment, or its coupon has ended
        """
        self.ensure_one()
        self = self.sudo()  # sudo: merchants have no rights on campaigns; the caller makes sure that it is theirs
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state != "draft":
            raise UserError(self.env._("This campaign has been sent already."))
        if self.merchant_id.state != "active":
            raise UserError(self.env._("Only active merchants can send messages."))
        if self.kind == "coupon" and self.valid_to < self._get_today():
            raise UserError(self.env._("Valid until: that day is over."))
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """INSERT INTO alliance_campaign_recipient (campaign_id, merchant_id, consent_id, partner_id, state)
               SELECT %s, %s, segment.id, segment.partner_id, 'waiting' FROM (%s) AS segment RETURNING id""",
            self.id, self.merchant_id.id,
            self.merchant_id._get_segment_query(self.segment, **self._get_segment_options())))
        if not rows:
            raise UserError(self.env._("Nobody is in this segment now."))
        self.invalidate_recordset()
        self.write({"state": "sending", "started_at": fields.Datetime.now()})
        self.env.ref("merchant_alliance.cron_send_campaigns")._trigger()
        return len(rows)

    def action_stop(self):
        """Stop a campaign that is being sent: who has not got it won't (operator)."""
        self.check_access("read")
        if not self.env.user.has_group("merchant_alliance.group_operator"):
            raise AccessError(self.env._("Only an operator stops a merchant's message."))
        # sudo: nobody may write campaigns otherwise
        running = self.sudo().filtered(lambda campaign: campaign.state == "sending")
        running.recipient_ids._skip_waiting("stopped")
        running.write({"state": "stopped", "finished_at": fields.Datetime.now()})

    def _get_today(self):
        return self.company_id._get_day()

    # -- coupons -----------------------------------------------------------------------------------

    def _prepare_coupon_vals(self, partner):
        """Return values of a shopper's coupon: the terms are copied, what was sent stays as it was."""
        return {
            "campaign_id": self.id, "merchant_id": self.merchant_id.id, "partner_id": partner.id,
            "discount": self.discount, "discount_amount": self.discount_amount if self.discount == "amount" else 0,
            "discount_percent": self.discount_percent if self.discount == "percent" else 0,
            "discount_max": self.discount_max if self.discount == "percent" else 0,
            "purchase_min": self.purchase_min, "valid_from": self.valid_from, "valid_to": self.valid_to}

    def _get_cost_cents(self):
        """Return what the campaign's coupons have taken off so far, in cents."""
        return sum(to_cents(coupon.reduction_amount, coupon.currency_id)
                   for coupon in self.coupon_ids if coupon.state == "used")
