from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import AllianceCommon


@tagged("post_install", "-at_install")
class TestRegister(AllianceCommon):
    def test_concession_is_cash_times_rate_to_the_cent(self):
        sale = self._sell(10005)
        self.assertEqual((sale.cash_amount, sale.rate, sale.concession_amount), (100.05, 10.0, 10.01))
        self.assertEqual((sale.state, sale.kind), ("pending", "sale"))
        self.assertEqual(sale.contract_line_id, self.merchant.contract_ids.line_ids)

    def test_one_source_one_sale(self):
        first = self._sell(10000)
        self.assertEqual(self._sell(99900), first)
        self.assertEqual(first.cash_amount, 100.0)
        both = self.env["alliance.qualified.sale"]._register_sales([{
            "idempotency_key": "twice", "partner": self.shopper, "store": self.store,
            "sale_datetime": fields.Datetime.now(), "cash_cents": 500}] * 2)
        self.assertEqual(len(both), 1)

    def test_sales_are_found_by_their_number(self):
        sale, other = self._sell(10000), self._sell(20000, key="other")
        self.assertEqual(sale.name, f"QS/{sale.id:08d}")
        found = sale.search([("name", "ilike", sale.name)])
        self.assertEqual(found, sale)
        self.assertEqual(sale.search([("name", "=", str(sale.id))]), sale)
        self.assertEqual(sale.search([("name", "in", [sale.name, other.name])]), sale | other)
        self.assertNotIn(sale, sale.search([("name", "!=", sale.name)]))
        self.assertIn((sale.id, sale.name), sale.name_search(sale.name))
        self.assertEqual(sale.search([("name", "in", [sale.id, True])]), sale, "whatever a client sends")
        for nothing in ("QS", "tea", "²", "9" * 10, "9" * 12, "9" * 5000, f"tea {sale.id}"):
            self.assertFalse(sale.search([("name", "ilike", nothing)]), nothing)

    def test_the_database_refuses_a_second_record_of_one_source(self):
        sale = self._sell(10000)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            sale.copy({"idempotency_key": sale.idempotency_key})
            self.env.flush_all()

    def test_without_contract_or_active_merchant_nothing_is_registered(self):
        unsigned = self._make_merchant("Unsigned", sign=False)
        self.assertFalse(self._sell(10000, store=unsigned.store_ids))
        self.merchant.action_suspend()
        self.assertFalse(self._sell(10000))

    def test_a_sale_before_the_contract_began_earns_nothing(self):
        self.assertFalse(self._sell(10000, sale_datetime=fields.Datetime.to_datetime("2019-12-30 12:00:00")))

    def test_the_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        late = fields.Datetime.to_datetime("2019-12-31 17:00:00")  # already 1 January in Shanghai
        self.assertTrue(self._sell(10000, sale_datetime=late))

    def test_refunds_take_back_exactly_all(self):
        sale = self._sell(10005)
        parts = [self._sell(-cents, key=f"refund,{cents}", origin=sale) for cents in (3333, 3334, 3338)]
        self.assertEqual(sum(round(p.concession_amount * 100) for p in parts), -1001)
        with self.assertRaisesRegex(ValidationError, "more cash"):
            self._sell(-1, key="refund,more", origin=sale)

    def test_the_ledger_is_append_only(self):
        sale = self._sell(10000)
        for vals in ({"cash_amount": 1}, {"concession_amount": 1}, {"partner_id": self.env.user.partner_id.id},
                     {"rate": 20}, {"idempotency_key": "x"}):
            with self.assertRaises(UserError):
                sale.sudo().write(vals)
        with self.assertRaises(UserError):
            sale.sudo().unlink()

    def test_signs_are_guarded_by_the_database(self):
        sale = self._sell(10000)
        for change in ("cash_amount = -1", "concession_amount = 10001", "rate = 2", "kind = 'refund'"):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.env.cr.execute(SQL(f"UPDATE alliance_qualified_sale SET {change} WHERE id = %s", sale.id))
