"""Builders for paying with vouchers at tills and in the web checkout."""

from copy import deepcopy
from uuid import uuid4

from odoo import fields
from odoo.fields import Command

from .common import VoucherCommon


class VoucherPaymentsCommon(VoucherCommon):
    """A shopper who can log in, and the merchants and stores of VoucherCommon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shopper = cls._create_shopper("Li Mei", "limei")

    @classmethod
    def _create_shopper(cls, name, login):
        user = cls.env["res.users"].with_context(no_reset_password=True).create({
            "name": name,
            "login": login,
            "password": login * 2,
            "email": f"{login}@shopper.example.com",
            "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
        })
        user.partner_id.write({
            "street": "1 Hubin Road", "city": "Hangzhou", "zip": "310000", "phone": "+86 571 0000 0000",
            "country_id": cls.env.ref("base.cn").id,
            "state_id": cls.env.ref("base.state_cn_ZJ").id,
        })
        return user.partner_id

    def _balance(self, partner=None):
        """Return (balance, held) of a shopper's vouchers, both kinds together."""
        wallet = self._wallet(partner)
        return (
            self.currency.round(wallet.balance_deduction + wallet.balance_shopping),
            self.currency.round(wallet.held_deduction + wallet.held_shopping),
        )


class VoucherTillCommon(VoucherPaymentsCommon):
    """A till of the store, its cashier, and orders as the till sends them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.voucher_method = cls.env["pos.payment.method"]._get_voucher_method(cls.company)
        cls.product = cls.env["product.product"].create({
            "name": "Longjing Tea", "list_price": 100.0, "taxes_id": [Command.clear()],
            "available_in_pos": True, "type": "consu",
        })
        cls.till, cls.cash_method = cls._create_till("West Lake Till", cls.store)
        cls.cashier = cls._create_cashier("cashier_voucher", cls.company)

    @classmethod
    def _create_cashier(cls, login, company):
        return cls.env["res.users"].with_context(no_reset_password=True).create({
            "name": login, "login": login, "password": login * 2,
            "company_id": company.id, "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set([
                cls.env.ref("base.group_user").id, cls.env.ref("point_of_sale.group_pos_user").id])],
        })

    @classmethod
    def _create_till(cls, name, store):
        journal = cls.env["account.journal"].create({
            "name": f"Cash {name}", "type": "cash", "code": f"C{uuid4().hex[:4].upper()}",
            "company_id": cls.company.id})
        cash = cls.env["pos.payment.method"].create(
            {"name": "Cash", "journal_id": journal.id, "company_id": cls.company.id})
        till = cls.env["pos.config"].create({
            "name": name,
            "company_id": cls.company.id,
            "payment_method_ids": [Command.set(cash.ids)],
            "alliance_store_id": store.id if store else False,
        })
        return till, cash

    @classmethod
    def _open_session(cls, till):
        till.open_ui()
        session = till.current_session_id
        session.set_opening_control(0, None)
        return session

    def _get_payment_code(self, partner=None):
        """Return the 16 digits on a shopper's screen; as if the last ones had been used long ago."""
        shown = self.env["voucher.payment.code"]._get_or_create(
            self.env["voucher.wallet"]._get_or_create(self.shopper if partner is None else partner, self.company))
        shown.last_step = 0
        return shown._get_current()[0]

    def _set_known_code(self):
        """Give the shopper the secret that the tours know (static/tests/tours/payment_code.js)."""
        self.env["voucher.payment.code"]._get_or_create(
            self.env["voucher.wallet"]._get_or_create(self.shopper, self.company)).write(
                {"number": "0123456789", "secret": b"twenty bytes secret!".hex()})

    def _hold(self, amount, uuid=None, partner=None, session=None, user=None):
        """Hold vouchers as the till does, with the shopper's code; return (answer, payment uuid)."""
        uuid = uuid or str(uuid4())
        method = self.voucher_method.with_user(user or self.cashier)
        partner = self.shopper if partner is None else partner
        return method.voucher_authorize(
            (session or self.session).id, uuid, partner.id, amount,
            self._get_payment_code(partner) if partner.exists() else None), uuid

    def _order_data(self, payments, qty=1, price=None, partner=None, session=None, refunded=None, **extra):
        """Return an order as the till sends it.

        :param list payments: of (payment method, amount, uuid or None)
        :param refunded: order whose first line is refunded; give a negative ``qty``
        """
        price = self.product.list_price if price is None else price
        total = qty * price
        partner = self.shopper if partner is None else partner
        return {
            "uuid": str(uuid4()),
            "access_token": str(uuid4()),
            "name": "/",
            "session_id": (session or self.session).id,
            "company_id": self.company.id,
            "partner_id": partner.id,
            "state": "paid",
            "amount_total": total,
            "amount_tax": 0,
            "amount_paid": sum(amount for _method, amount, _uuid in payments),
            "amount_return": 0,
            "is_refund": bool(refunded),
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "lines": [Command.create({
                "uuid": str(uuid4()),
                "product_id": self.product.id,
                "full_product_name": self.product.name,
                "qty": qty,
                "price_unit": price,
                "price_subtotal": total,
                "price_subtotal_incl": total,
                "discount": 0,
                "tax_ids": [Command.clear()],
                "refunded_orderline_id": refunded.lines[:1].id if refunded else False,
            })],
            "payment_ids": [
                Command.create({
                    "uuid": uuid or str(uuid4()),
                    "payment_method_id": method.id,
                    "amount": amount,
                    "payment_status": "done",
                }) for method, amount, uuid in payments],
            "to_invoice": False,
            **extra,
        }

    def _sync(self, *orders, user=None):
        """Send orders as the cashier's till does; return the orders, as superuser."""
        uuids = [order["uuid"] for order in orders]
        # A copy: the server takes parts out of what it was sent.
        self.env["pos.order"].with_user(user or self.cashier).sync_from_ui(deepcopy(list(orders)))
        return self.env["pos.order"].search([("uuid", "in", uuids)])

    def _sell(self, voucher, cash=0.0, **kwargs):
        """Sell for ``voucher`` + ``cash``, authorised and paid; return the order."""
        payments = []
        if voucher:
            _answer, uuid = self._hold(voucher)
            payments.append((self.voucher_method, voucher, uuid))
        if cash:
            payments.append((self.cash_method, cash, None))
        return self._sync(self._order_data(payments, price=voucher + cash, **kwargs))
