from odoo import api, models

from odoo.addons.merchant_alliance.tools.money import to_cents


class EscrowPosting(models.AbstractModel):
    """Merchants' deposits: paid in or back at the bank, or through a payment provider."""

    _inherit = "escrow.posting"

    @api.model
    def _post_deposit(self, entry):
        """Book what a merchant paid in or got back; once. What a funding draws is booked with it."""
        if entry.kind == "funding" or entry.move_id:
            return
        cents = to_cents(entry.amount, entry.currency_id)
        move = self._post_event(
            "deposit", entry.company_id, [(self._get_deposit_payer(entry), cents), ("merchant_deposit", -cents)],
            date=entry.date, ref=entry.reference or entry.merchant_id.name, partner=entry.merchant_id.partner_id)
        entry.sudo().move_id = move  # sudo: the entry is append-only for everybody
        self._reconcile_deposit(entry)

    def _get_deposit_payer(self, entry):
        """Return the key or account that the money of a deposit entry comes from, or goes to.

        An online payment is on the merchant's receivable: its own entry has the money on the provider's outstanding
        account, until the bank statement brings it.
        """
        payment = entry.sudo().payment_transaction_id.payment_id  # sudo: owners and jobs read no payments
        if payment:
            return payment.destination_account_id
        # the platform's own shop only sets operating money aside for its concessions
        return "merchant_clearing" if entry.merchant_id.is_platform else "operating_bank"

    def _reconcile_deposit(self, entry):
        """Match the receivable's line with the payment. More given back than the deposit held stays open there."""
        payment = entry.sudo().payment_transaction_id.payment_id  # sudo: see _get_deposit_payer
        if not payment.move_id:
            return
        _liquidity, counterpart, _write_off = payment._seek_for_lines()
        own = entry.sudo().move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id and line.account_id.reconcile)
        lines = (own + counterpart).filtered(lambda line: not line.reconciled)
        if own and counterpart and len(lines.account_id) == 1:
            lines.reconcile()
