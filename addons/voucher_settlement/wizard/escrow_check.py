from odoo import api, fields, models

from odoo.addons.merchant_alliance.tools.money import from_cents


class EscrowCheck(models.TransientModel):
    """Report: every escrow account beside what its sub-ledger adds up to."""

    _name = "escrow.check"
    _description = "Sub-ledger Check"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many(
        "escrow.check.line", "check_id", compute="_compute_line_ids", store=True, readonly=True)
    difference_count = fields.Integer(compute="_compute_difference_count")

    @api.depends("company_id")
    def _compute_line_ids(self):
        for check in self:
            # sudo: whoever may open the report sees these totals, not the ledgers behind them
            rows = self.env["escrow.posting"].sudo()._get_comparison(check.company_id)
            check.line_ids = [fields.Command.clear()] + [
                fields.Command.create(check._prepare_line(row)) for row in rows]

    def _prepare_line(self, row):
        """Return the values of a report line from a row of ``escrow.posting._get_comparison``."""
        return {
            "account_id": row["account_id"],
            "hint": row["hint"] if row["account_id"] else f"{row['account']}: {row['hint']}",
            **{name: float(from_cents(row[f"{name}_cents"], self.company_id.currency_id))
               for name in ("ledger", "subledger", "difference")},
        }

    @api.depends("line_ids.difference")
    def _compute_difference_count(self):
        for check in self:
            check.difference_count = len(check.line_ids.filtered("difference"))

    @api.model
    def action_open(self):
        """Compare now and show the result; record rules and access decide who may."""
        self.check_access("create")
        check = self.create({})
        return {
            "type": "ir.actions.act_window", "name": self.env._("Sub-ledger Check"),
            "res_model": self._name, "res_id": check.id, "view_mode": "form", "target": "current"}


class EscrowCheckLine(models.TransientModel):
    _name = "escrow.check.line"
    _description = "Sub-ledger Check Line"

    check_id = fields.Many2one("escrow.check", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="check_id.currency_id")
    account_id = fields.Many2one("account.account", readonly=True)
    ledger = fields.Monetary(string="General Ledger", readonly=True)
    subledger = fields.Monetary(string="Sub-ledger", readonly=True)
    difference = fields.Monetary(readonly=True, help="General ledger less sub-ledger; zero is right.")
    hint = fields.Char(string="What It Consists Of", readonly=True)
