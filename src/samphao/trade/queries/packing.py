"""What stands under an orchard's number and went through a packing house: kilograms declared, sold, cut, accepted, rejected."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from samphao.trade.models import Lot, Ticket
from samphao.trade.packing_models import Carton, MassStop, OrderWeight


@dataclass(frozen=True, slots=True)
class LotMass:
    """A lot's kilograms; what was cut stands on its ticket, whose number orders tickets as they were signed."""

    lot: str
    number: int
    orchard: str
    good: str
    season: int
    packing_house: str
    declared_kg: Decimal
    sold_kg: Decimal
    ticket: int | None
    delivered_kg: Decimal | None
    accepted_kg: Decimal | None
    rejected_kg: Decimal | None
    out_kg: Decimal


MASSES = """
    SELECT l.code, l.id, l.orchard_code, g.good, extract(year FROM l.harvest_from)::int, coalesce(h.code, ''),
           l.quantity * l.unit_mass_g / 1000.0, l.sold * l.unit_mass_g / 1000.0, t.id, t.delivered_kg, t.accepted_kg, t.rejected_kg,
           coalesce((SELECT sum(o.lot_units) FROM trade_order o WHERE o.lot_id = l.id AND o.state IN ('shipped', 'delivered', 'settled')), 0)
             * l.unit_mass_g / 1000.0
    FROM trade_lot l JOIN trade_listing g ON g.id = l.listing_id LEFT JOIN accounts_organisation h ON h.id = l.packing_house_id
    LEFT JOIN trade_ticket t ON t.lot_id = l.id WHERE {condition} ORDER BY l.id
"""


def masses_under(orchards: Collection[str], lots: Collection[str] = ()) -> list[LotMass]:
    """Return the masses of every lot of some orchards, and of some lots besides, in the order of their numbers; one query."""
    return _masses("l.orchard_code = ANY (%s) OR l.code = ANY (%s)", [list(orchards), list(lots)])


def masses_of_orchards() -> list[LotMass]:
    """Return the masses of every lot that comes from an orchard; one query."""
    return _masses("l.orchard_code <> ''", [])


def masses_of_houses(houses: Sequence[int]) -> list[LotMass]:
    """Return the masses of the lots of packing houses; one query."""
    return _masses("l.packing_house_id = ANY (%s)", [list(houses)])


def _masses(condition: str, parameters: list[Any]) -> list[LotMass]:
    with connection.cursor() as cursor:
        cursor.execute(MASSES.format(condition=condition), parameters)
        return [LotMass(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Pick:
    """What is to be packed of a lot for a destination: selling units of one kind, and the cartons that they fill."""

    lot: str
    good: str
    title_en: str
    title_th: str
    title_zh: str
    producer: int
    orchard: str
    cut_on: date
    destination: str
    unit: str
    units: int
    mass_kg: Decimal
    cartons: int
    printed: int


def picking(houses: Sequence[int], on: date) -> list[Pick]:
    """Return what packing houses pack of the lots that are cut on a day, by lot and destination; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.code, g.good, g.title_en, g.title_th, g.title_zh, g.producer_id, l.orchard_code, coalesce(t.cut_on, l.cut_on, l.harvest_from),
                      f.destination, l.unit, sum(o.lot_units)::bigint, sum(o.lot_units) * l.unit_mass_g / 1000.0,
                      ceil(sum(o.lot_units)::numeric / l.carton_units)::bigint,
                      (SELECT count(*) FROM trade_carton c WHERE c.lot_id = l.id AND c.destination = f.destination)
               FROM trade_order o JOIN trade_offer f ON f.id = o.offer_id JOIN trade_lot l ON l.id = o.lot_id
               JOIN trade_listing g ON g.id = l.listing_id LEFT JOIN trade_ticket t ON t.lot_id = l.id
               WHERE l.packing_house_id = ANY (%s) AND o.state = 'paid' AND coalesce(t.cut_on, l.cut_on, l.harvest_from) = %s
               GROUP BY l.id, g.id, t.cut_on, f.destination ORDER BY l.code, f.destination""",
            [list(houses), on],
        )
        return [Pick(*row) for row in cursor.fetchall()]


def days_of_picking(houses: Sequence[int]) -> list[date]:
    """Return the days on which lots with paid orders of packing houses are cut, the next first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT coalesce(t.cut_on, l.cut_on, l.harvest_from) AS day FROM trade_lot l LEFT JOIN trade_ticket t ON t.lot_id = l.id
               WHERE l.packing_house_id = ANY (%s) AND EXISTS (SELECT 1 FROM trade_order o WHERE o.lot_id = l.id AND o.state = 'paid')
               ORDER BY day""",
            [list(houses)],
        )
        return [row[0] for row in cursor.fetchall()]


def cartons_to_label(lots: Collection[str]) -> dict[str, int]:
    """Return for those of some lots with paid orders how many cartons have no label yet; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.code, (ceil(l.sold::numeric / l.carton_units) - (SELECT count(*) FROM trade_carton c WHERE c.lot_id = l.id))::int
               FROM trade_lot l WHERE l.code = ANY (%s) AND EXISTS (SELECT 1 FROM trade_order o WHERE o.lot_id = l.id AND o.state = 'paid')""",
            [list(lots)],
        )
        return {code: missing for code, missing in cursor.fetchall() if missing > 0}


def labelled_g(lot: str) -> int:
    """Return what the cartons of a lot that have a label hold together, in grams; one query."""
    return int(Carton.objects.filter(lot__code=lot).aggregate(total=Sum("net_mass_g"))["total"] or 0)


def ticket_of(lot: str) -> Ticket | None:
    """Return a lot's ticket with its grades and signatures; three queries."""
    return (
        Ticket.objects.select_related("lot__listing__producer", "lot__packing_house")
        .prefetch_related("grades", "signatures")
        .filter(lot__code=lot)
        .first()
    )


def lot_of_ticket(code: str) -> str | None:
    """Return the lot of a signed ticket."""
    return Ticket.objects.filter(code=code).values_list("lot__code", flat=True).first()


def lot_by_code(code: str) -> Lot | None:
    return (
        Lot.objects.select_related("listing__producer", "packing_house", "exporter", "ticket").filter(code=code).first()
    )


def mass_stops(lots: Collection[str]) -> dict[str, tuple[str, Decimal]]:
    """Return what was decided of stopped lots (nothing while it waits), and the kilograms that were reached; one query."""
    rows = MassStop.objects.filter(lot__code__in=lots).values_list("lot__code", "outcome", "reached_kg")
    return {lot: (outcome, reached) for lot, outcome, reached in rows}


def stops_to_decide(limit: int) -> list[MassStop]:
    """Return the lots that wait for somebody's decision, the oldest first."""
    rows = MassStop.objects.filter(outcome="").select_related(
        "lot__listing__producer", "lot__packing_house", "lot__ticket"
    )
    return list(rows.order_by("made_at", "id")[:limit])


def stop_of(lot: str) -> MassStop | None:
    return MassStop.objects.filter(lot__code=lot).first()


def orchards_of_lots(lots: Collection[str]) -> set[str]:
    """Return the orchards that some lots name; one query."""
    return set(Lot.objects.filter(code__in=lots).exclude(orchard_code="").values_list("orchard_code", flat=True))


@dataclass(frozen=True, slots=True)
class OrderToPack:
    """A paid order of a lot for which not every carton has a label: how many it fills, how many have one, and what they weigh."""

    order: str
    destination: str
    amount_minor: int
    currency: str
    ordered_g: int
    cartons: int
    packed: int
    packed_g: int
    paid_percent: int
    """What of the grower's share he has by then: when sold and at the ticket."""

    @property
    def left(self) -> int:
        return self.cartons - self.packed


def orders_to_pack(lot: str, limit: int, order: str = "") -> list[OrderToPack]:
    """Return a lot's paid orders that wait for their cartons, or one of them, the first that was placed first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.code, f.destination, o.amount_minor, o.currency, o.lot_units::bigint * l.unit_mass_g, ceil(o.lot_units::numeric / l.carton_units)::int,
                      c.packed::int, c.packed_g::bigint, l.deposit_percent + l.ticket_percent
               FROM trade_order o JOIN trade_lot l ON l.id = o.lot_id JOIN trade_offer f ON f.id = o.offer_id
               CROSS JOIN LATERAL (SELECT count(*) AS packed, coalesce(sum(net_mass_g), 0) AS packed_g FROM trade_carton c WHERE c.order_id = o.id) c
               WHERE l.code = %s AND o.state = 'paid' AND (o.code = %s OR %s = '') AND NOT EXISTS (SELECT 1 FROM trade_orderweight w WHERE w.order_id = o.id)
               ORDER BY o.id LIMIT %s""",
            [lot, order, order, limit],
        )
        return [OrderToPack(*row) for row in cursor.fetchall()]


def borne_by_weight(orders: Sequence[str]) -> dict[str, dict[str, dict[str, int]]]:
    """Return what is kept from whose share of orders that weighed less than was ordered; one query."""
    rows = OrderWeight.objects.filter(order__code__in=orders, refund_minor__gt=0)
    return dict(rows.order_by("order_id").values_list("order__code", "borne"))
