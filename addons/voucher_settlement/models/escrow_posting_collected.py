from odoo import api, models
from odoo.tools import groupby

from odoo.addons.merchant_alliance.tools.money import to_cents


class EscrowPosting(models.AbstractModel):
    """What the platform collected for merchants: owed to them, never its revenue."""

    _inherit = "escrow.posting"

    @api.model
    def _post_collected(self, company):
        """Book what was collected for merchants and is not booked yet; a second call books nothing.

        One entry per merchant and day: what the payment left on the shopper's receivable goes to the merchant's
        clearing account. Refunds do the opposite.

        :return: the moves made
        """
        # sudo: a job of the books
        shares = self.env["alliance.payment.share"].sudo().search(self._get_collected_domain(company), order="date, id")
        groups = [(key, shares.browse().union(*group)) for key, group in groupby(
            shares, lambda share: (share.date, share.merchant_id))]
        moves = self._post_events(company, [{
            "event": "collected", "date": day, "ref": merchant.name,
            "lines": self._prepare_collected_lines(merchant, group)} for (day, merchant), group in groups])
        for move, (_key, group) in zip(moves, groups, strict=True):
            group.move_id = move
            self._reconcile_collected(move, group)
        return moves

    def _get_collected_domain(self, company):
        return [("company_id", "=", company.id), ("move_id", "=", False), ("is_own", "=", False),
                ("payment_id.state", "in", ("in_process", "paid"))]

    def _prepare_collected_lines(self, merchant, shares):
        """Return one line for each payment's receivable, and what it adds up to for the merchant.

        The payment with which a line is reconciled says whose it is. A line that named the shopper would keep the
        contact from ever being merged: the entry never changes.
        """
        lines = [(share.payment_id.destination_account_id, to_cents(share.amount, share.currency_id))
                 for share in shares]
        return [*lines, ("merchant_clearing", -sum(cents for _account, cents in lines), merchant.partner_id)]

    def _reconcile_collected(self, move, shares):
        """Match each line with its payment: nobody owes anything, nobody is owed."""
        lines = move.line_ids.filtered(lambda line: line.account_id.reconcile)
        for share in shares.filtered("payment_id.move_id"):
            _liquidity, counterpart, _write_off = share.payment_id._seek_for_lines()
            counterpart = counterpart.filtered(lambda line: not line.reconciled)
            own = lines.filtered(
                lambda line, share=share, other=counterpart: not line.reconciled
                and line.account_id == other.account_id
                and not share.currency_id.compare_amounts(line.balance, share.amount))[:1]
            if own and counterpart:
                (own + counterpart).reconcile()
