"""Surplus seen ahead: what ripens in each week and place beyond what buyers take at their pace."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def beyond_demand(left_kg: Floats, pace_kg: Floats) -> Floats:
    """Return what is left over where buyers share their demand of a week over all places, by what each has left.

    Parameters
    ----------
    left_kg
        What ripens and nobody has bought, shape ``(weeks, places)``, kg, zero or more.
    pace_kg
        What buyers take of the good in each week, shape ``(weeks,)``, kg. What they do not find in one week they do not
        look for in the next: fresh goods do not wait, and so neither does demand here.

    Returns
    -------
    ndarray
        Shape ``(weeks, places)``, kg, from 0 to `left_kg`; each week's sum is the week's `left_kg` less its pace, or 0.

    Raises
    ------
    ValueError
        If a number is negative or the shapes differ.
    """
    if left_kg.shape[:1] != pace_kg.shape or left_kg.ndim != 2:
        raise ValueError(f"weeks of {left_kg.shape} and {pace_kg.shape} differ")
    if (left_kg < 0).any() or (pace_kg < 0).any():
        raise ValueError("kilograms are zero or more")
    ripe = left_kg.sum(axis=1)
    kept = np.divide(np.maximum(ripe - pace_kg, 0.0), ripe, out=np.zeros_like(ripe), where=ripe > 0)
    return np.asarray(left_kg * kept[:, None], dtype=np.float64)


def not_yet_declared(declared_kg: Floats, share: Floats, months_past: int) -> Floats:
    """Return what a crop calendar lets expect beside what producers declared, month by month.

    Parameters
    ----------
    declared_kg, share
        Declared harvest (kg) and the calendar's share of the year in each month of a season, shape ``(months,)``.
    months_past
        How many of the first months are over: what was declared in them, over their shares, is the year's crop.

    Returns
    -------
    ndarray
        Shape ``(months,)``, kg; zero in months that are over, and everywhere where nothing was declared in them yet: an
        estimate from nothing would be an invention.
    """
    known = float(share[:months_past].sum())
    year_kg = float(declared_kg[:months_past].sum()) / known if known > 0 else 0.0
    expected = np.maximum(year_kg * share - declared_kg, 0.0)
    expected[:months_past] = 0.0
    return np.asarray(expected, dtype=np.float64)
