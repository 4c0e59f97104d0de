from odoo import fields, models

from ..tools.household import normalize_account, normalize_address, normalize_email, normalize_phone

# In the order in which they are looked for: the first that is found is the reason that is told.
HOUSEHOLD = [
    ("own", "Own Purchase"), ("entity", "Same Company or Family Contact"), ("phone", "Same Phone"),
    ("email", "Same E-mail"), ("address", "Same Address"), ("bank", "Same Bank Account")]
PEOPLE = "merchant_alliance.group_operator,merchant_alliance.group_auditor"


class ResPartner(models.Model):
    """Shoppers: who lives together with a promoter, and whose invitation a shopper has taken up."""

    _inherit = "res.partner"

    alliance_referral_id = fields.Many2one(
        "alliance.promoter", string="Invited By", readonly=True, copy=False, index="btree_not_null",
        ondelete="set null", groups=PEOPLE,
        help="Is bound to this promoter with the first purchase, if that comes in time.")
    alliance_birthday = fields.Date(
        string="Birthday", copy=False, groups="merchant_alliance.group_operator",
        help="Told by the shopper, for birthday greetings of shops that may write; shops never see it.")
    alliance_referral_until = fields.Datetime(string="Invitation Holds Until", readonly=True, copy=False, groups=PEOPLE)

    def _get_household_keys(self):
        """Return ``{kind: what can be compared}`` of the contact and the addresses below it (``tools.household``)."""
        self.ensure_one()
        contact = self.sudo()  # sudo: shoppers' contacts are not everybody's to read; only whether they agree comes out
        people = contact | contact.child_ids
        return {kind: {key for key in keys if key} for kind, keys in {
            "phone": [normalize_phone(person.phone, person._get_formatted_phone()) for person in people],
            "email": [normalize_email(person.email) for person in people],
            "address": [normalize_address(person.street, person.street2, person.city) for person in people],
            "bank": [normalize_account(account.acc_number) for account in people.bank_ids],
        }.items()}

    def _get_formatted_phone(self):
        """Return the phone as E.164, or None."""
        country = self.country_id or self.env.company.country_id or self.env.ref("base.cn")
        return self._phone_format(number=self.phone, country=country) if self.phone else None

    def _get_shared_household(self, other):
        """Return which of ``HOUSEHOLD`` ties this contact to ``other``, or None: by it both are one household."""
        self.ensure_one()
        contact, other = self.sudo(), other.sudo()  # sudo: see _get_household_keys
        if contact == other:
            return "own"
        if contact.commercial_partner_id == other.commercial_partner_id:
            return "entity"
        own, others = contact._get_household_keys(), other._get_household_keys()
        return next((kind for kind, keys in own.items() if keys & others[kind]), None)

    def _get_masked_name(self):
        """Return the name so that only who knows the contact recognises it: the first letter of the first word."""
        self.ensure_one()
        name = (self.sudo().name or "").strip()  # sudo: the rest is not shown
        return f"{name[:1]}**" if name else "**"
