from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class GreenPointsPortal(CustomerPortal):
    """The shopper's page “My green points”."""

    _points_rows_per_page = 20  # the page is read on a phone

    def _prepare_my_points_cohort_values(self, position):
        """Return what the page shows of one of the user's cohorts.

        :param position: ``green.points.position`` (sudo) of the user
        """
        cohort = position.cohort_id
        count = cohort.policy_id.period_count
        return {
            "cohort": cohort,
            "points": position.points,
            "age": cohort.age,
            "period_count": count,
            "percent": round(100 * cohort.age / count),
        }

    def _prepare_my_points_values(self, page=1):
        """Return the values of the page; the seam for what other addons show on it."""
        company = request.website.company_id  # shoppers need not know it, whose tills they bought at all the same
        # sudo: shoppers do not read cohorts and policies; every query is bound to their own points
        positions = request.env["green.points.position"].sudo()
        entries = request.env["green.points.entry"].sudo()
        holder = request.env.user.partner_id, "shopper", company
        domain = positions._get_holder_domain(*holder)
        # sudo: shoppers do not read policies; these are their own purchases alone
        sales, waiting = request.env["alliance.qualified.sale"].sudo(), positions._get_waiting_domain(*holder)
        pager = portal_pager(
            url="/my/green-points", total=entries.search_count(domain), page=page, step=self._points_rows_per_page)
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "green_points",
            "points": positions._get_summary(*holder),
            "public_wording": request.env["green.points.policy"]._get_public_wording(company),
            "points_owed": request.env["green.points.debt"].sudo()._get_owed_points(*holder),
            "cohorts": [
                self._prepare_my_points_cohort_values(position)
                for position in positions.search(
                    domain & Domain([("base", ">", 0), ("cohort_id.state", "!=", "matured")]))],
            "waiting": sales.search(waiting, limit=self._points_rows_per_page) if page == 1 else sales,
            "waiting_count": sales.search_count(waiting),
            "entries": entries.search(domain, limit=self._points_rows_per_page, offset=pager["offset"]),
            "pager": pager,
        }

    @route(["/my/green-points", "/my/green-points/page/<int:page>"],
           type="http", auth="user", website=True, readonly=True)
    def portal_my_green_points(self, page=1, **kw):
        return request.render("green_points.portal_my_green_points", self._prepare_my_points_values(page))
