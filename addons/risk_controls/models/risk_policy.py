from odoo import api, fields, models
from odoo.exceptions import UserError


class RiskPolicy(models.Model):
    """Limits of one company."""

    _name = "risk.policy"
    _description = "Risk Limits"
    _inherit = ["mail.thread"]
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    shopper_sales_per_hour = fields.Integer(
        default=10, required=True, tracking=True, help="Sales of one shopper in one hour; more are held.")
    shopper_sales_per_day = fields.Integer(default=30, required=True, tracking=True)
    shopper_cash_per_day = fields.Monetary(
        default=50000.0, required=True, tracking=True, help="Cash of one shopper in one day; more is held.")
    platform_concession_per_day = fields.Monetary(
        default=1000000.0, required=True, tracking=True,
        help="Concessions rewarded on one day; what comes above it is held for review.")

    _company_uniq = models.Constraint("UNIQUE (company_id)", "A company has one set of limits.")
    _limits_positive = models.Constraint(
        "CHECK (shopper_sales_per_hour > 0 AND shopper_sales_per_day > 0"
        " AND shopper_cash_per_day > 0 AND platform_concession_per_day > 0)",
        "Each limit must be above zero.")

    @api.model
    def _get_policy(self, company):
        """Return the limits of ``company`` (sudo); the default ones are made when there are none."""
        # sudo: sales are checked by jobs and tills, which may not read limits
        policy = self.sudo().search([("company_id", "=", company.id)], limit=1)
        return policy or self.sudo().create({"company_id": company.id})

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Limits are changed, never deleted: without them nothing would be held."))
