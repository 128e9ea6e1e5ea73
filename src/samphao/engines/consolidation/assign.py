"""Whole orders onto options: cut each bundle's orders, laid end to end, at the options' shares."""

from __future__ import annotations

import numpy as np

from samphao.engines.consolidation.boxes import BoxPlan
from samphao.engines.consolidation.bundles import Bundles
from samphao.engines.consolidation.instance import Instance, Ints


def assign_orders(instance: Instance, bundles: Bundles, box_plan: BoxPlan) -> Ints:
    """Option of each order (an index into ``bundles.options``), -1 where it stays behind.

    An order goes where its middle falls, so that an option gets at most half an order more or less at each end of its
    share. One sort: O(n log n) for n orders.
    """
    volume = instance.orders.volume_m3
    choice = np.full(len(volume), -1, np.int64)
    demand = bundles.options.demand
    used = np.flatnonzero(box_plan.flow > 1e-9)
    left = np.flatnonzero(box_plan.unserved > 1e-9)
    piece_bundle = np.concatenate([demand[used], left])
    piece_option = np.concatenate([used, np.full(len(left), -1)])
    piece_m3 = np.concatenate([box_plan.flow[used], box_plan.unserved[left]])
    by_bundle = np.argsort(piece_bundle, kind="stable")
    piece_bundle, piece_option, piece_m3 = piece_bundle[by_bundle], piece_option[by_bundle], piece_m3[by_bundle]
    if not len(piece_m3):
        return choice
    orders = np.flatnonzero(bundles.of_order >= 0)
    orders = orders[np.argsort(bundles.of_order[orders], kind="stable")]
    middle = np.cumsum(volume[orders]) - volume[orders] / 2
    piece = np.searchsorted(np.cumsum(piece_m3), middle)
    first = np.searchsorted(piece_bundle, bundles.of_order[orders])
    last = np.searchsorted(piece_bundle, bundles.of_order[orders], side="right") - 1
    choice[orders] = piece_option[np.clip(piece, first, last)]
    return choice
