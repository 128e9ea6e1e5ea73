"""How much of a market lies in few hands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def herfindahl(sales: Sequence[int | float]) -> float:
    """Return the Herfindahl-Hirschman index: the sum of squared shares, 1/n for n equals, 1 for one alone.

    Parameters
    ----------
    sales : sequence of numbers
        What each sold, in one unit, not negative.

    Returns
    -------
    float
        0 when nothing was sold.

    Raises
    ------
    ValueError
        If a sale is negative.

    References
    ----------
    Herfindahl (1950), Concentration in the Steel Industry; Hirschman (1964), doi 10.2307/1803853 (paternity).
    """
    values = np.asarray(sales, dtype=np.float64)
    if (values < 0).any():
        raise ValueError("a sale is not negative")
    total = values.sum()
    return float(((values / total) ** 2).sum()) if total > 0 else 0.0


def gini(sales: Sequence[int | float]) -> float:
    """Return the Gini coefficient: 0 when all sell alike, towards 1 when one sells all.

    Raises
    ------
    ValueError
        If a sale is negative.

    Notes
    -----
    O(n log n); the mean absolute difference over twice the mean, by the sorted form.
    """
    values = np.sort(np.asarray(sales, dtype=np.float64))
    if (values < 0).any():
        raise ValueError("a sale is not negative")
    count, total = len(values), values.sum()
    if not total > 0:
        return 0.0
    rank = np.arange(1, count + 1)
    return float((2 * (rank * values).sum() / (count * total)) - (count + 1) / count)
