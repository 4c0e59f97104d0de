from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import AllianceCommon


@tagged("post_install", "-at_install")
class TestContract(AllianceCommon):
    def test_rates_outside_3_to_20_are_refused(self):
        for rate in (2.99, 20.01, 0, -5, 100):
            with self.assertRaisesRegex(ValidationError, "Concession"):
                self._make_contract(self.merchant, rate=rate)
        for rate in (3, 20):
            self.assertEqual(self._make_contract(self.merchant, rate=rate).line_ids.rate, rate)

    def test_the_database_refuses_them_too(self):
        line = self._make_contract(self.merchant).line_ids
        line.flush_recordset()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env.cr.execute(SQL("UPDATE alliance_contract_line SET rate = 2.9 WHERE id = %s", line.id))

    def test_two_contracts_cannot_be_in_force_at_once(self):
        second = self._make_contract(self.merchant, start="2026-01-01")
        with self.assertRaisesRegex(ValidationError, "in force"):
            second._activate("Boss")
        self.merchant.contract_ids.filtered(lambda c: c.state == "active").action_terminate()
        later = self._make_contract(self.merchant, start="2099-01-01")
        later._activate("Boss")
        self.assertEqual(later.state, "active")

    def test_a_signed_contract_is_frozen(self):
        contract = self.merchant.contract_ids
        with self.assertRaises(UserError):
            contract.line_ids.rate = 5
        with self.assertRaises(UserError):
            contract.date_start = "2021-01-01"
        with self.assertRaises(UserError):
            contract.line_ids = [Command.create({"rate": 5})]
        with self.assertRaises(UserError):
            contract.line_ids.unlink()
        with self.assertRaises(UserError):
            contract.unlink()
        with self.assertRaises(UserError):
            contract.state = "draft"

    def test_a_contract_needs_rates_and_begins_as_a_draft(self):
        with self.assertRaisesRegex(UserError, "rate"):
            self._make_contract(self.merchant, line_ids=[])._activate("Boss")
        with self.assertRaisesRegex(UserError, "draft"):
            self._make_contract(self.merchant, state="active")

    def test_store_rate_before_scene_rate_before_general(self):
        merchant = self._make_merchant("Many Rates", sign=False)
        store = merchant.store_ids
        other = store.copy({"name": "Other"})
        mall = store.copy({"name": "Mall", "scene": "own_mall"})
        contract = self._make_contract(merchant, line_ids=[
            Command.create({"rate": 5}), Command.create({"rate": 6, "scene": "alliance"}),
            Command.create({"rate": 7, "store_id": store.id})])
        contract._activate("Boss")
        for place, rate in ((store, 7), (other, 6), (mall, 5)):
            self.assertEqual(self._sell(10000, key=f"k,{place.id}", store=place).rate, rate)

    def test_a_store_of_somebody_else_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Store"):
            self._make_contract(self._make_merchant("Other", sign=False), line_ids=[
                Command.create({"rate": 5, "store_id": self.store.id})])
