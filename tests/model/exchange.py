"""Points given away in the model, and points that are owed because they were given away."""

from .wallet import Wallet


class Exchange:
    """Part of ``Platform``."""

    def is_alive(self, cohort) -> bool:
        """Whether its points have periods to come, and may be given for a service."""
        return not self.is_matured(cohort) and self.open - 1 - cohort < self.terms[cohort].periods

    def exchange(self, shopper, merchant, base):
        """Give ``base`` of a shopper's points, the oldest first, to a merchant; None when they are too few."""
        own = sorted(cohort for (holder, cohort), held in self.points.items()
                     if holder == shopper and held and self.is_alive(cohort))
        parts = []
        for cohort in own:
            part = min(self.points[shopper, cohort], base - sum(taken for _cohort, taken in parts))
            if part:
                parts.append((cohort, part))
        if sum(part for _cohort, part in parts) < base:
            return None
        self._move(shopper, merchant, parts)
        return parts

    def give_points_back(self, shopper, merchant, parts) -> None:
        self._move(merchant, shopper, parts)
        self._pay_points_owed(shopper)

    def _move(self, giver, taker, parts) -> None:
        for holder in (giver, taker):
            self.wallets.setdefault(holder, Wallet())
            self.credit(holder)
        for cohort, part in parts:
            self._let_go(giver, cohort, part)
            self.points[taker, cohort] = self.points.get((taker, cohort), 0) + part
            self.away[taker, cohort] = self.away.get((taker, cohort), 0) - part

    def _let_go(self, holder, cohort, base) -> None:
        self.points[holder, cohort] -= base
        self.away[holder, cohort] = self.away.get((holder, cohort), 0) + base
        self.gone.setdefault((holder, cohort), []).append((base, self.index(cohort)))

    def _pay_points_owed(self, holder) -> None:
        """Out of the youngest points first."""
        own = sorted((cohort for (owner, cohort), held in self.points.items()
                      if owner == holder and held and not self.is_matured(cohort)), reverse=True)
        debts = self.debts.get(holder, [])
        for number in range(len(debts)):
            for cohort in own:
                part = min(debts[number], self.points[holder, cohort])
                if part:
                    debts[number] -= part
                    self._let_go(holder, cohort, part)
        self.debts[holder] = [owed for owed in debts if owed]
