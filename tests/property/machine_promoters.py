"""The steps of the money machine that concern promoters."""

from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

SHOPPERS = ("ann", "bo", "cai", "dou", "eli")  # dou and eli have bought nothing yet; eli does not before he is bound
# name -> (share of the commission's weight, days for which a binding earns); bo is a shopper himself, of eva's
PROMOTERS = {"eva": (Fraction(2, 5), 11), "bo": (Fraction(1), 365)}
BOUND = {"bo": "eva", "cai": "bo"}
REFUND_DAYS = 3

shoppers, promoters = st.sampled_from(SHOPPERS[:4]), st.sampled_from(sorted(PROMOTERS))


class PromoterSteps:
    """Part of ``MoneyMachine``."""

    @rule(shopper=shoppers, promoter=promoters)
    def bind(self, shopper, promoter):
        bound = self.model.bind(shopper, promoter)
        assert bound == self.real.bind(shopper, promoter), "one of both refused"
        self.seen.add("bound" if bound else "binding refused")

    @rule(shopper=shoppers, promoter=promoters, apart=st.booleans())
    def move_house(self, shopper, promoter, apart):
        """Whoever lives with his promoter earns nobody anything, from then on."""
        other = shopper if apart else promoter
        if apart:
            self.model.lives_at.pop(shopper, None)
        else:
            self.model.move_in(shopper, promoter)
        self.real.share_phone(shopper, self.model.lives_at.get(other, other))

    @rule(pay=st.booleans(), fails=st.booleans())
    def earn(self, pay, fails):
        if not pay:
            self.model.earn()
            self.real.earn()
            return
        payments = self.model.pay_promoters()
        keys = self.real.pay_promoters(payments)
        for (promoter, cents), key in zip(payments.items(), keys, strict=True):
            if fails:
                self.model.fail_payment(promoter, cents)
                self.real.fail_payment(key)

    @rule(merchant=st.sampled_from(["teahouse", "mall"]), cash=st.integers(20_000, 90_000), days=st.sampled_from(
        [0, 1, 3, 4, 4]), share=st.sampled_from([Fraction(1), Fraction(1, 3)]), shopper=st.sampled_from(
        ["cai", "cai", "bo"]))
    def sell_and_refund_later(self, shopper, merchant, cash, days, share):
        """A purchase that earns a commission, or not yet, when it is given back."""
        self.sell_funded(shopper, merchant, cash)
        sale, real = self.sales[-1]
        if days:
            self.pass_days(days)
        self.earn(pay=days > REFUND_DAYS, fails=False)
        self.take_back(sale, real, share)
        self.earn(pay=False, fails=False)

    @precondition(lambda self: not any(sale.reward == "rejected" and sale.promoter for sale, _real in self.sales))
    @rule(merchant=st.sampled_from(["teahouse", "mall"]), cash=st.integers(20_000, 90_000), data=st.data())
    def sell_and_reject(self, data, merchant, cash):
        """Nobody ever earns what is set aside of a rejected sale."""
        shopper = data.draw(st.sampled_from([name for name in SHOPPERS if name in self.model.bound]), "shopper")
        self.sell_funded(shopper, merchant, cash, hold=True)
        sale, real = self.sales[-1]
        self.model.reject_held(sale)
        self.real.reject_held(real)
