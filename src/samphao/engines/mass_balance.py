"""Mass balance: what a plot can bear at most, and from where on more was said of it than that."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


def ceiling_kg(area_rai: Decimal, trees: int, trees_per_rai_max: int, kg_per_tree: Decimal) -> Decimal:
    """Return what an orchard bears in a season at most: its trees, but no more than its area holds, times what one bears.

    Raises
    ------
    ValueError
        If a measure is negative.
    """
    if any(measure < 0 for measure in (area_rai, trees, trees_per_rai_max, kg_per_tree)):
        raise ValueError("an orchard has no negative measures")
    return min(Decimal(trees), area_rai * trees_per_rai_max) * kg_per_tree


def running(masses: Sequence[Decimal]) -> list[Decimal]:
    """Return the sums up to and including each mass, in their order: the first that passes a ceiling is the one that passed it."""
    total, sums = Decimal(0), []
    for mass in masses:
        total += mass
        sums.append(total)
    return sums
