from odoo import api, models

from odoo.addons.merchant_alliance.tools.money import to_cents


class EscrowPosting(models.AbstractModel):
    """What was split at the source: it never came to the operating bank, though the payment says so."""

    _inherit = "escrow.posting"

    @api.model
    def _post_split(self, company):
        """Book what was received at the source and is not booked yet; a second call books nothing.

        The payment stands whole on the provider's account. What the merchant got pays what is owed to it. What the
        escrow got directly is what the sweep of its concession takes off the operating bank, so that the sweep is
        without effect there. What stays on the provider's account is the platform's own part.

        :return: the moves made
        """
        # sudo: a job of the books
        entries = self.env["split.entry"].sudo().search(self._get_split_domain(company), order="date, id")
        moves = self._post_events(company, [{
            "event": "split", "date": entry.date, "ref": entry.name, "partner": entry.merchant_id.partner_id,
            "lines": self._prepare_split_lines(entry)} for entry in entries])
        for entry, move in zip(entries, moves, strict=True):
            entry.move_id = move
        return moves

    def _get_split_domain(self, company):
        return [("company_id", "=", company.id), ("move_id", "=", False)]

    def _prepare_split_lines(self, entry):
        amount, escrow = (to_cents(value, entry.currency_id) for value in (entry.amount, entry.escrow_amount))
        return [("merchant_clearing", amount), ("operating_bank", escrow),
                (self._get_split_account(entry), -amount - escrow)]

    def _get_split_account(self, entry):
        """Return the account on which the payment stands, the operating bank if it was not booked."""
        payment = entry.order_id.transaction_id.payment_id
        if payment.move_id:
            liquidity, _counterpart, _write_off = payment._seek_for_lines()
            if account := liquidity.account_id[:1]:
                return account
        return "operating_bank"
