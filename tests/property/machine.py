"""The steps of the money machine: each is done by the platform and by the model, then both are compared."""

from collections import Counter
from copy import deepcopy
from datetime import datetime
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.property.comparison import Comparison
from tests.property.machine_promoters import SHOPPERS, PromoterSteps, shoppers
from tests.property.machine_purpose import PurposeSteps
from tests.property.machine_reached import Reached
from tests.property.real import Real

START = datetime(2026, 3, 2, 8, 0)
RATES = {"teahouse": Fraction(10), "bakery": Fraction(35, 10), "mall": Fraction(20), "brand": Fraction(15)}
SCENES = {"teahouse": "alliance", "bakery": "alliance", "mall": "own_mall", "brand": "brand_mall"}
OWN_VOUCHERS = {"bakery", "brand"}  # by contract; of the bakery, which is in no mall, it means nothing
PERIODS, DEDUCTION_DAYS, SHOPPING_DAYS = 3, 10, 6

merchants = st.sampled_from(sorted(RATES))
mostly = st.sampled_from([True, True, False])
seldom, outcomes = st.sampled_from([False, False, True]), st.sampled_from(["capture", "capture", "keep", "release"])
shares = st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(1, 7), Fraction(97, 100)])


class MoneyMachine(PurposeSteps, PromoterSteps, Reached, Comparison, RuleBasedStateMachine):
    """The same steps on both sides; ``pairs`` are (model, real) records."""

    case = None  # the test that runs it: set by a subclass, as is what comes next
    reached = Counter()  # how many examples have come across what

    def __init__(self):
        super().__init__()
        self.real = Real(self.case, START)
        self.model = deepcopy(self.case.model)
        self.sales, self.holds = list(zip(self.model.sales, self.case.sales, strict=True)), []
        self.bookings = []  # (shopper, merchant, parts, real)
        self.seen = set()  # what this example has come across

    def teardown(self):
        try:
            self.all_agrees()
            self.note_reached()
            self.reached.update(self.seen)
        finally:
            self.real.end()

    # -- steps -----------------------------------------------------------------------------

    @rule(merchant=merchants, cents=st.integers(1, 20_000))
    def deposit(self, merchant, cents):
        self.model.deposits[merchant] += cents
        self.real.deposit(merchant, cents)

    @rule(shopper=shoppers, merchant=merchants, cash=st.integers(100, 150_000), fund=st.booleans(), hold=seldom)
    def sell(self, shopper, merchant, cash, fund, hold):
        self.sales.append((self.model.sell(shopper, merchant, cash), self.real.sell(shopper, merchant, cash)))
        if fund:
            self.fund(merchant, hold)

    @rule(merchant=merchants, hold=seldom)
    def fund(self, merchant, hold):
        self.model.fund(merchant, hold)
        self.real.fund(merchant, hold)

    @precondition(lambda self: any(sale.refundable for sale, _real in self.sales))
    @rule(data=st.data(), share=shares, fund=mostly)
    def refund(self, data, share, fund):
        sale, real = data.draw(st.sampled_from([pair for pair in self.sales if pair[0].refundable]), "sale")
        self.take_back(sale, real, share)
        if fund:
            self.fund(sale.merchant, False)

    def take_back(self, sale, real, share=Fraction(1)):
        """Refund a share of what can still be given back of a purchase."""
        cash = max(1, int(sale.refundable * share))
        self.model.refund(sale, cash)
        self.real.refund(real, cash)

    @rule(shopper=shoppers, merchant=merchants, cash=st.integers(100, 150_000))
    def sell_and_take_back(self, shopper, merchant, cash):
        """A sale given back whole before anybody funded it."""
        sale, real = self.model.sell(shopper, merchant, cash), self.real.sell(shopper, merchant, cash)
        self.sales.append((sale, real))
        self.take_back(sale, real)
        self.fund(merchant, False)

    @precondition(lambda self: any(sale.reward == "held" for sale, _real in self.sales))
    @rule(data=st.data(), release=st.booleans())
    def review(self, data, release):
        sale, real = data.draw(st.sampled_from([pair for pair in self.sales if pair[0].reward == "held"]), "sale")
        for side, record in ((self.model, sale), (self.real, real)):
            (side.release_held if release else side.reject_held)(record)

    @precondition(lambda self: self.model.points)
    @rule()
    def settle(self):
        self.model.settle()
        self.real.settle()
        self.all_agrees()

    @rule()
    def credit_all(self):
        self.model.credit_all()
        self.real.credit_all()

    @precondition(lambda self: any(name in self.model.wallets for name in SHOPPERS))
    @rule(data=st.data(), store=merchants, share=shares, then=outcomes)
    def pay(self, data, store, share, then):
        name = data.draw(st.sampled_from([name for name in SHOPPERS if name in self.model.wallets]), "shopper")
        wallet = self.model.wallets[name]
        self.model.credit(name)
        cents = max(1, int((wallet.balance("deduction") + wallet.balance("shopping")) * share))
        hold, real = self.model.authorize(name, store, cents), self.real.authorize(name, store, cents)
        assert (hold is None) == (real is None), "one of both refused"
        if hold:
            self.holds.append((hold, real))
            if then != "keep":
                self.finish(hold, real, then)

    def finish(self, hold, real, how):
        getattr(self.model, how)(hold)
        getattr(self.real, how)(real)

    @precondition(lambda self: any(hold.state == "held" for hold, _real in self.holds))
    @rule(data=st.data(), how=st.sampled_from(["capture", "release"]))
    def finish_later(self, data, how):
        self.finish(*data.draw(st.sampled_from([pair for pair in self.holds if pair[0].state == "held"]), "hold"), how)

    @precondition(lambda self: any(hold.restorable for hold, _real in self.holds))
    @rule(data=st.data(), share=shares)
    def give_back(self, data, share):
        hold, real = data.draw(st.sampled_from([pair for pair in self.holds if pair[0].restorable]), "hold")
        cents = max(1, int(hold.restorable * share))
        self.model.restore(hold, cents)
        self.real.restore(real, cents)

    @rule(days=st.integers(1, 8))
    def pass_days(self, days):
        self.model.pass_days(days, [hold for hold, _real in self.holds])
        self.real.pass_days(days)

    @rule(shopper=shoppers, merchant=merchants, base=st.integers(1, 8_000))
    def exchange(self, shopper, merchant, base):
        parts, real = self.model.exchange(shopper, merchant, base), self.real.exchange(shopper, merchant, base)
        assert (parts is None) == (real is None), "one of both refused"
        if parts:
            self.bookings.append((shopper, merchant, parts, real))

    @rule(shopper=shoppers, merchant=merchants, cash=st.integers(5_000, 50_000), share=shares)
    def give_away_and_refund(self, shopper, merchant, cash, share):
        """Points are exchanged at once, then the purchase is given back: what is not there any more is owed."""
        if self.model.deposits[merchant] < 10_000:
            self.deposit(merchant, 20_000)
        self.sell(shopper, merchant, cash, fund=True, hold=False)
        held = sum(base for (holder, cohort), base in self.model.points.items()
                   if holder == shopper and self.model.is_alive(cohort))
        self.exchange(shopper, merchant, max(1, held))
        self.take_back(*self.sales[-1], share)
        self.fund(merchant, False)

    @precondition(lambda self: self.bookings)
    @rule(data=st.data())
    def give_points_back(self, data):
        booking = data.draw(st.sampled_from(self.bookings), "booking")
        self.bookings.remove(booking)
        *known, real = booking
        self.model.give_points_back(*known)
        self.real.give_points_back(real)

    # -- what must agree -------------------------------------------------------------------

    @invariant()
    def both_agree(self):
        self.wallets_agree()
        self.lots_agree()
        self.points_agree()
        self.sales_agree()
        self.commissions_agree()
        self.note_reached()

    def all_agrees(self):
        """With the books, which costs more."""
        self.indexes_agree()
        self.books_agree()
        self.subledgers_agree()
