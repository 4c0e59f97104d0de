"""Points taken back in the model: for refunds, and by corrections, which may also give them again."""

from dataclasses import dataclass
from fractions import Fraction

from .money import ceil, floor12


@dataclass(eq=False)
class Given:
    """What became of the points of a sale, for one of its two holders."""

    due: int  # what the sale gives, less its refunds
    left: int = 0  # of that, what corrections have left
    held: int = 0  # as ``left``, but what is owed counts as well
    late: Fraction = Fraction(0)  # of those given again: base times what such points had released before
    corrected: bool = False

    def __post_init__(self):
        self.left = self.held = self.due

    def take(self, base: int, missing: int) -> Fraction:
        """Take ``base``, ``missing`` of which is owed; return the index up to which the rest had been cancelled."""
        start = floor12(self.late / self.held) if self.held > 0 else Fraction(0)
        self.left -= base
        self.held -= base - missing
        self.late -= (base - missing) * start
        return start

    def give(self, base: int, index: Fraction) -> None:
        self.left += base
        self.held += base
        self.late += base * index


class Taking:
    """Part of ``Platform``. Rows are (sale, 0 for its shopper or 1 for its merchant, base)."""

    def _take_back(self, refunds) -> None:
        self._take_rows([row for refund in refunds for row in self._get_refund_rows(refund)])
        for refund in refunds:
            wallet = self.wallets[refund.shopper]
            wallet.claw_own(refund.parts[1], [lot for lot in wallet.lots if lot.sale is refund.origin])
        self._sweep()

    def _get_refund_rows(self, refund):
        """Of points that were corrected, a refund takes its share of what is left, rounded up."""
        for side, (given, base) in enumerate(zip(refund.origin.given, refund.bases, strict=True)):
            taken = ceil(Fraction(base * given.left, given.due)) if given.corrected and base else base
            given.due -= base
            yield refund.origin, side, taken

    def _take_rows(self, rows) -> None:
        for sale, side, base in rows:
            if base:
                self.credit(sale.holders[side])
        shares, owed = [], []
        for sale, side, base in rows:
            holder, cohort = sale.holders[side], sale.cohort
            missing = min(max(base - self.points[holder, cohort], 0), max(self.away.get((holder, cohort), 0), 0))
            self.points[holder, cohort] -= base - missing
            start = sale.given[side].take(base, missing)
            shares.append((holder, (base - missing) * (self.index(cohort) - start), cohort))
            self.away[holder, cohort] = self.away.get((holder, cohort), 0) - missing
            given_up = min(missing, self.given_up.get((holder, cohort), 0))
            if given_up:
                self.given_up[holder, cohort] -= given_up
            owed += [(holder, cohort, part, who) for part, who in (
                (given_up, "nobody"), (missing - given_up, "holder")) if part]
        for holder, share, cohort in shares:
            self.wallets[holder].cancel(share, cohort)
        for holder, cohort, missing, who in owed:
            if who == "holder":  # else the account is closed
                self.debts.setdefault(holder, []).append(missing)
            gone = self.gone[holder, cohort]
            released = sum((base * index for base, index in gone), Fraction(0)) / 100  # as amounts have 12 decimals
            self.wallets[holder].cancel(
                100 * floor12(missing * released / sum(base for base, _index in gone)), cohort)
        for holder in dict.fromkeys(holder for holder, *_missing in owed):
            self._pay_points_owed(holder)

    # -- corrections -----------------------------------------------------------------------

    def take_points(self, sale, side, base) -> None:
        """Points of a sale that should not have been given."""
        sale.given[side].corrected = True
        self._take_rows([(sale, side, base)])
        self._sweep()

    def give_points(self, sale, side, base) -> None:
        """Points that were taken by mistake; they release from now on."""
        holder = sale.holders[side]
        self.credit(holder)
        self.points[holder, sale.cohort] += base
        sale.given[side].give(base, self.index(sale.cohort))
        self._pay_points_owed(holder)
        self._sweep()
