from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    alliance_reviewer_id = fields.Many2one(
        "res.users", string="Reviewer of Applications", domain=[("share", "=", False)],
        help="Gets new merchant applications; empty: whoever takes them from the list.")
    alliance_review_days = fields.Integer(
        string="Answer Within", default=3, help="Working days that applicants are promised an answer in.")

    _review_days_positive = models.Constraint(
        "CHECK (alliance_review_days >= 0)", "Answer within: a number of working days, 0 or more.")
