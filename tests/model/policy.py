"""The rules of the model: what becomes of a concession, how points mature, who gets more of them."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache

from .money import floor, floor12


@dataclass(frozen=True)
class Policy:
    weights: tuple = (60, 10, 5, 5, 20)  # pool, shopping voucher, promoter, reserve, fee
    beta: Fraction = Fraction(6, 10)
    gamma: Fraction = Fraction(4, 10)
    periods: int = 40
    highest: Fraction = Fraction(5)
    curve: str = "linear"
    growth: Fraction = Fraction(5)  # percent, of a compounding curve
    stages: int = 4  # of a stepped one
    ratio: Fraction = Fraction(1)  # part of the money that one settlement may pay
    fenced: bool = False
    deduction_days: int = 365
    shopping_days: int = 90

    def multiple(self, age: int) -> Fraction:
        return get_multiple(self, age)

    def step(self, age: int) -> Fraction:
        return self.multiple(age) - self.multiple(age - 1)


@cache
def get_multiple(policy: Policy, age: int) -> Fraction:
    """Return how many times its base value a cohort may have released at an age, at most."""
    age = min(max(age, 0), policy.periods)
    if policy.curve == "compounding":  # each step is so much larger than the one before
        steps = [(1 + policy.growth / 100) ** number for number in range(policy.periods)]
        part = sum(steps[:age], Fraction(0)) / sum(steps)
    elif policy.curve == "stepped":  # as many equal jumps as there are whole stages behind
        behind = [stage for stage in range(1, policy.stages + 1) if stage * policy.periods <= age * policy.stages]
        part = Fraction(len(behind), policy.stages)
    else:
        part = Fraction(age, policy.periods)
    return floor12(policy.highest * part)


@dataclass(eq=False)
class Rule:
    """More points for some sales; of several, in their order."""

    multiplier: Fraction
    scene: str | None = None
    merchant: str | None = None
    segment: str | None = None  # "new" or "returning" shoppers
    begin: date = date.min
    end: date = date.max  # the first day on which it gives nothing
    budget: int | None = None  # cents; None: no limit
    exclusive: bool = False
    given: int = 0

    def is_for(self, scene: str, merchant: str, segment: str, today: date) -> bool:
        wanted = [(self.scene, scene), (self.merchant, merchant), (self.segment, segment)]
        return self.begin <= today < self.end and all(want in (None, found) for want, found in wanted)

    def give(self, base: int, room: int) -> int:
        """Return what it adds to a base value, and take it out of its budget."""
        cents = min(floor(base * (self.multiplier - 1)), room)
        if self.budget is not None:
            cents = min(cents, self.budget - self.given)
        self.given += cents
        return cents
