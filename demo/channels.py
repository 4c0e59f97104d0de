"""Today's orders, made as tills and the website make them."""

from datetime import timedelta
from uuid import uuid4

from odoo import Command, fields

# till, shopper, product codes, share of the total paid with vouchers if there are enough
TILL_ORDERS = [
    ("noodles", 0, ["GP-NOODLE", "GP-TEA-CUP"], 0.0),
    ("noodles", 4, ["GP-NOODLE", "GP-DUMPLING"], 0.3),
    ("noodles", 9, ["GP-DUMPLING"], 0.0),
    ("market1", 0, ["GP-RICE", "GP-OIL", "GP-FRUIT"], 0.2),
    ("market1", 12, ["GP-FRUIT"], 0.0),
]
# shopper, product codes
WEB_ORDERS = [(0, ["GP-LAMP"]), (0, ["GP-TOWEL", "GP-GIFT-TEA"]), (7, ["GP-POT"])]
# store, shopper, amount in cents, note, cents of it paid with vouchers if there are enough
SCAN_PAYMENTS = [
    ("noodles", 3, 5_800, ("table 5", "5号桌"), 0), ("noodles", 0, 7_650, ("table 2", "2号桌"), 500),
    ("books", 5, 12_900, None, 0), ("hair", 11, 9_800, None, 0)]


class Channels:
    """Sells through the channels of a :class:`~demo.world.World`."""

    def __init__(self, world):
        self.world = world
        self.env = world.env

    def sell_at_the_tills(self):
        """Open the tills and send their orders, as the cashier."""
        sessions = {}
        for number, (key, shopper, codes, share) in enumerate(TILL_ORDERS):
            if key not in sessions:
                sessions[key] = self._open_session(self.world.tills[key])
            data = self._prepare_till_order(sessions[key], self.world.shoppers[shopper], codes, share)
            data["date_order"] = fields.Datetime.to_string(fields.Datetime.now() - timedelta(minutes=30 - number))
            self.env["pos.order"].with_user(self.world.users["cashier"]).sync_from_ui([data])

    def _open_session(self, till):
        till = till.with_user(self.world.users["cashier"])
        till.open_ui()
        session = till.current_session_id
        session.set_opening_control(200, None)
        return session

    def _prepare_till_order(self, session, shopper, codes, share):
        """Return an order as the till sends it."""
        products = [self.world.products[code] for code in codes]
        total = sum(product.list_price for product in products)
        return {
            "uuid": str(uuid4()), "access_token": str(uuid4()), "name": "/", "session_id": session.id,
            "company_id": session.company_id.id, "partner_id": shopper.id, "state": "paid",
            "amount_total": total, "amount_tax": 0, "amount_paid": total, "amount_return": 0, "to_invoice": False,
            "lines": [Command.create({
                "uuid": str(uuid4()), "product_id": product.id, "full_product_name": product.name, "qty": 1,
                "price_unit": product.list_price, "price_subtotal": product.list_price,
                "price_subtotal_incl": product.list_price, "discount": 0, "tax_ids": [Command.clear()],
            }) for product in products],
            "payment_ids": [
                Command.create({"uuid": uuid, "payment_method_id": method.id, "amount": amount,
                                "payment_status": "done"})
                for method, amount, uuid in self._pay(session, shopper, total, share)],
        }

    def _pay(self, session, shopper, total, share):
        """Return (method, amount, uuid) of each payment; vouchers are authorised first."""
        methods = session.config_id.payment_method_ids
        cash = methods.filtered("is_cash_count")[:1]
        vouchers = methods.filtered(lambda method: method.use_payment_terminal == "voucher")
        wallet = self.env["voucher.wallet"]._get_or_create(shopper, self.world.company)
        wallet._credit_up_to_date()
        amount = round(total * share, 2)
        if not amount or wallet.balance_deduction - wallet.held_deduction < amount:
            return [(cash, total, str(uuid4()))]
        uuid = str(uuid4())
        code, _seconds = self.env["voucher.payment.code"]._get_or_create(wallet)._get_current()
        vouchers.voucher_authorize(session.id, uuid, shopper.id, amount, code)
        return [(vouchers, amount, uuid), (cash, round(total - amount, 2), str(uuid4()))]

    def sell_in_the_mall(self):
        """Sell on the website, paid through the demo provider."""
        website = self.env["website"].search([("alliance_store_id", "=", self.world.stores["mall"].id)], limit=1)
        if not website:
            return
        # No PDF with these mails: no server runs yet that its pictures could come from.
        template = self.env.ref("sale.mail_template_sale_confirmation")
        reports, template.report_template_ids = template.report_template_ids, [Command.clear()]
        for shopper, codes in WEB_ORDERS:
            order = self.env["sale.order"].create({
                "partner_id": self.world.shoppers[shopper].id, "website_id": website.id,
                "order_line": [Command.create({"product_id": self.world.products[code].id, "product_uom_qty": 1})
                               for code in codes]})
            self._pay_online(order)
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "ok":
            template.report_template_ids = reports

    def pay_by_scan(self):
        """Pay in stores with their QR codes."""
        for number, (key, index, cents, note, with_vouchers) in enumerate(SCAN_PAYMENTS):
            shopper = self.world.shoppers[index]
            order = self.env["sale.order"]._create_scan_order(
                self.world.stores[key], shopper, cents, f"demolife{number}", note and self.world.text(note))
            if coupon := order._get_usable_coupons()[:1]:
                order._apply_coupon(coupon.code)
            wallet = self.env["voucher.wallet"]._get_or_create(shopper, self.world.company)
            if with_vouchers and wallet._get_spendable(self.world.stores[key]) >= with_vouchers:
                order._apply_vouchers(with_vouchers)
            self._pay_online(order)

    def _pay_online(self, order):
        """Pay what is due of an order through the demo provider."""
        provider = self.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        provider.write({"state": "test", "is_published": True})
        transaction = self.env["payment.transaction"].create({
            "provider_id": provider.id, "payment_method_id": provider.payment_method_ids[:1].id,
            "amount": order._get_amount_due(), "currency_id": order.currency_id.id, "partner_id": order.partner_id.id,
            "sale_order_ids": [Command.set(order.ids)], "reference": f"{order.name}-demo",
            "operation": "online_direct"})
        transaction._set_done()
        transaction._post_process()
