from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal

FIELDS = ("motivation", "phone", "bank_name", "bank_account")
SHOPPERS_SHOWN = 50


class PromoterPortal(CustomerPortal):
    """A promoter's own page: application, agreement, link, QR code and shoppers."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "my_promoter_count" in counters:
            values["my_promoter_count"] = self._get_my_promoters().search_count(self._get_my_promoter_domain())
        return values

    def _get_my_promoters(self):
        # sudo: shoppers have no rights on promoters; the domain leaves the user's own
        return request.env["alliance.promoter"].sudo()

    def _get_my_promoter_domain(self):
        return [("partner_id", "=", request.env.user.partner_id.id), ("company_id", "=", request.website.company_id.id)]

    def _get_my_promoter(self):
        """Return the user's own promoter (sudo), the last one; may be empty."""
        return self._get_my_promoters().search(self._get_my_promoter_domain(), limit=1)

    def _get_my_agreement(self, agreement_id):
        """Return the user's own agreement (sudo); others, and drafts, are not there."""
        own = self._get_my_promoters().search(self._get_my_promoter_domain())
        agreement = own.env["alliance.promoter.agreement"].search([
            ("id", "=", agreement_id), ("promoter_id", "in", own.ids), ("state", "!=", "draft")])
        if not agreement:
            raise NotFound
        return agreement

    # -- pages -----------------------------------------------------------------------------------

    @http.route("/my/promoter", type="http", auth="user", website=True, methods=["GET"])
    def my_promoter(self, **_kwargs):
        """The promoter's own page; who is none gets the form to apply."""
        return self._render_promoter()

    def _render_promoter(self, **values):
        return request.render("merchant_alliance.portal_my_promoter", {
            **self._prepare_my_promoter_values(self._get_my_promoter()), **values})

    def _prepare_my_promoter_values(self, promoter):
        """Return the values of the page; higher addons add theirs."""
        partner, known = request.env.user.partner_id, self._get_my_promoters()._fields
        values = {
            **self._prepare_portal_layout_values(), "page_name": "my_promoter", "promoter": promoter, "errors": {},
            "labels": {name: known[name]._description_string(request.env) for name in FIELDS},
            "values": {"phone": partner.phone or ""},
        }
        if promoter:
            agreements = promoter.agreement_ids
            bindings = promoter.env["alliance.promoter.binding"].search(
                [("promoter_id", "=", promoter.id), ("ended_on", "=", False)], limit=SHOPPERS_SHOWN)
            values |= {
                "to_accept": agreements.filtered(lambda agreement: agreement.state == "sent"),
                "accepted": agreements.filtered(lambda agreement: agreement.accepted_on),
                # nothing of the shoppers leaves the server but the first letter
                "shoppers": [(binding.partner_id._get_masked_name(), binding.bound_on) for binding in bindings]}
        return values

    @http.route("/my/promoter/apply", type="http", auth="user", website=True, methods=["POST"])
    def my_promoter_apply(self, **post):
        """Take an application, or show the form again with what is wrong."""
        promoters = self._get_my_promoters()
        if self._get_my_promoter().state in ("submitted", "review", "approved"):
            return request.redirect("/my/promoter")  # sent twice
        values = {name: (post.get(name) or "").strip() for name in FIELDS}
        errors = promoters._get_field_errors(values)
        if not post.get("agreed"):
            errors["agreed"] = request.env._("Please agree, so that the platform may look at your application.")
        if not errors:
            try:
                with request.env.cr.savepoint():
                    promoters.create({
                        **values, "partner_id": request.env.user.partner_id.id,
                        "company_id": request.website.company_id.id,
                        "user_id": request.website.sudo().company_id.alliance_reviewer_id.id})
            except UserError as error:  # what only the database or the contact itself can tell
                errors = {"form": str(error)}
        if errors:
            return self._render_promoter(errors=errors, values=values)
        return request.redirect("/my/promoter")

    @http.route("/my/promoter/withdraw", type="http", auth="user", website=True, methods=["POST"])
    def my_promoter_withdraw(self, **_post):
        """Take the application back."""
        promoter = self._get_my_promoter()
        if promoter.state in ("submitted", "review"):
            promoter._withdraw()
        return request.redirect("/my/promoter")

    # -- agreement -------------------------------------------------------------------------------

    @http.route("/my/promoter/agreements/<int:agreement_id>", type="http", auth="user", website=True, methods=["GET"])
    def my_agreement(self, agreement_id, **_kwargs):
        """Show one of the promoter's own agreements; to be accepted where it waits for that."""
        return self._render_agreement(self._get_my_agreement(agreement_id))

    def _render_agreement(self, agreement, error=None):
        return request.render("merchant_alliance.portal_my_agreement", {
            **self._prepare_portal_layout_values(), "page_name": "my_agreement", "agreement": agreement,
            "error": error})

    @http.route("/my/promoter/agreements/<int:agreement_id>/accept", type="http", auth="user", website=True,
                methods=["POST"])
    def my_agreement_accept(self, agreement_id, name=None, agreed=None, **_post):
        """Accept the agreement, with one's name."""
        agreement = self._get_my_agreement(agreement_id)
        if not agreed:
            return self._render_agreement(
                agreement, request.env._("Please confirm that you have read the agreement."))
        try:
            with request.env.cr.savepoint():
                agreement._accept(name, request.env.user, request.httprequest.remote_addr)
        except UserError as error:
            return self._render_agreement(agreement, str(error))
        return request.redirect("/my/promoter")

    @http.route("/my/promoter/agreements/<int:agreement_id>/document", type="http", auth="user", website=True,
                methods=["GET"])
    def my_agreement_document(self, agreement_id, **_kwargs):
        """Download the agreement, as it was accepted."""
        document = self._get_my_agreement(agreement_id).document_id
        if not document:
            raise NotFound
        return request.make_response(document.raw, [
            ("Content-Type", document.mimetype), ("Content-Security-Policy", "sandbox"),
            ("Content-Disposition", content_disposition(document.name))])
