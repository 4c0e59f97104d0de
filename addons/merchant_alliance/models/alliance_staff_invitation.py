import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, escape_psql

from ..tools.serialize import touch
from .alliance_staff import RIGHTS

LIVING_AT_MOST = 200
INVITED_PER_DAY = 20
REMIND_MINUTES = 10
TRIES = 10
WORK_PAGE = "/my/store/work"


class AllianceStaff(models.Model):
    """The owner invites, changes and ends staff; who is invited accepts with its own login."""

    _inherit = "alliance.staff"

    # -- by the owner; the caller checked whose stores these are --------------------------------------

    @api.model
    def _invite(self, name, login, stores, rights):
        """Invite somebody to work in ``stores``; nothing is seen before the invitation is accepted.

        :param str name: how the owner calls the person
        :param str login: e-mail address or phone number; a login that exists is asked, else one is made
        :param stores: ``alliance.store``, of one merchant
        :param rights: names out of ``RIGHTS``
        :return: ``alliance.staff`` (sudo)
        :raise UserError: what is missing or not allowed
        """
        merchant = stores.sudo().merchant_id  # sudo: see below
        name, login = " ".join((name or "").split()), self._parse_login(login, merchant)
        if not 2 <= len(name) <= 60:
            raise UserError(self.env._("Name: 2 to 60 characters, please."))
        self._check_terms(stores, rights)
        self = self.sudo()  # sudo: owners write nothing themselves, and may neither find nor make logins
        touch(merchant)  # of two at once, the later one sees the other
        self._check_limits(merchant)
        user = self._find_user(login)
        if user and self.search_count(
                [("merchant_id", "=", merchant.id), ("user_id", "=", user.id), ("state", "!=", "ended")], limit=1):
            raise UserError(self.env._("%s works for you already, or is invited.", login))
        staff = self.create({
            "name": name, "login": login, "merchant_id": merchant.id, "store_ids": [fields.Command.set(stores.ids)],
            "user_id": (user or self._make_user(name, login, merchant)).id, "is_new_login": not user,
            **self._prepare_rights(rights)})
        merchant._message_log(body=self.env._(
            "%(owner)s invited %(name)s (%(login)s) as staff.", owner=self.env.user.name, name=name, login=login))
        staff._send_invitation()
        return staff

    def _change(self, stores, rights):
        """Let this person work elsewhere or do something else.

        :raise UserError: ended, or without stores or rights
        """
        self.ensure_one()
        self._check_terms(stores, rights)
        if self.state == "ended":
            raise UserError(self.env._("%s does not work for you any more; send a new invitation.", self.name))
        self.sudo().write({  # sudo: see _invite
            "store_ids": [fields.Command.set(stores.ids)], **self._prepare_rights(rights)})

    def _end(self):
        """End it: from the next request on nothing is seen any more. A second time changes nothing."""
        for staff in self.sudo().filtered(lambda staff: staff.state != "ended"):  # sudo: see _invite
            staff.write({"state": "ended", "ended_on": fields.Datetime.now()})
            staff.merchant_id._message_log(body=self.env._(
                "%(user)s ended the work of %(name)s (%(login)s).", user=self.env.user.name, name=staff.name,
                login=staff.login))

    def _remind(self):
        """Send an invitation once more.

        :raise UserError: accepted or ended, or sent a moment ago
        """
        self.ensure_one()
        if self.state != "invited":
            raise UserError(self.env._("%s has answered the invitation.", self.name))
        if self.invited_on > fields.Datetime.now() - timedelta(minutes=REMIND_MINUTES):
            raise UserError(self.env._("It was sent a moment ago. Please wait %s minutes.", REMIND_MINUTES))
        self.sudo().invited_on = fields.Datetime.now()  # sudo: see _invite
        self.sudo()._send_invitation()

    def action_end(self):
        """End it (operator)."""
        self.env["alliance.merchant"].check_access("write")
        self.check_access("read")
        self._end()

    # -- by who is invited --------------------------------------------------------------------------

    def _accept(self, code=None):
        """Accept one's own invitation; the caller checked whose it is.

        :param str code: what the owner has handed over, where it is needed
        :raise UserError: taken back meanwhile, or the code is wrong; the caller keeps the count of wrong ones
        """
        self.ensure_one()
        staff = self.sudo()  # sudo: staff write nothing themselves
        touch(staff)
        staff.invalidate_recordset()
        if staff.state == "ended":
            raise UserError(self.env._("This invitation was taken back."))
        if staff.state == "invited":
            if staff._needs_code():
                staff._check_code(code)
            staff.write({"state": "active", "accepted_on": fields.Datetime.now()})

    def _needs_code(self):
        """Return whether the owner hands the invitation over.

        Mail reaches who has an address, but nobody has proven a number: its login is of whoever was first given one.
        """
        return "@" not in self.login

    def _check_code(self, code):
        if self.code_tries >= TRIES:
            raise UserError(self.env._(
                "Too many wrong codes: please ask %s for a new invitation.", self.merchant_id.name))
        if not secrets.compare_digest((code or "").strip().encode(), self.code.encode()):
            self.code_tries += 1
            raise UserError(self.env._(
                "Code: this is not the code of the invitation. The owner who invited you finds it under My Store,"
                " Staff."))

    # -- helpers --------------------------------------------------------------------------------------

    @api.model
    def _parse_login(self, text, merchant):
        """Return an e-mail address, or a phone number of the merchant's country or with a code, as logins are written.

        :raise UserError: neither of them
        """
        text = (text or "").strip()
        country = merchant.partner_id.country_id or merchant.company_id.country_id or self.env.ref("base.cn")
        login = email_normalize(text) if "@" in text else text and self._phone_format(number=text, country=country[:1])
        if not login:
            raise UserError(self.env._(
                "Login: an e-mail address, or a phone number; with a country code if it is from abroad."))
        return login

    def _check_terms(self, stores, rights):
        if not stores or len(stores.sudo().merchant_id) != 1:  # sudo: staff of several merchants may ask
            raise UserError(self.env._("Stores: choose at least one, all of one merchant."))
        if not set(rights) & set(RIGHTS):
            raise UserError(self.env._("Rights: choose at least one."))

    def _prepare_rights(self, rights):
        return {right: right in rights for right in RIGHTS}

    def _check_limits(self, merchant):
        own = Domain("merchant_id", "=", merchant.id)
        if self.search_count(own & Domain("state", "!=", "ended")) >= LIVING_AT_MOST:
            raise UserError(self.env._("At most %s people can work for one merchant.", LIVING_AT_MOST))
        if self.search_count(own & Domain("create_date", ">", fields.Datetime.now() - timedelta(days=1))) >= (
                INVITED_PER_DAY):
            raise UserError(self.env._("At most %s people can be invited in one day.", INVITED_PER_DAY))

    def _find_user(self, login):
        """Return the login that exists already; may be empty.

        :raise UserError: it cannot work for a merchant; why is not the owner's to know
        """
        users = self.env["res.users"].with_context(active_test=False)
        pattern = escape_psql(login)
        found = users.search(Domain("login", "=ilike", pattern), limit=2) or users.search(
            Domain("email", "=ilike", pattern), limit=2)
        if found and (len(found) > 1 or not found.active or not found._is_portal()):
            raise UserError(self.env._("%s cannot be invited. Please use another e-mail address or number.", login))
        return found

    def _make_user(self, name, login, merchant):
        """Make a portal login without password; its owner chooses one with the link of the invitation."""
        partner = self.env["res.partner"].create({
            # a number that nobody has proven is a login, no contact by which a till finds a shopper
            "name": name, "email": login if "@" in login else False, "lang": self.env.user.lang,
            "company_id": False})
        return self.env["res.users"].with_context(no_reset_password=True)._create_user_from_template({
            "login": login, "email": login if "@" in login else False, "partner_id": partner.id,
            "company_id": merchant.company_id.id, "company_ids": [fields.Command.set(merchant.company_id.ids)]})

    def _send_invitation(self):
        """Write to who was invited; those who log in with a number get the link from the owner."""
        template = self.env.ref("merchant_alliance.mail_staff_invited")
        for staff in self.filtered(lambda staff: not staff._needs_code()):
            template.send_mail(staff.id, email_layout_xmlid="mail.mail_notification_light")

    def _get_invitation_url(self):
        """Return where the invitation is accepted: a new login first chooses its password there."""
        self.ensure_one()
        staff = self.sudo()  # sudo: tokens of sign-up, and codes, are the system's
        page = f"{WORK_PAGE}?code={staff.code}" if staff._needs_code() else WORK_PAGE
        if not staff.is_new_login or staff.user_id.login_date:
            return f"{staff.get_base_url()}{page}"
        partner = staff.user_id.partner_id
        partner.signup_prepare()
        return partner._get_signup_url_for_action(url=page)[partner.id]

    def _get_link_to_hand_over(self):
        """Return the link that the owner hands over, or False.

        Only of a login that this invitation made for a number and that nobody has used: with the link of any other
        login, its owner's password could be changed.
        """
        self.ensure_one()
        staff = self.sudo()  # sudo: see _get_invitation_url
        unused = staff.is_new_login and not staff.user_id.login_date and staff._needs_code()
        return unused and staff.state == "invited" and self._get_invitation_url()

    def _get_code_to_hand_over(self):
        """Return the code that the owner hands over, or False: none is needed, or it has been used."""
        self.ensure_one()
        return self._needs_code() and self.state == "invited" and self.sudo().code  # sudo: see _get_invitation_url
