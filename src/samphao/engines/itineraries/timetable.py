"""Services that recur, and the dated departures they become over a horizon.

Times are whole minutes since midnight UTC of the day on which the horizon starts. Local clocks enter through an
offset a node, constant over the horizon: a change to summer time inside it is not modelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

DAY_MIN: Final = 1440
EVERY_DAY: Final = 0b1111111
UNKNOWN_COST: Final = -1
"""Cost of a departure whose rate nobody knows: it is shown, and no itinerary is priced with it."""
FAR: Final = np.int64(1) << np.int64(60)

TEMPERATURES: Final = ("ambient", "chilled", "frozen")
ESTIMATES: Final = ("timetable", "transit", "rate", "distance")
"""What of a departure may rest on an estimate: bit i of ``estimate_mask`` stands for the i-th word."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BorderPassage:
    """A border on the way, which a vehicle enters only while it is open.

    Parameters
    ----------
    after_min
        Minutes from departure to the border.
    opens_min, closes_min
        Local minutes after midnight; ``closes_min <= opens_min`` means open over midnight. A vehicle that arrives at
        ``closes_min`` is too late.
    utc_offset_min
        Of the clock on which the border keeps its hours.
    """

    after_min: int
    opens_min: int
    closes_min: int
    utc_offset_min: int

    def waits_min(self, reached_at: Ints) -> Ints:
        """Minutes until the border lets in what reaches it at `reached_at` (minutes since the epoch, int64)."""
        clock = (reached_at + self.utc_offset_min) % DAY_MIN
        if self.opens_min < self.closes_min:
            is_open = (clock >= self.opens_min) & (clock < self.closes_min)
        else:
            is_open = (clock >= self.opens_min) | (clock < self.closes_min)
        return np.where(is_open, 0, (self.opens_min - clock) % DAY_MIN).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Service:
    """A recurring offer of transport from one node to the next.

    ``link`` names the stretch of road, track or water; several services may share it. ``days`` has bit 0 for Monday.
    ``cut_off_min`` is how long before departure goods must be handed over; ``customs_dwell_min`` how long they stand
    after arrival until they are free. ``temperature_mask`` has a bit for each of ``TEMPERATURES`` that the vehicle
    keeps; ``goods_mask`` a bit for each class of goods that the rules let through.
    """

    link: str
    from_node: int
    to_node: int
    mode: str
    days: int
    departs_min: int
    transit_min: int
    cut_off_min: int = 0
    customs_dwell_min: int = 0
    border: BorderPassage | None = None
    temperature_mask: int = 0b111
    goods_mask: int = -1
    distance_km: int = 0
    emission_mg_per_kg: int = 0
    estimate_mask: int = 0


@dataclass(frozen=True, slots=True)
class Closure:
    """A link shut to some goods from `starts_at` (included) to `ends_at` (excluded), minutes since the epoch.

    What counts is the minute at which the vehicle reaches the border, or departs where no border is on the way.
    ``goods_mask`` has a bit for each class of goods that is refused; -1 refuses everything.
    """

    link: str
    goods_mask: int = -1
    starts_at: int = -(1 << 50)
    ends_at: int = 1 << 50


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """Dated departures as columns of equal length n, in the order of ``ready_at``.

    Parameters
    ----------
    nodes
        Codes of the nodes; a node is its position here.
    links, modes
        Words that ``link`` and ``mode`` point into.
    from_node, to_node, link, mode
        Shape (n,), int64.
    ready_at, depart_at, arrive_at
        Minutes since the epoch. ``ready_at`` is departure less cut-off, ``arrive_at`` holds the wait at the border
        and the dwell at customs.
    cost_minor
        Cost of carrying the shipment in minor units of one currency; ``UNKNOWN_COST`` takes a departure out.
    emission_mg_per_kg
        Milligrams of CO2e for each kg carried.
    temperature_mask, goods_mask, estimate_mask
        Bits, see ``Service``. ``goods_mask`` 0 is a departure that is shut.
    distance_km, border_wait_min, customs_dwell_min
        For the explanation of a leg; the search does not read them.
    starts_on
        The day whose midnight UTC is minute 0.

    Raises
    ------
    ValueError
        If the columns differ in length, are out of order or point outside, or a departure takes no time.
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    modes: tuple[str, ...]
    from_node: Ints
    to_node: Ints
    link: Ints
    mode: Ints
    ready_at: Ints
    depart_at: Ints
    arrive_at: Ints
    cost_minor: Ints
    emission_mg_per_kg: Ints
    temperature_mask: Ints
    goods_mask: Ints
    distance_km: Ints
    border_wait_min: Ints
    customs_dwell_min: Ints
    estimate_mask: Ints
    starts_on: date
    is_illustrative: bool = True
    packed: Ints = field(init=False, repr=False)
    groups: int = field(init=False, repr=False)
    neighbours: Ints = field(init=False, repr=False)
    positions: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._check()
        put = object.__setattr__
        put(self, "positions", {code: i for i, code in enumerate(self.nodes)})
        groups, count = _groups_of(self, self.cost_minor)
        put(self, "groups", count)
        put(self, "packed", _packed_of(self, self.cost_minor, groups))
        put(self, "neighbours", _neighbours_of(self.packed))

    def __len__(self) -> int:
        """How many departures there are."""
        return len(self.ready_at)

    def node(self, code: str) -> int:
        """Position of the node with this code; KeyError when there is none."""
        return self.positions[code]

    def priced(self, cost_minor: Ints) -> Timetable:
        """Return the same departures at other costs, int64 of shape (n,), sharing every other column.

        Raises
        ------
        ValueError
            If the shape differs or a cost is below ``UNKNOWN_COST``.
        """
        cost = np.ascontiguousarray(cost_minor, dtype=np.int64)
        if cost.shape != self.ready_at.shape or (cost.size and int(cost.min()) < UNKNOWN_COST):
            raise ValueError(f"costs must be {len(self)} integers, none below {UNKNOWN_COST}")
        copy = object.__new__(Timetable)
        put = object.__setattr__
        for name in Timetable.__dataclass_fields__:
            put(copy, name, getattr(self, name))
        groups, count = _groups_of(self, cost)
        put(copy, "cost_minor", cost)
        put(copy, "groups", count)
        put(copy, "packed", _packed_of(self, cost, groups))
        put(copy, "neighbours", _neighbours_of(copy.packed))
        return copy

    def _check(self) -> None:
        n = len(self.ready_at)
        for name in _COLUMNS:
            column = getattr(self, name)
            if column.shape != (n,) or column.dtype != np.int64:
                raise ValueError(f"column {name} must be int64 of shape ({n},), not {column.dtype} {column.shape}")
        if n == 0:
            return
        ends = np.concatenate((self.from_node, self.to_node))
        if ends.min() < 0 or ends.max() >= len(self.nodes):
            raise ValueError("a departure names a node that is not there")
        for is_wrong, problem in (
            (self.from_node == self.to_node, "leads back to its own node"),
            (self.arrive_at <= self.ready_at, "must arrive later than its cut-off"),
            (self.cost_minor < UNKNOWN_COST, "has a negative cost"),
            (self.emission_mg_per_kg < 0, "has a negative emission"),
            (np.diff(self.ready_at, prepend=self.ready_at[0]) < 0, "is out of order"),
        ):
            if is_wrong.any():
                raise ValueError(f"departure {int(np.argmax(is_wrong))} {problem}")


_COLUMNS: Final = (
    "from_node",
    "to_node",
    "link",
    "mode",
    "ready_at",
    "depart_at",
    "arrive_at",
    "cost_minor",
    "emission_mg_per_kg",
    "temperature_mask",
    "goods_mask",
    "distance_km",
    "border_wait_min",
    "customs_dwell_min",
    "estimate_mask",
)

TEMPERATURE_BITS: Final = 8
"""Temperature classes take the low bits of the packed mask, goods classes the bits above."""


def requirement(temperature_class: int, goods_class: int) -> int:
    """Bits that a departure must have to carry goods of these two classes."""
    return (1 << temperature_class) | (1 << (TEMPERATURE_BITS + goods_class))


def _packed_of(table: Timetable, cost_minor: Ints, groups: Ints) -> Ints:
    """One departure a row of 64 bytes, one cache line, as the scan reads them: in order of time."""
    packed = np.empty((len(table), 8), dtype=np.int64)
    packed[:, 0] = table.ready_at
    packed[:, 1] = table.from_node
    packed[:, 2] = table.to_node
    packed[:, 3] = groups
    packed[:, 4] = table.arrive_at
    packed[:, 5] = table.emission_mg_per_kg
    packed[:, 6] = (table.temperature_mask & ((1 << TEMPERATURE_BITS) - 1)) | (table.goods_mask << TEMPERATURE_BITS)
    packed[:, 7] = cost_minor
    return packed


def _groups_of(table: Timetable, cost_minor: Ints) -> tuple[Ints, int]:
    """Group departures that differ in time alone and never overtake one another.

    Of such a group the scan needs a departure only when something new stands at its node: a later one carries the
    same goods for the same money to a later hour. Returns a group for each departure and the number of groups.
    """
    n = len(table)
    if n == 0:
        return np.zeros(0, dtype=np.int64), 0
    keys = (
        table.from_node,
        table.to_node,
        table.link,
        cost_minor,
        table.emission_mg_per_kg,
        table.temperature_mask,
        table.goods_mask,
    )
    order = np.lexsort((np.arange(n), *reversed(keys)))
    is_new = np.zeros(n, dtype=bool)
    is_new[0] = True
    for key in keys:
        is_new[1:] |= key[order[1:]] != key[order[:-1]]
    # where one overtakes its predecessor a new group begins: skipping must stay harmless
    is_new[1:] |= table.arrive_at[order[1:]] < table.arrive_at[order[:-1]]
    groups = np.empty(n, dtype=np.int64)
    groups[order] = np.cumsum(is_new) - 1
    return groups, int(is_new.sum())


def _neighbours_of(packed: Ints) -> Ints:
    """Join the priced departures between two nodes that let the same goods through, for bounds from below.

    Returns int64 rows of from, to, packed mask, least cost, least minutes, least mg/kg; in the order of their keys.
    """
    priced = packed[packed[:, 7] >= 0]
    if not len(priced):
        return np.zeros((0, 6), dtype=np.int64)
    keys = priced[:, (1, 2, 6)]
    order = np.lexsort(keys.T[::-1])
    is_first = np.concatenate(([True], (keys[order[1:]] != keys[order[:-1]]).any(axis=1)))
    starts = np.flatnonzero(is_first)
    least = [
        np.minimum.reduceat(figures[order], starts)
        for figures in (priced[:, 7], priced[:, 4] - priced[:, 0], priced[:, 5])
    ]
    return np.ascontiguousarray(np.column_stack((keys[order[starts]], *least)))


def timetable_of(
    nodes: Sequence[str],
    columns: Mapping[str, Sequence[int] | Ints],
    *,
    links: Sequence[str] = ("",),
    modes: Sequence[str] = ("",),
    starts_on: date = date(2026, 1, 1),
    is_illustrative: bool = True,
) -> Timetable:
    """Build a timetable from columns in any order; what is not given is zero, or "everything" for the two masks.

    Ties of ``ready_at`` are broken by from, to, arrival, cost, emission and link, so that the order of the input has
    no say. ``ready_at`` itself may be left out: it is then ``depart_at``.
    """
    given = {name: np.asarray(column, dtype=np.int64) for name, column in columns.items()}
    unknown = set(given) - set(_COLUMNS)
    if unknown:
        raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
    n = len(given["depart_at"])
    given.setdefault("ready_at", given["depart_at"])
    for name in _COLUMNS:
        given.setdefault(name, np.full(n, -1 if name in {"temperature_mask", "goods_mask"} else 0, dtype=np.int64))
    keys = ("link", "emission_mg_per_kg", "cost_minor", "arrive_at", "to_node", "from_node", "ready_at")
    order = np.lexsort(tuple(given[key] for key in keys))
    return Timetable(
        nodes=tuple(nodes),
        links=tuple(links),
        modes=tuple(modes),
        starts_on=starts_on,
        is_illustrative=is_illustrative,
        **{name: np.ascontiguousarray(given[name][order]) for name in _COLUMNS},
    )


def expand(
    services: Sequence[Service],
    nodes: Sequence[str],
    utc_offset_min: Sequence[int],
    *,
    starts_on: date,
    days: int,
    closures: Iterable[Closure] = (),
    is_illustrative: bool = True,
) -> Timetable:
    """Expand recurring services into dated departures.

    Every departure on a local calendar day that touches the horizon and whose cut-off is not before minute 0 is made.
    A closed link keeps its departures, with the refused goods taken out of their mask. Costs are unknown until
    ``Timetable.priced``. O(services x days).

    Parameters
    ----------
    utc_offset_min
        Of each node's clock, in the order of `nodes`.
    starts_on, days
        The horizon: from midnight UTC of `starts_on`, `days` days.
    """
    shut: dict[str, list[Closure]] = {}
    for closure in closures:
        shut.setdefault(closure.link, []).append(closure)
    links = sorted({service.link for service in services})
    modes = sorted({service.mode for service in services})
    link_of = {link: i for i, link in enumerate(links)}
    mode_of = {mode: i for i, mode in enumerate(modes)}
    parts: dict[str, list[Ints]] = {name: [] for name in _COLUMNS}
    for service in services:
        dated = _dated(service, utc_offset_min[service.from_node], starts_on, days, shut.get(service.link, ()))
        count = len(dated["depart_at"])
        constants = {
            "from_node": service.from_node,
            "to_node": service.to_node,
            "link": link_of[service.link],
            "mode": mode_of[service.mode],
            "cost_minor": UNKNOWN_COST,
            "emission_mg_per_kg": service.emission_mg_per_kg,
            "temperature_mask": service.temperature_mask,
            "distance_km": service.distance_km,
            "customs_dwell_min": service.customs_dwell_min,
            "estimate_mask": service.estimate_mask,
        }
        for name, value in constants.items():
            parts[name].append(np.full(count, value, dtype=np.int64))
        for name, column in dated.items():
            parts[name].append(column)
    empty = np.zeros(0, dtype=np.int64)
    columns = {name: np.concatenate(part) if part else empty for name, part in parts.items()}
    return timetable_of(nodes, columns, links=links, modes=modes, starts_on=starts_on, is_illustrative=is_illustrative)


def _dated(
    service: Service, utc_offset_min: int, starts_on: date, days: int, closures: Sequence[Closure]
) -> dict[str, Ints]:
    # one local day before and after: a clock ahead of UTC begins its day in the day before
    day = np.arange(-1, days + 1, dtype=np.int64)
    runs = (service.days >> ((starts_on.weekday() + day) % 7)) & 1 == 1
    depart = day[runs] * DAY_MIN + service.departs_min - utc_offset_min
    depart = depart[(depart - service.cut_off_min >= 0) & (depart < days * DAY_MIN)]
    border = service.border
    reached = depart + (border.after_min if border else 0)
    wait = border.waits_min(reached) if border else np.zeros_like(depart)
    goods = np.full(len(depart), service.goods_mask, dtype=np.int64)
    for closure in closures:
        is_shut = (reached + wait >= closure.starts_at) & (reached + wait < closure.ends_at)
        goods[is_shut] &= ~closure.goods_mask
    return {
        "depart_at": depart,
        "ready_at": depart - service.cut_off_min,
        "arrive_at": depart + service.transit_min + wait + service.customs_dwell_min,
        "border_wait_min": wait,
        "goods_mask": goods,
    }


def days_of_week(departures_per_week: int, first: int = 0) -> int:
    """Spread departures evenly over a week: bits from Monday, beginning at day `first`; 7 or more run every day."""
    if departures_per_week < 1:
        raise ValueError("a service runs at least once a week")
    if departures_per_week >= 7:
        return EVERY_DAY
    return sum(1 << ((first + i * 7 // departures_per_week) % 7) for i in range(departures_per_week))


def minute_of(clock: str, *, role: Literal["opens", "closes", "departs"] = "departs") -> int:
    """Minutes after midnight of "HH:MM"; "24:00" only closes a day.

    Raises
    ------
    ValueError
        If it is no such time.
    """
    hours, colon, minutes = clock.partition(":")
    if colon and len(hours) == 2 and len(minutes) == 2 and hours.isdecimal() and minutes.isdecimal():
        value = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and (value < DAY_MIN or (value == DAY_MIN and role == "closes")):
            return value
    raise ValueError(f"{clock!r} is no time of day: write it as 06:00")
