import base64
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.date_utils import float_to_time

from ..tools.qr import draw_qr

MAP_OF_CHINA = "https://uri.amap.com"
MAP_OF_THE_WORLD = "https://www.openstreetmap.org"

# A calendar is open: an attendance of this weekday and hour, and no closing day. The clock is a constant of each time
# zone, so that indexes find who is open; of two weeks the one whose turn it is counts, as Odoo counts them.
OPEN_STORE = """
    EXISTS (SELECT FROM resource_calendar_attendance a JOIN resource_calendar c ON c.id = a.calendar_id
             WHERE a.calendar_id = %(calendar)s AND a.day_period <> 'lunch' AND a.display_type IS NULL AND (%(clocks)s))
    AND NOT EXISTS (SELECT FROM resource_calendar_leaves l
                     WHERE l.calendar_id = %(calendar)s AND l.resource_id IS NULL
                       AND l.date_from <= %(now)s AND l.date_to > %(now)s)
"""
CLOCK = """
    c.tz = %(zone)s AND a.dayofweek = %(day)s AND a.hour_from <= %(hour)s AND a.hour_to > %(hour)s
    AND (a.week_type IS NULL OR a.week_type = %(week)s OR NOT COALESCE(c.two_weeks_calendar, FALSE))
"""


class AllianceStore(models.Model):
    """The store's public face: pictures, hours, where it is, its page and its QR sign."""

    _name = "alliance.store"
    _inherit = ["alliance.store", "image.mixin"]

    is_published = fields.Boolean(
        string="Public Page", copy=False, default=True,
        help="Shoppers find it in the directory, once its merchant is active.")
    description = fields.Html(translate=True, help="What shoppers read on the store's page.")
    is_open = fields.Boolean(
        string="Open Now", compute="_compute_is_open", search="_search_is_open",
        help="By its opening hours; empty hours count as closed.")

    website_url = fields.Char(string="Page", compute="_compute_website_url")

    @api.depends_context("lang")
    @api.depends("name")
    def _compute_website_url(self):
        slug = self.env["ir.http"]._slug
        for store in self:
            store.website_url = f"/alliance/store/{slug(store)}" if store.id else "#"

    # -- opening hours ---------------------------------------------------------------------------

    @api.depends("calendar_id")
    def _compute_is_open(self):
        opened = self.with_context(active_test=False).search([("id", "in", self.ids), ("is_open", "=", True)])
        for store in self:
            store.is_open = store._origin in opened

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        opened = Domain.custom(to_sql=lambda model, alias, _query: model._get_open_sql(alias))
        return Domain.OR([opened if wanted else ~opened for wanted in set(value)])

    @api.model
    def _get_open_sql(self, alias):
        """Return the condition that the store ``alias`` of a query is open at this moment."""
        self.flush_model(["calendar_id"])
        for model in ("resource.calendar", "resource.calendar.attendance", "resource.calendar.leaves"):
            self.env[model].flush_model()
        now = fields.Datetime.now()
        clocks = [
            SQL(CLOCK, zone=zone, **self._get_clock(now, zone))
            for zone in self.env["resource.calendar"]._get_used_zones()]
        if not clocks:
            return SQL("FALSE")
        return SQL(
            OPEN_STORE, calendar=SQL.identifier(alias, "calendar_id"), now=now, clocks=SQL(" OR ").join(clocks))

    def _get_clock(self, now, zone):
        """Return weekday, hour and week of ``now`` (naive UTC) as calendars of ``zone`` keep them."""
        local = fields.Datetime.context_timestamp(self.with_context(tz=zone), now)
        return {
            "day": str(local.weekday()), "hour": local.hour + local.minute / 60,
            "week": str(self.env["resource.calendar.attendance"].get_week_type(local.date()))}

    def _get_hours(self):
        """Return ``[(weekday name, [(from, to), …]), …]`` of a whole week, as "HH:MM"; closed days are empty."""
        self.ensure_one()
        days = dict(self.env["resource.calendar.attendance"]._fields["dayofweek"]._description_selection(self.env))
        spans = self.calendar_id.attendance_ids.filtered(
            lambda span: span.day_period != "lunch" and not span.display_type and span.week_type != "1")
        return [(name, [
            (float_to_time(min(span.hour_from, 23.99)).strftime("%H:%M"), self._format_closing(span.hour_to))
            for span in spans.filtered(lambda span, day=day: span.dayofweek == day).sorted("hour_from")])
            for day, name in days.items()]

    @staticmethod
    def _format_closing(hour):
        return "24:00" if hour >= 24 else float_to_time(hour).strftime("%H:%M")

    # -- sign --------------------------------------------------------------------------------------

    def _get_pay_url(self):
        """Return what the QR code on the store's sign says."""
        self.ensure_one()
        return f"{self.get_base_url()}/alliance/store/{self.id}/pay"

    def _get_pay_qr(self):
        """Return that as a picture in base64."""
        return base64.b64encode(draw_qr(self._get_pay_url()))

    def _get_other_name(self):
        """Return the name in the other language of the sign, Chinese or English, or False where it is the same."""
        installed = dict(self.env["res.lang"].get_installed())
        names = [self.with_context(lang=lang).name for lang in ("zh_CN", "en_US") if lang in installed]
        return next((name for name in names if name != self.name), False)

    def _get_map_url(self):
        """Return the address of a map that shows the store, or False: by its coordinates, else by its address.

        In mainland China a map that can be reached and knows the country's coordinates, else OpenStreetMap.
        """
        self.ensure_one()
        place = self.partner_id
        latitude, longitude = self.latitude, self.longitude
        located = bool(latitude or longitude)
        text = ", ".join(filter(None, (place.street, place.city)))
        if not located and not text:
            return False
        if place.country_id.code == "CN":
            query = {"position": f"{longitude},{latitude}", "coordinate": "wgs84"} if located else {"keyword": text}
            return f"{MAP_OF_CHINA}/{'marker' if located else 'search'}?{urlencode({**query, 'name': self.name})}"
        query = {"mlat": latitude, "mlon": longitude} if located else {"query": text}
        return f"{MAP_OF_THE_WORLD}/{'' if located else 'search'}?{urlencode(query)}"

    def action_print_sign(self):
        """Print the QR sign of these stores (operator)."""
        self.check_access("read")
        if not self:
            raise UserError(self.env._("Choose the stores whose signs you want to print."))
        return self.env.ref("merchant_alliance.report_store_sign").report_action(self)

    # -- live ----------------------------------------------------------------------------------------

    def _get_staff_partners(self):
        """Return the people who log in for this store: the merchant's owners, and who works here."""
        return self._get_owner_partners() | self._get_working().user_id.partner_id

    def _get_desk_partners(self):
        """Return those of them who are told of payments at once."""
        return self._get_owner_partners() | self._get_working().filtered("may_serve").user_id.partner_id

    def _get_owner_partners(self):
        owner = self.merchant_id.partner_id
        return (owner | owner.child_ids).filtered("user_ids")

    def _get_working(self):
        return self.sudo().staff_ids.filtered(lambda staff: staff.state == "active")  # sudo: shoppers ask, by paying
