"""Small worlds that can be planned by hand."""

from __future__ import annotations

from collections.abc import Sequence

from samphao.engines.consolidation import Instance, Plan, Verdict, build_instance, check_plan

Row = Sequence[object]


def departure(
    name: str, start: str, end: str, depart: float, arrive: float, *, cold: int = 1, box: float = 100, m3: float = 10,
    kg: float = 4000, boxes: int = 5, loose: float = 15, loose_max: float = 20,
) -> Row:  # fmt: skip
    return (name, start, end, depart, arrive, cold, box, m3, kg, boxes, loose, loose_max)


def order(
    name: str, start: str = "A", end: str = "B", *, release: float = 0, due: float = 100, m3: float = 1, kg: float = 200,
    cold: int = 0,
) -> Row:  # fmt: skip
    return (name, start, end, release, due, m3, kg, cold)


def world(departures: Sequence[Row], orders: Sequence[Row], limits: Sequence[Row] = (), **settings: float) -> Instance:
    told = {"transfer_h": 2.0, "legs_max": 3, "unserved_cost_m3": 200.0, **settings}
    return build_instance(
        departures,
        orders,
        transfer_h=told["transfer_h"],
        legs_max=int(told["legs_max"]),
        unserved_cost_m3=told["unserved_cost_m3"],
        limit_rows=limits,
    )


def paths_of(instance: Instance, plan: Plan) -> list[list[int]]:
    return [
        [int(k) for k in plan.paths[row] if k >= 0] if row >= 0 else []
        for row in plan.path_of_order[: len(instance.orders)]
    ]


def travels(instance: Instance, plan: Plan) -> dict[str, list[str]]:
    """Names of the departures of each order."""
    names = instance.departures.ids
    return {
        name: [names[k] for k in path] for name, path in zip(instance.orders.ids, paths_of(instance, plan), strict=True)
    }


def checked(instance: Instance, plan: Plan) -> Verdict:
    prices = plan.certificate.prices
    return check_plan(
        instance,
        paths_of(instance, plan),
        plan.boxes.tolist(),
        plan.loose_m3.tolist(),
        (prices.volume.tolist(), prices.mass.tolist(), prices.slot.tolist()),
        plan.certificate.fares,
    )
