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


def pro_rata(wanted: Sequence[tuple[int, int]], available: int) -> list[int]:
    """Give every order the same share of what it wants, in whole packages; the largest remainders get what rounding leaves.

    Parameters
    ----------
    wanted
        For each order how many packages it wants and what one holds, in whole units; both more than zero; the first to come first.
    available
        How much there is, in the same units, zero or more.

    Returns
    -------
    list of int
        Packages for each order: all that it wants where there is enough, else its exact share rounded down or up. What is given is at
        most `available`, and no order that was rounded down could have one package more.

    Raises
    ------
    ValueError
        If a number is below what it may be.

    Notes
    -----
    O(n log n). Hamilton's method (largest remainder) with packages of different sizes: one that no longer fits is passed over. Ties go
    to who came first.
    """
    if available < 0 or any(count <= 0 or size <= 0 for count, size in wanted):
        raise ValueError("orders want whole packages of something, and there is nothing or more")
    whole = sum(count * size for count, size in wanted)
    if whole <= available:
        return [count for count, _ in wanted]
    given = [count * available // whole for count, _ in wanted]
    left = available - sum(count * size for count, (_, size) in zip(given, wanted, strict=True))
    remainders = [count * available % whole for count, _ in wanted]
    for at in sorted(range(len(wanted)), key=lambda at: (-remainders[at], at)):
        if remainders[at] and wanted[at][1] <= left:
            given[at] += 1
            left -= wanted[at][1]
    return given
