"""Dividing what there is among what is asked for, where not everything fits everywhere."""

from collections import deque
from itertools import pairwise


def allocate(supplies, stages, total):
    """Divide ``supplies`` among places, as much as is possible up to ``total``.

    Augmenting paths, the supplies in their order: an earlier one is used as far as it can be, wherever the
    later ones then go, and none that was used is given up again.

    :param list supplies: ``(units, places)``: int, and the places (in order) where they may go
    :param list stages: ``{place: units at most}``: what is tried first, and what is allowed in the end; no
        place may get less in a later one
    :param int total: units wanted in all
    :return: list of ``{place: units}``, one for each supply
    """
    flows = [{} for _supply in supplies]
    left = [units for units, _places in supplies]
    for most in stages:
        room = {place: units - sum(flow.get(place, 0) for flow in flows) for place, units in most.items()}
        for index in range(len(supplies)):
            while total and left[index] and (path := _find_path(index, supplies, flows, room)):
                moved = _push(path, flows, min(left[index], room[path[-1][1]], total))
                left[index] -= moved
                room[path[-1][1]] -= moved
                total -= moved
    return flows


def _find_path(start, supplies, flows, room):
    """Return ``[(supply, place), …]``: the first goes to its place, whose present supply goes on to the next place."""
    came, seen, queue = {start: None}, set(), deque([start])
    while queue:
        supply = queue.popleft()
        for place in supplies[supply][1]:
            if place not in room or place in seen:
                continue
            seen.add(place)
            if room[place] > 0:
                path = [(supply, place)]
                while came[path[0][0]]:
                    path.insert(0, came[path[0][0]])
                return path
            for other, flow in enumerate(flows):
                if flow.get(place) and other not in came:
                    came[other] = (supply, place)
                    queue.append(other)
    return None


def _push(path, flows, units):
    """Move at most ``units`` along ``path``; return how many."""
    for (_supply, place), (other, _next) in pairwise(path):
        units = min(units, flows[other][place])
    for (supply, place), (other, _next) in zip(path, [*path[1:], (None, None)], strict=True):
        flows[supply][place] = flows[supply].get(place, 0) + units
        if other is not None:
            flows[other][place] -= units
    return units
