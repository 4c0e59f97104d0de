from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.allocation import get_bases, take_part
from ..tools.curve import get_multiple
from ..tools.curve_chart import render_curve

CURVES = st.fixed_dictionaries({
    "curve": st.sampled_from(["linear", "compounding", "stepped"]),
    "period_count": st.integers(1, 40),
    "maximum": st.decimals("0.0001", "5", places=4),
    "growth": st.decimals("0.0001", "50", places=4),
    "stages": st.integers(1, 40),
})
BASES = st.decimals("0", "1", places=4)


@tagged("post_install", "-at_install")
class TestCurve(BaseCase):

    @settings(max_examples=200, deadline=None)
    @given(CURVES)
    def test_from_zero_to_the_maximum_and_never_falling(self, curve):
        values = [get_multiple(age=age, **curve) for age in range(curve["period_count"] + 1)]
        self.assertEqual(values[0], 0)
        self.assertEqual(values[-1], curve["maximum"])
        self.assertEqual(values, sorted(values))
        self.assertTrue(all(value == round(value, 12) for value in values))

    @settings(max_examples=50, deadline=None)
    @given(CURVES, st.integers(1, 1000))
    def test_nothing_outside_its_periods(self, curve, beyond):
        self.assertEqual(get_multiple(age=-beyond, **curve), 0)
        self.assertEqual(get_multiple(age=curve["period_count"] + beyond, **curve), curve["maximum"])

    def test_linear_rounds_down(self):
        self.assertEqual(get_multiple("linear", 1, 40, Decimal(5)), Decimal("0.125"))
        self.assertEqual(get_multiple("linear", 1, 3, Decimal(5)), Decimal("1.666666666666"))

    def test_compounding_steps_grow_by_the_growth(self):
        def multiple(age):
            return get_multiple("compounding", age, 4, Decimal(5), growth=Decimal(10))
        # 5 / (1.1^4 - 1) = 10.7735…, steps 1.07735… × 1.1^(n-1)
        self.assertEqual(multiple(1), Decimal("1.077354018530"))
        steps = [multiple(age) - multiple(age - 1) for age in range(1, 5)]
        for earlier, later in pairwise(steps):
            self.assertAlmostEqual(later / earlier, Decimal("1.1"), places=9)

    def test_stepped_jumps_at_the_end_of_each_stage(self):
        values = [get_multiple("stepped", age, 40, Decimal(5), stages=4) for age in range(41)]
        self.assertEqual(
            values, [Decimal("1.25") * (age // 10) for age in range(41)])

    def test_unknown_curve(self):
        with self.assertRaises(ValueError):
            get_multiple("steep", 1, 40, Decimal(5))

    def test_chart_draws_every_age_and_escapes(self):
        chart = render_curve([Decimal(0), Decimal(1), Decimal(5)], "<b>")
        self.assertIn("&lt;b&gt;", chart)
        self.assertEqual(chart.split('polyline points="')[1].split('"')[0].count(","), 3)


@tagged("post_install", "-at_install")
class TestAllocation(BaseCase):

    @settings(max_examples=200, deadline=None)
    @given(st.integers(0, 10**9), BASES, BASES)
    def test_bases_never_exceed_the_concession(self, concession, beta, gamma):
        shopper, merchant = get_bases(concession, beta, gamma)
        self.assertGreaterEqual(min(shopper, merchant), 0)
        self.assertLessEqual(shopper + merchant, concession)
        self.assertEqual(shopper, int(concession * beta))
        if beta + gamma <= 1:
            self.assertEqual(merchant, int(concession * gamma))

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.integers(0, 10**7), min_size=1, max_size=6), st.data())
    def test_parts_taken_add_up_and_fit(self, left, data):
        taken = data.draw(st.integers(0, sum(left)))
        parts = take_part(taken, left)
        self.assertEqual(sum(parts), taken)
        for part, there in zip(parts, left, strict=True):
            self.assertGreaterEqual(part, 0)
            self.assertLessEqual(part, there)
            self.assertLess(abs(part * sum(left) - taken * there), max(sum(left), 1))

    def test_more_than_is_left_is_refused(self):
        for taken in (-1, 4):
            with self.assertRaises(ValueError):
                take_part(taken, [1, 2])
