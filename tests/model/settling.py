"""Periods of the model: closed, reckoned, released to each holder; nothing is cumulative."""

from datetime import timedelta
from fractions import Fraction

from .money import ceil, floor, floor12
from .policy import Policy


class Settling:
    """Part of ``Platform``.

    ``terms`` are the rules under which each cohort is given; they stay what they are, whatever policy comes later.
    """

    def begin_periods(self, policy: Policy, period_days: int | None) -> None:
        self.policy, self.period_days = policy, period_days
        self.scheduled: dict[int, Policy] = {}
        self.terms = {1: policy}
        self.ends = {}
        self.open = 1
        self.closing = self.proposal = None
        self.settled: list[dict] = []
        self.released: dict[int, Fraction] = {}  # by cohort, exact cents
        self.dust, self.dust_due = 0, False
        self.planned_end = self._plan(self.today)

    def change_policy(self, policy: Policy, number: int = 0) -> None:
        """From now on for sales, and for the points of the period that opens next; or when period ``number`` opens."""
        if number > self.open + 1:
            self.scheduled[number] = policy
        else:
            self.policy = policy

    # -- the calendar ----------------------------------------------------------------------

    def _plan(self, start):
        """A period lasts so many days, or a whole number of times that where it is begun late."""
        if self.period_days is None:
            return None  # it ends when it is closed
        late = max((self.today - start).days // self.period_days, 0)
        return start + timedelta(days=(late + 1) * self.period_days)

    def close(self) -> None:
        self.closing, self.open = self.open, self.open + 1
        end = self.today if self.planned_end is None else min(self.planned_end, self.today)
        self.ends[self.closing] = end
        for number in sorted(number for number in self.scheduled if number <= self.open):
            self.policy = self.scheduled.pop(number)
        self.terms[self.open] = self.policy
        self.planned_end = self._plan(end)

    # -- money and points of a cohort ------------------------------------------------------

    def base(self, cohort) -> int:
        return sum(base for (_holder, own), base in self.points.items() if own == cohort)

    def index(self, cohort) -> Fraction:
        return sum((period["increments"].get(cohort, Fraction(0)) for period in self.settled), Fraction(0))

    def own_money(self, cohort) -> int:
        """What a cohort's sales brought to the pool, less what it has released."""
        brought = sum(sale.left("parts", lambda refund: refund.state == "funded")[0]
                      for sale in self.sales if sale.cohort == cohort)
        return max(brought - ceil(self.released.get(cohort, Fraction(0))), 0)

    def is_matured(self, cohort) -> bool:
        return len(self.settled) - cohort >= self.terms[cohort].periods

    # -- settlement ------------------------------------------------------------------------

    def settle(self) -> None:
        self.close()
        self.compute()
        self.release_period()

    def compute(self) -> None:
        """Every cohort gets the same part of what is due, out of all the money; a fenced one out of its own."""
        self.forfeit()  # all is booked before the pool is looked at
        self.return_given_back()
        ages = {cohort: self.closing - cohort for cohort in range(1, self.closing)
                if self.closing - cohort <= self.terms[cohort].periods}
        steps = {cohort: self.terms[cohort].step(age) for cohort, age in ages.items()}
        increments = {}
        for cohorts, money in self._share_money(list(steps)):
            payable = floor(self.terms[self.closing].ratio * money)
            due = sum((self.base(cohort) * steps[cohort] for cohort in cohorts), Fraction(0))
            coverage = Fraction(1) if due <= payable else floor12(payable / due)
            increments |= {cohort: floor12(coverage * steps[cohort]) for cohort in cohorts}
        self.proposal = dict(sorted(increments.items()))

    def _share_money(self, cohorts) -> list:
        """Return ``[(cohorts, money)]``: who shares which money."""
        fenced = {cohort: self.own_money(cohort) for cohort in cohorts if self.terms[cohort].fenced}
        young = sum(self.own_money(cohort) for cohort in (self.closing, self.open) if self.terms[cohort].fenced)
        claimed = sum(fenced.values()) + young
        short = claimed > self.pool
        groups = [([cohort], money * self.pool // claimed if short else money) for cohort, money in fenced.items()]
        return [*groups, ([cohort for cohort in cohorts if cohort not in fenced], max(self.pool - claimed, 0))]

    def release_period(self) -> None:
        """Give each holder of points what they release; it waits until the wallet is looked at."""
        increments, number = self.proposal, self.closing
        parts = {cohort: self.base(cohort) * increment for cohort, increment in increments.items()}
        reserved = ceil(sum(parts.values(), Fraction(0)))
        assert reserved <= self.pool
        self.pool, self.outstanding = self.pool - reserved, self.outstanding + reserved
        expires = self.ends[number] + timedelta(days=self.terms[number].deduction_days)
        for (holder, cohort), base in self.points.items():
            if cohort in increments:
                share, _expires = self.wallets[holder].due.get(number, (Fraction(0), None))
                self.wallets[holder].due[number] = share + base * increments[cohort], expires
        for cohort, part in parts.items():
            self.released[cohort] = self.released.get(cohort, Fraction(0)) + part
        self.settled.append({"increments": increments, "reserved": reserved})
        self.dust_due = True

    # -- crediting -------------------------------------------------------------------------

    def credit(self, holder) -> None:
        wallet = self.wallets[holder]
        for number in range(wallet.seen + 1, len(self.settled) + 1):
            if number in wallet.due:
                wallet.credit(*wallet.due.pop(number), number)
        wallet.seen = len(self.settled)
        self._sweep()

    def credit_all(self) -> None:
        if not self.dust_due:
            return
        for holder in self.wallets:
            self.credit(holder)
        claims = sum((wallet.earned - wallet.credited for wallet in self.wallets.values()), Fraction(0))
        reserved = sum(period["reserved"] for period in self.settled)
        credited = sum(wallet.credits_total for wallet in self.wallets.values())
        dust = floor(reserved - self.dust - credited - claims)
        self.dust, self.dust_due = self.dust + dust, False
        self.pool, self.outstanding = self.pool + dust, self.outstanding - dust
