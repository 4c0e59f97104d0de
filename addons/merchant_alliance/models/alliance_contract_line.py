from odoo import fields, models

from .scene import SCENES

RATE_MIN = 3
RATE_MAX = 20


class AllianceContractLine(models.Model):
    """One concession rate of a contract, for a scene and a store or for all."""

    _name = "alliance.contract.line"
    _description = "Concession Rate"
    _order = "sequence, id"

    contract_id = fields.Many2one(
        "alliance.contract", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    scene = fields.Selection(SCENES, help="Empty: every scene.")
    store_id = fields.Many2one("alliance.store", ondelete="restrict", help="Empty: every store.")
    rate = fields.Float(
        string="Concession (%)", digits=(5, 2), required=True, default=10.0,
        help="Percent of the cash paid, 3 to 20.")

    _rate_in_bounds = models.Constraint(
        f"CHECK (rate >= {RATE_MIN} AND rate <= {RATE_MAX})",
        "A concession is between 3 % and 20 % of the cash paid.")
