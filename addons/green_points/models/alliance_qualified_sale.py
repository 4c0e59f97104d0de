from odoo import fields, models


class AllianceQualifiedSale(models.Model):
    _inherit = "alliance.qualified.sale"

    policy_id = fields.Many2one("green.points.policy", readonly=True, ondelete="restrict")
    alloc_pool = fields.Monetary(string="To Rebate Pool", readonly=True)
    alloc_shopping = fields.Monetary(string="To Shopping Voucher", readonly=True)
    alloc_commission = fields.Monetary(string="To Promoter Commission", readonly=True)
    alloc_reserve = fields.Monetary(string="To Risk Reserve", readonly=True)
    alloc_fee = fields.Monetary(string="Platform Fee", readonly=True)
    base_shopper = fields.Monetary(string="Shopper's Base Value", readonly=True)
    base_merchant = fields.Monetary(string="Merchant's Base Value", readonly=True)
    reward_state = fields.Selection(
        [("none", "No Rewards"), ("pending", "Pending"), ("held", "Held for Review"),
         ("active", "Active"), ("rejected", "Rejected"), ("cancelled", "Cancelled")],
        required=True, readonly=True, default="pending", index=True)
    cohort_id = fields.Many2one(
        "green.points.cohort", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Cohort that the points joined.")

    _allocation_adds_up = models.Constraint(
        "CHECK (policy_id IS NULL OR alloc_pool + alloc_shopping + alloc_commission"
        " + alloc_reserve + alloc_fee = concession_amount)",
        "The parts of a concession must add up to it, to the cent.")
    _gives_within_concession = models.Constraint(
        "CHECK (abs(base_shopper + base_merchant) <= abs(concession_amount))",
        "What a sale gives can never exceed its own concession.")
