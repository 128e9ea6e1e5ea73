"""Move single orders between departures while that saves money, and off departures that hold more than they may."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samphao.engines.consolidation.boxes import best_room
from samphao.engines.consolidation.bundles import Bundles
from samphao.engines.consolidation.flow_model import Rows
from samphao.engines.consolidation.instance import Floats, Instance, Ints

_OVER_FACTOR = 10.0  # a cubic metre over the limit costs this many times one left behind, besides all volume once
_OVER_M3 = 1e-7


@dataclass(slots=True)
class _State:
    """Orders' options and the departures' loads that follow from them."""

    instance: Instance
    bundles: Bundles
    boxes_max: Ints
    choice: Ints
    volume: Floats
    mass: Floats
    total_m3: float

    def cost(self, k: Ints, volume: Floats, mass: Floats) -> Floats:
        room = best_room(self.instance.departures, k, volume, mass, self.boxes_max)
        over = np.minimum(room.over_m3, 1e9) * _OVER_FACTOR + (room.over_m3 > _OVER_M3) * self.total_m3
        return room.cost + over * max(self.instance.unserved_cost_m3, 1.0)

    def on(self, order: Ints, option: Ints) -> npt.NDArray[np.int32]:
        """Departures with rows of each option; a row of -1 for an order left behind."""
        if not len(self.bundles.options.demand):
            return np.full((len(order), 1), -1, np.int32)
        return np.where(option[:, None] >= 0, self.bundles.options.departures[option], np.int32(-1))


def polish(instance: Instance, rows: Rows, bundles: Bundles, choice: Ints, boxes_max: Ints, *, sweeps: int) -> Ints:
    """Improve `choice` (option of each order) by single moves, departure by departure, costliest loose space first.

    A sweep makes at most `_MOVES` moves off each departure that is over its limits or pays for loose space that another
    departure has free; it ends when a whole sweep saves nothing.
    """
    total_m3 = float(instance.orders.volume_m3.sum())
    state = _State(instance, bundles, boxes_max, choice.copy(), *_loads(instance, bundles, choice), total_m3)
    nodes = np.flatnonzero(rows.volume)
    for _ in range(sweeps):
        room = best_room(instance.departures, nodes, state.volume[nodes], state.mass[nodes], boxes_max)
        wasted = room.loose * instance.departures.loose_cost_m3[nodes] + np.minimum(room.over_m3, 1e9) * 1e6
        saved = 0.0
        for k in nodes[np.argsort(-wasted, kind="stable")][: int((wasted > 0).sum())]:
            saved += _relieve(state, int(k))
        if saved <= 0:
            break
    for k in nodes:
        _shed(state, int(k))
    return state.choice


_MOVES = 6
_ORDERS_TRIED = 40


def _relieve(state: _State, k: int) -> float:
    """Move orders off departure k, the best saving first, while that saves; returns what was saved."""
    saved = 0.0
    members = _members(state, k)
    for moves in range(len(members)):
        room = best_room(state.instance.departures, np.array([k]), state.volume[[k]], state.mass[[k]], state.boxes_max)
        excess = float(room.loose[0] + min(room.over_m3[0], 1e9))
        if excess <= 1e-9 or (moves >= _MOVES and room.over_m3[0] <= _OVER_M3):
            break
        # the orders nearest in size to what is too much; all of them are tried while there are few
        size = np.abs(state.instance.orders.volume_m3[members] - excess)
        tried = members[np.argsort(size, kind="stable")[:_ORDERS_TRIED]]
        order, option, change = _best_move(state, tried, over=bool(room.over_m3[0] > _OVER_M3))
        if change >= -1e-6:
            break
        _move(state, order, option)
        members = members[members != order]
        saved -= change
    return saved


def _shed(state: _State, k: int) -> None:
    """Leave orders behind until departure k is within its limits; moves have usually seen to that before."""
    orders, d = state.instance.orders, state.instance.departures
    at = np.array([k])
    if best_room(d, at, state.volume[at], state.mass[at], state.boxes_max).over_m3[0] <= _OVER_M3:
        return
    members = _members(state, k)
    worth = np.maximum(
        orders.volume_m3[members] / d.box_volume_m3[k], orders.mass_kg[members] / max(d.box_mass_kg[k], 1e-9)
    )
    for order in members[np.argsort(-worth, kind="stable")]:
        _move(state, int(order), -1)
        if best_room(d, at, state.volume[at], state.mass[at], state.boxes_max).over_m3[0] <= _OVER_M3:
            return


def _members(state: _State, k: int) -> Ints:
    uses = np.append((state.bundles.options.departures == k).any(axis=1), False)
    return np.flatnonzero(uses[state.choice])


def _best_move(state: _State, orders: Ints, *, over: bool) -> tuple[int, int, float]:
    """The move of one of `orders` to another option of its bundle that changes the cost most for the better."""
    bundles, instance = state.bundles, state.instance
    of = bundles.of_order[orders]
    number = bundles.first_option[of + 1] - bundles.first_option[of]
    pair = np.repeat(np.arange(len(orders)), number)
    option = bundles.first_option[of][pair] + np.arange(len(pair)) - (np.cumsum(number) - number)[pair]
    if over:
        pair, option = np.append(pair, np.arange(len(orders))), np.append(option, np.full(len(orders), -1))
    order = orders[pair]
    volume, mass = instance.orders.volume_m3, instance.orders.mass_kg
    old, new = state.on(orders, state.choice[orders]), state.on(order, option)
    change = (_own_cost(state, order, option) - _own_cost(state, order, state.choice[order])) * volume[order]
    shared = (new[:, :, None] == old[pair][:, None, :]) & (new[:, :, None] >= 0)
    leaves = _load_change(state, old, -volume[orders], -mass[orders])[pair]
    change += np.where(shared.any(axis=1), 0.0, leaves).sum(axis=1)
    joins = _load_change(state, new, volume[order], mass[order])
    change += np.where(shared.any(axis=2), 0.0, joins).sum(axis=1)
    change[option == state.choice[order]] = np.inf
    best = int(np.argmin(change))
    return int(order[best]), int(option[best]), float(change[best])


def _own_cost(state: _State, order: Ints, option: Ints) -> Floats:
    """What an order pays per m3 apart from departures with rows, above its bundle's base."""
    bundles = state.bundles
    behind = state.instance.unserved_cost_m3 - bundles.base_cost_m3[bundles.of_order[order]]
    return np.where(option >= 0, bundles.options.cost_m3[option], behind)


def _load_change(state: _State, k: npt.NDArray[np.int32], volume: Floats, mass: Floats) -> Floats:
    """Change of the cost of departures `k`, shape ``(n, legs)``, when each alone gets (or loses) a load; 0 at -1."""
    out = np.zeros(k.shape)
    row, leg = np.nonzero(k >= 0)
    on = k[row, leg].astype(np.int64)
    if len(on):
        after_m3, after_kg = state.volume[on] + volume[row], state.mass[on] + mass[row]
        now = np.unique(on)
        base = np.zeros(len(state.volume))
        base[now] = state.cost(now, state.volume[now], state.mass[now])
        out[row, leg] = state.cost(on, np.maximum(after_m3, 0.0), np.maximum(after_kg, 0.0)) - base[on]
    return out


def _move(state: _State, order: int, option: int) -> None:
    orders = np.array([order])
    m3, kg = state.instance.orders.volume_m3[order], state.instance.orders.mass_kg[order]
    for sign, chosen in ((-1, state.choice[order]), (1, option)):
        on = state.on(orders, np.array([chosen]))[0]
        on = on[on >= 0]
        state.volume[on] += sign * m3
        state.mass[on] += sign * kg
    state.choice[order] = option


def _loads(instance: Instance, bundles: Bundles, choice: Ints) -> tuple[Floats, Floats]:
    """Volume and mass on each departure with rows."""
    served = np.flatnonzero(choice >= 0)
    n, orders = len(instance.departures), instance.orders
    volume, mass = np.zeros(n), np.zeros(n)
    for leg in range(bundles.options.departures.shape[1]):
        on = bundles.options.departures[choice[served], leg]
        held = on >= 0
        volume += np.bincount(on[held], orders.volume_m3[served[held]], minlength=n)
        mass += np.bincount(on[held], orders.mass_kg[served[held]], minlength=n)
    return volume, mass
