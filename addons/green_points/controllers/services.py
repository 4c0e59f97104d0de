import uuid

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.fields import Datetime, Domain
from odoo.http import request, route

from odoo.addons.merchant_alliance.controllers.store import StorePages
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

OFFERS_PER_PAGE = 12
ON_STORE_PAGE = 6
MAX_PAGE = 200
TEXT_LENGTH = 60


class ServicesForPoints(CustomerPortal):
    """Services that merchants give for green points: to browse, to book, to cancel."""

    # -- what is offered -----------------------------------------------------

    @route("/alliance/services", type="http", auth="public", website=True, methods=["GET"], sitemap=True)
    def services(self, q=None, page="1", **_kwargs):
        """Show what can be booked now, the newest first."""
        text = (q or "").strip()[:TEXT_LENGTH]
        page = min(max(int(page), 1), MAX_PAGE) if page.isdecimal() else 1
        domain = self._get_bookable_domain()
        if text:
            domain &= Domain("name", "ilike", text) | Domain("store_id.name", "ilike", text)
        # one more than is shown says whether there is a next page
        found = self._search_offers(domain, limit=OFFERS_PER_PAGE + 1, offset=(page - 1) * OFFERS_PER_PAGE)
        return request.render("green_points.services", {
            "offers": found[:OFFERS_PER_PAGE], "text": text, "page": page, "has_next": len(found) > OFFERS_PER_PAGE})

    @route("/alliance/services/<int:offer_id>", type="http", auth="public", website=True, methods=["GET"],
           sitemap=False)
    def service(self, offer_id, **_kwargs):
        """Show one service."""
        return request.render("green_points.service", {"offer": self._get_offer(offer_id)})

    @route("/alliance/services/<int:offer_id>/image", type="http", auth="public", website=True, methods=["GET"],
           sitemap=False)
    def service_image(self, offer_id, **_kwargs):
        """Return the picture of a service that can be booked, at most 512 pixels wide."""
        stream = request.env["ir.binary"]._get_image_stream_from(
            self._get_offer(offer_id), "image_512", width=512, height=512)
        return stream.get_response()

    def _get_bookable_domain(self):
        return request.env["green.points.offer"]._get_bookable_domain(request.website.company_id)

    def _search_offers(self, domain, **options):
        # sudo: visitors have no rights on services; the domain leaves those that are offered
        return request.env["green.points.offer"].sudo().search(domain, **options)

    def _get_offer(self, offer_id):
        offer = self._search_offers(self._get_bookable_domain() & Domain("id", "=", offer_id))
        if not offer:
            raise NotFound
        return offer

    # -- booking -------------------------------------------------------------

    @route("/alliance/services/<int:offer_id>/exchange", type="http", auth="user", website=True, methods=["GET"],
           sitemap=False)
    def confirm_exchange(self, offer_id, **_kwargs):
        """Show what is given up, and ask."""
        return self._render_confirmation(self._get_offer(offer_id))

    @route("/alliance/services/<int:offer_id>/exchange/confirm", type="http", auth="user", website=True,
           methods=["POST"], sitemap=False)
    def exchange(self, offer_id, key=None, points=None, agreed=None, **_kwargs):
        """Book it, once for each key."""
        offer = self._get_offer(offer_id)
        if not agreed:
            return self._render_confirmation(
                offer, error=request.env._("Please confirm that you give these points up."))
        try:
            with request.env.cr.savepoint():
                booking = request.env["green.points.exchange"]._exchange(
                    request.env.user.partner_id, offer, f"{request.env.user.id},{key or ''}"[:64],
                    self._read_points(points))
        except UserError as error:
            return self._render_confirmation(offer, error=str(error))
        return request.redirect(f"/my/services/{booking.id}")

    def _read_points(self, points):
        try:
            return float(points)
        except (TypeError, ValueError):
            raise UserError(request.env._("Points: the price that you have seen is missing.")) from None

    def _render_confirmation(self, offer, error=None):
        exchanges, partner = request.env["green.points.exchange"], request.env.user.partner_id
        parts, refusal = [], None
        try:
            offer._check_bookable(partner)
            parts = exchanges.sudo()._choose_positions(partner, offer)  # sudo: of the user's own points
        except UserError as reason:
            refusal = str(reason)
        scale = 10 ** offer.currency_id.decimal_places
        return request.render("green_points.confirm_exchange", {
            "offer": offer, "error": error, "refusal": refusal, "key": uuid.uuid4().hex,
            "lines": [{
                "number": cohort.number, "periods_left": cohort._get_periods_left(),
                "period_count": cohort.policy_id.period_count,
                "points": cents * cohort.policy_id.points_per_unit / scale} for cohort, cents in parts]})

    # -- my bookings ---------------------------------------------------------

    def _get_my_bookings_domain(self):
        return Domain("partner_id", "=", request.env.user.partner_id.id)

    def _get_my_booking(self, booking_id):
        # sudo: the code is the shopper's to see; the domain leaves the user's own bookings
        booking = request.env["green.points.exchange"].sudo().search(
            self._get_my_bookings_domain() & Domain("id", "=", booking_id))
        if not booking:
            raise NotFound
        return booking

    @route(["/my/services", "/my/services/page/<int:page>"], type="http", auth="user", website=True, methods=["GET"])
    def my_services(self, page=1, **_kwargs):
        """Show what the shopper has booked, the newest first."""
        # sudo: shoppers may know another company alone; the domain leaves the user's own bookings
        bookings = request.env["green.points.exchange"].sudo()
        domain = self._get_my_bookings_domain()
        pager = portal_pager(
            url="/my/services", total=bookings.search_count(domain), page=page, step=OFFERS_PER_PAGE)
        return request.render("green_points.portal_my_services", {
            **self._prepare_portal_layout_values(), "page_name": "my_services", "pager": pager,
            "bookings": bookings.search(domain, limit=OFFERS_PER_PAGE, offset=pager["offset"])})

    @route("/my/services/<int:booking_id>", type="http", auth="user", website=True, methods=["GET"])
    def my_service(self, booking_id, **_kwargs):
        """Show one booking, and the code while it waits."""
        return self._render_booking(self._get_my_booking(booking_id))

    @route("/my/services/<int:booking_id>/cancel", type="http", auth="user", website=True, methods=["POST"])
    def cancel_my_service(self, booking_id, **_kwargs):
        """Cancel it; the points come back."""
        booking = self._get_my_booking(booking_id)
        try:
            with request.env.cr.savepoint():
                booking._cancel("shopper")
        except UserError as error:
            return self._render_booking(booking, error=str(error))
        return request.redirect(f"/my/services/{booking.id}")

    def _render_booking(self, booking, error=None):
        return request.render("green_points.portal_my_service", {
            **self._prepare_portal_layout_values(), "page_name": "my_services", "booking": booking, "error": error,
            "may_cancel": booking.state == "booked" and booking.cancel_until >= Datetime.now()})


class ServicesOnStorePage(StorePages):
    """A store's public page also shows what it gives for points."""

    def _prepare_store_values(self, store):
        # sudo: visitors have no rights on services; the domain leaves those that are offered
        offers = request.env["green.points.offer"].sudo()
        return {**super()._prepare_store_values(store), "offers": offers.search(
            offers._get_bookable_domain(store.company_id) & Domain("store_id", "=", store.id), limit=ON_STORE_PAGE)}
