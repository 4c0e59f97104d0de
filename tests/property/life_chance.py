"""What chance adds to a long life, week by week."""

from tests.property.life import SHARES, Life


class EventfulLife(Life):
    def live_a_week(self):
        chance = self.chance
        trading = [name for name in self.model.rates if name not in self.model.gone_merchants]
        for merchant in chance.sample(trading, chance.choice([1, 1, 1, 2])):
            if merchant not in self.model.splitters and chance.random() < 0.35:
                self.both("deposit", merchant, chance.randrange(2_000, 30_000))
            for _number in range(chance.choice([1, 2, 3])):
                self.sell(chance.choice(self.shoppers), merchant, chance.randrange(300, 90_000), chance.random() < 0.3)
        for step in chance.choices([self.any_refund, self.any_payment, self.any_giving_back, self.any_exchange,
                                    self.any_opening, self.any_commission], weights=[3, 4, 2, 2, 3, 1], k=3):
            step()
        for merchant in chance.sample(sorted(self.unfunded), min(len(self.unfunded), chance.choice([1, 1, 2]))):
            self.fund(merchant, hold=chance.random() < 0.15)
        self.any_review()

    def any_refund(self):
        own = [pair for pair in self.sales if pair[0].shopper in self.shoppers and pair[0].origin is None
               and pair[0].refundable and pair not in self.get_kept()]
        if own:
            self.refund(self.chance.choice(own[-self.chance.choice([3, 12, 100]):]), self.chance.choice(SHARES))

    def any_payment(self):
        stores = [name for name in self.model.rates if name not in self.model.gone_merchants]
        shoppers = [name for name in self.shoppers if name in self.model.wallets]
        if shoppers:
            self.pay(self.chance.choice(shoppers), self.chance.choice(stores), self.chance.choice(SHARES),
                     self.chance.choice(["capture", "capture", "release", "time out"]))

    def any_giving_back(self):
        spent = [pair for pair in self.holds if pair[0].restorable and pair not in self.get_kept()]
        if spent:
            self.give_back(self.chance.choice(spent), self.chance.choice(SHARES))

    def any_exchange(self):
        if self.bookings and self.chance.random() < 0.4:
            self.cancel_booking(self.chance.choice(self.bookings))
        else:
            hosts = [name for name in self.model.rates if name not in self.model.gone_merchants]
            self.exchange(self.chance.choice(self.shoppers), self.chance.choice(hosts), self.chance.choice([0.1, 0.5]))

    def any_opening(self):
        names = [name for name in self.model.wallets if name in self.shoppers or name in self.model.rates]
        if names:
            self.both("credit", self.chance.choice(names))
            self.reached["wallet opened"] += 1

    def any_commission(self):
        self.both("earn")

    def any_review(self):
        held = [pair for pair in self.sales if pair[0].reward == "held" and pair[0].origin is None
                and pair not in self.get_kept()]
        if held and self.chance.random() < 0.3:
            self.review(self.chance.choice(held), self.chance.random() < 0.6)
