"""What else a long life may bring: accounts closed or merged, and corrections of both ledgers."""

from tests.model.wallet import Wallet
from tests.property.life_chance import EventfulLife


class ManagedLife(EventfulLife):
    # -- accounts --------------------------------------------------------------------------

    def merge(self, gone, kept):
        """One contact turns out to be the other."""
        self.model.merge(gone, kept, [hold for hold, _real in self.holds])
        self.real.merge(gone, kept)
        self.bookings = [(kept if shopper == gone else shopper, *rest) for shopper, *rest in self.bookings]
        self.shoppers.remove(gone)
        self.reached["contacts merged"] += 1

    def close_account(self, shopper):
        closed = self.model.close_account(
            shopper, [booking[0] for booking in self.bookings], [hold for hold, _real in self.holds])
        assert closed == self.real.close_account(shopper), "one of both closed"
        self.reached["account closed" if closed else "closing refused"] += 1
        if closed:
            self.shoppers.remove(shopper)

    # -- corrections -----------------------------------------------------------------------

    def take_points(self, pair, side, share):
        """Correct points given for a sale: of its shopper (0) or of its merchant (1)."""
        sale, real = pair
        cents = max(1, int(sale.given[side].left * share))
        self.reached["points owed after correction"] -= sum(self.model.debts.get(sale.holders[side], []))
        self.model.take_points(sale, side, cents)
        self.real.take_points(real, side, cents)
        self.reached["points owed after correction"] += sum(self.model.debts.get(sale.holders[side], []))
        self.reached["points corrected"] += 1
        return pair, side, cents

    def give_points_again(self, taken, share=1):
        """The correction was wrong itself."""
        (sale, real), side, cents = taken
        cents = max(1, int(min(cents, sale.given[side].due - sale.given[side].left) * share))
        self.model.give_points(sale, side, cents)
        self.real.give_points(real, side, cents)
        self.reached["correction corrected"] += 1

    def correct_payment(self, pair, share):
        """Vouchers were spent by mistake; of one of them, part is given back."""
        hold, real = pair
        lot, spent = hold.parts[0]
        cents = max(1, int((spent - hold.given_back.get(lot, 0)) * share))
        self.model.restore(hold, cents, lot)
        self.real.correct_payment(real, cents)
        self.reached["payment corrected"] += 1

    def correct_expiry(self, pair, share):
        """The voucher that was given with a sale should not have expired."""
        sale, real = pair
        wallet = self.model.wallets[sale.shopper]
        [lot] = [lot for lot in wallet.lots if lot.sale is sale]
        cents = max(1, int(lot.expired * share))
        self.model.reinstate(wallet, lot, cents)
        self.real.correct_expiry(real, cents)
        self.reached["expiry corrected"] += 1

    def find_expired(self):
        """Return the youngest sale whose voucher has expired, in whole or in part."""
        return next(pair for pair in reversed(self.sales) if pair[0].origin is None and any(
            lot.expired and lot.sale is pair[0] for lot in self.model.wallets.get(pair[0].shopper, Wallet()).lots))
