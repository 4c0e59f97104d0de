from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class GreenPointsPortal(CustomerPortal):
    """The shopper's page “My green points”."""

    def _get_my_points_domain(self):
        """Return the domain of the user's own points as a shopper; every query below is bound by it."""
        return Domain([
            ("partner_id", "=", request.env.user.partner_id.id),
            ("holder_kind", "=", "shopper"),
            ("cohort_id.company_id", "=", request.env.company.id),
        ])

    def _get_my_waiting_points(self):
        """Return ``{reward state: points}`` of own sales whose points do not count yet."""
        # sudo: shoppers read neither policies nor sales; the domain holds their own alone
        groups = request.env["alliance.qualified.sale"].sudo()._read_group([
            ("partner_id", "=", request.env.user.partner_id.id),
            ("company_id", "=", request.env.company.id),
            ("reward_state", "in", ("pending", "held")),
            # the refund of a sale that counts already is not waiting: it will take, not give
            "|", ("kind", "=", "sale"), ("origin_id.reward_state", "in", ("pending", "held")),
        ], ["reward_state", "policy_id"], ["base_shopper:sum"])
        points = {"pending": 0.0, "held": 0.0}
        for state, policy, base in groups:
            points[state] += base * policy.points_per_unit
        return points

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
        domain = self._get_my_points_domain()
        # sudo: shoppers do not read cohorts and policies; the domain holds their own points alone
        positions = request.env["green.points.position"].sudo().search(
            domain & Domain("base", ">", 0))
        matured = positions.filtered(lambda position: position.cohort_id.state == "matured")
        entries = request.env["green.points.entry"].sudo()
        pager = portal_pager(
            url="/my/green-points", total=entries.search_count(domain), page=page, step=self._items_per_page)
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "green_points",
            "points": {
                **self._get_my_waiting_points(),
                "active": sum((positions - matured).mapped("points")),
                "matured": sum(matured.mapped("points")),
            },
            "cohorts": [self._prepare_my_points_cohort_values(position) for position in positions - matured],
            "entries": entries.search(domain, limit=self._items_per_page, offset=pager["offset"]),
            "pager": pager,
        }

    @route(["/my/green-points", "/my/green-points/page/<int:page>"],
           type="http", auth="user", website=True, readonly=True)
    def portal_my_green_points(self, page=1, **kw):
        return request.render("green_points.portal_my_green_points", self._prepare_my_points_values(page))
