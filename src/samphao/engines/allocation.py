"""Who is served when there is less than was sold."""

from __future__ import annotations

from collections.abc import Sequence


def first_come(wanted: Sequence[int], available: int) -> list[bool]:
    """Serve whole orders in their order of coming, each that still fits.

    Parameters
    ----------
    wanted
        What each order wants, in the same whole units (grams, fruit), the first to come first; more than zero.
    available
        How much there is, zero or more.

    Returns
    -------
    list of bool
        Whether each order is served. What is served is at most `available`; an order is left out only where what came before
        it leaves too little, so that nobody who came later takes anything from one who came before.

    Raises
    ------
    ValueError
        If a number is below what it may be.
    """
    if available < 0 or any(want <= 0 for want in wanted):
        raise ValueError("orders want more than nothing, and there is nothing or more")
    served = []
    for want in wanted:
        fits = want <= available
        served.append(fits)
        available -= want * fits
    return served
