import json

from odoo.tests import tagged

from odoo.addons.bus.tests.common import WebsocketCase

from .common_staff import StaffCommon


@tagged("post_install", "-at_install")
class TestScanBus(StaffCommon, WebsocketCase):
    """Of a payment hear those who own the store or serve there, whatever channels others ask for."""

    def setUp(self):
        super().setUp()
        self.cook = self._make_user("cook@east.example", "base.group_portal")
        self._hire(self.cook, self.east, "may_sales")
        self.people = {
            "owner": self.owner, "serves": self.worker, "cook": self.cook, "other owner": self.other_owner,
            "shopper": self.buyer, "visitor": None}

    def test_a_payment_is_told_to_the_store_s_people_alone(self):
        order = self.env["sale.order"]._create_scan_order(self.east, self.shopper, 2_000, "bus-payment-0001")
        channels = self._get_channels(order)
        sockets = {person: self._listen(user, channels) for person, user in self.people.items()}
        self._pay(order)
        self.env["bus.bus"]._sendone("broadcast", "that.was.all", {})
        self.trigger_notification_dispatching(["broadcast"])
        heard = {person: self._hear(socket) for person, socket in sockets.items()}
        for person, told in heard.items():
            self.assertIn("that.was.all", told, f"{person} hears nothing at all")
        self.assertEqual({person for person, told in heard.items() if "alliance.scan_payment" in told},
                         {"owner", "serves"})
        self.assertEqual({person for person, told in heard.items() if order.name in told}, {"owner", "serves"})

    def _get_channels(self, order):
        """Return the names by which somebody could ask for what is the store's and its people's."""
        records = order, self.east, self.market, self.market.partner_id, self.owner.partner_id
        return ["alliance.scan_payment", *(name for record in records for name in (
            f"{record._name}_{record.id}", f"{record._name}:{record.id}", str(record),
            json.dumps([self.env.cr.dbname, record._name, record.id])))]

    def _listen(self, user, channels):
        self.session = None  # that of the person before stays
        session = self.authenticate(*((user.login, user.login) if user else (None, None)))
        socket = self.websocket_connect(cookie=f"session_id={session.sid}")
        self.subscribe(socket, channels, self.env["bus.bus"]._bus_last_id())
        return socket

    def _hear(self, socket):
        """Return all that was said until the end."""
        told = ""
        while "that.was.all" not in told:
            told += socket.recv()
        return told
