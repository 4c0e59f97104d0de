"""Accounts of the model that are closed, and two that turn out to be one person's."""

from .wallet import Wallet


class Accounts:
    """Part of ``Platform``."""

    def close_account(self, shopper, bookings, holds) -> bool:
        """Give all up, for good; not while a payment or a service is under way, or anything is owed.

        :param bookings: shoppers who have booked a service for points
        :param holds: all payments there were
        """
        wallet = self.wallets[shopper]
        self.credit(shopper)
        if shopper in bookings or wallet.debt or self.debts.get(shopper) or any(
                hold.wallet is wallet and hold.state == "held" for hold in holds):
            return False
        for (holder, cohort), base in list(self.points.items()):
            if holder == shopper and base:
                self._give_up(holder, cohort, base)
        wallet.closed = True
        self._sweep()
        return True

    def _give_up(self, holder, cohort, base) -> None:
        """Nobody owes these points when their purchase is given back later."""
        self._let_go(holder, cohort, base)
        self.given_up[holder, cohort] = self.given_up.get((holder, cohort), 0) + base

    def merge(self, gone, kept, holds) -> None:
        """All that one contact has is the other's from now on; neither has a promoter."""
        assert not {gone, kept} & self.bound.keys()
        for holder in (gone, kept):
            self.wallets.setdefault(holder, Wallet())
            self.credit(holder)
        for sale in self.sales:
            for record in (sale, *sale.refunds):
                record.shopper = kept if record.shopper == gone else record.shopper
        for kind in (self.points, self.away):
            for cohort in [cohort for holder, cohort in kind if holder == gone]:
                kind[kept, cohort] = kind.get((kept, cohort), 0) + kind.pop((gone, cohort))
        for cohort in [cohort for holder, cohort in self.gone if holder == gone]:
            self.gone.setdefault((kept, cohort), []).extend(self.gone.pop((gone, cohort)))
        self.debts[kept] = self.debts.get(kept, []) + self.debts.pop(gone, [])
        self._pay_points_owed(kept)
        absorbed = self.wallets.pop(gone)
        for hold in holds:
            if hold.wallet is absorbed:
                hold.wallet = self.wallets[kept]
        self.wallets[kept].absorb(absorbed)
        self._sweep()
