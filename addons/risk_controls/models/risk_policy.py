from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError


class RiskPolicy(models.Model):
    """Limits of one company; every change is tracked."""

    _name = "risk.policy"
    _description = "Risk Limits"
    _inherit = ["mail.thread"]
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    shopper_sales_per_hour = fields.Integer(
        string="Sales per Hour", default=10, required=True, tracking=True,
        help="Sales of one shopper within an hour; more are held.")
    shopper_sales_per_day = fields.Integer(
        string="Sales per Day", default=30, required=True, tracking=True,
        help="Sales of one shopper within 24 hours; more are held.")
    shopper_cash_per_day = fields.Monetary(
        string="Cash per Day", default=50000.0, required=True, tracking=True,
        help="Cash of one shopper within 24 hours; more is held.")
    platform_concession_per_day = fields.Monetary(
        string="Daily Cap", default=1000000.0, required=True, tracking=True,
        help="Concessions rewarded on one day, all shoppers together; what comes above it is held for review. "
             "A change applies from the next day; reset today's breaker to change today's.")

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
        if not policy:
            try:
                policy = policy.create({"company_id": company.id})
                policy.flush_recordset()
            except UniqueViolation as error:  # somebody else was first: try again with what is there then
                raise ConcurrencyError(str(error)) from error
        return policy

    def write(self, vals):
        if "company_id" in vals and any(policy.company_id.id != vals["company_id"] for policy in self):
            raise UserError(self.env._("Company: limits stay with their company."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Limits are changed, never deleted: without them nothing would be held."))
