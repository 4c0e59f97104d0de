import itertools
import random

from odoo.tests import BaseCase, tagged

from ..tools.allocate import allocate


@tagged("post_install", "-at_install")
class TestAllocate(BaseCase):
    """As much as possible, the earlier supplies first."""

    def test_against_every_cut(self):
        rng = random.Random(20261126)
        for _example in range(500):
            places = list("abc")[:rng.randint(1, 3)]
            supplies = [(rng.randint(0, 9), [place for place in places if rng.random() < 0.6])
                        for _number in range(rng.randint(1, 4))]
            most = {place: rng.randint(0, 12) for place in places}
            first = {place: rng.randint(0, units) for place, units in most.items()}
            total = rng.randint(0, 30)
            expected = min(total, self._get_limit(supplies, most))
            for stages in ([most], [first, most]):
                flows = allocate(supplies, stages, total)
                with self.subTest(supplies=supplies, stages=stages, total=total):
                    self.assertEqual(sum(sum(flow.values()) for flow in flows), expected)
                    for (units, allowed), flow in zip(supplies, flows, strict=True):
                        self.assertLessEqual(sum(flow.values()), units)
                        self.assertLessEqual({place for place in flow if flow[place]}, set(allowed))
                    for place in places:
                        self.assertLessEqual(sum(flow.get(place, 0) for flow in flows), most[place])
            used = [sum(flow.values()) for flow in allocate(supplies, [most], total)]
            for number in range(len(supplies)):
                self.assertEqual(
                    sum(used[:number + 1]), min(expected, self._get_limit(supplies[:number + 1], most)),
                    "those that come first are used as far as they can be")

    def _get_limit(self, supplies, most):
        """Return the smallest cut: no division can be larger, and the best one is as large."""
        return min(
            sum(units for place, units in most.items() if place not in cut)
            + sum(units for units, allowed in supplies if set(allowed) & set(cut))
            for size in range(len(most) + 1) for cut in itertools.combinations(most, size))

    def test_in_proportion_where_it_can_be(self):
        self.assertEqual(allocate([(10, ["a", "b"])], [{"a": 2, "b": 6}, {"a": 5, "b": 15}], 8), [{"a": 2, "b": 6}])
        self.assertEqual(allocate([(10, ["a"])], [{"a": 2, "b": 6}, {"a": 5, "b": 15}], 5), [{"a": 5}])

    def test_a_later_supply_moves_an_earlier_one(self):
        self.assertEqual(allocate([(3, ["a", "b"]), (3, ["a"])], [{"a": 3, "b": 3}], 6), [{"a": 0, "b": 3}, {"a": 3}])
