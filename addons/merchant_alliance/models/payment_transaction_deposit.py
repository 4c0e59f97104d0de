from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..tools.money import from_cents, to_cents
from ..tools.serialize import touch


class PaymentTransaction(models.Model):
    """Deposits topped up online: a payment that is done is one deposit entry, what a provider gives back another.

    A top-up is no sale: nothing here earns points or vouchers.
    """

    _name = "payment.transaction"
    _inherit = ["payment.transaction", "alliance.server.fields"]

    deposit_merchant_id = fields.Many2one(
        "alliance.merchant", string="Tops Up the Deposit of", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict")
    deposit_entry_ids = fields.One2many("alliance.deposit.entry", "payment_transaction_id", readonly=True)

    def _get_server_fields(self):
        return {"deposit_merchant_id", "refund_store_id", "surplus_amount"}

    @api.model_create_multi
    def create(self, vals_list):
        self._check_deposit_vals(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_deposit_vals([vals])
        return super().write(vals)

    def _check_deposit_vals(self, vals_list):
        if not self.env.su and any("deposit_merchant_id" in vals for vals in vals_list):
            raise AccessError(self.env._("Tops Up the Deposit of: only the merchant's own page sets it."))

    def _create_child_transaction(self, amount, is_refund=False, **custom_create_values):
        merchant = self.sudo().deposit_merchant_id  # sudo: accountants have no rights on merchants
        if merchant and is_refund:
            self._check_deposit_refund(merchant, to_cents(amount, self.currency_id))
        if merchant:
            custom_create_values["deposit_merchant_id"] = merchant.id
            self = self.sudo()  # sudo: see _check_deposit_vals; the merchant is the source's
        return super()._create_child_transaction(amount, is_refund=is_refund, **custom_create_values)

    def _check_deposit_refund(self, merchant, cents):
        """Raise ValidationError if less is left of the deposit: what concessions used up is not paid back."""
        merchant.invalidate_recordset(["deposit_balance"])
        left = to_cents(merchant.deposit_balance, merchant.currency_id)
        if cents > left:
            raise ValidationError(self.env._(
                "%(merchant)s: at most %(left)s of the deposit is left to be paid back.",
                merchant=merchant.name, left=self._format_cents(merchant, left)))

    def _post_process(self):
        result = super()._post_process()
        for tx in self.sudo():  # sudo: whoever reports a payment has no rights on merchants
            if tx.state == "done" and tx.deposit_merchant_id and not tx._is_captured_in_parts():
                tx._record_deposit()
        return result

    def _is_captured_in_parts(self):
        """Whether parts of this transaction brought the money: each of them is recorded itself."""
        return any(
            child.operation != "refund" and child.state in ("done", "cancel") for child in self.child_transaction_ids)

    def _record_deposit(self):
        """Record what has come in, or what a provider has given back; once, however often it is reported."""
        self.ensure_one()
        merchant = self.deposit_merchant_id
        touch(merchant)  # of two at once, the later one sees the other
        if self.deposit_entry_ids:
            return
        cents = to_cents(self.amount, self.currency_id)
        merchant.invalidate_recordset(["deposit_balance"])
        covered = max(cents, -to_cents(merchant.deposit_balance, merchant.currency_id))
        if covered:
            merchant._deposit(
                "topup" if cents > 0 else "withdrawal", covered, f"payment.transaction,{self.id}", self.reference,
                payment_transaction_id=self.id)
        if covered != cents:
            self._claim_back(covered - cents)
        self.env.ref("merchant_alliance.cron_fund_pending")._trigger()

    def _claim_back(self, cents):
        """A provider gave back (a chargeback) what concessions had used up: the merchant owes it, somebody must ask."""
        merchant, amount = self.deposit_merchant_id, self._format_cents(self.deposit_merchant_id, cents)
        merchant.activity_schedule(
            "mail.mail_activity_data_todo", user_id=merchant.company_id._get_task_owner().id,
            summary=self.env._("Claim %s back", amount),
            note=self.env._(
                "%(reference)s gave back %(amount)s that was used up already. It is open on the merchant's account.",
                reference=self.reference, amount=amount))

    def _format_cents(self, merchant, cents):
        return merchant.currency_id.format(float(from_cents(cents, merchant.currency_id)))
