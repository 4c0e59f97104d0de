"""A holder's vouchers in the model."""

import itertools
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .money import floor

NUMBERS = itertools.count()


@dataclass(eq=False)
class Lot:
    kind: str
    left: int
    expires: date
    held: int = 0
    sale: object = None
    only_at: str | None = None  # merchant; None: wherever its kind spends
    expired: int = 0  # what it lost on its last day, less what a correction brought back
    period: int = 0  # that released it
    given_up: int = 0  # what went with a closed account, and was not taken back since of a purchase's own voucher
    number: int = field(default_factory=lambda: next(NUMBERS))  # in the order in which vouchers were made

    @property
    def free(self) -> int:
        return self.left - self.held


@dataclass(eq=False)
class Hold:
    wallet: "Wallet"
    parts: list  # (lot, cents), in the order of spending
    store: str
    state: str = "held"
    restored: int = 0
    given_back: dict = field(default_factory=dict)  # lot -> cents

    @property
    def restorable(self) -> int:
        """Cents of a payment that were not given back."""
        return sum(cents for _lot, cents in self.parts) - self.restored if self.state == "captured" else 0


@dataclass(eq=False)
class Wallet:
    """Vouchers of one holder; what leaves it for the rebate pool is added to ``to_pool``."""

    lots: list = field(default_factory=list)
    earned: Fraction = Fraction(0)  # cents, exact
    credited: int = 0
    credits_total: int = 0
    debt: int = 0
    seen: int = 0  # last settled period credited
    due: dict = field(default_factory=dict)  # period not credited yet -> (exact cents, last day of the voucher)
    to_pool: int = 0
    closed: bool = False  # whatever comes in lapses at once
    forgiven: list = field(default_factory=list)  # (cohort, cents of released vouchers) that went with the account

    def balance(self, kind: str) -> int:
        return sum(lot.left for lot in self.lots if lot.kind == kind)

    def held(self) -> int:
        return sum(lot.held for lot in self.lots)

    def add(self, lot: Lot) -> None:
        """A new lot; a debt is paid out of it first."""
        self.lots.append(lot)
        self.pay_debt(lot, lot.left)

    def pay_debt(self, lot: Lot, freed: int) -> None:
        paid = min(self.debt, freed)
        self.debt -= paid
        lot.left -= paid
        self.to_pool += paid

    def credit(self, share: Fraction, expires: date, period: int) -> None:
        """One period's share, in cents: whole cents become a lot, the rest stays a claim."""
        self.earned += share
        amount = floor(self.earned) - self.credited
        self.credited += amount
        self.credits_total += amount
        if amount:
            self.add(Lot("deduction", amount, expires, period=period))

    def cancel(self, share: Fraction, cohort: int) -> None:
        """Points of ``cohort`` were taken back that had released ``share`` cents."""
        share = min(share, self.earned)
        kept = floor(self.earned - share)
        over = self.credited - kept
        self.earned -= max(share, Fraction(over))
        self.credited = kept
        lots = sorted((lot for lot in self.lots if lot.kind == "deduction"), key=self._by_expiry, reverse=True)
        missing = self.claw(over, lots)
        released = [(lot.period, lot.given_up) for lot in lots] + [(number, -part) for number, part in self.forgiven]
        gone = min(sum(part for number, part in released if number >= cohort), sum(part for _number, part in released))
        part = min(max(gone, 0), missing)
        self.forgiven.append((cohort, part))
        self.debt += missing - part

    def claw_own(self, cents: int, lots) -> None:
        """Take back the vouchers that were given with a purchase."""
        missing = self.claw(cents, lots)
        for lot in lots:
            part = min(lot.given_up, missing)
            lot.given_up -= part
            missing -= part
        self.debt += missing

    def claw(self, cents: int, lots) -> int:
        """Take ``cents`` from the free part of ``lots``; return what is not there: owed, but for what was given up."""
        for lot in lots:
            part = min(cents, lot.free)
            lot.left -= part
            cents -= part
            self.to_pool += part
        return cents

    def spendable(self, store: str, today: date, kinds) -> list[Lot]:
        """In the order of spending; of those that expire on one day, what spends at this merchant alone goes first."""
        lots = [lot for lot in self.lots if lot.kind in kinds and lot.expires >= today and lot.free
                and lot.only_at in (None, store)]
        return sorted(lots, key=lambda lot: (
            lot.kind != "shopping", lot.expires, lot.only_at is None, lot.number))

    def authorize(self, cents: int, store: str, today: date, kinds) -> Hold | None:
        parts = []
        for lot in self.spendable(store, today, kinds):
            part = min(lot.free, cents - sum(taken for _lot, taken in parts))
            if part:
                parts.append((lot, part))
        if sum(part for _lot, part in parts) < cents:
            return None
        for lot, part in parts:
            lot.held += part
        return Hold(self, parts, store)

    def expire(self, today: date) -> None:
        for lot in self.lots:
            if lot.expires < today:
                self.to_pool += lot.free
                lot.expired += lot.free
                lot.left = lot.held

    def lapse(self) -> None:
        """A closed account keeps nothing."""
        for lot in self.lots if self.closed else ():
            self.to_pool += lot.left
            lot.given_up += lot.left
            lot.left = 0

    def absorb(self, other: "Wallet") -> None:
        """All that another wallet has; what one owes is paid out of the other's free vouchers."""
        self.lots += other.lots
        self.earned += other.earned
        self.credited += other.credited
        self.credits_total += other.credits_total
        self.debt += other.debt
        for lot in sorted(self.lots, key=lambda lot: (lot.kind == "deduction", *self._by_expiry(lot)), reverse=True):
            self.pay_debt(lot, lot.free)

    def _by_expiry(self, lot):
        return (lot.expires, lot.number)
