import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError

RIGHTS = ("may_sales", "may_serve", "may_products")


class AllianceStaff(models.Model):
    """Somebody who works in a merchant's stores, with narrower rights than the owner.

    Never contracts, deposits, statements, bank accounts, shares or other staff: of the merchant itself staff see
    nothing. A person keeps one login, whoever it works for; the record is ended, never deleted.
    """

    _name = "alliance.staff"
    _description = "Store Staff"
    _inherit = ["mail.thread"]
    _order = "state desc, name, id"

    name = fields.Char(required=True, readonly=True, tracking=True)
    login = fields.Char(required=True, readonly=True, help="E-mail address, or phone number with its country code.")
    user_id = fields.Many2one("res.users", required=True, readonly=True, index=True, ondelete="restrict")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    store_ids = fields.Many2many(
        "alliance.store", "alliance_staff_store_rel", "staff_id", "store_id", string="Stores", readonly=True,
        tracking=True, help="Where this person works; of other stores it sees nothing.")
    may_sales = fields.Boolean(
        string="Sales", readonly=True, tracking=True, help="Sees what these stores have sold.")
    may_serve = fields.Boolean(
        string="Payments and Pickups", readonly=True, tracking=True,
        help="Sees payments by QR code, prints the store's sign and hands orders over.")
    may_products = fields.Boolean(
        string="Products", readonly=True, tracking=True,
        help="Keeps products, stock and deliveries of these stores in the brand mall.")
    state = fields.Selection(
        [("invited", "Invited"), ("active", "Active"), ("ended", "Ended")], required=True, readonly=True,
        default="invited", index=True, tracking=True, help="From the moment it is ended nothing is seen any more.")
    invited_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    accepted_on = fields.Datetime(readonly=True)
    ended_on = fields.Datetime(readonly=True)
    is_new_login = fields.Boolean(
        readonly=True, groups="base.group_system", help="The login was made by this invitation.")
    code = fields.Char(
        string="Invitation Code", required=True, readonly=True, copy=False, groups="base.group_system",
        default=lambda self: f"{secrets.randbelow(10**6):06}",
        help="Who is invited with a phone number accepts with this code, which the owner hands over.")
    code_tries = fields.Integer(
        string="Invitation Code Tries", readonly=True, copy=False, groups="base.group_system")

    _one_in_force = models.UniqueIndex(
        "(merchant_id, user_id) WHERE state != 'ended'", "This person works for this merchant already.")
    _some_right = models.Constraint(
        "CHECK (may_sales OR may_serve OR may_products)", "Rights: choose at least one.")
    _ended_has_time = models.Constraint(
        "CHECK ((state = 'ended') = (ended_on IS NOT NULL))", "What was ended says when.")

    @api.constrains("store_ids", "merchant_id")
    def _check_stores(self):
        for staff in self:
            if not staff.store_ids:
                raise ValidationError(self.env._("Stores: choose at least one."))
            if staff.store_ids.merchant_id != staff.merchant_id:
                raise ValidationError(self.env._("Stores: all of them must be of one merchant."))

    @api.constrains("user_id", "merchant_id")
    def _check_user(self):
        for staff in self:
            user, owner = staff.user_id, staff.merchant_id.partner_id
            if not user._is_portal() or user.partner_id.commercial_partner_id == owner:
                raise ValidationError(self.env._(
                    "%s cannot be staff: it belongs to the platform or to the merchant's owner.", staff.login))
