"""Promoters in the model: who is bound to whom, what is earned, taken back, paid and forfeited."""

from datetime import timedelta
from fractions import Fraction


class Commissions:
    """What of a concession is set aside for the promoter of its shopper; what no promoter gets is the pool's.

    :param dict promoters: name -> (share of the commission's weight, days for which a binding earns)
    :param int refund_days: how long a purchase waits for refunds before it earns
    """

    def set_promoters(self, promoters: dict, refund_days: int) -> None:
        self.promoters, self.refund_days = promoters, refund_days
        self.bound: dict[str, tuple] = {}  # shopper -> (promoter, day)
        self.lives_at: dict[str, str] = {}  # person -> household, where it is not the person's own
        self.commissions = dict.fromkeys(promoters, 0)  # what is payable; below zero: owed
        self.paid = dict.fromkeys(promoters, 0)
        self.forfeited = 0

    # -- binding ---------------------------------------------------------------------------

    def bind(self, shopper, promoter) -> bool:
        """Only who is new is bound, to somebody else of another household, and once."""
        has_bought = any(sale.shopper == shopper for sale in self.sales)
        if has_bought or shopper in self.bound or self.live_together(shopper, promoter):
            return False
        self.bound[shopper] = (promoter, self.today)
        return True

    def move_in(self, shopper, other) -> None:
        self.lives_at[shopper] = self.lives_at.get(other, other)

    def live_together(self, one, other) -> bool:
        return self.lives_at.get(one, one) == self.lives_at.get(other, other)

    def find_promoter(self, shopper):
        """Return who earns from what the shopper buys today, or None."""
        promoter, day = self.bound.get(shopper, (None, None))
        if promoter is None or self.live_together(shopper, promoter):
            return None
        _share, days = self.promoters[promoter]
        return promoter if self.today < day + timedelta(days=days) else None

    def get_share(self, promoter) -> Fraction:
        return self.promoters[promoter][0] if promoter else Fraction(0)

    # -- earning ---------------------------------------------------------------------------

    def earn(self) -> None:
        """From what was bought, funded and checked, and waited long enough; less refunds of that, early or late."""
        for sale in self.sales:
            if not sale.promoter:
                continue
            waited = sale.day + timedelta(days=self.refund_days) <= self.today
            if waited and sale.state == "funded" and sale.reward == "active" and sale.commission:
                self._book(sale, sale.commission)
            for refund in sale.refunds:
                if sale.earned and refund.state != "cancelled":
                    self._book(refund, -refund.commission)

    def _book(self, record, cents) -> None:
        if not record.earned:
            record.earned = True
            self.commissions[record.promoter] += cents

    def pay_promoters(self) -> dict:
        """Pay whatever is payable; return it by promoter."""
        self.earn()
        payments = {promoter: cents for promoter, cents in self.commissions.items() if cents > 0}
        for promoter, cents in payments.items():
            self._move_paid(promoter, cents)
        return payments

    def fail_payment(self, promoter, cents) -> None:
        self._move_paid(promoter, -cents)

    def _move_paid(self, promoter, cents) -> None:
        self.paid[promoter] += cents
        self.commissions[promoter] -= cents

    # -- what nobody earns -----------------------------------------------------------------

    def forfeit(self) -> None:
        """Commissions of rejected sales go to the pool, once they are more than refunds of such sales took back."""
        records = [record for sale in self.sales if sale.reward == "rejected" and sale.promoter
                   for record in (sale, *sale.refunds) if not record.forfeited]
        cents = sum(-record.commission if record.origin else record.commission for record in records)
        if cents > 0:
            self.pool, self.forfeited = self.pool + cents, self.forfeited + cents
            for record in records:
                record.forfeited = True

    @property
    def commission(self) -> int:
        """What the books owe to promoters: all that is set aside, whether earned yet or not."""
        return sum(sale.commission - sum(refund.commission for refund in sale.refunds)
                   for sale in self.sales) - self.forfeited
