from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    promoter_refund_days = fields.Integer(
        string="Commission Payable After", default=15,
        help="Days after a purchase in which it can be returned: its commission waits for so long.")

    _refund_days_positive = models.Constraint(
        "CHECK (promoter_refund_days >= 0)", "A commission waits for 0 days or more.")
