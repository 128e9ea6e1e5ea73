"""Signing a weigh-and-grade ticket settles what a lot is: how much may be sold, which orders it serves; labels follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext_noop as _

from samphao.core import clock, events
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.engines import gs1
from samphao.trade.events import TicketsSigned
from samphao.trade.models import Lot, Order, Ticket
from samphao.trade.packing_models import Carton, OrderWeight, TicketGrade, TicketSignature
from samphao.trade.shortfall import give_up_what_is_short
from samphao.trade.types import SignedTicket

PAGE = "page"
CARTONS_AT_ONCE = 500
TWO_PEOPLE = ("ticket_two_log_ins", "ticket_two_names", "ticket_two_drawings")
ONE_PERSON = _("Grower and packing house must be two different people: one cannot sign for both.")
OTHER_BODY = _("This form was sent before with other figures: what was signed first stands.")
HAS_ONE = _("This lot has a signed ticket already. To have it graded again, make a claim.")
NOT_THERE = _("There is no such lot.")
TOO_MANY = _("The labels would be for more fruit than the ticket accepted.")
NOT_ITS_ORDER = _("Cartons are packed for a paid order of this lot, for its own city.")
FULL = _("This order fills fewer cartons: what is beyond is somebody else's.")
NO_TICKET = _("This lot has no signed ticket yet: weigh and grade it first.")


def sign_ticket(spec: SignedTicket, *, by: str) -> str:
    """Keep a signed ticket and settle its lot; return its code. The same form sent again gives the same ticket.

    The lot is settled at what was accepted: nothing beyond that is sold any more, and orders that find no fruit are given up, with
    their money on its way back. An advance follows the event.

    Raises
    ------
    Conflict
        If the lot has a ticket already: a later grading needs a claim.
    Refused
        If one person signed for both sides, or the key was used for other figures.
    """
    with transaction.atomic():
        lot = _locked(spec.lot)
        if known := Ticket.objects.filter(idempotency_key=spec.key).first():
            if known.fingerprint != spec.fingerprint:
                raise Refused(OTHER_BODY)
            return known.code
        if Ticket.objects.filter(lot=lot).exists():
            raise Conflict(HAS_ONE)
        ticket = _written(spec, lot, by)
        give_up_what_is_short([lot.code])
        AuditEntry.objects.create(
            at=clock.now(), actor=by, action="ticket.sign", subject=ticket.code,
            detail={"lot": lot.code, "accepted_kg": str(spec.accepted_kg), "rejected_kg": str(spec.rejected_kg)},
        )  # fmt: skip
        events.publish(TicketsSigned([lot.code]))
    return ticket.code


def _locked(code: str) -> Lot:
    found = Lot.objects.select_for_update(no_key=True, of=("self",)).filter(code=code).first()
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def _written(spec: SignedTicket, lot: Lot, by: str) -> Ticket:
    signed_at = {row.side: row.signed_at for row in spec.signatures}
    units = (spec.accepted_kg * 1000 / lot.unit_mass_g).to_integral_value(ROUND_FLOOR)
    try:
        with transaction.atomic():
            ticket = Ticket.objects.create(
                code=encode("WT", lot.pk), lot=lot, cut_on=spec.cut_on, delivered_kg=spec.accepted_kg + spec.rejected_kg, accepted_kg=spec.accepted_kg,
                rejected_kg=spec.rejected_kg, dry_matter_pct=spec.dry_matter_pct, signed_by_grower_at=signed_at["grower"],
                signed_by_house_at=signed_at["house"], signed_through=PAGE, idempotency_key=spec.key, fingerprint=spec.fingerprint,
                sold_units=lot.sold + lot.held, accepted_units=int(units), made_by=by,
            )  # fmt: skip
            TicketGrade.objects.bulk_create(
                [TicketGrade(ticket=ticket, grade=grade, kg=kg) for grade, kg in spec.grades]
            )
            TicketSignature.objects.bulk_create(
                [
                    TicketSignature(
                        ticket=ticket, side=row.side, name=row.name, user_id=row.user, method=row.method, path=row.path, signed_at=row.signed_at
                    )
                    for row in spec.signatures
                ]
            )  # fmt: skip
    except IntegrityError as error:
        if any(name in str(error) for name in TWO_PEOPLE):
            raise Refused(ONE_PERSON) from None
        raise
    return ticket


@dataclass(frozen=True, slots=True)
class CartonRun:
    """Cartons of a lot for a city, each with its net mass in grams; all of them for one order, or for nobody yet."""

    lot: str
    destination: str
    masses_g: Sequence[int]
    packed_on: date
    order: str = ""


def label_cartons(run: CartonRun, *, prefix: str, by: str) -> list[Carton]:
    """Give each of some cartons of a lot its number, once and for good; together they hold no more than the ticket accepted."""
    if not 0 < len(run.masses_g) <= CARTONS_AT_ONCE:
        raise Refused(_("Print between 1 and 500 labels at once."))
    now = clock.now()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            row = _locked(run.lot)
            if not Ticket.objects.filter(lot=row).exists():
                raise Refused(NO_TICKET)
            order = _order_to_pack(run, row) if run.order else None
            cursor.execute("SELECT nextval('trade_carton_serial') FROM generate_series(1, %s)", [len(run.masses_g)])
            serials = [number for (number,) in cursor.fetchall()]
            return Carton.objects.bulk_create(
                [
                    Carton(
                        lot=row, order=order, destination=run.destination, sscc=gs1.sscc(prefix, serial), net_mass_g=mass, packed_on=run.packed_on,
                        printed_at=now, printed_by=by,
                    )
                    for serial, mass in zip(serials, run.masses_g, strict=True)
                ]
            )  # fmt: skip
    except IntegrityError as error:
        if "than its ticket accepted" in str(error):
            raise Refused(TOO_MANY) from None
        raise


def _order_to_pack(run: CartonRun, lot: Lot) -> Order:
    """Return the paid order for which cartons are packed: of this lot, for this city, with room for them."""
    order = Order.objects.select_related("offer").filter(code=run.order, lot=lot, state=Order.State.PAID).first()
    if order is None or order.offer.destination != run.destination:
        raise Refused(NOT_ITS_ORDER)
    if order.cartons.count() + len(run.masses_g) > cartons_of(order.lot_units, lot.carton_units):
        raise Refused(FULL)
    return order


def cartons_of(units: int, carton_units: int) -> int:
    """Return how many cartons some units fill, the last one perhaps not whole."""
    return -(-units // carton_units)


def weigh_order(order: str, borne: Mapping[str, int], refund: int, *, by: str) -> OrderWeight:
    """Keep what was packed for an order and what of its price goes back, in the transaction of the money. The database checks the sum."""
    found = Order.objects.select_related("lot").get(code=order)
    packed = found.cartons.aggregate(total=Sum("net_mass_g"))["total"]
    return OrderWeight.objects.create(
        order=found, ordered_g=found.lot_units * found.lot.unit_mass_g, packed_g=packed, refund_minor=refund,
        borne={name: {"kept": part, "taken_back": 0} for name, part in borne.items()}, settled_at=clock.now(), settled_by=by,
    )  # fmt: skip
