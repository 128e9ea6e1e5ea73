"""Quotes of several sellers for one request: what a term makes the seller bear, which price step holds, and how quotes compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

BORNE_BY_SELLER: dict[str, frozenset[str]] = {
    "FCA": frozenset(),
    "CPT": frozenset({"carriage_to_entry"}),
    "CIP": frozenset({"carriage_to_entry", "insurance"}),
    "DAP": frozenset({"carriage_to_entry", "insurance", "inland_carriage", "carriage"}),
    "DDP": frozenset({"carriage_to_entry", "insurance", "inland_carriage", "carriage", "duty", "vat", "importer"}),
}
"""Lines of a price to the door that an Incoterm puts into the seller's own price, for goods in containers and on trucks.

References
----------
ICC, Incoterms 2020, articles A9/B9 (allocation of costs). FOB, CFR and CIF are for goods handed over at a ship's side; ICC's
explanatory notes advise FCA, CPT and CIP for goods in containers, which are the goods here. DAP has no duty of the seller's to
insure; here the carriage that he buys is insured, so he bears it.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """From so many kg on, a kg costs so much, minor units."""

    from_kg: int
    price_minor: int


def step_at(steps: Sequence[Step], kg: int) -> Step | None:
    """Return the step that holds for a quantity, the one with the largest start not above it; None below the first."""
    found = [step for step in steps if step.from_kg <= kg]
    return max(found, key=lambda step: step.from_kg, default=None)


def own_price(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest price of the seller's own goods, 1 to `most`, that fits; 0 if none does.

    A price that includes carriage, duty or tax is not a sum of known parts: duty and tax follow from the price itself. So it is
    searched for. `fits` must hold for every price below one for which it holds.

    Notes
    -----
    Bisection: about log2(`most`) calls of `fits`.
    """
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(frozen=True, slots=True)
class Bid:
    """One quote at the quantity that is asked for. It does not say whose it is: nothing here can prefer a seller.

    `number` is the order in which quotes came; `door_minor` the whole quantity to the door, None where there is no price;
    `days` from the contract to the door; `missing` the certificates that were asked for and are not promised.
    """

    number: int
    door_minor: int | None
    days: int
    enough: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bid stands and why: `against` are the terms of the request that it does not meet; `over_minor` above the cheapest."""

    number: int
    rank: int
    over_minor: int | None
    against: tuple[str, ...]
    is_cheapest: bool
    is_fastest: bool


def compare(bids: Sequence[Bid], within_days: int) -> tuple[Place, ...]:
    """Rank bids: first those that meet more of the request, then by price to the door, then by days, then as they came.

    The terms are `price` (there is a price to the door), `quantity`, `date` and each certificate; each counts the same.

    Returns
    -------
    tuple of Place
        By rank, from 1.
    """
    priced = [bid.door_minor for bid in bids if bid.door_minor is not None]
    cheapest, fastest = min(priced, default=None), min((bid.days for bid in bids), default=None)
    against = {bid.number: _against(bid, within_days) for bid in bids}

    def place(bid: Bid) -> tuple[bool, int, int, int, int]:
        return bid.door_minor is None, len(against[bid.number]), bid.door_minor or 0, bid.days, bid.number

    return tuple(
        Place(
            bid.number, rank, None if bid.door_minor is None or cheapest is None else bid.door_minor - cheapest, against[bid.number],
            bid.door_minor is not None and bid.door_minor == cheapest, bid.days == fastest,
        )
        for rank, bid in enumerate(sorted(bids, key=place), 1)
    )  # fmt: skip


def _against(bid: Bid, within_days: int) -> tuple[str, ...]:
    found = []
    if bid.door_minor is None:
        found.append("price")
    if not bid.enough:
        found.append("quantity")
    if bid.days > within_days:
        found.append("date")
    return (*found, *bid.missing)


def parts_of(total_minor: int, percents: Sequence[int]) -> tuple[int, ...]:
    """Split an amount by percentages that sum to 100: each part rounded down, the last takes what is left."""
    if sum(percents) != 100 or any(percent < 0 for percent in percents):
        raise ValueError(f"percentages {tuple(percents)} do not sum to 100")
    first = [total_minor * percent // 100 for percent in percents[:-1]]
    return (*first, total_minor - sum(first))
