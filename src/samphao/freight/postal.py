"""Postal items: what one weighs packed, and which product of the user's tariff takes it for the least."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from samphao.freight.types import Postage
from samphao.reference.types import PostRateSpec

PACKING = Decimal("1.15")  # gross over net mass of a small parcel: estimate
BAG_KG, BAG_M3 = 30.0, 0.12  # a mail bag; its limit is that of the heaviest parcel


def gross_mass_g(net_g: int) -> int:
    return int((Decimal(net_g) * PACKING).to_integral_value(ROUND_CEILING))


def cheapest(rates: Sequence[PostRateSpec], net_g: int, product: str = "") -> Postage | None:
    """Return the cheapest product that takes an item; None where the item is above every step, or there is no tariff.

    Of a product the lowest step that the packed item does not exceed counts. At the same price the faster one is taken.
    """
    gross = gross_mass_g(net_g)
    steps: dict[str, PostRateSpec] = {}
    for rate in sorted(rates, key=lambda rate: rate.mass_max_g):
        if rate.mass_max_g >= gross and product in ("", rate.product):
            steps.setdefault(rate.product, rate)
    if not steps:
        return None
    best = min(steps.values(), key=lambda rate: (rate.price_minor, rate.days_max, rate.product))
    return Postage(
        best.product, best.name, best.indicator, gross, best.mass_max_g, best.price_minor, best.days_min, best.days_max, best.source,
        best.valid_from,
    )  # fmt: skip
