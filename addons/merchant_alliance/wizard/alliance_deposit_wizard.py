from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.money import to_cents


class AllianceDepositWizard(models.TransientModel):
    """An operator records money that a merchant paid in, or that was paid back."""

    _name = "alliance.deposit.wizard"
    _description = "Record a Deposit"

    merchant_id = fields.Many2one("alliance.merchant", required=True)
    currency_id = fields.Many2one(related="merchant_id.currency_id")
    kind = fields.Selection(
        [("topup", "Paid In"), ("withdrawal", "Paid Back")], required=True, default="topup")
    amount = fields.Monetary(required=True, help="Above zero.")
    reference = fields.Char(required=True, help="Bank reference of the transfer.")
    idempotency_key = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))

    @api.constrains("amount")
    def _check_amount(self):
        for wizard in self:
            if wizard.amount <= 0:
                raise ValidationError(self.env._("Amount: must be above zero."))

    def action_record(self):
        """Record the deposit entry, once however often the button is pressed (operator).

        :raise UserError: more is paid back than the deposit holds
        """
        self.ensure_one()
        self.merchant_id.check_access("write")
        cents = to_cents(self.amount, self.currency_id)
        self.merchant_id.sudo()._deposit(  # sudo: nobody may write the ledger otherwise; rights were checked
            self.kind, cents if self.kind == "topup" else -cents,
            f"wizard,{self.idempotency_key}", self.reference)
        self.env.ref("merchant_alliance.cron_fund_pending").sudo()._trigger()  # sudo: jobs are the system's
        return {"type": "ir.actions.act_window_close"}
