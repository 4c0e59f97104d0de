from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.http import Controller, request, route


class ReceiptClaim(Controller):
    """What the code on a till's receipt opens: the points of a sale without a known shopper."""

    @route("/alliance/claim/<string:code>", type="http", auth="user", website=True, methods=["GET"], sitemap=False)
    def claim_receipt(self, code, **_kwargs):
        """Show what was bought, and whether it can be claimed."""
        return self._render_claim(code)

    @route("/alliance/claim/<string:code>/confirm", type="http", auth="user", website=True, methods=["POST"],
           sitemap=False)
    def confirm_claim(self, code, **_kwargs):
        """Claim it, once."""
        order_sudo = request.env["pos.order"]._get_by_claim_code(code)
        if not order_sudo:
            raise NotFound
        try:
            with request.env.cr.savepoint():  # all of the claim or nothing
                order_sudo._claim(request.env.user.partner_id)
        except UserError as error:
            return self._render_claim(code, str(error))
        return request.redirect(f"/alliance/claim/{code}")

    def _render_claim(self, code, refusal=None):
        partner = request.env.user.partner_id
        order_sudo = request.env["pos.order"]._get_by_claim_code(code)
        own = order_sudo.claim_partner_id == partner
        # of another's receipt nothing is shown but why it cannot be claimed
        sales = order_sudo._get_own_sales() if order_sudo and own else None
        return request.render("merchant_alliance.claim_receipt", {
            "order": order_sudo, "store": order_sudo.config_id.alliance_store_id, "code": code, "page_name": "claim",
            "claimed": own, "sales": sales,
            "refusal": refusal or (order_sudo._get_claim_refusal(partner) if order_sudo else None)})
