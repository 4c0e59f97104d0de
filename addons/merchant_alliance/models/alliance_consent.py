from odoo import api, fields, models
from odoo.tools import SQL, consteq, hmac

from ..tools.serialize import touch

LINK_SCOPE = "alliance.consent"


class AllianceConsent(models.Model):
    """A shopper has agreed to hear from a merchant: when, where, and to which words. Kept as evidence."""

    _name = "alliance.consent"
    _description = "Consent to Messages"
    _inherit = ["alliance.append.only"]
    _order = "given_at desc, id desc"
    _log_access = False
    _set_once = {"withdrawn_at", "withdrawn_by"}

    merchant_id = fields.Many2one("alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Shopper", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, index=True)
    given_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    place = fields.Selection(
        [("receipt", "After Paying"), ("store", "Store's Page"), ("account", "My Account")],
        required=True, readonly=True)
    wording = fields.Text(required=True, readonly=True, help="What the shopper has read and agreed to.")
    withdrawn_at = fields.Datetime(readonly=True)
    withdrawn_by = fields.Selection(
        [("account", "My Account"), ("message", "Link in a Message"), ("merge", "Contacts Merged")], readonly=True)

    _one_in_force = models.UniqueIndex(
        "(merchant_id, partner_id) WHERE withdrawn_at IS NULL", "This shopper has agreed already.")
    _withdrawn_later = models.Constraint(
        "CHECK (withdrawn_at >= given_at)", "Consent is withdrawn after it was given.")

    @api.depends("merchant_id", "partner_id")
    def _compute_display_name(self):
        for consent in self:
            consent.display_name = f"{consent.partner_id.name} · {consent.merchant_id.name}"

    def _get_kept_text(self):
        return self.env._("A consent is evidence: it never changes and is never deleted; it can be withdrawn once.")

    # -- given and withdrawn ------------------------------------------------------------------------

    @api.model
    def _get_wording(self, merchant):
        """Return what a shopper agrees to, in the user's language."""
        return self.env._(
            "%s may send me messages and coupons by mail. It does not learn my address, and I can end this at any"
            " time with one click.", merchant.name)

    @api.model
    def _find(self, partner, merchants=None):
        """Return the consents in force (sudo) that ``partner`` has given, to some merchants or to all."""
        domain = [("partner_id", "=", partner.id), ("withdrawn_at", "=", False)]
        if merchants is not None:
            domain.append(("merchant_id", "in", merchants.ids))
        return self.sudo().search(domain)  # sudo: shoppers have no rights on the table, these are their own

    @api.model
    def _give(self, merchant, partner, place):
        """Record that ``partner`` agrees, with the words just shown; who has agreed already has agreed.

        :param str place: code of ``place``
        :return: the consent in force (sudo)
        """
        # sudo: shoppers have no rights on the table; the caller makes sure that the partner is the user's own
        self.env.execute_query(SQL("SELECT pg_advisory_xact_lock(%s, %s)", merchant.id, partner.id))
        return self._find(partner, merchant) or self.sudo().create({
            "merchant_id": merchant.id, "partner_id": partner.id, "place": place,
            "wording": self._get_wording(merchant)})

    def _withdraw(self, by):
        """End these consents, from now on; those that have ended stay as they are.

        :param str by: code of ``withdrawn_by``
        """
        in_force = self.sudo().filtered(lambda consent: not consent.withdrawn_at)  # sudo: see _give
        touch(in_force)  # a job that is about to send with it is retried, and finds it withdrawn
        in_force.write({"withdrawn_at": fields.Datetime.now(), "withdrawn_by": by})

    def _follow_merge(self):
        """Return the consent in force that this one stands for: itself, or the one kept when contacts were merged."""
        self.ensure_one()
        merged = self.withdrawn_by == "merge"
        return self._find(self.partner_id, self.merchant_id) if merged else self.filtered(
            lambda consent: not consent.withdrawn_at)

    # -- the link in each message -------------------------------------------------------------------

    def _get_token(self):
        """Return what proves that whoever opens the link has the message."""
        self.ensure_one()
        return hmac(self.env(su=True), LINK_SCOPE, (self.id, self.merchant_id.id))  # contacts may be merged

    def _get_unsubscribe_url(self):
        self.ensure_one()
        return f"{self.merchant_id.get_base_url()}/alliance/unsubscribe/{self.id}/{self._get_token()}"

    @api.model
    def _get_by_token(self, consent_id, token):
        """Return the consent (sudo) that a link names, empty if its token is wrong."""
        consent = self.sudo().browse(consent_id).exists()  # sudo: whoever has the link needs no login
        return consent if consent and consteq(consent._get_token(), token or "") else self.sudo().browse()
