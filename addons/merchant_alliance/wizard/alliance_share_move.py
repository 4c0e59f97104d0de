from uuid import uuid4

from odoo import api, fields, models


class AllianceShareMove(models.TransientModel):
    """An operator issues, transfers or takes back a stake in a supermarket store."""

    _name = "alliance.share.move"
    _description = "Move Shares"

    store_id = fields.Many2one("alliance.store", required=True, domain=[("scene", "=", "supermarket")])
    giver_id = fields.Many2one("res.partner", string="From", help="Empty: new shares are issued.")
    taker_id = fields.Many2one("res.partner", string="To", help="Empty: the shares are taken back.")
    percent = fields.Float(string="Percent of the Store", digits=(8, 4), required=True)
    date = fields.Date(
        required=True, help="From this day on.",
        default=lambda self: self.env.company._get_day())
    reference = fields.Char(required=True, help="Agreement or resolution behind it.")
    free_percent = fields.Float(string="Not Issued (%)", digits=(8, 4), compute="_compute_free_percent")
    idempotency_key = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))

    @api.depends("store_id")
    def _compute_free_percent(self):
        for move in self:
            move.free_percent = 100 - move.store_id.issued_percent if move.store_id else 0

    def action_move(self):
        """Move the shares, once however often the button is pressed (operator).

        :raise UserError: more than is held or left, or a day before the last move or dividend, or after today
        """
        self.ensure_one()
        self.store_id.check_access("write")
        self.store_id._move_shares(
            self.giver_id, self.taker_id, self.percent, self.date, f"wizard,{self.idempotency_key}", self.reference)
        return {"type": "ir.actions.act_window_close"}
