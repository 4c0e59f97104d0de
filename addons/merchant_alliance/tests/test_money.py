from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from ..tools.money import from_cents, percent_of, split_by_weights, to_cents


@tagged("post_install", "-at_install")
class TestMoney(TransactionCase):
    @given(st.integers(0, 10**9), st.lists(st.integers(0, 10**4), min_size=1, max_size=6).filter(any))
    def test_parts_add_up_and_stay_within_a_cent(self, total, weights):
        parts = split_by_weights(total, weights)
        self.assertEqual(sum(parts), total)
        for part, weight in zip(parts, weights, strict=True):
            self.assertLess(abs(Decimal(part) - Decimal(total) * weight / sum(weights)), 1)
            if not weight:
                self.assertEqual(part, 0)

    def test_of_equal_remainders_the_earlier_part_wins(self):
        """A third of each, where quotients cut after some digits are not equal."""
        self.assertEqual(split_by_weights(3786, [6814, 4543, 1]), [2272, 1514, 0])

    @given(st.integers(-10**12, 10**12))
    def test_cents_survive_the_way_through_the_orm(self, cents):
        currency = self.env.company.currency_id
        self.assertEqual(to_cents(float(from_cents(cents, currency)), currency), cents)

    def test_percent_is_rounded_half_up(self):
        self.assertEqual(percent_of(10005, 10.0), 1001)
        self.assertEqual(percent_of(10004, 10.0), 1000)

    def test_negative_or_empty_weights_are_refused(self):
        for total, weights in ((5, [0, 0]), (5, [1, -1, 2]), (-1, [1])):
            with self.assertRaises(ValueError):
                split_by_weights(total, weights)
