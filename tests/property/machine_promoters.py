"""The steps of the money machine that concern promoters."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

SHOPPERS = ("ann", "bo", "cai", "dou")  # dou has bought nothing yet
# name -> (share of the commission's weight, days for which a binding earns); bo is a shopper himself, of eva's
PROMOTERS = {"eva": (Fraction(2, 5), 11), "bo": (Fraction(1), 365)}
BOUND = {"bo": "eva", "cai": "bo"}
REFUND_DAYS = 3

shoppers, promoters = st.sampled_from(SHOPPERS), st.sampled_from(sorted(PROMOTERS))


class PromoterSteps:
    """Part of ``MoneyMachine``."""

    @rule(shopper=st.sampled_from([*SHOPPERS, "dou", "dou", "dou"]), promoter=promoters)  # who is bound is new
    def bind(self, shopper, promoter):
        bound = self.model.bind(shopper, promoter)
        assert bound == self.real.bind(shopper, promoter), "one of both refused"
        self.reached["bound" if bound else "binding refused"] += 1

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

    @rule(merchant=st.sampled_from(["teahouse", "mall"]), cash=st.integers(20_000, 90_000), days=st.integers(0, 4),
          share=st.sampled_from([Fraction(1), Fraction(1, 3)]), shopper=st.sampled_from(["cai", "bo"]))
    def sell_and_refund_later(self, shopper, merchant, cash, days, share):
        """A purchase that earns a commission, or not yet, when it is given back."""
        if self.model.deposits[merchant] < 20_000:
            self.deposit(merchant, 20_000)
        self.sell(shopper, merchant, cash, fund=True, hold=False)
        if days:
            self.pass_days(days)
        self.earn(pay=days > 3, fails=False)
        sale, real = self.sales[-1]
        back = max(1, int(sale.refundable * share))
        self.model.refund(sale, back)
        self.real.refund(real, back)
        self.earn(pay=False, fails=False)

    @precondition(lambda self: not any(sale.reward == "rejected" and sale.promoter for sale, _real in self.sales))
    @rule(merchant=st.sampled_from(["teahouse", "mall"]), cash=st.integers(20_000, 90_000), shopper=shoppers)
    def sell_and_reject(self, shopper, merchant, cash):
        """Nobody ever earns what is set aside of a rejected sale."""
        if self.model.deposits[merchant] < 20_000:
            self.deposit(merchant, 20_000)
        self.sell(shopper, merchant, cash, fund=True, hold=True)
        sale, real = self.sales[-1]
        if sale.reward == "held":
            self.model.reject_held(sale)
            self.real.reject_held(real)

    def get_reached_of_promoters(self):
        model = self.model
        sales = [sale for sale in model.sales if sale.promoter]
        return {
            "commission earned": any(sale.earned for sale in sales),
            "commission refunded": any(
                refund.earned and refund.commission for sale in sales for refund in sale.refunds),
            "commission paid": any(model.paid.values()),
            "commission owed": any(cents < 0 for cents in model.commissions.values()),
            "commission forfeited": bool(model.forfeited),
            "with the promoter": any(model.live_together(shopper, promoter)
                                     for shopper, (promoter, _day) in model.bound.items()),
            "binding over": any(
                sale.shopper == shopper and sale.day >= day + timedelta(days=PROMOTERS[promoter][1])
                for sale in model.sales for shopper, (promoter, day) in model.bound.items()),
        }
