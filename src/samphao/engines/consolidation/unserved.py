"""Say why an order stays behind: infeasible is an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from samphao.engines.consolidation.instance import Floats, Instance, Ints
from samphao.engines.consolidation.merge import Commodities
from samphao.engines.consolidation.plan import Reason, Unserved
from samphao.engines.consolidation.pricing import Pricer, Timetable


def explain_unserved(
    instance: Instance, timetable: Timetable, commodities: Commodities, behind: Ints
) -> tuple[Unserved, ...]:
    """Find for each order of `behind` (indices) the first constraint without which it could travel."""
    if not len(behind):
        return ()
    d = instance.departures
    dry = np.zeros(len(commodities), np.bool_)
    ever = np.full(len(commodities), np.inf)
    least_m3 = np.where(d.boxes_max > 0, d.box_cost / d.box_volume_m3, np.inf)
    least_m3 = np.minimum(least_m3, np.where(d.loose_max_m3 > 0, d.loose_cost_m3, np.inf))
    least_m3 = np.where(np.isfinite(least_m3), least_m3, 0.0)
    cheapest = _cost(timetable, commodities, least_m3)
    warm = _cost(timetable, replace(commodities, is_cold=dry), least_m3)
    any_time = _cost(timetable, replace(commodities, is_cold=dry, release_h=-ever, due_h=ever), least_m3)
    out = []
    for order in behind:
        c = commodities.of_order[order]
        if np.isinf(any_time[c]):
            reason = Reason.NO_ROUTE
        elif np.isinf(warm[c]):
            reason = Reason.NO_PATH_IN_TIME
        elif np.isinf(cheapest[c]):
            reason = Reason.NO_COLD_DEPARTURE
        elif cheapest[c] > instance.unserved_cost_m3:
            reason = Reason.COST
        else:
            reason = Reason.CAPACITY
        out.append(Unserved(int(order), reason))
    return tuple(out)


def _cost(timetable: Timetable, commodities: Commodities, per_m3: Floats) -> Floats:
    alone = replace(commodities, source=np.arange(len(commodities)), target=np.arange(len(commodities)))
    return Pricer.of(timetable, alone).cheapest(per_m3, np.zeros(len(per_m3)))[0]
