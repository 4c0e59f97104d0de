from odoo import fields, models


class GreenPointsPolicy(models.Model):
    """One version of the rules under which concessions become rewards."""

    _name = "green.points.policy"
    _description = "Points Policy"
    _inherit = ["mail.thread"]
    _order = "effective_number desc, id desc"

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company)
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("superseded", "Superseded")],
        required=True, default="draft", copy=False, tracking=True, index=True)
    effective_number = fields.Integer(
        string="Effective from Period", default=1, required=True,
        help="Number of the first period whose cohort is given under this policy.")
    weight_pool = fields.Float(string="Rebate Pool (%)", digits=(5, 2), default=60.0, required=True)
    weight_shopping = fields.Float(
        string="Shopping Voucher (%)", digits=(5, 2), default=10.0, required=True)
    weight_commission = fields.Float(
        string="Promoter Commission (%)", digits=(5, 2), default=5.0, required=True)
    weight_reserve = fields.Float(string="Risk Reserve (%)", digits=(5, 2), default=5.0, required=True)
    weight_fee = fields.Float(string="Platform Fee (%)", digits=(5, 2), default=20.0, required=True)
    beta = fields.Float(
        string="Shopper Base (β)", digits=(6, 4), default=0.6, required=True,
        help="Base value of the shopper's points per unit of concession.")
    gamma = fields.Float(
        string="Merchant Base (γ)", digits=(6, 4), default=0.4, required=True,
        help="Base value of the merchant's points per unit of concession.")
    curve = fields.Selection(
        [("linear", "Linear"), ("compounding", "Compounding"), ("stepped", "Stepped")],
        required=True, default="linear")
    max_multiple = fields.Float(digits=(6, 4), default=5.0, required=True)
    period_count = fields.Integer(string="Periods to Mature", default=40, required=True)
    period_days = fields.Integer(string="Days per Period", default=7, required=True)
    payout_ratio = fields.Float(
        digits=(6, 4), default=1.0, required=True,
        help="Part of the rebate pool that one settlement may pay, 0 to 1.")
    ring_fenced = fields.Boolean(help="Each cohort is paid from its own money only.")
    deduction_life_days = fields.Integer(string="Deduction Voucher Life (days)", default=365, required=True)
    shopping_life_days = fields.Integer(string="Shopping Voucher Life (days)", default=90, required=True)
    points_per_unit = fields.Float(
        digits=(8, 2), default=1.0, required=True,
        help="Green points shown for one currency unit of base value.")

    _weights_add_up = models.Constraint(
        "CHECK (weight_pool >= 0 AND weight_shopping >= 0 AND weight_commission >= 0"
        " AND weight_reserve >= 0 AND weight_fee >= 0"
        " AND weight_pool + weight_shopping + weight_commission + weight_reserve + weight_fee = 100)",
        "The five weights must be zero or more and add up to 100 %.")
    _bases_within_concession = models.Constraint(
        "CHECK (beta >= 0 AND gamma >= 0 AND beta + gamma <= 1)",
        "β and γ must be zero or more and at most 1 together: "
        "no sale may give points worth more than its concession.")
    _multiple_bounds = models.Constraint(
        "CHECK (max_multiple > 0 AND max_multiple <= 5)", "The multiple is above 0 and at most 5.")
    _period_bounds = models.Constraint(
        "CHECK (period_count BETWEEN 1 AND 40 AND period_days BETWEEN 1 AND 366)",
        "Points mature over 1 to 40 periods of 1 to 366 days.")
    _payout_bounds = models.Constraint(
        "CHECK (payout_ratio > 0 AND payout_ratio <= 1)", "The pay-out ratio is above 0 and at most 1.")
    _lifetime_bounds = models.Constraint(
        "CHECK (deduction_life_days >= 1 AND shopping_life_days >= 1)",
        "A voucher lives for at least one day.")
    _points_per_unit_positive = models.Constraint(
        "CHECK (points_per_unit > 0)", "Points per currency unit must be above zero.")
