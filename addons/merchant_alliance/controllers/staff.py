import base64

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.http import request, route

from ..models.alliance_staff import RIGHTS
from ..tools.qr import draw_qr
from .portal import MerchantPortal


class StaffPortal(MerchantPortal):
    """The owner's page of staff: invite, change, end."""

    @route("/my/store/staff", type="http", auth="user", website=True, methods=["GET"])
    def my_staff(self, **_kwargs):
        """Show who works in the merchant's stores, and a form to invite somebody."""
        return self._render_staff()

    @route("/my/store/staff/invite", type="http", auth="user", website=True, methods=["POST"])
    def invite_staff(self, name=None, login=None, **post):
        """Invite somebody; or show what is wrong."""
        stores, rights = self._read_terms(post)
        try:
            with request.env.cr.savepoint():
                staff = request.env["alliance.staff"]._invite(name, login, stores, rights)
        except UserError as error:
            return self._render_staff(
                error=str(error), values={"name": name, "login": login, "stores": stores, "rights": rights})
        return request.redirect(f"/my/store/staff/{staff.id}")

    @route("/my/store/staff/<int:staff_id>", type="http", auth="user", website=True, methods=["GET"])
    def my_staff_member(self, staff_id, **_kwargs):
        """Show one person: stores, rights, the invitation, and what was changed when."""
        return self._render_member(self._get_own_staff(staff_id))

    @route("/my/store/staff/<int:staff_id>/change", type="http", auth="user", website=True, methods=["POST"])
    def change_staff(self, staff_id, **post):
        """Change where this person works and what it may do."""
        stores, rights = self._read_terms(post)
        return self._do(staff_id, lambda staff: staff._change(stores, rights))

    @route("/my/store/staff/<int:staff_id>/end", type="http", auth="user", website=True, methods=["POST"])
    def end_staff(self, staff_id, **_kwargs):
        """End it at once."""
        return self._do(staff_id, lambda staff: staff._end())

    @route("/my/store/staff/<int:staff_id>/remind", type="http", auth="user", website=True, methods=["POST"])
    def remind_staff(self, staff_id, **_kwargs):
        """Send the invitation once more."""
        return self._do(staff_id, lambda staff: staff._remind())

    # -- what is the owner's own --------------------------------------------------------------------

    def _get_own_staff(self, staff_id):
        staff = request.env["alliance.staff"].search(
            [("id", "=", staff_id), ("merchant_id", "in", request.env.user._get_owned_merchants().ids)])
        if not staff:
            raise NotFound
        return staff

    def _read_terms(self, post):
        """Return (own stores, rights) that a form has ticked; those of others are not there.

        :raise NotFound: the user owns no merchant
        """
        stores = self._get_owned_stores()
        if not stores:
            raise NotFound
        return stores.filtered(lambda store: f"store_{store.id}" in post), [
            right for right in RIGHTS if right in post]

    def _get_owned_stores(self):
        return request.env["alliance.store"].search(
            [("merchant_id", "in", request.env.user._get_owned_merchants().ids)])

    def _do(self, staff_id, step):
        staff = self._get_own_staff(staff_id)
        try:
            with request.env.cr.savepoint():
                step(staff)
        except UserError as error:
            return self._render_member(staff, error=str(error))
        return request.redirect(f"/my/store/staff/{staff_id}?done=1")

    # -- pages ----------------------------------------------------------------------------------------

    def _render_staff(self, error=None, values=None):
        stores = self._get_owned_stores()
        return request.render("merchant_alliance.portal_my_staff", {
            **self._prepare_portal_layout_values(), "page_name": "my_staff", "stores": stores, "error": error,
            "rights": self._get_rights(),
            "values": values or {"stores": stores if len(stores) == 1 else [], "rights": []},
            "staff": request.env["alliance.staff"].search(
                [("merchant_id", "in", stores.merchant_id.ids)]).sorted(lambda staff: staff.state == "ended")})

    def _render_member(self, staff, error=None):
        link = staff._get_link_to_hand_over()
        return request.render("merchant_alliance.portal_my_staff_member", {
            **self._prepare_portal_layout_values(), "page_name": "my_staff_member", "staff": staff, "error": error,
            "stores": self._get_owned_stores().filtered(lambda store: store.merchant_id == staff.merchant_id),
            "rights": self._get_rights(), "link": link, "qr": link and base64.b64encode(draw_qr(link)),
            "code": staff._get_code_to_hand_over(),
            "done": request.params.get("done"),
            # sudo: what was changed, of the owner's own staff; names of fields and who did it
            "history": staff.sudo().message_ids.filtered("tracking_value_ids")[:50],
            "values": {"stores": staff.store_ids, "rights": [right for right in RIGHTS if staff[right]]}})

    def _get_rights(self):
        """Return ``[(field, label, help)]`` in the user's language."""
        described = request.env["alliance.staff"].fields_get(RIGHTS, ["string", "help"])
        return [(right, described[right]["string"], described[right]["help"]) for right in RIGHTS]
