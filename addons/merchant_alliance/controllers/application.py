from datetime import timedelta

from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.alliance_application import WEEKDAYS
from ..models.alliance_application_review import PICTURES
from ..tools.picture import read_picture

TEXTS = (
    "legal_name", "uscc", "scene", "contact_name", "contact_email", "contact_phone", "store_name", "street", "city",
    "district", "bank_name", "bank_account")
OPTIONAL = {"district"}
SENT_PER_HOUR = 5  # from one address


class ApplicationPortal(CustomerPortal):
    """How merchants ask to join, follow their application and answer questions; without a login."""

    @http.route("/alliance/apply", type="http", auth="public", website=True, methods=["GET"], sitemap=True)
    def apply(self, **_kwargs):
        """Show the empty form."""
        application = self._get_empty()
        return self._render_form(application, {
            name: application[name] for name in (*TEXTS, *WEEKDAYS, "rate", "hour_from", "hour_to")})

    @http.route("/alliance/apply/send", type="http", auth="public", website=True, methods=["POST"], sitemap=False)
    def send(self, **post):
        """Take an application, or show the form again with what is wrong."""
        request.env["ir.http"]._verify_request_recaptcha_token("alliance_apply")
        applications = self._get_empty()
        values, errors = self._read(applications, post)
        if not post.get("agreed"):
            errors["agreed"] = request.env._("Please agree, so that the platform may look at your papers.")
        if not errors:
            errors = self._get_send_errors(applications, values)
        if errors:
            return self._render_form(applications, values, errors)
        try:
            with request.env.cr.savepoint():
                # sudo: visitors have no access to applications, they send one
                application = applications.sudo().create({
                    **values, "lang": request.env.lang, "submitted_ip": request.httprequest.remote_addr})
        except UserError as error:  # what only the database or the picture itself can tell
            return self._render_form(applications, values, {"form": str(error)})
        application._send("merchant_alliance.mail_application_received")
        return request.redirect(application.get_portal_url())

    @http.route("/alliance/apply/<int:application_id>", type="http", auth="public", website=True, methods=["GET"],
                sitemap=False)
    def status(self, application_id, access_token=None, **_kwargs):
        """Show who has the link how the application stands, and the form where something was asked."""
        application = self._get_application(application_id, access_token)
        values = {name: application[name] for name in (*TEXTS, *WEEKDAYS, "rate", "hour_from", "hour_to")}
        values["state_id"] = application.state_id.id
        return self._render_form(application, values)

    @http.route("/alliance/apply/<int:application_id>/answer", type="http", auth="public", website=True,
                methods=["POST"], sitemap=False)
    def answer(self, application_id, access_token=None, **post):
        """Take what the applicant corrected."""
        application = self._get_application(application_id, access_token)
        values, errors = self._read(application, post)
        if errors:
            return self._render_form(application, values, errors)
        try:
            with request.env.cr.savepoint():
                application._resubmit(values)
        except UserError as error:
            return self._render_form(application, values, {"form": str(error)})
        return request.redirect(application.get_portal_url())

    @http.route("/alliance/apply/<int:application_id>/withdraw", type="http", auth="public", website=True,
                methods=["POST"], sitemap=False)
    def withdraw(self, application_id, access_token=None, **_post):
        """Take the application back."""
        application = self._get_application(application_id, access_token)
        if application.state in ("submitted", "review", "more"):
            application._withdraw()
        return request.redirect(application.get_portal_url())

    # -- reading ---------------------------------------------------------------------------------

    def _get_empty(self):
        return request.env["alliance.application"].with_company(request.website.company_id).sudo().new({
            "company_id": request.website.company_id.id})  # sudo: labels and defaults for visitors

    def _get_application(self, application_id, access_token):
        """Return the application, as superuser, for who has its token (or may read it); else it is not there."""
        try:
            return self._document_check_access("alliance.application", application_id, access_token)
        except (AccessError, MissingError) as error:
            raise NotFound from error

    def _read(self, application, post):
        """Return values of the fields and ``{field: what is wrong}`` of what a form sent."""
        env = request.env
        missing = env._("Please fill this in.")
        values = {name: (post.get(name) or "").strip() for name in TEXTS}
        errors = {name: missing for name in TEXTS if not values[name] and name not in OPTIONAL}
        if values["scene"] and values["scene"] not in dict(application._fields["scene"].selection):
            errors["scene"] = env._("Please choose one of the list.")
        values |= {day: bool(post.get(day)) for day in WEEKDAYS}
        if not any(values[day] for day in WEEKDAYS):
            errors["mon"] = env._("Please choose at least one day.")
        values["state_id"] = self._read_province(post, application.country_id)
        for name, read in (("hour_from", read_time), ("hour_to", read_time), ("rate", float)):
            try:
                values[name] = read(post.get(name) or "")
            except ValueError:
                values[name] = application._fields[name].default(application)
                errors[name] = missing
        values = application._normalize(values)
        errors = {**application._get_field_errors(values), **errors}
        pictures, picture_errors = self._read_pictures(application)
        return {**values, **pictures}, {**errors, **picture_errors}

    def _read_province(self, post, country):
        number = post.get("state_id") or ""
        province = country.state_ids.filtered(lambda state: number.isdecimal() and state.id == int(number))
        return province.id

    def _read_pictures(self, application):
        """Return the pictures sent, base64, and what is wrong with them; those kept need not be sent again."""
        pictures, errors = {}, {}
        for name in PICTURES:
            content, error = read_picture(request.env, request.httprequest.files.get(name))
            if content:
                pictures[name] = content
            elif error or not application[name]:
                errors[name] = error or request.env._("Please add a picture.")
        return pictures, errors

    def _get_send_errors(self, applications, values):
        """Return what speaks against taking a complete application."""
        applications = applications.sudo()  # sudo: visitors see no applications, but one's own code is compared
        if applications.search_count([
                ("uscc", "=", values["uscc"]), ("company_id", "=", request.website.company_id.id),
                ("state", "not in", ("rejected", "withdrawn"))], limit=1):
            return {"uscc": request.env._(
                "There is an application for this code already. Follow it with the link in your e-mail.")}
        sent = applications.search_count([
            ("submitted_ip", "=", request.httprequest.remote_addr),
            ("create_date", ">", fields.Datetime.now() - timedelta(hours=1))], limit=SENT_PER_HOUR)
        if sent >= SENT_PER_HOUR:
            return {"form": request.env._("Many applications came from here lately. Please try again in an hour.")}
        return {}

    # -- showing ---------------------------------------------------------------------------------

    def _render_form(self, application, values, errors=None):
        return request.render("merchant_alliance.application_page", {
            "application": application,
            "is_new": not application.id,
            "may_edit": not application.id or application.state == "more",
            "values": values,
            "errors": errors or {},
            "pictures": PICTURES,
            "weekdays": WEEKDAYS,
            "provinces": application.country_id.state_ids,
            "show_time": show_time,
            "labels": {
                name: field._description_string(request.env) for name, field in application._fields.items()},
            "scenes": application._fields["scene"]._description_selection(request.env),
        })


def read_time(text: str) -> float:
    """Return the hours of ``HH:MM``; ValueError otherwise."""
    hours, minutes = text.split(":")[:2]
    if not (0 <= int(hours) <= 24 and 0 <= int(minutes) < 60):
        raise ValueError(text)
    return int(hours) + int(minutes) / 60


def show_time(hours: float) -> str:
    return f"{int(hours):02d}:{round(hours % 1 * 60):02d}"
