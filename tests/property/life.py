"""One long life, step by step on both sides: what is scripted, and what chance adds."""

from collections import Counter
from random import Random

from tests.property.comparison import Comparison
from tests.property.real_operator import OperatedReal

SHARES = (1, 1, 1 / 2, 1 / 3, 0.97)


class Life(Comparison):
    """Of a ``BothSidesCase``. ``reached`` counts what it has come across.

    :param tuple sleepers: shoppers who do nothing but what the script says
    """

    def __init__(self, case, seed, sleepers=()):
        self.case, self.chance, self.reached = case, Random(seed), Counter()
        self.real = OperatedReal(case, case.START)
        self.model = case._make_model(self.real.today)
        self.sales, self.holds, self.bookings, self.documents = [], [], [], []
        self.kept, self.rates, self.unfunded = {}, {}, set()
        self.shoppers = [name for name in case.SHOPPERS if name not in sleepers]

    def get_kept(self):
        """Return the pairs that the script will come back to."""
        return [pair for kept in self.kept.values() for pair in (kept if isinstance(kept, list) else [kept])]

    def both(self, name, *args):
        return getattr(self.model, name)(*args), getattr(self.real, name)(*args)

    # -- sales -----------------------------------------------------------------------------

    def sell(self, shopper, merchant, cash, collected=False):
        """Return the pair of records, to be funded with the merchant's next ``fund``; None when it has left."""
        sale, real = self.model.sell(shopper, merchant, cash, collected), self.real.sell(
            shopper, merchant, cash, collected=collected)
        assert bool(sale) == bool(real), "one of both sold"
        self.reached[f"sold in {self.model.scenes[merchant]}" if sale else "nothing sold by who left"] += 1
        if not sale:
            return None
        self.unfunded.add(merchant)
        self.reached["capped by its concession"] += sum(sale.bases) == sale.concession and sum(
            (sale.policy.beta, sale.policy.gamma)) < 1
        self.sales.append((sale, real))
        return self.sales[-1]

    def sell_funded(self, shopper, merchant, cash, hold=False):
        pair = self.sell(shopper, merchant, cash)
        missing = sum(sale.concession for sale, _real in self.sales if sale.merchant == merchant and not sale.split
                      and sale.origin is None and sale.state == "pending") - self.model.deposits[merchant]
        if missing > 0:
            self.both("deposit", merchant, missing + cash // 20)
        self.fund(merchant, hold)
        assert pair[0].reward == ("held" if hold else "active"), pair[0]
        return pair

    def fund(self, merchant, hold=False):
        self.both("fund", merchant, hold)
        self.unfunded.discard(merchant)
        waits = any((sale.merchant, sale.state) == (merchant, "pending") for sale, _real in self.sales)
        self.reached["waits for a deposit"] += waits
        if waits:
            self.unfunded.add(merchant)

    def refund(self, pair, share):
        sale, real = pair
        cash = max(1, int(sale.refundable * share))
        self.reached[f"refund {self._describe(sale)}, {'whole' if cash == sale.cash else 'in part'}"] += 1
        self.sales.append((self.model.refund(sale, cash), self.real.refund(real, cash)))
        self.unfunded.add(sale.merchant)

    def _describe(self, sale):
        if sale.state == "pending":
            return "before funding"
        if sale.reward != "active":
            return f"of {sale.reward}"
        age = self.model.open - sale.cohort
        return ["in its period", "in the next period"][age] if age < 2 else "after release"

    def review(self, pair, release):
        step = "release_held" if release else "reject_held"
        getattr(self.model, step)(pair[0])
        getattr(self.real, step)(pair[1])
        self.reached[f"held, then {'released' if release else 'rejected'}"] += 1

    # -- vouchers --------------------------------------------------------------------------

    def pay(self, shopper, store, share=1, then="capture"):
        """Return the pair of holds; None when there is nothing to pay with."""
        if shopper not in self.model.wallets:
            return None
        self.model.credit(shopper)
        wallet = self.model.wallets[shopper]
        kinds = ("shopping", "deduction") if "mall" in self.model.scenes[store] else ("deduction",)
        cents = int(sum(lot.free for lot in wallet.spendable(store, self.model.today, kinds)) * share)
        hold, real = self.both("authorize", shopper, store, max(cents, 1))
        assert (hold is None) == (real is None), "one of both refused"
        self.reached["payment refused" if hold is None else f"payment: {then}"] += 1
        if hold is None:
            return None
        self.holds.append((hold, real))
        if then != "time out":
            getattr(self.model, then)(hold)
            getattr(self.real, then)(real)
        return self.holds[-1]

    def give_back(self, pair, share):
        hold, real = pair
        cents = max(1, int(hold.restorable * share))
        self.reached["given back after expiry"] += any(lot.expires < self.model.today for lot, _cents in hold.parts)
        self.reached["given back"] += 1
        self.model.restore(hold, cents)
        self.real.restore(real, cents)

    def reimburse(self):
        """Pay what makers have asked for; ask for more."""
        for merchant, cents in self.documents:
            paid, real = self.both("reimburse", merchant, cents)
            assert paid == real, "one of both paid"
            self.reached["reimbursed" if paid else "reimbursement given up"] += 1
        self.documents = []
        merchant = max(self.model.due, key=self.model.due.get)
        cents, asked = self.both("submit_reimbursement", merchant)
        assert cents == asked
        if cents:
            self.documents = [(merchant, cents)]

    # -- points ----------------------------------------------------------------------------

    def exchange(self, shopper, merchant, share=1 / 3):
        held = sum(base for (holder, cohort), base in self.model.points.items()
                   if holder == shopper and self.model.is_alive(cohort))
        parts, real = self.both("exchange", shopper, merchant, max(1, int(held * share)))
        assert (parts is None) == (real is None), "one of both refused"
        self.reached["exchanged" if parts else "too few points"] += 1
        if parts:
            self.bookings.append((shopper, merchant, parts, real))

    def cancel_booking(self, booking):
        self.bookings.remove(booking)
        *known, real = booking
        self.model.give_points_back(*known)
        self.real.give_points_back(real)
        self.reached["exchange cancelled"] += 1

    def give_away_and_refund(self, shopper, merchant, host, cash=40_000):
        """Points of a purchase are exchanged, then it is given back: they are owed."""
        pair = self.sell_funded(shopper, merchant, cash)
        self.exchange(shopper, host, share=1)
        self.refund(pair, 1)
        self.fund(merchant)
        self.reached["points owed"] += any(self.model.debts.values())

    def spend_and_refund(self, shopper, store):
        """What an old purchase has released is spent, then it is given back: vouchers are owed."""
        self.pay(shopper, store)
        old = [pair for pair in self.sales if pair[0].shopper == shopper and pair[0].origin is None
               and pair[0].reward == "active" and pair[0].refundable and self.model.index(pair[0].cohort)]
        for pair in old[-2:]:
            self.refund(pair, 1)
            self.fund(pair[0].merchant)
        self.reached["vouchers owed"] += bool(self.model.wallets[shopper].debt)

    # -- promoters -------------------------------------------------------------------------

    def pay_promoters(self, fails=False):
        payments = self.model.pay_promoters()
        keys = self.real.pay_promoters(payments)
        for (promoter, cents), key in zip(payments.items(), keys, strict=True):
            self.reached["commission paid"] += 1
            if fails:
                self.model.fail_payment(promoter, cents)
                self.real.fail_payment(key)
                self.reached["commission payment failed"] += 1

    # -- time ------------------------------------------------------------------------------

    def amend(self, merchant, rate):
        self.real.amend(merchant, rate)
        self.rates[merchant] = rate

    def leave(self, merchant):
        self.both("leave", merchant)
        self.reached["merchant left"] += 1

    def pass_days(self, days):
        self.model.pass_days(days, [hold for hold, _real in self.holds])
        self.real.pass_days(days)
        self.model.rates |= self.rates

    def settle(self, between=None):
        """Settle the open period; what happens ``between`` makes it be computed again, or waits for the next one.

        :param between: function, and whether the settlement is reset after it
        """
        happens, again = between or (None, False)
        self.both("close")
        self.both("compute")
        if happens:
            happens(self)
        if again:
            self.real.reset()
            self.both("compute")
            self.reached["computed again"] += 1
        self.both("release_period")
        self._note_coverage()

    def _note_coverage(self):
        model = self.model
        for cohort, increment in model.settled[-1]["increments"].items():
            terms, step = model.terms[cohort], model.terms[cohort].step(model.closing - cohort)
            self.reached[f"{terms.curve}, {'fenced' if terms.fenced else 'pooled'}, covered "
                         f"{'in full' if increment == step else 'in part'}"] += bool(step and model.base(cohort))

    def all_agrees(self):
        self.wallets_agree()
        self.lots_agree()
        self.points_agree()
        self.sales_agree()
        self.commissions_agree()
        self.indexes_agree()
        self.books_agree()
        assert self.real.get_spent_budgets() == [rule.given for rule in self.model.rules if rule.budget]
