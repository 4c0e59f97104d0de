from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

OFFERS_SHOWN = 6
OPEN_OFFERS = 20  # of one merchant, at most
NAME_LIMIT, TEXT_LIMIT = 80, 300


class AllianceOffer(models.Model):
    """What a merchant offers on its store's public page for some days, in a few words.

    submitted → published or refused; a published one ends with its last day, or is unpublished.
    """

    _name = "alliance.offer"
    _description = "Store's Offer"
    _inherit = ["alliance.server.fields", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"

    name = fields.Char(string="Offer", required=True, translate=True, size=NAME_LIMIT)
    text = fields.Text(translate=True)
    merchant_id = fields.Many2one("alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    store_id = fields.Many2one(
        "alliance.store", readonly=True, ondelete="cascade", help="Empty: every store of the merchant.")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, index=True)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    state = fields.Selection(
        [("submitted", "To Be Approved"), ("published", "Published"), ("refused", "Refused"),
         ("unpublished", "Unpublished"), ("withdrawn", "Withdrawn")],
        required=True, readonly=True, copy=False, default="submitted", index=True, tracking=True)
    reason = fields.Char(copy=False, tracking=True, help="Why it is refused or unpublished; the merchant reads it.")

    _dates_in_order = models.Constraint("CHECK (date_from <= date_to)", "An offer ends after it begins.")
    _shown_idx = models.Index("(merchant_id, date_to) WHERE state = 'published'")

    def write(self, vals):
        if not self.env.su and set(vals) - {"reason"} and not set(vals) <= self._get_mail_fields():
            raise AccessError(self.env._("An offer is the merchant's; approve it, or refuse it with a reason."))
        return super().write(vals)

    @api.model
    def _get_mail_fields(self):
        """Return the fields that threads and activities of Odoo write."""
        return {name for name in self._fields if name.startswith(("message_", "activity_"))}

    # -- the merchant --------------------------------------------------------------------------------

    @api.model
    def _submit(self, merchant, vals, texts):
        """Keep an offer of ``merchant``: it waits for approval, unless the company publishes offers at once.

        :param dict vals: ``store_id``, ``date_from``, ``date_to``
        :param dict texts: ``{language: {"name", "text"}}``; the first one stands for languages that are left out
        :return: the offer (sudo)
        :raise UserError: too many offers are open
        """
        offers = self.sudo()  # sudo: merchants have no rights on offers; the caller makes sure that it is theirs
        company, today = merchant.sudo().company_id, self._get_day(merchant)
        if offers.search_count([("merchant_id", "=", merchant.id), ("state", "in", ("submitted", "published")),
                                ("date_to", ">=", today)]) >= OPEN_OFFERS:
            raise UserError(self.env._("At most %s offers at a time; withdraw one first.", OPEN_OFFERS))
        state = "submitted" if company.alliance_offer_review else "published"
        (first_lang, first), *others = texts.items()
        offer = offers.with_context(lang=first_lang, mail_create_nosubscribe=True).create(
            {**vals, **first, "merchant_id": merchant.id, "state": state})
        for lang, text in others:
            offer.with_context(lang=lang).write(text)
        if state == "submitted" and company.alliance_reviewer_id:
            offer.activity_schedule(
                "mail.mail_activity_data_todo", user_id=company.alliance_reviewer_id.id,
                summary=self.env._("Approve the offer"))
        return offer

    def _withdraw(self):
        """The merchant takes these back."""
        self.sudo().filtered(lambda offer: offer.state in ("submitted", "published")).write({"state": "withdrawn"})

    # -- operators -----------------------------------------------------------------------------------

    def action_publish(self):
        """Show these on the stores' pages (operator)."""
        self._decide(("submitted", "unpublished", "refused"), "published")

    def action_refuse(self):
        """Refuse these, or take them off the pages, with the reason that the merchant reads (operator).

        :raise UserError: an offer without a reason
        """
        if missing := self.filtered(lambda offer: not (offer.reason or "").strip()):
            raise UserError(self.env._("Reason: please tell the merchant why (%s).", missing[0].name))
        self.filtered(lambda offer: offer.state == "submitted")._decide(("submitted",), "refused")
        self.filtered(lambda offer: offer.state == "published")._decide(("published",), "unpublished")

    def _decide(self, states, state):
        self.check_access("write")
        deciding = self.sudo().filtered(lambda offer: offer.state in states)  # sudo: only these buttons write the state
        deciding.write({"state": state})
        deciding.activity_feedback(["mail.mail_activity_data_todo"])

    # -- shown ---------------------------------------------------------------------------------------

    @api.model
    def _get_day(self, merchant):
        return merchant.sudo().company_id._get_day()

    @api.model
    def _find_shown(self, store):
        """Return the offers (sudo) that a store's page shows today."""
        today = self._get_day(store.merchant_id)
        # sudo: visitors have no rights on offers; what is published is for everybody
        return self.sudo().search([
            ("merchant_id", "=", store.merchant_id.id), ("store_id", "in", (False, store.id)),
            ("state", "=", "published"), ("date_from", "<=", today), ("date_to", ">=", today)],
            order="date_to, id", limit=OFFERS_SHOWN)
