from odoo import fields, models


class AllianceRateChangeLine(models.Model):
    """One rate of one contract: as it is, as it would be, and the amendment that was sent."""

    _name = "alliance.rate.change.line"
    _description = "Change of a Rate"
    _inherit = ["alliance.server.fields"]
    _order = "problem, contract_id, id"

    change_id = fields.Many2one(
        "alliance.rate.change", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="change_id.company_id", store=True)
    contract_id = fields.Many2one("alliance.contract", required=True, readonly=True, index=True, ondelete="cascade")
    merchant_id = fields.Many2one(related="contract_id.merchant_id")
    contract_line_id = fields.Many2one(
        "alliance.contract.line", string="Rate", required=True, readonly=True, ondelete="cascade")
    scene = fields.Selection(related="contract_line_id.scene")
    store_id = fields.Many2one(related="contract_line_id.store_id")
    categ_id = fields.Many2one(related="contract_line_id.categ_id")
    old_rate = fields.Float(string="Old (%)", digits=(5, 2), readonly=True)
    new_rate = fields.Float(string="New (%)", digits=(5, 2), readonly=True)
    problem = fields.Char(string="Skipped", readonly=True, help="Why this contract is not amended.")
    amendment_id = fields.Many2one(
        "alliance.contract", readonly=True, index="btree_not_null", ondelete="set null")
    amendment_state = fields.Selection(related="amendment_id.state", string="Amendment State")

    _once = models.Constraint(
        "UNIQUE (change_id, contract_line_id)", "A rate is changed once by each change.")
    _amended_has_no_problem = models.Constraint(
        "CHECK (problem IS NULL OR amendment_id IS NULL)", "What is skipped is not amended.")
