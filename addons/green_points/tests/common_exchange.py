from .common import GreenPointsCommon


class ExchangeCommon(GreenPointsCommon):
    """A merchant that offers a service, and a shopper who has points of several periods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.host = cls._create_merchant("Photo Studio", rate=10.0)
        cls.host_contact = cls.host.partner_id
        cls.offer = cls._create_offer(points=50.0)
        cls.key_count = 0

    @classmethod
    def _create_offer(cls, store=None, publish=True, **vals):
        offer = cls.env["green.points.offer"].create({
            "name": "Portrait", "store_id": (store or cls.host.store_ids).id, "points": 50.0,
            "date_from": "2020-01-01", **vals})
        if publish:
            offer._publish()
        return offer

    @classmethod
    def _earn(cls, *cash_of_each_period, partner=None):
        """Let the shopper earn 6 % of each cash (cents) in a period of its own; the last period stays open."""
        sales = cls.env["alliance.qualified.sale"]
        for number, cash in enumerate(cash_of_each_period):
            if number:
                cls._close_period()
            sales += cls._sell(cash, partner=partner)
        return sales

    def _exchange(self, offer=None, partner=None, key=None, **kwargs):
        type(self).key_count += 1
        return self.env["green.points.exchange"]._exchange(
            partner or self.shopper, offer or self.offer, key or f"test{self.key_count}", **kwargs)

    def _held(self, partner=None, kind="shopper"):
        """Return {number of the period: base value} of what a holder has."""
        positions = self.env["green.points.position"].search(
            [("partner_id", "=", (partner or self.shopper).id), ("holder_kind", "=", kind), ("base", ">", 0)])
        return {position.cohort_id.number: position.base for position in positions}

    def _owed(self, partner=None):
        return self.env["green.points.debt"]._get_owed_points(partner or self.shopper, "shopper", self.company)
