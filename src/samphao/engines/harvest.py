"""What an orchard will give, from its flowering and its trees: an interval, never a single number.

The days from flowering to harvest and the mass a tree bears are stated bounds of a rule. Trees of one orchard share weather, soil
and care, so that their errors do not cancel out: the interval of a tree is that of each, times the trees, and is not narrowed by
their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class HarvestRule:
    """Bounds for one variety: days from full flowering to harvest, kg that a bearing tree gives."""

    days_min: int
    days_max: int
    tree_kg_low: Decimal
    tree_kg_usual: Decimal
    tree_kg_high: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class HarvestForecast:
    """The interval in kg with the usual value inside it, and the days between which the fruit ripens."""

    kg_low: int
    kg_usual: int
    kg_high: int
    ripe_from: date
    ripe_to: date
    source: str


def forecast(flowering_on: date, trees: int, rule: HarvestRule) -> HarvestForecast:
    """Return what `trees` bearing trees that flowered on a day will give.

    Raises
    ------
    ValueError
        If there is no tree, or the bounds of the rule are not in order.

    Notes
    -----
    O(1). Masses are rounded down to whole kilograms: nobody sells what may not be there.
    """
    if trees < 1:
        raise ValueError("a forecast needs at least one tree")
    if not 0 < rule.tree_kg_low <= rule.tree_kg_usual <= rule.tree_kg_high or not 0 < rule.days_min <= rule.days_max:
        raise ValueError(f"the bounds of the rule are not in order: {rule}")
    low, usual, high = (int(kg * trees) for kg in (rule.tree_kg_low, rule.tree_kg_usual, rule.tree_kg_high))
    first, last = (flowering_on + timedelta(days=days) for days in (rule.days_min, rule.days_max))
    return HarvestForecast(low, usual, high, first, last, rule.source)
