from odoo import fields, models

from odoo.addons.green_points.models.holder import HOLDER_KINDS


class SettlementProposal(models.Model):
    """Dry run: what settling a computed period would add to one cohort's index.

    Replaced whenever the period is computed again; ``settlement.index`` has what was settled.
    """

    _name = "settlement.proposal"
    _description = "Proposed Release"
    _inherit = ["alliance.server.fields"]
    _order = "cohort_number desc, holder_kind desc"
    _log_access = False

    period_id = fields.Many2one(
        "settlement.period", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="period_id.company_id")
    currency_id = fields.Many2one(related="period_id.currency_id")
    cohort_number = fields.Integer(string="Cohort No.", required=True, readonly=True)
    holder_kind = fields.Selection(HOLDER_KINDS, required=True, readonly=True)
    age = fields.Integer(required=True, readonly=True, help="n: period number minus cohort number.")
    base = fields.Monetary(required=True, readonly=True, help="Base value that takes part.")
    step = fields.Float(digits=(16, 12), required=True, readonly=True, help="m(n) − m(n−1)")
    coverage = fields.Float(
        digits=(16, 12), required=True, readonly=True, help="Share of the step that there is money for.")
    increment = fields.Float(
        digits=(16, 12), required=True, readonly=True, help="coverage × step, rounded down")
    accumulated = fields.Float(
        string="Multiple After", digits=(16, 12), required=True, readonly=True,
        help="How many times its base the cohort will have released.")
    amount = fields.Monetary(
        compute="_compute_amount", help="Base × increment; for display, the reserve is rounded once.")

    _once = models.Constraint(
        "UNIQUE (period_id, cohort_number, holder_kind)", "A cohort is proposed once per period.")
    _increment_bounds = models.Constraint(
        "CHECK (base >= 0 AND increment >= 0 AND increment <= step AND accumulated <= 5)",
        "A cohort never releases more than its step, nor more than 5 times its base.")

    def _compute_amount(self):
        for line in self:
            line.amount = line.base * line.increment
