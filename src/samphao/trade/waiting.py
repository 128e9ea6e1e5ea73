"""The waiting list of a lot that is sold out: first come, first asked.

Units that come back are kept for those who wait by a trigger of the database, whoever brought them back. Each place is served by the
order counter's own statement, so limits, gates and prices hold here too, and the lot cannot be oversold.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_noop as _

from samphao.core import clock, events
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.trade.campaign_models import WaitingPlace
from samphao.trade.events import PlacesClosed, PlacesOffered
from samphao.trade.models import GateState, Lot, Offer, Order
from samphao.trade.rush.statement import NUMBERS, PLACE, answers, parameters
from samphao.trade.types import WAITING_HOLD, OrderAnswer, OrderRequest, Placement, order_code

SERVED_AT_ONCE = 200
"""Places of one lot in one transaction: its orders wait as long."""
# A buyer's yearly limit is locked before the lot, as the counter's statement does, or the two would wait for each other in a circle.
LOCK_BUYERS = """
SELECT pg_advisory_xact_lock(20190101, x.buyer_id::integer)
FROM (SELECT DISTINCT w.buyer_id FROM trade_waitingplace w JOIN trade_offer o ON o.id = w.offer_id
      WHERE w.id = ANY (%s) AND (o.buyer_year_g IS NOT NULL OR o.buyer_year_minor IS NOT NULL) ORDER BY 1) x
"""
STAYS = frozenset({Placement.SOLD_OUT, Placement.GATE_SHUT})
"""Answers after which a place is kept: there may be more, or the gate may open again."""
SMALLER = frozenset({Placement.SOLD_OUT, Placement.OVER_LIMIT, Placement.OVER_YEAR_LIMIT})


def join_line(offer: int, buyer: int, quantity: int) -> int:
    """Take a place in the line for units of a sold-out lot; return its number, the same when it is taken already.

    Raises
    ------
    NotFound
        If there is no such offer.
    Refused
        If the offer does not sell that quantity at once.
    Conflict
        If enough is left to order now, or the sale is not open.
    """
    wanted = Offer.objects.filter(pk=offer, replaced_at=None).first()
    if wanted is None:
        raise NotFound(_("There is no such offer."))
    if not wanted.quantity_min <= quantity <= wanted.quantity_max:
        raise Refused(_("Choose a quantity that this offer sells."))
    with transaction.atomic():
        lot = Lot.objects.select_for_update(no_key=True).get(pk=wanted.lot_id)
        taken = WaitingPlace.objects.filter(lot=lot, buyer=buyer, state=WaitingPlace.State.WAITING).first()
        if taken is not None:
            return taken.pk
        now = clock.now()
        if not lot.opens_at <= now < lot.closes_at:
            raise Conflict(_("This lot is not on sale now."))
        if lot.left >= quantity * wanted.lot_units and not lot.keeps_for_waiting:
            raise Conflict(_("Enough of this lot is left: order it now."))
        place = WaitingPlace.objects.create(lot=lot, offer=wanted, buyer_id=buyer, quantity=quantity, joined_at=now)
    return place.pk


def leave_line(number: int, buyers: tuple[int, ...]) -> bool:
    """Give up a place that one of `buyers` has; return whether there was one."""
    with transaction.atomic():
        lot = WaitingPlace.objects.filter(pk=number, buyer__in=buyers).values_list("lot", flat=True).first()
        if lot is None:
            return False
        Lot.objects.select_for_update(no_key=True).get(pk=lot)
        place = _line(lot).filter(pk=number)
        return place.update(state=WaitingPlace.State.LEFT, ended_at=clock.now()) > 0


def serve_lines() -> int:
    """Offer what came back to those who wait, in turn, and end the lines of sales that are over; return how many places changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM trade_lot WHERE keeps_for_waiting UNION
               SELECT l.id FROM trade_waitingplace w JOIN trade_lot l ON l.id = w.lot_id WHERE w.state = 'waiting' AND l.closes_at <= core_now()
               ORDER BY id"""
        )
        lots = [row[0] for row in cursor.fetchall()]
    return sum(_serve(lot) for lot in lots)


def _line(lot_id: int) -> QuerySet[WaitingPlace]:
    return WaitingPlace.objects.filter(lot=lot_id, state=WaitingPlace.State.WAITING).order_by("id")


def _next_in_line(lot: Lot) -> list[int]:
    """Return the first who can be served with what is there; of a sale that is over everybody, for their places end."""
    line = _line(lot.pk)
    if lot.closes_at > clock.now():
        gate = GateState.objects.filter(
            lot=lot.pk, gate=GateState.Gate.LIST, is_open=True, destination=OuterRef("offer__destination"), trade_mode=OuterRef("offer__trade_mode")
        )  # fmt: skip
        least = F("offer__lot_units") * F("offer__quantity_min")
        line = line.annotate(least=least).filter(Exists(gate), least__lte=lot.left)
    return list(line.values_list("id", flat=True)[:SERVED_AT_ONCE])


def _serve(lot_id: int) -> int:
    first = _next_in_line(Lot.objects.get(pk=lot_id))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_BUYERS, [first])
        lot = Lot.objects.select_for_update(no_key=True).get(pk=lot_id)
        # Within this transaction, which holds the lot, what was kept is free: for those in the line, one after the other.
        Lot.objects.filter(pk=lot_id).update(keeps_for_waiting=False)
        offered, closed = _serve_in_turn(cursor, lot, _line(lot_id).filter(pk__in=first).select_related("offer"))
        if offered:
            events.publish(PlacesOffered(offered))
        if closed:
            events.publish(PlacesClosed(closed))
        if (offered or closed) and _next_in_line(lot):
            Lot.objects.filter(pk=lot_id).update(keeps_for_waiting=True)  # the next pass goes on
    return len(offered) + len(closed)


def _serve_in_turn(cursor: object, lot: Lot, line: QuerySet[WaitingPlace]) -> tuple[list[str], list[int]]:
    """Ask the counter for each in turn; return the orders that were made and the places that ended without one."""
    offered: list[str] = []
    closed: list[int] = []
    for place in line:
        answer = _ask_counter(cursor, place)
        if answer.is_order:
            offered.append(answer.order)
            _end(place, WaitingPlace.State.OFFERED, order=answer.order)
        elif answer.placement not in STAYS:
            closed.append(place.pk)
            _end(place, WaitingPlace.State.CLOSED, why=answer.placement)
    lot.refresh_from_db()
    return offered, closed


def _ask_counter(cursor: object, place: WaitingPlace) -> OrderAnswer:
    """Order for a place what it wants, or else as much as there is, or as he may still have."""
    quantity, least = place.quantity, place.offer.quantity_min
    answer = _order(cursor, place, quantity)
    while answer.placement in SMALLER and least <= (fewer := answer.units_left // place.offer.lot_units) < quantity:
        quantity = fewer
        answer = _order(cursor, place, quantity)
    return answer


def _order(cursor: object, place: WaitingPlace, quantity: int) -> OrderAnswer:
    request = OrderRequest(place.buyer_id, f"waiting-{place.pk}", place.offer_id, quantity)
    cursor.execute(NUMBERS, [1])  # type: ignore[attr-defined]
    number = cursor.fetchone()[0][0]  # type: ignore[attr-defined]
    cursor.execute(PLACE, parameters([request], [order_code(number)], WAITING_HOLD))  # type: ignore[attr-defined]
    return answers(cursor.fetchone())[0]  # type: ignore[attr-defined]


def _end(place: WaitingPlace, state: WaitingPlace.State, *, order: str = "", why: Placement | None = None) -> None:
    place.state, place.ended_at = state, clock.now()
    place.order = Order.objects.get(code=order) if order else None
    place.ended_by = why.name.lower() if why is not None else ""
    place.save(update_fields=["state", "ended_at", "order", "ended_by"])
