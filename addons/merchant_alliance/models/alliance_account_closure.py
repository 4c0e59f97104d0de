from odoo import api, fields, models
from odoo.exceptions import UserError


class AllianceAccountClosure(models.Model):
    """A shopper's account was closed: who did it, when, why, and what was given up.

    Append-only, one for each company in which the shopper had something. Nothing of it comes back: an account that
    is opened again begins with nothing.
    """

    _name = "alliance.account.closure"
    _description = "Closed Account"
    _inherit = ["alliance.append.only"]
    _order = "id desc"
    _log_access = False
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Shopper", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    by = fields.Selection(
        [("shopper", "Shopper"), ("operator", "Operator")], string="Closed by", required=True, readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    reason = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("This log follows from closing accounts alone."))

    @api.model
    def _record(self, vals_list):
        return super().create(vals_list)
