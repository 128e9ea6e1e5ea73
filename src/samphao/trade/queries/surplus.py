"""What ripens in the weeks to come, what of it is sold, and how fast buyers have taken it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from samphao.trade.models import CropSeason, Lot, Order, SurplusCall


@dataclass(frozen=True, slots=True)
class RipeWeek:
    """What producers of a province declared of a good for one week (its Monday): kg, and what the unsold part is worth, satang."""

    good: str
    province_iso: str
    week: date
    declared_kg: float
    left_kg: float
    left_minor: int


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """A call for buyers of a surplus, and what was placed since: orders that were not given up."""

    call: SurplusCall
    placed_kg: float
    placed_minor: int


def ripening(goods: Sequence[str], start: date, end: date) -> list[RipeWeek]:
    """Return declared harvests from `start` to before `end`; of a lot that was withdrawn what is ordered. On the day named for cutting, else even over the harvest's days."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT g.good, p.province_iso, date_trunc('week', d.day)::date, sum(q.units * l.unit_mass_g / 1000.0 / n.days),
                      sum((q.units - l.sold - l.held) * l.unit_mass_g / 1000.0 / n.days),
                      round(sum((q.units - l.sold - l.held) * l.price_minor::numeric / n.days))::bigint
               FROM trade_lot l JOIN trade_listing g ON g.id = l.listing_id JOIN accounts_organisation p ON p.id = g.producer_id,
                    LATERAL (SELECT CASE WHEN l.withdrawn_at IS NULL THEN l.quantity ELSE l.sold + l.held END AS units) q,
                    LATERAL (SELECT coalesce(l.cut_on, l.harvest_from) AS first, coalesce(l.cut_on, l.harvest_to) AS last) w,
                    LATERAL (SELECT w.last - w.first + 1 AS days) n, generate_series(w.first, w.last, interval '1 day') d (day)
               WHERE g.good = ANY (%s) AND l.harvest_to >= %s AND l.harvest_from < %s AND d.day >= %s AND d.day < %s AND l.currency = 'THB'
               GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
            [list(goods), start, end, start, end],
        )
        return [RipeWeek(row[0], row[1], row[2], float(row[3]), float(row[4]), row[5]) for row in cursor.fetchall()]


def taken_kg(goods: Sequence[str], since: datetime) -> dict[str, float]:
    """Return the kg of each good in orders since some time that were not given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT g.good, sum(o.units * l.unit_mass_g) / 1000.0
               FROM (SELECT lot_id, sum(lot_units) AS units FROM trade_order
                     WHERE placed_at >= %s AND state NOT IN ('expired', 'cancelled') GROUP BY lot_id) o
               JOIN trade_lot l ON l.id = o.lot_id JOIN trade_listing g ON g.id = l.listing_id WHERE g.good = ANY (%s) GROUP BY 1""",
            [since, list(goods)],
        )
        return {good: float(kg) for good, kg in cursor.fetchall()}


def declared_by_month(goods: Sequence[str], year: int) -> dict[tuple[str, str, int], float]:
    """Return the kg that producers declared of each good, by province and month in which the harvest begins."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT g.good, p.province_iso, extract(month FROM l.harvest_from)::int, sum(q.units * l.unit_mass_g) / 1000.0
               FROM trade_lot l JOIN trade_listing g ON g.id = l.listing_id JOIN accounts_organisation p ON p.id = g.producer_id,
                    LATERAL (SELECT CASE WHEN l.withdrawn_at IS NULL THEN l.quantity ELSE l.sold + l.held END AS units) q
               WHERE g.good = ANY (%s) AND extract(year FROM l.harvest_from) = %s GROUP BY 1, 2, 3""",
            [list(goods), year],
        )
        return {(good, province, month): float(kg) for good, province, month, kg in cursor.fetchall()}


def crop_calendar(goods: Sequence[str]) -> dict[tuple[str, str], list[float]]:
    """Return for each good and province the share of the year's harvest in each of the twelve months."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in CropSeason.objects.filter(good__in=list(goods)):
        found.setdefault((row.good, row.province_iso), [0.0] * 12)[row.month - 1] = float(row.share)
    return found


def goods_declared(start: date) -> list[str]:
    """Return the goods of which producers declared harvests that are still to come."""
    lots = Lot.objects.filter(harvest_to__gte=start).order_by()
    return sorted(set(lots.values_list("listing__good", flat=True)))


def past_buyers(good: str) -> list[int]:
    """Return the organisations that bought a good by the carton and kept it: households are not asked to take a surplus."""
    orders = Order.objects.filter(lot__listing__good=good, offer__kind="wholesale")
    return list(
        orders.exclude(state__in=("expired", "cancelled"))
        .order_by()
        .values_list("buyer", flat=True)
        .distinct()
        .order_by("buyer")
    )


def surplus_calls(limit: int) -> list[CallOutcome]:
    """Return the latest calls with what was placed since each, of lots that ripen in its weeks."""
    calls = list(SurplusCall.objects.order_by("-made_at")[:limit])
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.id, sum(o.lot_units * l.unit_mass_g) / 1000.0, sum(o.lot_units * l.price_minor)::bigint
               FROM trade_surpluscall c JOIN trade_listing g ON g.good = c.good JOIN trade_lot l ON l.listing_id = g.id
               JOIN trade_order o ON o.lot_id = l.id
               WHERE c.id = ANY (%s) AND l.harvest_to >= c.from_week AND l.harvest_from < c.until AND o.placed_at >= c.made_at
                 AND o.state NOT IN ('expired', 'cancelled') GROUP BY 1""",
            [[call.pk for call in calls]],
        )
        placed = {row[0]: (float(row[1]), row[2]) for row in cursor.fetchall()}
    return [CallOutcome(call, *placed.get(call.pk, (0.0, 0))) for call in calls]
