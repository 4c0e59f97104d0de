from datetime import timedelta

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.misc import hash_sign, verify_hash_signed

from odoo.addons.auth_signup.controllers.main import AuthSignupHome

COOKIE = "alliance_promoter"
SCOPE = "alliance.promoter.link"


def remember_promoter(response, promoter):
    """Have the browser keep, signed and for the days of the policy, whose link was opened."""
    days = promoter.company_id.promoter_link_days
    # sudo: the database's secret
    token = hash_sign(request.env(su=True), SCOPE, promoter.code, expiration=timedelta(days=days))
    response.set_cookie(
        COOKIE, token, max_age=days * 24 * 3600, httponly=True, samesite="Lax",
        secure=request.httprequest.scheme == "https")


def get_remembered_promoter():
    """Return the promoter (sudo) that the cookie names: signed here, in time, and inviting still; else empty."""
    promoters = request.env["alliance.promoter"]
    try:
        # sudo: the database's secret
        code = verify_hash_signed(request.env(su=True), SCOPE, request.cookies.get(COOKIE) or "")
    except (ValueError, UnicodeError):
        code = None
    return promoters._get_by_code(code if isinstance(code, str) else None)


class PromoterLink(http.Controller):
    """What a promoter's link and QR code open."""

    @http.route("/alliance/p/<string:code>", type="http", auth="public", website=True, methods=["GET"], sitemap=False)
    def promoter_link(self, code, **_kwargs):
        """Show the invitation, and remember it through the registration."""
        promoter = request.env["alliance.promoter"]._get_by_code(code)
        response = self._render_link(code, promoter)
        if promoter:
            remember_promoter(response, promoter)
        return response

    @http.route("/alliance/p/<string:code>/accept", type="http", auth="user", website=True, methods=["POST"],
                sitemap=False)
    def promoter_link_accept(self, code, **_post):
        """Take the invitation up with the account that is logged in: the first purchase binds."""
        promoter = request.env["alliance.promoter"]._get_by_code(code)
        try:
            request.env["alliance.promoter.binding"]._remember(request.env.user.partner_id, promoter)
        except UserError:
            return self._render_link(code, promoter)  # which says why
        return request.redirect(f"/alliance/p/{code}")

    def _render_link(self, code, promoter):
        user, bindings = request.env.user, request.env["alliance.promoter.binding"]
        known = not user._is_public()
        refusal = bindings._get_refusal(user.partner_id, promoter) if known else None
        # sudo: one's own invitation
        taken = known and promoter and user.partner_id.sudo().alliance_referral_id == promoter
        return request.render("merchant_alliance.promoter_link", {
            "code": code, "promoter": promoter, "known": known, "taken": taken,
            "inviter": promoter.partner_id._get_masked_name() if promoter else "",
            "refusal": bindings._explain_refusal(refusal) if refusal else None,
            "is_bound": known and refusal == "bound" and bool(bindings._get_current(
                user.partner_id, promoter.company_id).filtered(lambda binding: binding.promoter_id == promoter)),
            "may_sign_up": user._get_signup_invitation_scope() == "b2c"})


class PromoterSignup(AuthSignupHome):
    """Who registers after opening a promoter's link is bound to the promoter."""

    def _signup_with_values(self, token, values, do_login):
        super()._signup_with_values(token, values, do_login)
        promoter = get_remembered_promoter()
        if not promoter or token:  # a token is an invitation, or a new password, of a contact that is known
            return
        # sudo: the account has just been made, by this request
        user = request.env["res.users"].sudo().search([("login", "=", values.get("login"))], limit=1)
        bindings = promoter.env["alliance.promoter.binding"]
        if user and not bindings._get_refusal(user.partner_id, promoter):
            bindings._bind(user.partner_id, promoter, "registration")
