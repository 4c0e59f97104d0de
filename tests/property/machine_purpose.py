"""The steps of the money machine that lead on purpose to what chance seldom comes across."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.property.machine_promoters import REFUND_DAYS, promoters, shoppers

funded_at = st.sampled_from(["brand", "mall", "teahouse"])
amounts = st.integers(20_000, 90_000)
whole_or_part = st.sampled_from([Fraction(1), Fraction(1, 3)])


class PurposeSteps:
    """Part of ``MoneyMachine``."""

    def sell_funded(self, shopper, merchant, cash, hold=False):
        """Sell, and deposit what is missing to fund everything that waits at the merchant."""
        self.sell(shopper, merchant, cash, fund=False, hold=False)
        waiting = sum(sale.concession for sale, _real in self.sales
                      if sale.merchant == merchant and sale.state == "pending")
        if waiting > self.model.deposits[merchant]:
            self.deposit(merchant, waiting - self.model.deposits[merchant])
        self.fund(merchant, hold)

    @rule(shopper=shoppers, merchant=funded_at, cash=amounts,
          share=st.sampled_from([None, Fraction(1), Fraction(1, 3)]))
    def sell_for_review(self, shopper, merchant, cash, share):
        """A purchase that is held; or given back, whole or in part, while it is."""
        self.sell_funded(shopper, merchant, cash, hold=True)
        if share:
            self.take_back(*self.sales[-1], share)
            self.fund(merchant, False)

    @rule(shopper=shoppers, merchant=funded_at, cash=amounts)
    def sell_too_much(self, shopper, merchant, cash):
        """More than the deposit pays for, so that it waits."""
        self.sell(shopper, merchant, cash + 10 * self.model.deposits[merchant], fund=True, hold=False)

    @precondition(lambda self: "eli" not in self.model.bound)
    @rule(promoter=promoters, merchant=funded_at, cash=amounts)
    def bind_newcomer(self, promoter, merchant, cash):
        self.bind("eli", promoter)
        self.sell_funded("eli", merchant, cash)

    @rule(data=st.data(), merchant=funded_at, cash=amounts)
    def buy_when_binding_is_over(self, data, merchant, cash):
        bound = self.model.bound
        shopper = data.draw(st.sampled_from(sorted(name for name in bound if bound[name][0] == "eva")), "shopper")
        over = bound[shopper][1] + timedelta(days=self.model.promoters["eva"][1])
        if over > self.model.today:
            self.pass_days((over - self.model.today).days)
        self.sell_funded(shopper, merchant, cash)

    @rule(data=st.data(), merchant=funded_at, cash=amounts)
    def buy_when_with_promoter(self, data, merchant, cash):
        shopper = data.draw(st.sampled_from(sorted(self.model.bound)), "shopper")
        self.move_house(shopper, self.model.bound[shopper][0], apart=False)
        self.sell_funded(shopper, merchant, cash)

    @rule(merchant=funded_at, cash=amounts, share=whole_or_part)
    def pay_promoter_and_refund(self, merchant, cash, share):
        """A commission has been paid when its purchase is given back: it is owed."""
        self.move_house("cai", "bo", apart=True)
        self.sell_funded("cai", merchant, cash)
        sale, real = self.sales[-1]
        self.pass_days(REFUND_DAYS)
        self.earn(pay=True, fails=False)
        self.take_back(sale, real, share)
        self.earn(pay=False, fails=False)

    def spend_all(self, shopper, store):
        """Return the pair of holds of all that spends there; None when nothing does."""
        for side in (self.model, self.real):
            side.credit(shopper)
        cents = sum(lot.free for lot in self.model.wallets[shopper].spendable(
            store, self.model.today, ("shopping", "deduction")))
        if not cents:
            return None
        pair = self.model.authorize(shopper, store, cents), self.real.authorize(shopper, store, cents)
        self.holds.append(pair)
        self.finish(*pair, "capture")
        return pair

    def get_released(self):
        """Return the sales whose points have released something already, and that may be given back."""
        return [pair for pair in self.sales if pair[0].reward == "active" and pair[0].origin is None
                and pair[0].refundable and self.model.index(pair[0].cohort)]

    @precondition(lambda self: self.get_released())
    @rule(data=st.data(), store=st.sampled_from(["mall", "brand"]))
    def spend_and_refund(self, data, store):
        """What a purchase has released is spent, then it is given back: vouchers are owed."""
        sale, real = data.draw(st.sampled_from(self.get_released()), "sale")
        self.spend_all(sale.shopper, store)
        self.take_back(sale, real)
        self.fund(sale.merchant, False)

    @precondition(lambda self: self.model.wallets)
    @rule(data=st.data(), store=st.sampled_from(["mall", "brand"]), share=whole_or_part)
    def spend_and_give_back(self, data, store, share):
        shopper = data.draw(st.sampled_from([name for name in self.case.SHOPPERS if name in self.model.wallets]))
        if pair := self.spend_all(shopper, store):
            cents = max(1, int(pair[0].restorable * share))
            self.model.restore(pair[0], cents)
            self.real.restore(pair[1], cents)
