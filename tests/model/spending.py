"""Vouchers spent, given back and expired in the model."""

from datetime import timedelta

GRACE = 7
MALLS = ("own_mall", "brand_mall")


class Spending:
    """Part of ``Platform``."""

    def authorize(self, shopper, store, cents):
        self.credit(shopper)
        kinds = ("shopping", "deduction") if self.scenes[store] in MALLS else ("deduction",)
        return self.wallets[shopper].authorize(cents, store, self.today, kinds)

    def capture(self, hold) -> None:
        hold.state = "captured"
        for lot, cents in hold.parts:
            lot.held -= cents
            lot.left -= cents
            self.outstanding, self.redeemed = self.outstanding - cents, self.redeemed + cents
            self.due[hold.store] += cents

    def release(self, hold) -> None:
        hold.state = "released"
        for lot, cents in hold.parts:
            lot.held -= cents
            hold.wallet.pay_debt(lot, cents)
        for lot, _cents in hold.parts:
            if lot.expires < self.today:
                hold.wallet.to_pool += lot.free
                lot.left = lot.held
        self._sweep()

    def restore(self, hold, cents, only=None) -> None:
        """Give back of a payment what was spent last; of one of its vouchers alone where a correction says so."""
        hold.restored += cents
        self.outstanding, self.redeemed = self.outstanding + cents, self.redeemed - cents
        self.due[hold.store] -= cents
        back = []
        for lot, spent in reversed(hold.parts):
            part = min(cents, spent - hold.given_back.get(lot, 0)) if only in (None, lot) else 0
            if part:
                hold.given_back[lot] = hold.given_back.get(lot, 0) + part
                back.append((lot, part))
                cents -= part
        for lot, part in back:
            lot.left += part
            hold.wallet.pay_debt(lot, part)
            lot.expires = max(lot.expires, self.today + timedelta(days=GRACE))
        self._sweep()

    def reinstate(self, wallet, lot, cents) -> None:
        """A voucher that expired by mistake comes back, out of the pool, where its money went."""
        self.return_given_back()
        assert cents <= self.pool, "the pool holds less"
        self.pool, self.outstanding = self.pool - cents, self.outstanding + cents
        lot.left, lot.expired = lot.left + cents, lot.expired - cents
        wallet.pay_debt(lot, cents)
        lot.expires = max(lot.expires, self.today + timedelta(days=GRACE))
        self._sweep()

    def submit_reimbursement(self, merchant) -> int:
        """Return what a merchant is owed for the vouchers that it took, to be paid when that is approved."""
        self.return_given_back()
        cents = max(self.due[merchant], 0)
        if cents:
            self.submitted.add(merchant)
        return cents

    def reimburse(self, merchant, cents) -> bool:
        """Pay a merchant what it took in vouchers; unless what it gave back since makes that too much."""
        self.return_given_back()
        self.submitted.discard(merchant)
        if cents > self.due[merchant]:
            self.return_given_back()
            return False
        self.due[merchant] -= cents
        self.redeemed -= cents
        return True

    def return_given_back(self) -> None:
        """What merchants were paid for vouchers that they gave back since returns to the escrow when that is booked."""
        for merchant, cents in self.due.items():
            if cents < 0 and merchant not in self.submitted:
                self.due[merchant] = 0
                self.redeemed -= cents
                self.returned += 1

    def pass_days(self, days, holds) -> None:
        self.today += timedelta(days=days)
        for hold in holds:
            if hold.state == "held":
                self.release(hold)
        for wallet in self.wallets.values():
            wallet.expire(self.today)
        self._sweep()
