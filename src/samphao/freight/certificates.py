"""A plan's certificate in plain values, to be kept with it and given to whoever wants to work the bound out anew."""

from __future__ import annotations

import numpy as np

from samphao.engines.consolidation import Fares, Instance
from samphao.freight.planning import Planned


def prices_of(planned: Planned) -> dict[str, list[float]]:
    """Return the prices of volume and mass of each service that has one; they prove a bound alone, if a lower one."""
    prices = planned.solved.certificate.prices
    return {
        planned.services[k].id: [round(float(prices.volume[k]), 6), round(float(prices.mass[k]), 8)]
        for k in range(len(planned.services))
        if prices.volume[k] > 0 or prices.mass[k] > 0
    }


def fares_of(planned: Planned) -> dict[str, list[dict[str, object]] | dict[str, float]]:
    """Return the fares by class of shipments, the needs with their weights, and what is reckoned by mass."""
    fares = planned.solved.certificate.fares
    if fares is None:
        return {}
    return {
        "fares": _classes(planned.instance, fares),
        "needs": _needs(planned.instance, fares),
        "mass_share": {planned.services[k].id: float(share) for k, share in enumerate(fares.mass_share) if share > 0},
    }


def _classes(instance: Instance, fares: Fares) -> list[dict[str, object]]:
    """One entry a class: whoever is on the lane with hours and density within the limits pays its fare."""
    orders = instance.orders
    by_class = np.argsort(fares.of_order, kind="stable")
    entries: list[dict[str, object]] = []
    for members in np.split(by_class, np.flatnonzero(np.diff(fares.of_order[by_class])) + 1):
        if not len(members):
            continue
        first, density = members[0], orders.mass_kg[members] / orders.volume_m3[members]
        entries.append(
            {
                "from": instance.nodes[orders.origin[first]],
                "to": instance.nodes[orders.destination[first]],
                "is_chilled": bool(orders.is_cold[first]),
                "ready_h": [float(orders.release_h[members].min()), float(orders.release_h[members].max())],
                "due_h": [float(orders.due_h[members].min()), float(orders.due_h[members].max())],
                "kg_m3": [float(density.min()), float(density.max())],
                "fare_m3": float(fares.fare_m3[fares.of_order[first]]),
            }
        )
    return entries


def _needs(instance: Instance, fares: Fares) -> list[dict[str, object]]:
    needs = fares.needs
    return [
        {
            "from": instance.nodes[needs.start[k]],
            "to": instance.nodes[needs.end[k]],
            "ready_h": float(needs.ready_h[k]),
            "due_h": float(needs.due_h[k]),
            "is_chilled_only": bool(needs.is_cold_only[k]),
            "measure": "kg" if needs.by_mass[k] else "m3",
            "box": float(needs.size[k]),
            "weight": float(needs.weight[k]),
        }
        for k in range(len(needs))
    ]
