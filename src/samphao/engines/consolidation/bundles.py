"""Bundles: orders whose choices among the departures that matter are the same, so that one demand stands for all.

Two commodities differ only in what they pay on departures of plain loose space once their remaining choices (the sets
of departures with rows, and what one choice costs more than another) are equal. Boxes are decided for the bundle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.bound import Prices
from samphao.engines.consolidation.flow_model import Options, Rows
from samphao.engines.consolidation.instance import Floats, Instance, Ints, sums
from samphao.engines.consolidation.master import per_path
from samphao.engines.consolidation.pricing import Paths, Pricer

_CENTS = 1e4  # option costs that agree to a ten-thousandth per m3 count as equal
_Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Bundles:
    """Demands of the box model and the way back to orders.

    Parameters
    ----------
    of_order
        Bundle of each order; -1 where the order has no path at all.
    volume_m3, mass_kg, base_cost_m3
        A bundle's sums, and the mean of what its orders pay at least on departures without rows.
    options
        Choices of each bundle, grouped by bundle in ascending order; costs are above `base_cost_m3`.
    first_option
        Where a bundle's options begin, shape ``(bundles + 1,)``.
    commodity_of_order, first_path, paths
        Row ``first_path[commodity_of_order[i]] + j`` of `paths` is order i's path when it takes its bundle's option j.
    """

    of_order: Ints
    volume_m3: Floats
    mass_kg: Floats
    base_cost_m3: Floats
    options: Options
    first_option: Ints
    commodity_of_order: Ints
    first_path: Ints
    paths: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.volume_m3)

    @property
    def density(self) -> Floats:
        return self.mass_kg / self.volume_m3


def gather_paths(
    instance: Instance, pricer: Pricer, prices: Prices, rows: Rows, *, slack: float, per_commodity: int, scans: int
) -> Paths:
    """Paths within `slack` (relative) of each commodity's cheapest, the cheapest through every departure with rows.

    Where mass has a price, `scans` densities from the lightest to the heaviest order each bring their own paths.
    """
    if not len(instance.orders):
        return Paths(np.zeros(0, np.int64), np.zeros((0, instance.legs_max), np.int32))
    density = instance.orders.mass_kg / instance.orders.volume_m3
    count = scans if prices.mass.any() else 1
    found: list[Paths] = []
    for kg_m3 in np.quantile(density, np.linspace(0, 1, count) if count > 1 else [0.5]):
        at = replace(
            pricer,
            sources=replace(pricer.sources, density=np.full(len(pricer.sources), kg_m3)),
            targets=replace(pricer.targets, density=np.full(len(pricer.targets), kg_m3)),
        )
        best, cheapest = at.cheapest(prices.volume, prices.mass)
        found += [cheapest, at.near(prices.volume, prices.mass, rows.volume, best * (1 + slack), per_commodity)]
    return Paths(
        np.concatenate([paths.commodity for paths in found]), np.concatenate([paths.departures for paths in found])
    )


def bundle_orders(instance: Instance, pricer: Pricer, paths: Paths, rows: Rows, *, density_classes: int) -> Bundles:
    """Bundle the orders by their commodities' choices; split by density where choices differ in departures' mass rows.

    O(n log n) in the number of paths and orders.
    """
    paths, sets, cost = _distinct(instance, paths, rows)
    commodities = pricer.commodities
    first_path = np.searchsorted(paths.commodity, np.arange(len(commodities) + 1))
    has = np.flatnonzero(np.diff(first_path) > 0)
    least = np.zeros(len(commodities))
    least[has] = np.minimum.reduceat(cost, first_path[has]) if len(has) else 0.0
    extra = np.rint((cost - least[paths.commodity]) * _CENTS).astype(np.int64)
    choice_hash = _mix(sets ^ _mix(extra.astype(np.uint64)))
    signature = np.add.reduceat(choice_hash, first_path[has]) if len(has) else choice_hash
    _, example, kind = np.unique(signature, return_index=True, return_inverse=True)
    kind_of = np.full(len(commodities), -1, np.int64)
    kind_of[has] = kind
    heavy = _set_hash(np.where(rows.mass[paths.departures], paths.departures, -1))
    differs = np.array([len(np.unique(heavy[first_path[c] : first_path[c + 1]])) > 1 for c in has[example]], np.bool_)
    of_order = _split(instance, kind_of[commodities.of_order], differs, density_classes)
    orders, served = instance.orders, of_order >= 0
    count = int(of_order.max(initial=-1)) + 1
    volume = sums(of_order[served], orders.volume_m3[served], count)
    base = least[commodities.of_order] * orders.volume_m3
    member = np.zeros(count, np.int64)
    member[of_order[served]] = commodities.of_order[served]
    member = has[example[kind_of[member]]] if count else member
    number = first_path[member + 1] - first_path[member]
    first_option = np.concatenate([[0], np.cumsum(number)]).astype(np.int64)
    of = np.repeat(np.arange(count), number)
    row = first_path[member][of] + np.arange(len(of)) - first_option[of]
    rowed = np.where((paths.departures >= 0) & rows.volume[paths.departures], paths.departures, np.int32(-1))
    return Bundles(
        of_order=of_order,
        volume_m3=volume,
        mass_kg=sums(of_order[served], orders.mass_kg[served], count),
        base_cost_m3=sums(of_order[served], base[served], count) / volume,
        options=Options(of, rowed[row], extra[row] / _CENTS),
        first_option=first_option,
        commodity_of_order=commodities.of_order,
        first_path=first_path,
        paths=paths.departures,
    )


def _distinct(instance: Instance, paths: Paths, rows: Rows) -> tuple[Paths, _Hashes, Floats]:
    """For every commodity and set of departures with rows the cheapest path, sorted by commodity and set."""
    cost = per_path(np.where(rows.volume, 0.0, instance.departures.loose_cost_m3), paths.departures)
    sets = _set_hash(np.where(rows.volume[paths.departures], paths.departures, -1))
    order = np.lexsort((*paths.departures.T[::-1], cost, sets, paths.commodity))
    commodity, sets = paths.commodity[order], sets[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (commodity[1:] != commodity[:-1]) | (sets[1:] != sets[:-1])
    kept = order[new]
    return Paths(paths.commodity[kept], paths.departures[kept]), sets[new], cost[kept]


def _split(instance: Instance, kind: Ints, differs: npt.NDArray[np.bool_], classes: int) -> Ints:
    """Bundle of each order: its kind, in `classes` parts of equal volume by density where that kind `differs`."""
    volume = instance.orders.volume_m3
    order = np.lexsort((instance.orders.mass_kg / volume, kind))
    order = order[kind[order] >= 0]
    of = kind[order]
    before = np.cumsum(volume[order]) - volume[order]
    starts = np.searchsorted(of, np.arange(len(differs) + 1))
    begin = np.append(before, 0.0)[starts[:-1]]
    total = np.bincount(of, volume[order], minlength=len(differs))
    share = (before - begin[of] + volume[order] / 2) / total[of]
    part = np.where(differs[of], np.clip((share * classes).astype(np.int64), 0, classes - 1), 0)
    out = np.full(len(kind), -1, np.int64)
    out[order] = np.unique(of * classes + part, return_inverse=True)[1]
    return out


def _set_hash(departures: npt.NDArray[np.int32] | Ints) -> _Hashes:
    """A hash of each row's set of departures, whatever their order; -1 adds nothing."""
    hashes = np.where(departures >= 0, _mix((departures + 1).astype(np.uint64)), np.uint64(0))
    return np.asarray(np.add.reduce(hashes, axis=1, dtype=np.uint64), dtype=np.uint64)


def _mix(value: _Hashes) -> _Hashes:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195): equal in, equal out."""
    z = value + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: _Hashes = z ^ (z >> np.uint64(31))
    return mixed
