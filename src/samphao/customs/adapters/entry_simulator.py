"""Customs of another country that are not: they sample what enters, as a port's rates say. Screens say `simulator`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from samphao.core.errors import Refused
from samphao.customs.types import SamplingSpec

COUNTRIES = {"CN": "China", "LA": "Laos", "VN": "Vietnam", "KH": "Cambodia", "MM": "Myanmar", "SG": "Singapore"}
AHEAD_H = 12  # an import declaration is made so long before the goods arrive: made for the demo
CLEARED = _("Papers in order; duty and VAT are covered by money already collected.")
SAMPLED = _("Sampled at entry, nothing found; duty and VAT are covered by money already collected.")
SHORT = _("No permit of the importer covers these goods on this day: too few kilograms are left, or it has ended.")
FINDINGS = (
    _("A live insect was found in the sample."),
    _("The number of the orchard on a carton is not on the certificate."),
    _("A carton's mass differs from the packing list by more than a tenth."),
    _("The sample was sent to a laboratory for cadmium; the result is waited for."),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A consignment at its place of entry; the timetable lets an unsampled one go on at `enters_at`."""

    consignment: str
    country: str
    port: str
    categories: frozenset[str]
    enters_at: datetime


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the simulator did: whether it took a sample, what it found, from when to when, by which rates."""

    inspector: str
    is_sampled: bool
    finding: str
    started_at: datetime
    ended_at: datetime
    source: str


def inspect(arrival: Arrival, rates: Sequence[SamplingSpec], seed: int) -> Inspected:
    """Inspect one arrival by the rate that fits it best; the draw depends on seed and consignment alone."""
    rate = _rate(arrival, rates)
    draw = hashlib.blake2b(f"{seed}/{arrival.consignment}".encode(), digest_size=12).digest()
    sampled, found, which = (int.from_bytes(draw[start : start + 4], "big") / 2**32 for start in (0, 4, 8))
    is_sampled = sampled < rate.sampled_share
    has_finding = is_sampled and found < rate.finding_share
    days = rate.days_sampled if is_sampled else rate.days
    return Inspected(
        f"entry inspection simulator ({COUNTRIES.get(arrival.country, arrival.country)})",
        is_sampled,
        FINDINGS[int(which * len(FINDINGS))] if has_finding else "",
        arrival.enters_at - timedelta(days=float(rate.days)),
        arrival.enters_at + timedelta(days=float(days - rate.days)),
        rate.source,
    )


def _rate(arrival: Arrival, rates: Sequence[SamplingSpec]) -> SamplingSpec:
    fitting = [
        rate
        for rate in rates
        if rate.country == arrival.country
        and rate.port in ("", arrival.port)
        and (not rate.category or rate.category in arrival.categories)
    ]
    if not fitting:
        raise Refused(f"no rate of entry sampling is known for {arrival.country}: publish the offices first")
    return max(fitting, key=lambda rate: (bool(rate.port), bool(rate.category)))
