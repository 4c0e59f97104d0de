from odoo import Command

from .common_pickup import PickupCommon


class StaffCommon(PickupCommon):
    """A supermarket with two stores, its owner, and a login that works in the first one; and somebody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.east = cls.market.store_ids
        cls.east.name = "Market East"
        cls.west = cls.env["alliance.store"].create(
            {"name": "Market West", "merchant_id": cls.market.id, "scene": "supermarket"})
        cls.owner = cls._make_user("market_owner", "base.group_portal", partner=cls.env["res.partner"].create(
            {"name": "Market Owner", "parent_id": cls.market.partner_id.id}))
        cls.other_owner = cls._make_user("other_owner", "base.group_portal", partner=cls.merchant.partner_id)
        cls.buyer = cls._make_user("staff_shopper", "base.group_portal", partner=cls.shopper)
        cls.worker = cls._make_user("worker@east.example", "base.group_portal")
        cls.staff = cls._hire(cls.worker, cls.east)

    @classmethod
    def _hire(cls, user, stores, *rights):
        """Return the staff record of somebody who has accepted."""
        return cls.env["alliance.staff"].create({
            "name": user.name, "login": user.login, "user_id": user.id, "merchant_id": stores.merchant_id.id,
            "store_ids": [Command.set(stores.ids)], "state": "active",
            **dict.fromkeys(rights or ("may_sales", "may_serve", "may_products"), True)})

    def _invite(self, login="new@east.example", stores=None, rights=("may_sales",), name="New Face", owner=None):
        return self.env["alliance.staff"].with_user(owner or self.owner)._invite(
            name, login, self.east if stores is None else stores, list(rights))

    def _may(self, user, records, operation="read"):
        self.env.invalidate_all()
        return records.with_user(user).has_access(operation)
