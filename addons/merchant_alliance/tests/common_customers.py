from datetime import timedelta

from odoo import fields

from .common import AllianceCommon


class CustomersCommon(AllianceCommon):
    """Shoppers who agreed to hear from a merchant, and campaigns for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "platform@example.com"
        cls.rival = cls._make_merchant("Rival House")
        cls.people = cls.env["res.partner"].create([
            {"name": f"Person{number} Zhang", "email": f"person{number}@example.com"} for number in range(6)])
        cls.numbers = iter(range(10_000))
        for partner in cls.people[:5]:
            cls._agree(partner)

    @classmethod
    def _agree(cls, partner, merchant=None):
        return cls.env["alliance.consent"]._give(merchant or cls.merchant, partner, "store")

    def _buy(self, partner, days, cents=10_000, store=None, **vals):
        """Register a sale that was made ``days`` ago."""
        return self._sell(cents, f"cust,{next(self.numbers)}", store, partner=partner,
                          sale_datetime=fields.Datetime.now() - timedelta(days=days, minutes=1), **vals)

    def _make_campaign(self, merchant=None, **vals):
        return self.env["alliance.campaign"].create({
            "name": "News", "body": "Dear {name}, come to {shop}!",
            "merchant_id": (merchant or self.merchant).id, **vals})

    def _make_coupon_campaign(self, merchant=None, **vals):
        today = fields.Date.today()
        return self._make_campaign(merchant, **{
            "kind": "coupon", "body": "Use {code} until {until}: {value} off", "discount": "amount",
            "discount_amount": 10, "purchase_min": 50, "valid_from": today - timedelta(days=1),
            "valid_to": today + timedelta(days=10), **vals})

    def _send(self, campaign):
        count = campaign._start()
        self.env["alliance.campaign"]._cron_send()
        return count

    def _make_coupon(self, partner=None, merchant=None, **vals):
        """Return the coupon that ``partner`` got with a campaign."""
        partner = partner or self.shopper
        self._agree(partner, merchant)
        campaign = self._make_coupon_campaign(merchant, **vals)
        self._send(campaign)
        return campaign.coupon_ids.filtered(lambda coupon: coupon.partner_id == partner)
