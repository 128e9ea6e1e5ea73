"""Order cycles as buyers read them, as sellers pick for them, and pre-orders whose clock runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.trade.cycle_models import CycleLot, OrderCut, OrderCycle, PreOrder
from samphao.trade.models import Lot, Order
from samphao.trade.queries.listings import has_lot, listings_seen_by
from samphao.trade.types import CutOrder, CycleTerms, DepositHeld

ENDED = (Order.State.EXPIRED, Order.State.CANCELLED)
SHOWN_AFTER = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a lot is expected to give, in its units: an interval, and the value that is reckoned with."""

    low: int
    usual: int
    high: int


def forecast_of(lot: Lot) -> Forecast:
    """Return a lot's forecast: the middle of its interval where flowers and trees gave one, else what its seller declared."""
    if lot.forecast_low is None or lot.forecast_high is None:
        return Forecast(lot.quantity, lot.quantity, lot.quantity)
    return Forecast(lot.forecast_low, (lot.forecast_low + lot.forecast_high) // 2, lot.forecast_high)


def may_make_cycle_of(lot: Lot, viewer: Viewer) -> bool:
    """Whether somebody may open a cycle of a lot: the hub's people, its producer, or the exporter to whom it is delegated."""
    return viewer.is_hub or has_lot(lot, viewer)


def terms_of(cycle: OrderCycle) -> CycleTerms:
    return CycleTerms(
        cycle.opens_at, cycle.closes_at, tuple(cycle.delivery_on), cycle.safety_pct, cycle.deposit_pct, cycle.balance_due_at,
        cycle.lapse_keeps_pct, cycle.shortfall,
    )  # fmt: skip


def cycles_to_show() -> QuerySet[OrderCycle]:
    """Return cycles that are open, to come or lately over, those that close next in front; two queries."""
    rows = OrderCycle.objects.annotate(lot_count=Count("lots")).select_related("coordinator")
    first = CycleLot.objects.select_related("lot__listing").order_by("lot__code")
    rows = rows.prefetch_related(Prefetch("lots", first, "lots_in_order"))
    return rows.filter(closes_at__gt=clock.now() - SHOWN_AFTER).order_by("closes_at", "id")


def cycle_for(code: str) -> OrderCycle | None:
    lots = CycleLot.objects.select_related("lot__listing__producer", "lot__ticket", "lot__exporter").order_by(
        "lot__code"
    )
    rows = OrderCycle.objects.select_related("coordinator").prefetch_related(Prefetch("lots", lots, "lots_in_order"))
    return rows.filter(code=code).first()


def lots_for_cycle(viewer: Viewer, text: str = "") -> QuerySet[Lot]:
    """Return the lots of which somebody may open a cycle now: nobody has ordered them, and they are sold nowhere else.

    `text` is looked for in their codes and in what their listings and producers are called.
    """
    rows = Lot.objects.select_related("listing__producer").filter(
        held=0, sold=0, withdrawn_at=None, ticket=None, of_cycle=None, of_campaign=None, harvest_to__gte=clock.today()
    )
    if not viewer.is_hub:
        rows = rows.filter(Exists(listings_seen_by(viewer).filter(pk=OuterRef("listing"))))
    if text:
        named = Q(code__icontains=text)
        for language in ("th", "zh", "en"):
            named |= Q(**{f"listing__title_{language}__icontains": text}) | Q(
                **{f"listing__producer__name_{language}__icontains": text}
            )
        rows = rows.filter(named)
    return rows.order_by("harvest_from", "code")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a lot's pre-orders come to, in its units; what came for them, in each currency's minor units, is the ledger's to say."""

    lot: str
    orders: int
    deposited: int
    paid: int
    waiting: int
    wanted: int


def demand_of(cycle: OrderCycle) -> dict[str, Demand]:
    """Return the orders of a cycle's lots by how they stand: `wanted` is what was ordered with a deposit, or paid, before anything was cut; one query."""
    is_deposited = Q(state=Order.State.HELD, pre_order__isnull=False)
    is_paid = ~Q(state__in=(*ENDED, Order.State.HELD))
    before = Case(
        When(cut__isnull=False, then=F("lot_units") / F("quantity") * F("cut__quantity_from")), default=F("lot_units"), output_field=BigIntegerField()
    )  # fmt: skip
    rows = (
        Order.objects.filter(lot__of_cycle__cycle=cycle).exclude(state=Order.State.EXPIRED).exclude(
            Q(state=Order.State.CANCELLED) & ~Q(ended_for__startswith="short")
        ).values_list("lot__code").order_by("lot__code")
        .annotate(
            orders=Count("id", filter=~Q(state__in=ENDED)),
            deposited=Coalesce(Sum("lot_units", filter=is_deposited), Value(0)),
            paid=Coalesce(Sum("lot_units", filter=is_paid), Value(0)),
            waiting=Coalesce(Sum("lot_units", filter=Q(state=Order.State.HELD, pre_order=None)), Value(0)),
            wanted=Coalesce(Sum(before, filter=Q(pre_order__isnull=False) | Q(paid_at__isnull=False)), Value(0)),
        )
    )  # fmt: skip
    return {row[0]: Demand(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class CyclePick:
    """What is picked of a lot for a city: orders that are paid, and those whose balance is still to come."""

    lot: str
    destination: str
    kind: str
    orders: int
    units: int
    balance_units: int


def picks_of(cycle: OrderCycle, producers: Collection[int] | None = None) -> list[CyclePick]:
    """Return what is to be picked for a cycle, by lot and city; of `producers` alone where they are given."""
    rows = Order.objects.filter(lot__of_cycle__cycle=cycle).exclude(state__in=ENDED)
    rows = rows.exclude(state=Order.State.HELD, pre_order=None)
    if producers is not None:
        rows = rows.filter(lot__listing__producer__in=producers)
    sums = rows.order_by("lot__code", "offer__destination", "offer__kind").values_list(
        "lot__code", "offer__destination", "offer__kind"
    )
    return [
        CyclePick(*row)
        for row in sums.annotate(
            n=Count("id"), units=Sum("lot_units"), balance=Coalesce(Sum("lot_units", filter=Q(state=Order.State.HELD)), Value(0))
        )
    ]  # fmt: skip


def balances_due(until: datetime, limit: int) -> list[DepositHeld]:
    """Return pre-orders that wait for their balance, due before a moment, whose buyers were not told yet."""
    rows = PreOrder.objects.filter(reminded_at=None, balance_due_at__lte=until, order__state=Order.State.HELD)
    return _pre_orders(rows.order_by("balance_due_at", "id")[:limit])


def ended_pre_orders(limit: int, orders: Collection[str] | None = None) -> list[DepositHeld]:
    """Return pre-orders that have ended after their deposit was paid and wait for what comes of it."""
    rows = PreOrder.objects.filter(closed_at=None, order__state__in=ENDED, order__paid_at=None)
    if orders is not None:
        rows = rows.filter(order__code__in=orders)
    return _pre_orders(rows.order_by("id")[:limit])


def _pre_orders(rows: QuerySet[PreOrder]) -> list[DepositHeld]:
    """A buyer who gives up, or does not pay, owes what he was told; whom the harvest left short, or whose seller gave up, owes nothing."""
    rows = rows.select_related("order__lot__listing__producer", "order__offer", "order__cut")
    return [_pre_order(row) for row in rows]


def _pre_order(row: PreOrder) -> DepositHeld:
    order = row.order
    is_overdue = order.state == Order.State.EXPIRED
    is_lapsed = is_overdue or order.cancelled_by == "buyer"
    owes = (is_lapsed or order.state == Order.State.HELD) and not hasattr(order, "cut")
    return DepositHeld(
        order.code, order.lot.code, order.buyer_id, order.lot.listing.producer_id, order.lot.listing.producer.code, order.currency,
        order.offer.priced_at.astimezone(clock.BANGKOK).date(), row.deposit_minor,
        row.deposit_minor * row.lapse_keeps_pct // 100 if owes else 0, is_lapsed, is_overdue, row.balance_due_at,
    )  # fmt: skip


def cuts_of(orders: Sequence[str]) -> list[CutOrder]:
    """Return what a short harvest took from orders, the oldest first."""
    rows = OrderCut.objects.select_related("order__lot").filter(order__code__in=orders).order_by("order_id")
    return [
        CutOrder(
            row.order.code, row.order.lot.code, row.order.buyer_id, row.order.currency, row.quantity_from, row.quantity_to,
            row.amount_from_minor, row.amount_to_minor, row.refund_minor, row.was_deposited, row.was_advanced,
        )
        for row in rows
    ]  # fmt: skip


def are_pre_orders(orders: Collection[str]) -> set[str]:
    """Return those of some orders whose deposit was paid, and whose balance was not."""
    return set(
        PreOrder.objects.filter(order__code__in=orders, order__paid_at=None).values_list("order__code", flat=True)
    )


def producers_in(cycle: OrderCycle) -> set[int]:
    return {row.lot.listing.producer_id for row in cycle.lots_in_order}  # type: ignore[attr-defined]
