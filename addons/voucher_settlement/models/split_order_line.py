from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import to_cents


class SplitOrderLine(models.Model):
    """What one receiver gets of a payment."""

    _name = "split.order.line"
    _description = "Split Payment Part"
    _inherit = ["alliance.server.fields"]
    _order = "order_id, id"

    order_id = fields.Many2one("split.order", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    role = fields.Selection([("escrow", "Escrow"), ("platform", "Platform")], required=True, readonly=True)
    account = fields.Char(string="Merchant Number", required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    returned_amount = fields.Monetary(string="Given Back", compute="_compute_returned_amount")
    out_order_no = fields.Char(string="Request Number", readonly=True)
    state = fields.Selection(
        [("pending", "Pending"), ("success", "Received"), ("closed", "Refused")],
        required=True, default="pending", readonly=True)
    reason = fields.Char(readonly=True)
    return_ids = fields.One2many("split.return", "line_id", readonly=True)

    _role_uniq = models.Constraint("UNIQUE (order_id, role)", "Each receiver gets one part of a payment.")
    _amount_positive = models.Constraint("CHECK (amount > 0)", "A part of a payment is above zero.")

    @api.depends("return_ids.amount", "return_ids.state")
    def _compute_returned_amount(self):
        for line in self:
            line.returned_amount = sum(
                line.return_ids.filtered(lambda giveback: giveback.state == "done").mapped("amount"))

    def _get_left_cents(self):
        """Return what the receiver still has of it, or is not yet asked to give back, in cents."""
        self.ensure_one()
        return to_cents(self.amount, self.currency_id) - sum(
            to_cents(giveback.amount, giveback.currency_id) for giveback in self.return_ids)

    # -- what nobody answers -------------------------------------------------------------------------

    def action_note_received(self):
        """Note that the provider's own record shows these as received (operator; after the deadline, unanswered)."""
        self._note("success")

    def action_note_refused(self):
        """Note that the provider's own record does not show these as received (operator; see above)."""
        self._note("closed")

    def _note(self, state):
        self.check_access("read")
        self.order_id._check_operator()
        for order, lines in self.sudo().grouped("order_id").items():  # sudo: the state is set by steps only
            order._decide(lines, state)

    # -- guarded writing -----------------------------------------------------------------------------

    def write(self, vals):
        if "amount" in vals and any(line.state == "success" for line in self):
            raise UserError(self.env._("What a receiver has got is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_received(self):
        if any(line.state == "success" for line in self):
            raise UserError(self.env._("What a receiver has got is not changed."))
