"""Small drawn worlds, and the best plan of one by trying all."""

from __future__ import annotations

from itertools import product

import numpy as np
from engines.consolidation.worlds import departure, order
from hypothesis import strategies as st

from samphao.engines.consolidation import Instance


@st.composite
def rows(draw, orders_max=6, departures_max=5):
    """Departures, orders and limits in a world of three nodes."""
    lines = []
    for k in range(draw(st.integers(1, departures_max))):
        start, end = draw(st.sampled_from([("A", "B"), ("A", "C"), ("C", "B"), ("A", "B")]))
        depart = draw(st.integers(0, 20))
        lines.append(
            departure(
                f"d{k}", start, end, depart, depart + draw(st.integers(1, 10)), cold=draw(st.integers(0, 1)),
                box=draw(st.integers(20, 150)), kg=draw(st.integers(500, 4000)), boxes=draw(st.integers(0, 2)),
                loose=draw(st.integers(5, 30)), loose_max=draw(st.integers(0, 12)),
            )
        )  # fmt: skip
    orders = [
        order(
            f"o{i}", draw(st.sampled_from("AAC")), "B", release=draw(st.integers(0, 15)), due=draw(st.integers(16, 40)),
            m3=draw(st.integers(1, 60)) / 8, kg=draw(st.integers(10, 2500)), cold=draw(st.integers(0, 1)),
        )
        for i in range(draw(st.integers(1, orders_max)))
    ]  # fmt: skip
    limits = [("r", f"d{k}", 1, draw(st.just(1))) for k in range(len(lines))] if draw(st.booleans()) else []
    return lines, orders, limits


def paths(instance: Instance, i: int) -> list[list[int]]:
    """Every path that order i may take, and staying behind, by trying all."""
    d, o, found = instance.departures, instance.orders, [[]]

    def walk(here, ready, path):
        for k in range(len(d)):
            if d.start[k] == here and d.depart_h[k] >= ready and (d.is_cold[k] or not o.is_cold[i]):
                if d.end[k] == o.destination[i] and d.arrive_h[k] <= o.due_h[i]:
                    found.append([*path, k])
                if len(path) + 1 < instance.legs_max:
                    walk(d.end[k], d.arrive_h[k] + instance.transfer_h, [*path, k])

    walk(o.origin[i], o.release_h[i], [])
    return found


def best_cost(instance: Instance) -> float:
    """Cost of the best plan, by trying every path of every order with every number of boxes."""
    d, o, shared = instance.departures, instance.orders, instance.shared
    boxes = np.array(list(product(*(range(int(most) + 1) for most in d.boxes_max))), dtype=np.int64)
    if len(shared):
        boxes = boxes[[bool((shared.slots_used(y) <= shared.slots_max).all()) for y in boxes]]
    best = np.inf
    for chosen in product(*(paths(instance, i) for i in range(len(o)))):
        volume, mass = np.zeros(len(d)), np.zeros(len(d))
        behind = sum(o.volume_m3[i] for i, path in enumerate(chosen) if not path)
        for i, path in enumerate(chosen):
            volume[path] += o.volume_m3[i]
            mass[path] += o.mass_kg[i]
        worth = np.maximum(volume / d.box_volume_m3, mass / d.box_mass_kg)
        loose = np.maximum(worth - boxes, 0) * d.box_volume_m3
        cost = (d.box_cost * boxes + d.loose_cost_m3 * loose).sum(axis=1)
        cost = np.where((loose <= d.loose_max_m3 + 1e-9).all(axis=1), cost, np.inf)
        best = min(best, float(cost.min()) + instance.unserved_cost_m3 * behind)
    return best
