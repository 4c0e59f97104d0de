"""What a provider split off at the source comes to the escrow's bank by itself: nobody is told to transfer it."""

from odoo import fields
from odoo.tests import tagged

from tests.support.split_case import SplitCommon

HEAD = "date,reference,amount,balance,description\n"


@tagged("post_install", "-at_install")
class TestSplitBank(SplitCommon):
    def setUp(self):
        super().setUp()
        self.posting._post_unposted(self.company)
        self.before = {item["name"]: item["cents"] for item in self._items()}

    def _items(self):
        return self.env["escrow.bank.line"]._get_open_items(self.company)

    def _new_items(self):
        """Return ``{kind: cents}`` of what is open since the test began."""
        self._book()
        cents = {}
        for item in self._items():
            if more := item["cents"] - self.before.get(item["name"], 0):
                cents[item["kind"]] = cents.get(item["kind"], 0) + more
        return cents

    def _pay_both_ways(self):
        """Pay with a provider that splits and with the platform's own; fund both at once; return the sales."""
        split = self._pay(200.05)
        self._run()
        self.provider.split_adapter = False
        own = self._pay(500)
        self.provider.split_adapter = "wechat"
        self._fund(self.merchant)
        return self._sale(split), self._sale(own)

    def _reconcile(self):
        return self.env["escrow.reconciliation"]._reconcile(self.company)

    def test_a_kind_of_its_own(self):
        split, own = self._pay_both_ways()
        self.assertEqual({split.state, own.state}, {"funded"})
        self.assertNotEqual(split.funding_id, own.funding_id)
        self.assertEqual((split.funding_id.method, own.funding_id.method), ("split", "split"))
        brought, swept = self._parts(split)[0], self._parts(own)[0]
        self.assertEqual(self._new_items(), {"provider": brought, "sweep": swept})
        day = self._reconcile()
        self.assertEqual([round(line.amount * 100) for line in day.provided_ids], [brought])
        self.assertEqual(set(day.transfer_ids.mapped("kind")), {"sweep"})
        total = sum(self.before.values()) + swept
        self.assertEqual(round(sum(day.transfer_ids.mapped("amount")) * 100), total, "only this is transferred")

    def test_the_bank_shows_what_the_provider_brought(self):
        split, own = self._pay_both_ways()
        brought, swept = self._parts(split)[0], self._parts(own)[0]
        self._new_items()
        today = fields.Date.context_today(self.env.user)
        self.env["escrow.bank.statement"].sudo()._take_in(
            self.company, f"{HEAD}{today},B1,{brought / 100:.2f},{brought / 100:.2f},tenpay\n".encode(), "bank.csv")
        day = self._reconcile()
        self.assertEqual(day.statement_id.line_ids.mapped("explanation"), [f"PROVIDER {today}"])
        self.assertEqual((day.provided_ids.ids, self._new_items()), ([], {"sweep": swept}))

    def test_a_refund_is_the_provider_s_too(self):
        self._sell(1000)  # so that the pool can give back what its vouchers took
        self._book()
        self.before = {item["name"]: item["cents"] for item in self._items()}
        tx = self._pay(200.05)
        self._run()
        self._fund(self.merchant)
        self._refund_tx(tx, 66.67)
        self._run()
        self._fund(self.merchant)
        sale = self._sale(tx)
        self.assertEqual(sale.refund_ids.state, "funded")
        self.assertEqual(self._new_items(), {"provider": self._parts(sale | sale.refund_ids)[0]})
