"""Writes of trade. Lots are always locked first and in the order of their ids, as the order counter does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import LiteralString

import orjson
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from samphao.core import clock, events
from samphao.core.bulk import copy_rows, replace_rows
from samphao.core.codes import encode
from samphao.trade.addresses import AddressPart, address_faults, address_parts
from samphao.trade.baskets import (
    BasketRefused,
    Delivery,
    Shopper,
    change_basket,
    forget_baskets,
    order_basket,
    purchase_of_basket,
    put_in_basket,
    take_over_baskets,
)
from samphao.trade.campaigns import announce_campaign, hand_out_pass, pass_for, take_place
from samphao.trade.cancelling import cancel_as_buyer, cancel_as_seller
from samphao.trade.claims import (
    answer_claim,
    appeal_claim,
    decide_claim,
    let_clock_move,
    mark_claim_paid,
    open_claim,
    reply_to_answer,
    send_back,
    withdraw_claim,
)
from samphao.trade.cutting import Harvest, cutting_days
from samphao.trade.events import (
    HoldsExpired,
    LotsDelisted,
    LotsListed,
    LotsTested,
    LotTurnedAway,
    OrdersDelivered,
    OrdersLeftBehind,
    OrdersPaid,
    TicketsSigned,
)
from samphao.trade.models import CropSeason, GateState, Listing, Lot, Order, Ticket
from samphao.trade.product_notes import mend_with_lot, note_products
from samphao.trade.queries.campaigns import campaign_that_bars
from samphao.trade.reviews import answer_review, appeal_review, decide_review, write_review
from samphao.trade.rush.statement import NUMBERS, PLACE, answers, parameters
from samphao.trade.shortfall import SHORT_SHARE, SHORTFALL, give_up_what_is_short, rule_of
from samphao.trade.surplus import open_surplus_call
from samphao.trade.types import (
    CropShare,
    GateAnswer,
    LotSpec,
    ModeAnswer,
    OrderAnswer,
    OrderRequest,
    Placement,
    PricedOffer,
    SaleWindow,
    TestResult,
    TicketSpec,
    order_code,
)
from samphao.trade.waiting import join_line, leave_line, serve_lines

INCOTERMS = 2020
TOLD_AT_ONCE = 5000
"""Orders in one event."""
LOTS_TOLD_AT_ONCE = 500
# An answer that is the same leaves the row alone. What the lot went through is history, and a lot that failed for good is not sold again; a sale that was opened again is judged again.
KEPT: LiteralString = """
(trade_gatestate.is_open, trade_gatestate.findings, trade_gatestate.next_due_on, trade_gatestate.passed_on)
  IS NOT DISTINCT FROM (excluded.is_open, excluded.findings, excluded.next_due_on, excluded.passed_on)
OR trade_gatestate.shut_by <> ''
OR (trade_gatestate.passed_on IS NOT NULL AND (trade_gatestate.gate <> 'to_list' OR excluded.passed_on IS NOT NULL))"""


def place_order(request: OrderRequest) -> OrderAnswer:
    """Place one order by the order counter's own statement; the same key gives the same answer.

    A lot of a campaign is ordered in turn: whoever its queue has not let through is sent there.
    """
    if campaign_that_bars(request.offer, request.buyer):
        return OrderAnswer(Placement.NOT_IN_TURN, "", 0, "", 0, clock.now())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NUMBERS, [1])
        number = cursor.fetchone()[0][0]
        cursor.execute(PLACE, parameters([request], [order_code(number)]))
        return answers(cursor.fetchone())[0]


def mark_paid(codes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Turn held orders into paid ones and held stock into sold; return (now or already paid, too late)."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock_lots(cursor, "code = ANY (%s)", [list(codes)])
        cursor.execute(
            """WITH paid AS (UPDATE trade_order SET state = 'paid', paid_at = core_now()
                             WHERE code = ANY (%s) AND state = 'held' RETURNING code, lot_id, lot_units),
                    moved AS (UPDATE trade_lot l SET held = l.held - p.units, sold = l.sold + p.units
                              FROM (SELECT lot_id, sum(lot_units) AS units FROM paid GROUP BY lot_id) p WHERE l.id = p.lot_id)
               SELECT code FROM paid""",
            [list(codes)],
        )
        fresh = [row[0] for row in cursor.fetchall()]
        if fresh:
            events.publish(OrdersPaid(fresh))
        cursor.execute(
            "SELECT code FROM trade_order WHERE code = ANY (%s) AND state IN ('expired', 'cancelled')", [list(codes)]
        )
        late = [row[0] for row in cursor.fetchall()]
    return fresh, late


def expire_holds(limit: int = 5000) -> list[str]:
    """Return the stock of orders whose hold has run out; the buyer may order again.

    A deposit that came while the lots were waited for has made the hold longer: it is looked at again under the lock.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(code) FROM (SELECT code FROM trade_order WHERE state = 'held' AND hold_expires_at <= core_now() LIMIT %s) x",
            [limit],
        )
        codes = cursor.fetchone()[0]
        if not codes:
            return []
        _lock_lots(cursor, "code = ANY (%s)", [codes])
        cursor.execute(
            """WITH gone AS (UPDATE trade_order SET state = 'expired'
                              WHERE code = ANY (%s) AND state = 'held' AND hold_expires_at <= core_now() RETURNING code, lot_id, lot_units),
                    freed AS (UPDATE trade_lot l SET held = l.held - g.units
                              FROM (SELECT lot_id, sum(lot_units) AS units FROM gone GROUP BY lot_id) g WHERE l.id = g.lot_id)
               SELECT code FROM gone""",
            [codes],
        )
        expired = [row[0] for row in cursor.fetchall()]
        if expired:
            events.publish(HoldsExpired(expired))
    return expired


def turn_away(lots: Mapping[tuple[str, str], str]) -> list[str]:
    """Cancel the held and paid orders of lots that may not go to a destination, (lot, destination) to the rule that says so.

    Their stock is free again, but the gate to list is shut for good for that destination, and shows what was found. Refund,
    message and, where the grower was advanced, the claim on him follow the event.
    """
    pairs = sorted(lots)
    codes, destinations = [lot for lot, _ in pairs], [destination for _, destination in pairs]
    with transaction.atomic(), connection.cursor() as cursor:
        listed = _listed(lock_lots(codes))
        _lock_orders(
            cursor, "lot_id IN (SELECT id FROM trade_lot WHERE code = ANY (%s)) AND state IN ('held', 'paid')", [codes]
        )
        cursor.execute(
            """WITH away AS (SELECT l.id AS lot_id, u.destination, u.rule FROM unnest(%s::text[], %s::text[], %s::text[]) u (lot, destination, rule)
                             JOIN trade_lot l ON l.code = u.lot),
                    shut AS (UPDATE trade_gatestate g SET is_open = false, shut_by = away.rule, passed_on = NULL, next_due_on = NULL,
                                    findings = g.findings || coalesce(
                                      (SELECT jsonb_build_array(f.finding) FROM trade_gatestate w, jsonb_array_elements(w.findings) f (finding)
                                       WHERE w.lot_id = g.lot_id AND w.destination = g.destination AND w.gate <> 'to_list'
                                         AND f.finding ->> 'rule' = away.rule AND f.finding -> 'is_met' = 'false' LIMIT 1), '[]')
                             FROM away WHERE g.lot_id = away.lot_id AND g.destination = away.destination AND g.gate = 'to_list' AND g.shut_by = ''),
                    gone AS (UPDATE trade_order o SET state = 'cancelled', ended_for = 'lot-failed' FROM away, trade_offer f
                             WHERE o.lot_id = away.lot_id AND f.id = o.offer_id AND f.destination = away.destination
                               AND o.state IN ('held', 'paid')
                             RETURNING o.code, o.lot_id, o.lot_units, o.paid_at IS NOT NULL AS was_paid, f.destination),
                    freed AS (UPDATE trade_lot l SET sold = l.sold - g.sold, held = l.held - g.held
                              FROM (SELECT lot_id, coalesce(sum(lot_units) FILTER (WHERE was_paid), 0) AS sold,
                                           coalesce(sum(lot_units) FILTER (WHERE NOT was_paid), 0) AS held
                                    FROM gone GROUP BY lot_id) g WHERE l.id = g.lot_id)
               SELECT l.code, g.destination, array_agg(g.code ORDER BY g.code) FROM gone g JOIN trade_lot l ON l.id = g.lot_id
               GROUP BY 1, 2 ORDER BY 1, 2""",
            [codes, destinations, [lots[pair] for pair in pairs]],
        )
        cancelled = []
        for lot, destination, orders in cursor.fetchall():
            events.publish(LotTurnedAway(lot, destination, lots[lot, destination], orders))
            cancelled += orders
        _publish_listed(listed, _listed(lock_lots(codes)), clock.now())
    return cancelled


def lock_lots(codes: Iterable[str]) -> dict[str, int]:
    """Lock lots until the transaction ends, as orders of them do, in the order of their ids; return the ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, id FROM trade_lot WHERE code = ANY (%s) ORDER BY id FOR NO KEY UPDATE", [list(codes)]
        )
        return dict(cursor.fetchall())


def leave_orders_behind(codes: Sequence[str], *, load: str, reason: str) -> list[str]:
    """Cancel paid orders whose goods no carrier brings in time any more; return them.

    The goods were cut and packed for them: they leave the lot's quantity and are not sold again. The rest follows the event.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _lock_lots(cursor, "code = ANY (%s)", [list(codes)])
        _lock_orders(cursor, "code = ANY (%s)", [list(codes)])
        cursor.execute(
            """WITH gone AS (UPDATE trade_order SET state = 'cancelled', ended_for = %s WHERE code = ANY (%s) AND state = 'paid' RETURNING code, lot_id, lot_units),
                    lost AS (UPDATE trade_lot l SET sold = l.sold - g.units, quantity = l.quantity - g.units
                             FROM (SELECT lot_id, sum(lot_units) AS units FROM gone GROUP BY lot_id) g WHERE l.id = g.lot_id)
               SELECT code FROM gone ORDER BY code""",
            [reason, list(codes)],
        )
        gone = [row[0] for row in cursor.fetchall()]
        if gone:
            events.publish(OrdersLeftBehind(load, reason, gone))
    return gone


def promise_arrival(codes: Sequence[str], at: datetime) -> list[str]:
    """Promise buyers another arrival than before; return the orders that are still to come, in the order of their codes."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock_orders(cursor, "code = ANY (%s)", [list(codes)])
        to_come = Order.objects.filter(code__in=codes, state=Order.State.PAID).order_by("code")
        promised = list(to_come.values_list("code", flat=True))
        Order.objects.filter(code__in=promised).update(arrival_promised_at=at)
    return promised


def _lock_orders(cursor: object, condition: str, parameters: list[object]) -> None:
    """Lock orders in the order of their ids; where lots are locked too, they come first."""
    cursor.execute(  # type: ignore[attr-defined]
        f"SELECT 1 FROM trade_order WHERE {condition} ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
        parameters,
    )


def _lock_lots(cursor: object, condition: str, parameters: list[object]) -> None:
    cursor.execute(  # type: ignore[attr-defined]
        f"SELECT 1 FROM trade_lot WHERE id IN (SELECT lot_id FROM trade_order WHERE {condition}) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
        parameters,
    )


def open_lots(
    lots: Sequence[LotSpec],
    crops: Sequence[CropShare],
    organisations: Mapping[str, int],
    sale: SaleWindow,
    *,
    is_demo: bool,
) -> int:
    """Write listings and their lots, on sale from `sale.opens_at`; return how many lots. Harvests of one offer share a listing."""
    with transaction.atomic():
        CropSeason.objects.bulk_create([CropSeason(**asdict(crop)) for crop in crops], ignore_conflicts=True)
        listings = Listing.objects.bulk_create(
            [
                Listing(
                    code=f"L-{lot.code}", producer_id=organisations[lot.producer], good=lot.good, variety=lot.variety, grade=lot.grade,
                    title_en=lot.title_en, title_th=lot.title_th, title_zh=lot.title_zh,
                )
                for lot in lots
            ]
        )  # fmt: skip
        Lot.objects.bulk_create(
            [
                Lot(
                    code=lot.code, listing=listing, orchard_code=lot.orchard, packing_house_id=organisations.get(lot.packing_house),
                    exporter_id=organisations.get(lot.exporter), harvest_from=lot.harvest_from, harvest_to=lot.harvest_to, unit=lot.unit,
                    unit_mass_g=lot.unit_mass_g, carton_units=lot.carton_units, price_minor=lot.price_minor, currency=lot.currency,
                    quantity=lot.quantity, opens_at=sale.opens_at, closes_at=sale.closes_at,
                    buyer_limit=sale.hot_buyer_limit if lot.is_hot else None, dry_matter_pct=lot.dry_matter_pct, basic_yellow_2=lot.lab_by2,
                    cadmium_mg_kg=lot.lab_cadmium_mg_kg, tested_on=lot.lab_on, laboratory_code=lot.laboratory, is_demo=is_demo,
                )
                for lot, listing in zip(lots, listings, strict=True)
            ]
        )  # fmt: skip
    return len(listings)


def name_cutting_days() -> int:
    """Name a day for each lot that is sold, has none and is not past its harvest; return how many lots got theirs."""
    with transaction.atomic():
        lots = Lot.objects.select_for_update(no_key=True, of=("self",)).order_by("id")
        places = Coalesce("packing_house_id", "listing__producer_id")
        rows = lots.values_list("code", places, "harvest_from", "harvest_to", "cut_on")
        days = cutting_days(Harvest(*row) for row in rows.filter(sold__gt=0, harvest_to__gte=clock.today()))
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE trade_lot SET cut_on = d.day FROM unnest(%s::text[], %s::date[]) d (lot, day) WHERE code = d.lot",
                [list(days), list(days.values())],
            )
    return len(days)


def store_gates(answers: Sequence[GateAnswer], *, decided_at: datetime) -> int:
    """Write what the gates said; an answer replaces the one before, unless that is history or shut for good.

    The lots are locked as orders lock them: when this has committed, nobody orders through a gate that it shut.
    """
    written = {id(row.findings): row.findings for row in answers}  # answers of one country share what was found
    texts = {number: _json(findings) for number, findings in written.items()}
    with transaction.atomic():
        lots = lock_lots({row.lot for row in answers})
        judges_list = any(row.gate == GateState.Gate.LIST for row in answers)
        listed = _listed(lots) if judges_list else set()
        count = replace_rows(
            "trade_gatestate",
            ("lot_id", "destination", "trade_mode", "gate"),
            ("lot_id", "destination", "trade_mode", "gate", "is_open", "findings", "next_due_on", "passed_on", "decided_at"),
            (
                (
                    lots[row.lot], row.destination, row.trade_mode, row.gate, row.is_open, texts[id(row.findings)], row.next_due_on,
                    row.passed_on, decided_at,
                )
                for row in answers
            ),
            unless=KEPT,
        )  # fmt: skip
        if judges_list:
            _publish_listed(listed, _listed(lots), decided_at)
    return count


def end_sales(lots: Iterable[str]) -> int:
    """Make the gate to list of lots whose sale is over history, as it stood; return how many answers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE trade_gatestate g SET next_due_on = NULL,
                      passed_on = CASE WHEN g.is_open THEN (l.closes_at AT TIME ZONE 'Asia/Bangkok')::date END
               FROM trade_lot l WHERE l.id = g.lot_id AND l.id = ANY (%s) AND l.closes_at <= core_now() AND g.gate = 'to_list'
                 AND (g.next_due_on IS NOT NULL OR (g.is_open AND g.passed_on IS NULL))""",
            [list(lock_lots(lots).values())],
        )
        return int(cursor.rowcount)


def put_off(gate: str, lots: Collection[str], on: date) -> int:
    """Let a gate of lots that is still due on a day wait until the next."""
    due = GateState.objects.filter(lot__code__in=lots, gate=gate, next_due_on__lte=on)
    return due.update(next_due_on=on + timedelta(days=1))


def judge_soon(parties: Collection[str], orchards: Collection[str], destinations: Collection[str], on: date) -> int:
    """Make the gates due that lots of these parties or orchards, or for these destinations, have not passed yet; return how many."""
    behind = Lot.objects.filter(
        Q(packing_house__code__in=parties) | Q(exporter__code__in=parties) | Q(laboratory_code__in=parties) | Q(orchard_code__in=orchards)
    )  # fmt: skip
    concerned = Q(lot__in=behind.values("pk")) | Q(destination__in=destinations, gate=GateState.Gate.LIST)
    waiting = GateState.objects.filter(concerned, passed_on=None, shut_by="")
    return waiting.exclude(gate=GateState.Gate.ENTER).update(next_due_on=on)


def _listed(lots: Mapping[str, int]) -> set[tuple[str, str]]:
    """Return where lots may be sold in some trade mode."""
    rows = GateState.objects.filter(lot__in=list(lots.values()), gate=GateState.Gate.LIST, is_open=True)
    return set(rows.values_list("lot__code", "destination"))


def _publish_listed(before: set[tuple[str, str]], after: set[tuple[str, str]], at: datetime) -> None:
    for event, pairs in ((LotsListed, after - before), (LotsDelisted, before - after)):
        by_lot: dict[str, list[str]] = {}
        for lot, destination in sorted(pairs):
            by_lot.setdefault(lot, []).append(destination)
        lots = list(by_lot.items())
        for start in range(0, len(lots), LOTS_TOLD_AT_ONCE):
            events.publish(event(dict(lots[start : start + LOTS_TOLD_AT_ONCE]), at.isoformat()))


def store_modes(answers: Iterable[ModeAnswer], *, decided_at: datetime) -> int:
    """Write in which trade modes lots are sold, and why not in others; an answer replaces the one before."""
    lots = dict(Lot.objects.values_list("code", "id"))
    with transaction.atomic():
        return replace_rows(
            "trade_modestate",
            ("lot_id", "destination", "trade_mode"),
            ("lot_id", "destination", "trade_mode", "is_open", "findings", "decided_at"),
            (
                (lots[row.lot], row.destination, row.trade_mode, row.is_open, _json(row.findings), decided_at)
                for row in answers
            ),
        )


def store_offers(
    offers: Iterable[PricedOffer], organisations: Mapping[str, int], *, priced_at: datetime, valid_to: datetime
) -> int:
    """Write priced offers; checkout and the order counter take them as they are."""
    lots = dict(Lot.objects.values_list("code", "id"))
    return copy_rows(
        "trade_offer",
        (
            "lot_id", "destination", "kind", "trade_mode", "importer_id", "entry_node", "incoterm", "incoterm_place", "incoterm_edition",
            "lot_units", "price_minor", "currency", "lines", "quantity_min", "quantity_max", "priced_at", "valid_to", "promised_days",
            "carrier_service", "buyer_year_g", "buyer_year_minor",
        ),
        (
            (
                lots[row.lot], row.destination, row.kind, row.trade_mode, organisations.get(row.importer), row.entry_node, row.incoterm,
                row.incoterm_place, INCOTERMS, row.lot_units, row.price_minor, row.currency, _json(row.lines), row.quantity_min,
                row.quantity_max, priced_at, valid_to, row.promised_days, row.carrier_service, row.buyer_year_g, row.buyer_year_minor,
            )
            for row in offers
        ),
    )  # fmt: skip


def _json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()


def sign_tickets(specs: Sequence[TicketSpec], *, through: str) -> int:
    """Write signed weigh-and-grade tickets, one a lot; a lot that has one keeps it."""
    lots = dict(Lot.objects.filter(code__in=[spec.lot for spec in specs]).values_list("code", "id"))
    with transaction.atomic():
        made = Ticket.objects.bulk_create(
            [
                Ticket(
                    code=encode("WT", lots[spec.lot]), lot_id=lots[spec.lot], cut_on=spec.cut_on, delivered_kg=spec.accepted_kg + spec.rejected_kg,
                    accepted_kg=spec.accepted_kg, rejected_kg=spec.rejected_kg, dry_matter_pct=spec.dry_matter_pct,
                    signed_by_grower_at=spec.signed_at, signed_by_house_at=spec.signed_at, signed_through=through,
                )
                for spec in specs
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        events.publish_in_parts(TicketsSigned, [spec.lot for spec in specs])
    return len(made)


def record_tests(results: Sequence[TestResult]) -> int:
    """Keep what laboratories found; a newer result replaces the one before."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE trade_lot l SET laboratory_code = u.laboratory, tested_on = u.tested_on, basic_yellow_2 = u.dye, cadmium_mg_kg = u.cadmium
               FROM unnest(%s::text[], %s::text[], %s::date[], %s::text[], %s::numeric[]) u (lot, laboratory, tested_on, dye, cadmium)
               WHERE l.code = u.lot""",
            [
                [row.lot for row in results], [row.laboratory for row in results], [row.tested_on for row in results],
                [row.basic_yellow_2 for row in results], [row.cadmium_mg_kg for row in results],
            ],
        )  # fmt: skip
        count = int(cursor.rowcount)
        events.publish_in_parts(LotsTested, [row.lot for row in results])
    return count


def ship_orders(codes: Sequence[str]) -> int:
    """Mark paid orders as on their way; those elsewhere stay."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock_orders(cursor, "code = ANY (%s)", [list(codes)])
        return Order.objects.filter(code__in=codes, state=Order.State.PAID).update(state=Order.State.SHIPPED)


def deliver_orders(delivered: Mapping[str, datetime]) -> int:
    """Mark orders on their way as delivered when they were; the claim window runs from then."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock_orders(cursor, "code = ANY (%s)", [list(delivered)])
        cursor.execute(
            """UPDATE trade_order o SET state = 'delivered', delivered_at = u.at FROM unnest(%s::text[], %s::timestamptz[]) u (code, at)
               WHERE o.code = u.code AND o.state = 'shipped' RETURNING o.code""",
            [list(delivered), list(delivered.values())],
        )
        codes = [row[0] for row in cursor.fetchall()]
        for start in range(0, len(codes), TOLD_AT_ONCE):
            events.publish(OrdersDelivered(codes[start : start + TOLD_AT_ONCE]))
    return len(codes)


# Prices that were made with money of a day whose rate nobody knows: nothing of theirs can be paid in baht yet.
WITHOUT = """AND NOT EXISTS (SELECT 1 FROM trade_offer f JOIN unnest(%s::text[], %s::date[]) w (currency, priced_on)
               ON (f.currency, (f.priced_at AT TIME ZONE 'Asia/Bangkok')::date) = (w.currency, w.priced_on) WHERE f.id = o.offer_id)"""


def mark_advanced(lots: Sequence[str], *, without: Sequence[tuple[str, date]] = ()) -> list[str]:
    """Mark the paid orders of lots with a signed ticket as advanced, each once; return them. `without` as in `mark_settled`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM trade_lot WHERE code = ANY (%s) ORDER BY id FOR NO KEY UPDATE", [list(lots)])
        cursor.execute(
            f"""WITH due AS (
                  SELECT o.id, greatest(t.signed_by_grower_at, o.paid_at) AS at FROM trade_order o
                  JOIN trade_lot l ON l.id = o.lot_id JOIN trade_ticket t ON t.lot_id = l.id
                  WHERE l.code = ANY (%s) AND o.advanced_at IS NULL AND o.state IN ('paid', 'shipped') {WITHOUT if without else ""}
                  ORDER BY o.id FOR NO KEY UPDATE OF o)
                UPDATE trade_order o SET advanced_at = due.at FROM due WHERE o.id = due.id RETURNING o.code""",  # noqa: S608
            [list(lots), *_columns(without)],
        )
        return [row[0] for row in cursor.fetchall()]


def mark_deposited(limit: int, *, without: Sequence[tuple[str, date]] = ()) -> list[str]:
    """Mark paid orders of lots that pay a share when sold, the oldest first, each once; return them. `without` as in `mark_settled`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""WITH due AS (
                  SELECT o.id, o.paid_at AS at FROM trade_order o JOIN trade_lot l ON l.id = o.lot_id
                  WHERE l.deposit_percent > 0 AND o.deposited_at IS NULL AND o.state IN ('paid', 'shipped') {WITHOUT if without else ""}
                  ORDER BY o.id LIMIT %s FOR NO KEY UPDATE OF o SKIP LOCKED)
                UPDATE trade_order o SET deposited_at = due.at FROM due WHERE o.id = due.id RETURNING o.code""",  # noqa: S608
            [*_columns(without), limit],
        )
        return [row[0] for row in cursor.fetchall()]


def mark_settled(limit: int, *, without: Sequence[tuple[str, date]] = ()) -> list[str]:
    """Settle delivered orders whose lot's claim window has closed and on which no claim waits, the oldest first; return them.

    A claim that is opened meanwhile changes the order's row, which is looked at again under its lock. Those whose price was made `without` a rate, (currency, day), wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE trade_order SET state = 'settled' WHERE id IN (
                  SELECT o.id FROM trade_order o JOIN trade_lot l ON l.id = o.lot_id
                  WHERE o.state = 'delivered' AND NOT o.is_claimed
                    AND o.delivered_at <= core_now() - make_interval(hours => l.claim_hours)
                  {WITHOUT if without else ""}
                  ORDER BY o.delivered_at, o.id LIMIT %s FOR UPDATE OF o SKIP LOCKED) RETURNING code""",  # noqa: S608
            [*_columns(without), limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _columns(pairs: Sequence[tuple[str, date]]) -> list[list[object]]:
    return [[currency for currency, _ in pairs], [day for _, day in pairs]] if pairs else []


# What sellers write themselves; these modules use what stands above.
from samphao.trade.cycles import CycleSpec as CycleSpec  # noqa: E402
from samphao.trade.cycles import close_pre_orders as close_pre_orders  # noqa: E402
from samphao.trade.cycles import make_cycle as make_cycle  # noqa: E402
from samphao.trade.cycles import mark_reminded as mark_reminded  # noqa: E402
from samphao.trade.cycles import take_deposits as take_deposits  # noqa: E402
from samphao.trade.drafts import answer_draft as answer_draft  # noqa: E402
from samphao.trade.drafts import discard_draft as discard_draft  # noqa: E402
from samphao.trade.drafts import publish_draft as publish_draft  # noqa: E402
from samphao.trade.drafts import start_draft as start_draft  # noqa: E402
from samphao.trade.drafts import start_next_lot as start_next_lot  # noqa: E402
from samphao.trade.listing_files import drop_import as drop_import  # noqa: E402
from samphao.trade.listing_files import import_some as import_some  # noqa: E402
from samphao.trade.listing_files import keep_import as keep_import  # noqa: E402
from samphao.trade.listing_files import start_import as start_import  # noqa: E402
from samphao.trade.listings import LotRefused as LotRefused  # noqa: E402
from samphao.trade.listings import change_lot as change_lot  # noqa: E402
from samphao.trade.listings import confirm_quantity as confirm_quantity  # noqa: E402
from samphao.trade.listings import replace_offers as replace_offers  # noqa: E402
from samphao.trade.listings import withdraw_lot as withdraw_lot  # noqa: E402
