from dataclasses import dataclass

from odoo import api, models


@dataclass(frozen=True)
class Payable:
    """What is due to one payee for one source item."""

    kind: str  # of payout.line
    partner: models.BaseModel  # who is paid
    cents: int  # of the company's currency, above zero
    origin: models.BaseModel  # the source item: at most one unpaid line stands for it
    account: object  # operating key or account that holds the debt (see escrow.posting)
    label: str  # what the payee reads on the bank statement
    once: bool = False  # it is paid in one payment only, ever
    reason: str = ""  # why it cannot be paid now; empty: it can


class PayoutSource(models.AbstractModel):
    """Who is owed what: each source of payouts is one method, so that other addons can add theirs."""

    _name = "payout.source"
    _description = "Source of Payouts"

    @api.model
    def _get_sources(self):
        """Return ``{kind: name of the method that finds what is due}``.

        Each method takes ``(company, ignored)``, the second being ``payout.line`` whose amounts count as not
        claimed yet, and returns a list of :class:`Payable`.
        """
        return {"merchant": "_get_payable_merchant", "dividend": "_get_payable_dividend"}

    @api.model
    def _get_payable(self, company, kinds=None, ignored=None):
        """Return what ``company`` owes and no unfinished payout claims.

        :param kinds: only these sources; all if None
        :param ignored: ``payout.line`` that are looked at again: their own claims are left out
        :return: list of :class:`Payable`
        """
        self = self.sudo()  # sudo: who may pay is decided by the batch; sources belong to other roles
        ignored = self.env["payout.line"] if ignored is None else ignored.sudo()
        self.env.flush_all()
        return [
            payable for kind, method in self._get_sources().items() if kinds is None or kind in kinds
            for payable in getattr(self, method)(company, ignored)]

    @api.model
    def _after_sent(self, lines, move):
        """Called with ``payout.line`` that are just being sent, and the entry that books them; sources may note it."""

    @api.model
    def _after_failed(self, lines, move):
        """Called with ``payout.line`` that the bank has just refused: they are due again. ``move`` books that."""
