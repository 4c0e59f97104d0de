"""What an example of the money machine has come across."""

from datetime import timedelta


class Reached:
    """Part of ``MoneyMachine``; ``seen`` keeps what was so after any step."""

    def note_reached(self):
        self.seen.update(what for what, reached in (self._get_reached() | self._get_reached_of_promoters()).items()
                         if reached)

    def _get_reached(self):
        model = self.model
        wallets = model.wallets.values()
        return {
            "released": any(period["reserved"] for period in model.settled),
            "covered in part": any(0 < increment < model.policy.multiple(1) for period in model.settled
                                   for increment in period["increments"].values()),
            "debt": any(wallet.debt for wallet in wallets),
            "refund after release": any(wallet.credited < wallet.credits_total for wallet in wallets),
            "held and given back in part": any(
                refund.state == "funded" for sale in model.sales if sale.reward == "held" for refund in sale.refunds),
            "kept to one merchant": any(lot.only_at and lot.left for wallet in wallets for lot in wallet.lots),
            "expired": any(lot.left == 0 and lot.expires < model.today for wallet in wallets for lot in wallet.lots),
            "given back": any(hold.restored for hold, _real in self.holds),
            "exchanged": bool(model.gone),
            "points owed": any(model.debts.values()),
            "matured": len(model.settled) > model.policy.periods,
            "waiting for a deposit": any(sale.state == "pending" for sale, _real in self.sales),
            "refund waiting": any(refund.state == "pending" for refund in model.in_order_of_refunds),
            **{f"rewards {sale.reward}": True for sale, _real in self.sales},
        }

    def _get_reached_of_promoters(self):
        model = self.model
        sales = [sale for sale in model.sales if sale.promoter]
        return {
            "commission earned": any(sale.earned for sale in sales),
            "commission refunded": any(
                refund.earned and refund.commission for sale in sales for refund in sale.refunds),
            "commission paid": any(model.paid.values()),
            "commission owed": any(cents < 0 for cents in model.commissions.values()),
            "commission forfeited": bool(model.forfeited),
            "with the promoter": any(
                sale.shopper == shopper and not sale.promoter and model.live_together(shopper, promoter)
                for sale in model.sales for shopper, (promoter, _day) in model.bound.items()),
            "binding over": any(
                sale.shopper == shopper and sale.day >= day + timedelta(days=model.promoters[promoter][1])
                for sale in model.sales for shopper, (promoter, day) in model.bound.items()),
        }
