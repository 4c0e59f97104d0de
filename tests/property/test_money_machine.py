"""Whatever happens, in whatever order: the platform and an independent model agree to the cent.

In four classes, so that several processes can share the work.
"""

from odoo.tests import tagged

from tests.property.machine_case import MoneyMachineCase


@tagged("post_install", "-at_install")
class TestMoneyMachine1(MoneyMachineCase):
    def test_any_order_of_anything(self):
        self._run_part(1)


@tagged("post_install", "-at_install")
class TestMoneyMachine2(MoneyMachineCase):
    def test_any_order_of_anything(self):
        self._run_part(2)


@tagged("post_install", "-at_install")
class TestMoneyMachine3(MoneyMachineCase):
    def test_any_order_of_anything(self):
        self._run_part(3)


@tagged("post_install", "-at_install")
class TestMoneyMachine4(MoneyMachineCase):
    def test_any_order_of_anything(self):
        self._run_part(4)
