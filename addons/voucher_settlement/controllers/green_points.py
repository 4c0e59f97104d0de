from odoo.http import request, route

from odoo.addons.green_points.controllers.portal import GreenPointsPortal


class VoucherGreenPointsPortal(GreenPointsPortal):
    """“My green points” also shows what the points have turned into."""

    @route(readonly=False)
    def portal_my_green_points(self, page=1, **kw):
        # Opening the wallet is what credits it; the job only sees to those that nobody opens.
        self._get_my_wallet()._credit_up_to_date()
        return super().portal_my_green_points(page=page, **kw)

    def _get_my_wallet(self):
        """Return the user's own wallet, empty before the first points."""
        return find_wallet(request.env.user.partner_id, request.website.company_id)

    def _prepare_my_points_values(self, page=1):
        values = super()._prepare_my_points_values(page=page)
        # sudo: shoppers read neither cohorts nor indexes; the cohorts are those of their own points
        cohorts = request.env["green.points.cohort"].sudo().union(*(line["cohort"] for line in values["cohorts"]))
        accumulated = cohorts._get_accumulated()
        for line in values["cohorts"]:
            line["multiple"] = float(accumulated.get((line["cohort"].id, "shopper"), 0))
        return {**values, "vouchers": self._prepare_vouchers_values(self._get_my_wallet())}

    def _prepare_vouchers_values(self, wallet):
        """Return what a page shows of a wallet that is the user's to spend: what is left, latest events."""
        domain = [("wallet_id", "in", wallet.ids)]
        # sudo: shoppers may know another company alone; of this one they see what their own wallet is of
        company = wallet.company_id or request.website.company_id.sudo()
        today = company._get_day()
        kinds = dict(request.env["voucher.lot"]._fields["kind"]._description_selection(request.env))
        # sudo: as find_wallet; the domain leaves what is of this wallet
        lots = request.env["voucher.lot"].sudo()._read_group(
            [*domain, ("remaining", ">", 0), ("expires_on", ">=", today)],
            ["expires_on:day", "kind", "scope_id"], ["remaining:sum", "held:sum"], order="expires_on:day")
        return {
            "wallet": wallet,
            "lots": [
                {"kind": kinds[kind], "expires_on": expires_on, "remaining": remaining, "held": held,
                 "where": scope._get_where(kind), "url": scope._get_directory_url(kind)}
                for expires_on, kind, scope, remaining, held in lots],
            "scoped": {kind for _day, kind, scope, *_amounts in lots if scope},
            "entries": request.env["voucher.entry"].sudo().search(
                [*domain, ("amount", "!=", 0)], order="id desc", limit=self._points_rows_per_page),
            "currency": company.currency_id,
        }


def find_wallet(holder, company):
    """Return the wallet (sudo) of a holder whose vouchers are the user's to spend; empty before its first points."""
    # sudo: shoppers and merchants may know another company alone, and spend at this one's tills all the same
    return request.env["voucher.wallet"].sudo().search([
        ("partner_id", "=", holder.id), ("company_id", "=", company.id)])
