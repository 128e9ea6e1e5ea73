"""What a planner hands back: whole orders on paths, boxes and loose space on departures, and the proof of its bound."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.instance import Floats, Instance, Ints
from samphao.engines.consolidation.master import Certificate


class Reason(Enum):
    """Why an order stays behind."""

    NO_ROUTE = "no departures lead from its origin to its destination within the legs allowed"
    NO_COLD_DEPARTURE = "departures lead there in time, but not all of them carry cold goods"
    NO_PATH_IN_TIME = "no path leaves after its release and arrives by its due hour"
    CAPACITY = "every path that it could take is full"
    COST = "its cheapest path costs more than leaving it behind"


@dataclass(frozen=True, slots=True)
class Unserved:
    """An order (index) that stays behind, and why."""

    order: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with its certificate.

    Parameters
    ----------
    path_of_order
        Row of `paths` of each order, -1 where it stays behind, shape ``(orders,)``.
    paths
        Departures of each path in order of travel, int32 of shape ``(paths, legs_max)``, filled up with -1.
    boxes, loose_m3
        What each departure gets, shape ``(departures,)``.
    cost
        Of boxes, loose space and orders left behind.
    certificate
        Lower bound on the cost of any plan, with its prices and, where paths have one leg, its fares.
    unserved
        Orders left behind, by index.
    """

    path_of_order: Ints
    paths: npt.NDArray[np.int32]
    boxes: Ints
    loose_m3: Floats
    cost: float
    certificate: Certificate
    unserved: tuple[Unserved, ...]

    @property
    def gap(self) -> float:
        """The share of the cost that a better plan could save at most."""
        return max(0.0, 1 - self.certificate.lower_bound / self.cost) if self.cost > 0 else 0.0

    @property
    def above_best(self) -> float:
        """How much more than the best plan this one costs at most, as a share of the best plan's cost."""
        return self.gap / (1 - self.gap) if self.gap < 1 else float("inf")


def loads(instance: Instance, path_of_order: Ints, paths: npt.NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Volume (m3) and mass (kg) on every departure."""
    served, n = np.flatnonzero(path_of_order >= 0), len(instance.departures)
    rows, orders = path_of_order[served], instance.orders
    m3 = np.bincount(rows, orders.volume_m3[served], minlength=len(paths))
    kg = np.bincount(rows, orders.mass_kg[served], minlength=len(paths))
    volume, mass = np.zeros(n), np.zeros(n)
    for leg in range(paths.shape[1]):
        held = np.flatnonzero(paths[:, leg] >= 0)
        volume += np.bincount(paths[held, leg], m3[held], minlength=n)
        mass += np.bincount(paths[held, leg], kg[held], minlength=n)
    return volume, mass
