"""Order cycles: a hub or a cooperative opens one, deposits hold its pre-orders until their balance is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts.queries import Viewer
from samphao.core import clock, events
from samphao.core.codes import encode
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.trade.campaign_models import CampaignLot
from samphao.trade.cycle_models import CycleLot, OrderCycle, PreOrder
from samphao.trade.events import DepositsTaken, LotsOffered
from samphao.trade.listings import next_number
from samphao.trade.models import Lot, Order
from samphao.trade.queries.cycles import forecast_of, may_make_cycle_of
from samphao.trade.types import CycleTerms, deposit_of

LOTS_MAX, DAYS_MAX = 50, 14
PAYS_FOR = timedelta(hours=1)
"""The longest that an order is held before its deposit is paid: no balance is due before the last deposit."""
NO_LOT = _("There is no such lot of yours.")
SOLD_OUT_OF_IT = _("A lot that somebody has ordered cannot come into a cycle any more.")
TAKEN = _("A lot is in one cycle or campaign only.")
WITHDRAWN = _("A lot that was withdrawn or weighed cannot be pre-ordered.")
TOO_SMALL = _("What may be pre-ordered of a lot is less than its smallest order.")


@dataclass(frozen=True, slots=True)
class CycleSpec:
    """A cycle as somebody wants it, and its lots by their codes."""

    terms: CycleTerms
    lots: tuple[str, ...]


def make_cycle(spec: CycleSpec, *, viewer: Viewer, by: str) -> str:
    """Open a cycle and return its code. Its lots are on sale in its window, each up to its forecast times the safety factor.

    Raises
    ------
    Refused
        If the terms contradict each other, or a lot is too small for them.
    NotAllowed
        If somebody may not sell one of the lots.
    NotFound
        If a lot is not there.
    Conflict
        If a lot was ordered, or is in another cycle or a campaign.
    """
    _check_times(spec.terms)
    codes = sorted(set(spec.lots))
    if not 0 < len(codes) <= LOTS_MAX:
        raise Refused(_("A cycle has at least one lot, and at most fifty."))
    with transaction.atomic():
        lots = _lock(codes)
        _check_lots(lots, spec.terms, viewer)
        number = next_number("trade_ordercycle")
        cycle = OrderCycle.objects.create(
            id=number, code=encode("OC", number), coordinator_id=_coordinator(lots, viewer), made_at=clock.now(), made_by=by,
            **{name: getattr(spec.terms, name) for name in spec.terms.__slots__ if name != "delivery_on"}, delivery_on=list(spec.terms.delivery_on),
        )  # fmt: skip
        later = [lot.code for lot in lots if lot.closes_at < cycle.closes_at]  # their prices end before the cycle does
        for lot in lots:
            _put_in(cycle, lot)
        AuditEntry.objects.create(
            at=clock.now(), actor=by, action="cycle.make", subject=cycle.code,
            detail={"lots": codes, "safety_pct": cycle.safety_pct, "deposit_pct": cycle.deposit_pct, "shortfall": cycle.shortfall},
        )  # fmt: skip
        if later:
            events.publish(LotsOffered(later))
    return cycle.code


def _check_times(terms: CycleTerms) -> None:
    now, days = clock.now(), terms.delivery_on
    if terms.closes_at <= max(now, terms.opens_at):
        raise Refused(_("A cycle closes after it opens, and not in the past."))
    if terms.balance_due_at < terms.closes_at + PAYS_FOR:
        raise Refused(_("The balance is due an hour after the close at the earliest."))
    if not 0 < len(days) <= DAYS_MAX or list(days) != sorted(set(days)):
        raise Refused(_("A cycle has from one to fourteen delivery days, each once."))
    if days[0] < terms.balance_due_at.astimezone(clock.BANGKOK).date():
        raise Refused(_("Nothing is delivered before its balance is due."))
    if not (1 <= terms.safety_pct <= 100 and 1 <= terms.deposit_pct <= 100 and 0 <= terms.lapse_keeps_pct <= 100):
        raise Refused(_("Write shares in per cent, from 1 to 100; what is kept of a deposit may be 0."))


def _lock(codes: Sequence[str]) -> list[Lot]:
    rows = Lot.objects.select_for_update(no_key=True, of=("self",)).select_related("listing", "exporter", "ticket")
    lots = list(rows.filter(code__in=codes).order_by("id"))
    if missing := set(codes) - {lot.code for lot in lots}:
        raise NotFound(NO_LOT, lots=sorted(missing))
    return lots


def _check_lots(lots: Sequence[Lot], terms: CycleTerms, viewer: Viewer) -> None:
    if others := [lot.code for lot in lots if not may_make_cycle_of(lot, viewer)]:
        raise NotAllowed(NO_LOT, lots=others)
    if ordered := [lot.code for lot in lots if lot.held + lot.sold > 0]:
        raise Conflict(SOLD_OUT_OF_IT, lots=ordered)
    ids = [lot.pk for lot in lots]
    others_of = (CycleLot.objects.filter(lot__in=ids), CampaignLot.objects.filter(lot__in=ids))
    if taken := {code for rows in others_of for code in rows.values_list("lot__code", flat=True)}:
        raise Conflict(TAKEN, lots=sorted(taken))
    if over := [lot.code for lot in lots if lot.withdrawn_at or hasattr(lot, "ticket")]:
        raise Refused(WITHDRAWN, lots=over)
    if late := [lot.code for lot in lots if terms.delivery_on[0] < lot.harvest_from]:
        raise Refused(_("The first delivery is before the harvest of a lot begins."), lots=late)
    if after := [lot.code for lot in lots if terms.closes_at.astimezone(clock.BANGKOK).date() > lot.harvest_to]:
        raise Refused(_("A cycle closes before the harvest of its lots is over."), lots=after)
    small = [lot.code for lot in lots if _offered(lot, terms.safety_pct) < max(1, lot.minimum_units)]
    if small:
        raise Refused(TOO_SMALL, lots=small)


def _offered(lot: Lot, safety_pct: int) -> int:
    """Return what may be pre-ordered of a lot: its forecast times the factor, in whole cartons."""
    return forecast_of(lot).usual * safety_pct // 100 // lot.carton_units * lot.carton_units


def _coordinator(lots: Sequence[Lot], viewer: Viewer) -> int:
    """Return in whose name a cycle stands: an organisation of who makes it, the producer's own where he is one."""
    producers = {lot.listing.producer_id for lot in lots}
    return next((one for one in viewer.organisations if one in producers), (*viewer.organisations, min(producers))[0])


def _put_in(cycle: OrderCycle, lot: Lot) -> None:
    forecast, offered = forecast_of(lot), _offered(lot, cycle.safety_pct)
    CycleLot.objects.create(
        cycle=cycle, lot=lot, forecast_low=forecast.low, forecast=forecast.usual, forecast_high=forecast.high, safety_pct=cycle.safety_pct,
        offered=offered,
    )  # fmt: skip
    lot.quantity, lot.opens_at, lot.closes_at = offered, cycle.opens_at, cycle.closes_at
    lot.save(update_fields=["quantity", "opens_at", "closes_at"])


def take_deposits(orders: Sequence[str]) -> list[str]:
    """Hold pre-orders whose deposit came until their balance is due; return them. What is not a held order of a cycle stays as it is."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM trade_lot WHERE id IN (SELECT lot_id FROM trade_order WHERE code = ANY (%s)) ORDER BY id FOR NO KEY UPDATE",
            [list(orders)],
        )
        rows = Order.objects.select_for_update(no_key=True, of=("self",)).select_related("lot__of_cycle__cycle")
        held = list(
            rows.filter(code__in=orders, state=Order.State.HELD, pre_order=None, lot__of_cycle__cycle__deposit_pct__lt=100).order_by("id")
        )  # fmt: skip
        now, made = clock.now(), []
        for row in held:
            cycle = row.lot.of_cycle.cycle
            row.hold_expires_at = cycle.balance_due_at
            made.append(
                PreOrder(
                    order=row, deposit_minor=deposit_of(row.amount_minor, cycle.deposit_pct), balance_due_at=cycle.balance_due_at,
                    lapse_keeps_pct=cycle.lapse_keeps_pct, taken_at=now,
                )
            )  # fmt: skip
        PreOrder.objects.bulk_create(made)
        Order.objects.bulk_update(held, ["hold_expires_at"], batch_size=500)
        taken = [row.code for row in held]
        if taken:
            events.publish(DepositsTaken(taken))
    return taken


def mark_reminded(orders: Sequence[str]) -> list[str]:
    """Mark pre-orders whose buyers are told that their balance is due, each once; return those that were not marked before."""
    with transaction.atomic():
        rows = PreOrder.objects.select_for_update(no_key=True, of=("self",)).filter(
            order__code__in=orders, reminded_at=None
        )
        found = list(rows.order_by("id").values_list("pk", "order__code"))
        PreOrder.objects.filter(pk__in=[number for number, _code in found]).update(reminded_at=clock.now())
    return [code for _number, code in found]


def close_pre_orders(kept: Mapping[str, int]) -> list[str]:
    """Mark ended pre-orders as settled with what of their deposit was kept, in the transaction of the money; return those that were open."""
    by_amount: dict[int, list[str]] = defaultdict(list)
    for order, minor in kept.items():
        by_amount[minor].append(order)
    closed: list[str] = []
    with transaction.atomic():
        rows = PreOrder.objects.select_for_update(no_key=True, of=("self",)).filter(
            order__code__in=kept, closed_at=None
        )
        open_ones = set(rows.order_by("id").values_list("order__code", flat=True))
        for minor, orders in by_amount.items():
            codes = sorted(open_ones.intersection(orders))
            PreOrder.objects.filter(order__code__in=codes).update(closed_at=clock.now(), kept_minor=minor)
            closed += codes
    return closed
