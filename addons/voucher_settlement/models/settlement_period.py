from odoo import fields, models


class SettlementPeriod(models.Model):
    """One settlement interval: takes money in, releases vouchers at its end."""

    _name = "settlement.period"
    _description = "Settlement Period"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "number desc"

    name = fields.Char(compute="_compute_name")
    number = fields.Integer(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    cohort_id = fields.Many2one(
        "green.points.cohort", required=True, readonly=True, ondelete="restrict",
        help="The points that became active in this period.")
    date_start = fields.Datetime(related="cohort_id.date_start", store=True)
    date_end = fields.Datetime(related="cohort_id.date_end", store=True)
    state = fields.Selection(
        [("open", "Open"), ("closing", "Closing"), ("computed", "Computed"),
         ("approved", "Approved"), ("settled", "Settled")],
        required=True, default="open", readonly=True, tracking=True, index=True)
    pool_balance = fields.Monetary(readonly=True, help="Rebate pool when computed.")
    payable_amount = fields.Monetary(readonly=True, help="P: what the pool may pay in this period.")
    due_amount = fields.Monetary(readonly=True, help="D: what all cohorts could release.")
    coverage = fields.Float(
        digits=(16, 12), readonly=True, help="k = min(1, P / D), rounded down.")
    released_amount = fields.Monetary(readonly=True, help="Moved from the pool to vouchers outstanding.")
    maker_id = fields.Many2one("res.users", readonly=True, tracking=True)
    checker_id = fields.Many2one("res.users", readonly=True, tracking=True)
    settled_at = fields.Datetime(readonly=True)
    index_ids = fields.One2many("settlement.index", "period_id")
    move_id = fields.Many2one("account.move", readonly=True, index="btree_not_null")

    _number_uniq = models.Constraint(
        "UNIQUE (company_id, number)", "A period's number is used once.")
    _one_open = models.UniqueIndex("(company_id) WHERE state = 'open'", "Only one period can be open.")
    _never_more_than_pool = models.Constraint(
        "CHECK (released_amount >= 0 AND released_amount <= payable_amount"
        " AND payable_amount <= pool_balance)",
        "Vouchers released can never exceed the pool.")
    _two_people = models.Constraint(
        "CHECK (maker_id IS NULL OR checker_id IS NULL OR maker_id <> checker_id)",
        "Maker and checker must be two people.")
    _settled_was_checked = models.Constraint(
        "CHECK (state NOT IN ('approved', 'settled') OR (maker_id IS NOT NULL AND checker_id IS NOT NULL))",
        "A settlement needs a maker and a checker.")
