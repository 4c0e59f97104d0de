from odoo import api, fields, models
from odoo.exceptions import UserError


class AllianceDepositEntry(models.Model):
    """Append-only ledger of a merchant's prepaid deposit."""

    _name = "alliance.deposit.entry"
    _description = "Deposit Entry"
    _inherit = ["alliance.server.fields"]
    _order = "id desc"

    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("topup", "Top-up"), ("funding", "Concession Funded"), ("withdrawal", "Paid Back")],
        required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True, help="Positive: in; negative: out.")
    date = fields.Date(required=True, readonly=True)
    reference = fields.Char(readonly=True)
    payment_transaction_id = fields.Many2one(
        "payment.transaction", string="Online Payment", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict", groups="base.group_user")
    idempotency_key = fields.Char(required=True, readonly=True, copy=False)

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "This deposit entry has been recorded already.")
    _amount_not_zero = models.Constraint("CHECK (amount <> 0)", "A deposit entry has an amount.")
    _sign_fits_kind = models.Constraint(
        "CHECK ((kind <> 'topup' OR amount > 0) AND (kind <> 'withdrawal' OR amount < 0))",
        "A top-up is positive, what is paid back is negative.")

    @api.model
    def _record(self, vals):
        """Append one entry; only ``alliance.merchant._deposit`` calls this, with the balance."""
        return super().create([vals])

    def _after_recorded(self):
        """Hook: this entry has just been recorded."""

    # -- append-only ---------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Deposit: record it on the merchant, so that the balance follows."))

    def write(self, vals):
        if set(vals) & {
                "merchant_id", "kind", "amount", "date", "reference", "idempotency_key", "payment_transaction_id"}:
            raise UserError(self.env._("A deposit entry cannot be changed; record a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A deposit entry cannot be deleted; record a new one."))
