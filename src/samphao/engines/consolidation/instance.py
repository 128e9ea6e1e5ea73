"""What is to be planned: dated departures, whole orders and the limits that departures share.

A *box* is one whole unit of a departure's equipment: a container, a truck, an air unit. *Loose* space is room beside
the boxes that is paid by the cubic metre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

DEPARTURE_FIELDS = (
    "id",
    "from",
    "to",
    "depart_h",
    "arrive_h",
    "cold",
    "box_cost",
    "box_volume_m3",
    "box_mass_kg",
    "boxes_max",
    "loose_cost_m3",
    "loose_max_m3",
)
ORDER_FIELDS = ("id", "origin", "destination", "release_h", "due_h", "volume_m3", "mass_kg", "cold")
LIMIT_FIELDS = ("resource", "departure", "slots_per_box", "slots_max")


def sums(index: npt.NDArray[np.integer[Any]], value: Floats, count: int) -> Floats:
    """Sum of the values at each index from 0 to `count` - 1."""
    return np.bincount(index, value, minlength=count).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row of input, and how to mend it.

    Parameters
    ----------
    table
        ``departures``, ``orders``, ``limits`` or ``settings``.
    row
        Number of the row in its table, from 1; 0 when the fault is not of one row.
    problem
        One sentence with the field's name and what it must be.
    """

    table: str
    row: int
    problem: str

    def __str__(self) -> str:
        return f"{self.table} row {self.row}: {self.problem}" if self.row else f"{self.table}: {self.problem}"


class BadRowsError(ValueError):
    """Raised for input that cannot be planned; `faults` holds every reason, row by row."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        more = f" (and {len(self.faults) - 20} more)" if len(self.faults) > 20 else ""
        super().__init__("\n".join(str(fault) for fault in self.faults[:20]) + more)


@dataclass(frozen=True, slots=True)
class Departures:
    """Dated runs of services, one entry a departure and equipment; all arrays have shape ``(departures,)``.

    Parameters
    ----------
    ids
        Names, unique.
    start, end
        Node indices (int64) that the departure joins.
    depart_h, arrive_h
        Hours on the instance's clock (float64); an arrival is later than its departure.
    is_cold
        True where cold and dry orders may travel, False where dry orders only may.
    box_cost, box_volume_m3, box_mass_kg, boxes_max
        Cost of a box, what it holds and bears, and how many there are (int64).
    loose_cost_m3, loose_max_m3
        Price of loose space and how much there is. A loose cubic metre bears ``box_mass_kg / box_volume_m3`` kg.
    """

    ids: tuple[str, ...]
    start: Ints
    end: Ints
    depart_h: Floats
    arrive_h: Floats
    is_cold: Bools
    box_cost: Floats
    box_volume_m3: Floats
    box_mass_kg: Floats
    boxes_max: Ints
    loose_cost_m3: Floats
    loose_max_m3: Floats

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Orders:
    """Whole orders; all arrays have shape ``(orders,)``; times in hours, node indices int64."""

    ids: tuple[str, ...]
    origin: Ints
    destination: Ints
    release_h: Floats
    due_h: Floats
    volume_m3: Floats
    mass_kg: Floats
    is_cold: Bools

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class SharedLimits:
    """Side limits over the boxes of several departures, as of two services whose containers ride on one train.

    Parameters
    ----------
    names
        One name a resource.
    slots_max
        Slots of each resource, shape ``(resources,)``.
    resource, departure, slots_per_box
        One entry a use, shape ``(uses,)``: which resource, which departure, slots that one of its boxes takes.
    """

    names: tuple[str, ...] = ()
    slots_max: Floats = field(default_factory=lambda: np.zeros(0))
    resource: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    departure: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    slots_per_box: Floats = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.names)

    def slots_used(self, boxes: Ints | Floats) -> Floats:
        """Slots of each resource that `boxes` per departure take."""
        return sums(self.resource, self.slots_per_box * boxes[self.departure], len(self))

    def box_surcharge(self, slot_price: Floats, departures: int) -> Floats:
        """What one box of each departure pays for slots at `slot_price` a slot."""
        return sums(self.departure, self.slots_per_box * slot_price[self.resource], departures)


@dataclass(frozen=True, slots=True)
class Instance:
    """Everything that a plan is made from.

    Parameters
    ----------
    nodes
        Names of the places that departures and orders point at.
    departures, orders, shared
        What travels on what, within which shared limits.
    transfer_h
        Least hours between an arrival and the next departure of a path.
    legs_max
        Most departures on one path.
    unserved_cost_m3
        Cost of leaving a cubic metre behind.
    """

    nodes: tuple[str, ...]
    departures: Departures
    orders: Orders
    transfer_h: float
    legs_max: int
    unserved_cost_m3: float
    shared: SharedLimits = field(default_factory=SharedLimits)


@dataclass(slots=True)
class _Column:
    """Conversion of one column of text into an array, with a fault for each row that does not convert."""

    table: str
    faults: list[Fault]

    def read(self, name: str, values: Sequence[object], convert: Callable[[Any], Any], dtype: Any) -> npt.NDArray[Any]:
        try:
            return np.array(list(map(convert, values)), dtype=dtype)
        except (ValueError, TypeError, OverflowError):
            pass
        out = np.zeros(len(values), dtype=dtype)
        for row, value in enumerate(values):
            try:
                out[row] = convert(value)
            except (ValueError, TypeError, OverflowError):
                kind = "a whole number" if convert is int else "0 or 1" if convert is _flag else "a number"
                self.faults.append(Fault(self.table, row + 1, f"{name} must be {kind}, not {value!r}"))
        return out

    def require(self, holds: Bools, problem: str) -> None:
        self.faults.extend(Fault(self.table, int(row) + 1, problem) for row in np.flatnonzero(~holds))

    def require_unique(self, ids: Sequence[str]) -> None:
        if len(set(ids)) == len(ids):
            return
        first: dict[str, int] = {}
        for row, name in enumerate(ids, 1):
            if first.setdefault(name, row) != row:
                self.faults.append(Fault(self.table, row, f"id {name} stands already in row {first[name]}; rename one"))


def _flag(value: object) -> bool:
    number = int(str(value))
    if number not in (0, 1):
        raise ValueError(value)
    return bool(number)


def _columns(rows: Sequence[Sequence[object]], width: int, column: _Column) -> list[tuple[object, ...]]:
    wrong = [k for k, row in enumerate(rows) if len(row) != width]
    if wrong:
        column.faults.extend(
            Fault(column.table, k + 1, f"has {len(rows[k])} fields where {width} are expected") for k in wrong
        )
        return [()] * width
    return list(zip(*rows, strict=True)) if rows else [()] * width


def build_instance(
    departure_rows: Sequence[Sequence[object]],
    order_rows: Sequence[Sequence[object]],
    *,
    transfer_h: float,
    legs_max: int,
    unserved_cost_m3: float,
    limit_rows: Sequence[Sequence[object]] = (),
) -> Instance:
    """Build a validated instance out of plain rows.

    Parameters
    ----------
    departure_rows, order_rows, limit_rows
        Rows of text or numbers with the fields of `DEPARTURE_FIELDS`, `ORDER_FIELDS` and `LIMIT_FIELDS`, in that order.
        Every row of one resource repeats its ``slots_max``.
    transfer_h, legs_max, unserved_cost_m3
        See `Instance`.

    Raises
    ------
    BadRowsError
        With every fault of every row.
    """
    faults: list[Fault] = []
    if not (np.isfinite(transfer_h) and transfer_h >= 0):
        faults.append(Fault("settings", 0, "transfer_h must be a number, 0 or more"))
    if not 1 <= legs_max <= 100:
        faults.append(Fault("settings", 0, "legs_max must be from 1 to 100"))
    if not (np.isfinite(unserved_cost_m3) and unserved_cost_m3 >= 0):
        faults.append(Fault("settings", 0, "unserved_cost_m3 must be a number, 0 or more"))
    node_of: dict[str, int] = {}
    departures = _departures(departure_rows, node_of, faults)
    orders = _orders(order_rows, node_of, faults)
    shared = _shared(limit_rows, departures.ids, faults)
    if faults:
        raise BadRowsError(faults)
    return Instance(tuple(node_of), departures, orders, transfer_h, legs_max, unserved_cost_m3, shared)


def _nodes(values: Sequence[object], node_of: dict[str, int]) -> Ints:
    return np.array([node_of.setdefault(str(v), len(node_of)) for v in values], dtype=np.int64)


def _departures(rows: Sequence[Sequence[object]], node_of: dict[str, int], faults: list[Fault]) -> Departures:
    column = _Column("departures", faults)
    ids, start, end, *numbers = _columns(rows, len(DEPARTURE_FIELDS), column)
    names = DEPARTURE_FIELDS[3:]
    converts: dict[str, tuple[Callable[[Any], Any], Any]] = {"cold": (_flag, np.bool_), "boxes_max": (int, np.int64)}
    arrays = [
        column.read(name, values, *converts.get(name, (float, np.float64)))
        for name, values in zip(names, numbers, strict=True)
    ]
    made = Departures(tuple(map(str, ids)), _nodes(start, node_of), _nodes(end, node_of), *arrays)
    column.require_unique(made.ids)
    column.require(np.isfinite(made.depart_h) & (made.arrive_h > made.depart_h), "arrive_h must be later than depart_h")
    for item in fields(made)[6:]:
        values = getattr(made, item.name)
        column.require(np.isfinite(values) & (values >= 0), f"{item.name} must be 0 or more")
    column.require(made.box_volume_m3 > 0, "box_volume_m3 must be more than 0")
    return made


def _orders(rows: Sequence[Sequence[object]], node_of: dict[str, int], faults: list[Fault]) -> Orders:
    column = _Column("orders", faults)
    ids, origin, destination, *numbers = _columns(rows, len(ORDER_FIELDS), column)
    names = ORDER_FIELDS[3:]
    arrays = [
        column.read(name, values, _flag if name == "cold" else float, np.bool_ if name == "cold" else np.float64)
        for name, values in zip(names, numbers, strict=True)
    ]
    made = Orders(tuple(map(str, ids)), _nodes(origin, node_of), _nodes(destination, node_of), *arrays)
    column.require_unique(made.ids)
    column.require(np.isfinite(made.release_h) & np.isfinite(made.due_h), "release_h and due_h must be finite")
    column.require(made.origin != made.destination, "origin and destination must differ")
    column.require(np.isfinite(made.volume_m3) & (made.volume_m3 > 0), "volume_m3 must be more than 0")
    column.require(np.isfinite(made.mass_kg) & (made.mass_kg >= 0), "mass_kg must be 0 or more")
    return made


def _shared(rows: Sequence[Sequence[object]], departure_ids: Sequence[str], faults: list[Fault]) -> SharedLimits:
    if not rows:
        return SharedLimits()
    column = _Column("limits", faults)
    resources, departures, slots, most = _columns(rows, len(LIMIT_FIELDS), column)
    number_of: dict[str, int] = {}
    resource = np.array([number_of.setdefault(str(name), len(number_of)) for name in resources], dtype=np.int64)
    at = {name: k for k, name in enumerate(departure_ids)}
    departure = np.array([at.get(str(name), -1) for name in departures], dtype=np.int64)
    slots_per_box = column.read("slots_per_box", slots, float, np.float64)
    limit = column.read("slots_max", most, float, np.float64)
    slots_max = np.zeros(len(number_of))
    slots_max[resource] = limit
    column.require(departure >= 0, "departure is not among the departures")
    column.require(np.isfinite(slots_per_box) & (slots_per_box > 0), "slots_per_box must be more than 0")
    column.require(np.isfinite(limit) & (limit >= 0), "slots_max must be 0 or more")
    column.require(limit == slots_max[resource], "slots_max differs from another row of the same resource")
    return SharedLimits(tuple(number_of), slots_max, resource, departure, slots_per_box)
