"""What an order is worth by the weight that was packed for it: price per kilogram times kilograms, exact to the smallest coin."""

from __future__ import annotations

from collections.abc import Mapping


def refund_minor(amount_minor: int, ordered_g: int, packed_g: int) -> int:
    """Return what goes back of a price when less was packed than ordered, half a coin rounded up.

    Parameters
    ----------
    amount_minor
        What was paid, in minor units.
    ordered_g, packed_g
        Grams; more than was ordered is a present, and asks for nothing.

    Returns
    -------
    int
        ``amount_minor * (ordered_g - packed_g) / ordered_g``, at least zero and at most `amount_minor`.

    Raises
    ------
    ValueError
        If a number is below what it may be.
    """
    if amount_minor < 0 or ordered_g <= 0 or packed_g < 0:
        raise ValueError("a price of something that weighs is no less than nothing")
    missing = max(0, ordered_g - packed_g)
    return (2 * amount_minor * missing + ordered_g) // (2 * ordered_g)


def split_by_share(total: int, shares: Mapping[str, int]) -> dict[str, int]:
    """Split a total in proportion to shares, the coins that are left to the largest remainders (ties by name).

    Parameters
    ----------
    total
        Minor units, from zero to the sum of the shares.
    shares
        What each party has, no less than zero.

    Returns
    -------
    dict
        Parts that sum to `total`, none above its share; parties without a part are left out.

    Raises
    ------
    ValueError
        If more is to be split than there is.
    """
    whole = sum(shares.values())
    if not 0 <= total <= whole or any(share < 0 for share in shares.values()):
        raise ValueError("no more is split than there is")
    if not total:
        return {}
    parts = {name: total * share // whole for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: (-(total * shares[name] % whole), name))
    for name in by_remainder[: total - sum(parts.values())]:
        parts[name] += 1
    return {name: part for name, part in parts.items() if part}
