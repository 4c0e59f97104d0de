from odoo import api, models
from odoo.tools import groupby

from odoo.addons.merchant_alliance.tools.money import to_cents


class EscrowPosting(models.AbstractModel):
    """What the platform collected for merchants: owed to them, never its revenue."""

    _inherit = "escrow.posting"

    @api.model
    def _post_collected(self, company):
        """Book payments collected for merchants that are not booked yet; a second call books nothing.

        One entry per merchant and day: what the payment left on the shopper's receivable goes to the merchant's
        clearing account. Refunds do the opposite.

        :return: the moves made
        """
        # sudo: a job of the books
        payments = self.env["account.payment"].sudo().search([
            ("company_id", "=", company.id), ("collected_for_id", "!=", False), ("collected_move_id", "=", False),
            ("state", "in", ("in_process", "paid"))], order="date, collected_for_id, id")
        groups = [(key, payments.union(*group)) for key, group in groupby(
            payments, lambda payment: (payment.date, payment.collected_for_id))]
        moves = self._post_events(company, [{
            "event": "collected", "date": day, "ref": merchant.name, "partner": merchant.partner_id,
            "lines": self._prepare_collected_lines(group)} for (day, merchant), group in groups])
        for move, (_key, group) in zip(moves, groups, strict=True):
            group.collected_move_id = move
            self._reconcile_collected(move, group)
        return moves

    def _prepare_collected_lines(self, payments):
        """Return one line for each payer's receivable, and what it adds up to for the merchant."""
        lines = [
            (payment.destination_account_id,
             to_cents(payment.amount_company_currency_signed, payment.company_currency_id), payment.partner_id)
            for payment in payments]
        return [*lines, ("merchant_clearing", -sum(cents for _account, cents, _partner in lines))]

    def _reconcile_collected(self, move, payments):
        """Match each payer's line with the payment: nobody owes anything, nobody is owed."""
        lines = move.line_ids.filtered(lambda line: line.account_id.reconcile)
        for payment in payments.filtered("move_id"):
            _liquidity, counterpart, _write_off = payment._seek_for_lines()
            counterpart = counterpart.filtered(lambda line: not line.reconciled)
            own = lines.filtered(
                lambda line, other=counterpart: not line.reconciled and line.account_id == other.account_id
                and line.partner_id == other.partner_id and not (line.balance + other.balance))[:1]
            if own and counterpart:
                (own + counterpart).reconcile()
