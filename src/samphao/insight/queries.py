"""Impact: what was sold, by whom, where; who got which share of what buyers paid. Amounts in baht at the price's own rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from samphao.core import clock, summaries
from samphao.core.money import minor_units
from samphao.engines.concentration import herfindahl
from samphao.reference import queries as reference


@dataclass(frozen=True, slots=True)
class PartyShare:
    receiver: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ProvinceReach:
    """What one province's producers sold."""

    province_iso: str
    producers: int
    villages: int
    kg: int
    grower_minor: int


@dataclass(frozen=True, slots=True)
class Impact:
    """The whole, in satang and kg; `concentration` is the Herfindahl index of producers' sales (1 is one producer)."""

    provinces: int
    villages: int
    producers: int
    producers_listed: int
    kg: int
    paid_minor: int
    shares: tuple[PartyShare, ...]
    reach: tuple[ProvinceReach, ...]
    concentration: float


IMPACT = "impact"
SOLD = "('paid', 'shipped', 'delivered', 'settled')"


def impact() -> Impact:
    """Count orders that were paid and not returned."""
    reach, producers, sales = _reach()
    shares = _shares()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT producer_id) FROM trade_listing")
        listed = cursor.fetchone()[0]
    return Impact(
        len(reach), sum(row.villages for row in reach), producers, listed, sum(row.kg for row in reach), sum(share.amount_minor for share in shares),
        shares, reach, herfindahl(sales),
    )  # fmt: skip


def impact_counted() -> tuple[Impact, datetime]:
    """Return the impact with the time at which it was counted last; before the first time it is counted now."""
    found = summaries.counted(IMPACT)
    if found is None:
        return impact(), clock.now()
    counted_at, figures = found
    shares = tuple(PartyShare(**row) for row in figures.pop("shares"))
    reach = tuple(ProvinceReach(**row) for row in figures.pop("reach"))
    return Impact(**figures, shares=shares, reach=reach), counted_at


def _reach() -> tuple[tuple[ProvinceReach, ...], int, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.province_iso, p.id, p.district_code, sum(o.lot_units * l.unit_mass_g) / 1000, sum(o.lot_units * l.price_minor)
                FROM trade_order o JOIN trade_lot l ON l.id = o.lot_id JOIN trade_listing g ON g.id = l.listing_id
                JOIN accounts_organisation p ON p.id = g.producer_id WHERE o.state IN {SOLD} GROUP BY 1, 2, 3 ORDER BY 1, 2"""  # noqa: S608
        )
        rows = cursor.fetchall()
    by_province: dict[str, list[tuple[str, int, int, int]]] = {}
    for iso, producer, district, kg, money in rows:
        by_province.setdefault(iso, []).append((district, producer, int(kg), int(money)))
    reach = tuple(
        ProvinceReach(
            iso, len(found), len({row[0] for row in found}), sum(row[2] for row in found), sum(row[3] for row in found)
        )
        for iso, found in sorted(by_province.items())
    )
    return reach, len(rows), [int(row[4]) for row in rows]


def _shares() -> tuple[PartyShare, ...]:
    """Sum the price lines of every sale by receiver, in baht."""
    rates = reference.exchange_rates(clock.today())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT f.currency, r.key, sum(r.value::bigint * q.quantity)
                FROM (SELECT offer_id, sum(quantity) AS quantity FROM trade_order WHERE state IN {SOLD} GROUP BY 1) q
                JOIN trade_offer f ON f.id = q.offer_id, jsonb_array_elements(f.lines) line, jsonb_each_text(line -> 'receivers') r
                GROUP BY 1, 2 ORDER BY 1, 2"""  # noqa: S608
        )
        rows = cursor.fetchall()
    sums: dict[str, Decimal] = {}
    for currency, receiver, amount in rows:
        if currency not in rates:
            continue
        baht = Decimal(amount) / minor_units(currency) / rates[currency].rate * 100
        sums[receiver] = sums.get(receiver, Decimal(0)) + baht
    return tuple(
        sorted(
            (PartyShare(receiver, int(amount)) for receiver, amount in sums.items()),
            key=lambda share: (-share.amount_minor, share.receiver),
        )
    )
