"""Requests, quotes and contracts, by who may see them: a buyer all quotes of his requests, a seller his own, nobody a competitor's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.trade.contract_models import Contract, Milestone, Quote, QuoteVersion, Rfq
from samphao.trade.contracts import tickets_that_count
from samphao.trade.models import Lot, Order
from samphao.trade.rfq_types import MilestoneDue, QuotedLot

LIVE = ~Q(state=Quote.State.WITHDRAWN)
CONTRACT_PARTIES = ("buyer", "seller", "inspector")


def lots_that_fit(good: str, by: date) -> QuerySet[Lot]:
    """Return the lots of a good of which something is left, on sale now or soon, and ripe before a day."""
    now = clock.now()
    rows = Lot.objects.filter(listing__good=good, closes_at__gt=now, harvest_from__lte=by, keeps_for_waiting=False)
    return rows.filter(quantity__gt=F("held") + F("sold"))


def goods_to_ask_for() -> list[str]:
    """Return the goods of which somebody has something left to sell, those with most lots first."""
    rows = Lot.objects.filter(closes_at__gt=clock.now(), quantity__gt=F("held") + F("sold"))
    found = rows.values_list("listing__good").order_by().annotate(lots=Count("id")).order_by("-lots", "listing__good")
    return [good for good, _lots in found]


def sellers_that_fit(good: str, by: date) -> list[int]:
    """Return the producers whose goods fit a request, in the order of their numbers."""
    rows = lots_that_fit(good, by).order_by()
    return sorted(set(rows.values_list("listing__producer", flat=True)))


def requests_of_buyers(viewer: Viewer) -> QuerySet[Rfq]:
    """Return a buyer's own requests with how many quotes each has; the hub's people see all; one query."""
    rows = Rfq.objects.select_related("buyer").annotate(quoted=Count("quotes", filter=~Q(quotes__state="withdrawn")))
    if not viewer.is_hub:
        rows = rows.filter(buyer__in=viewer.organisations)
    return rows.order_by("-asked_at", "-id")


def requests_for_sellers(viewer: Viewer) -> QuerySet[Rfq]:
    """Return what a seller may quote for, the first to close before others, and what he has quoted for; one query."""
    own = Quote.objects.filter(LIVE, rfq=OuterRef("pk"), seller__in=viewer.organisations)
    goods = Lot.objects.filter(listing__producer__in=viewer.organisations, closes_at__gt=clock.now())
    fits = Q(state=Rfq.State.OPEN, closes_at__gt=clock.now(), good__in=goods.values("listing__good"))
    rows = Rfq.objects.select_related("buyer").annotate(
        is_quoted=Exists(own), own_quote=own.values("code")[:1], own_state=own.values("state")[:1]
    )
    return rows.filter(fits | Q(is_quoted=True)).order_by("is_quoted", "closes_at", "-id")


def request_for(code: str, viewer: Viewer) -> Rfq | None:
    """Return a request to its buyer, to the hub, to sellers whose goods fit or who have quoted."""
    rows = Rfq.objects.select_related("buyer", "inspector", "surplus_call").filter(code=code)
    found = rows.first()
    if found is None or found.buyer_id in viewer.organisations or viewer.is_hub:
        return found
    return found if requests_for_sellers(viewer).filter(pk=found.pk).exists() else None


def quotes_of(request: int, viewer: Viewer) -> list[Quote]:
    """Return the quotes of a request that somebody may see, as they came, each with all its versions; two queries."""
    rows = Quote.objects.select_related("seller", "lot__listing", "rfq").filter(LIVE, rfq=request)
    if not viewer.is_hub:
        rows = rows.filter(Q(rfq__buyer__in=viewer.organisations) | Q(seller__in=viewer.organisations))
    return list(rows.prefetch_related("versions").order_by("id"))


def quote_for(code: str, viewer: Viewer) -> Quote | None:
    """Return a quote to its seller, its buyer and the hub; two queries."""
    rows = Quote.objects.select_related("seller", "rfq__buyer", "rfq__inspector", "lot__listing").filter(code=code)
    if not viewer.is_hub:
        rows = rows.filter(Q(rfq__buyer__in=viewer.organisations) | Q(seller__in=viewer.organisations))
    return rows.prefetch_related(Prefetch("versions", QuoteVersion.objects.order_by("number"))).first()


def parties_of_quote(code: str) -> Any:
    """Return a quote with its request and last version for a notice; it is not for a page."""
    return Quote.objects.select_related("seller", "rfq__buyer").filter(code=code).first()


def parties_of_contracts(codes: Collection[str]) -> list[tuple[str, int, int]]:
    """Return (contract, buyer, seller)."""
    return list(Contract.objects.filter(code__in=list(codes)).order_by("id").values_list("code", "buyer", "seller"))


def sellers_not_chosen(request: int) -> list[int]:
    """Return the sellers whose quotes stand beside the one that was signed."""
    rows = Quote.objects.filter(rfq=request, state=Quote.State.OPEN)
    return list(rows.order_by("id").values_list("seller", flat=True))


def contract_of_request(request: int) -> str:
    return Contract.objects.filter(rfq=request).values_list("code", flat=True).first() or ""


def lots_to_quote(good: str, viewer: Viewer) -> list[Lot]:
    """Return a seller's lots of a good that are on sale, those with most left first."""
    rows = lots_that_fit(good, clock.today() + timedelta(days=400)).filter(opens_at__lte=clock.now())
    rows = rows.select_related("listing").filter(listing__producer__in=viewer.organisations)
    return sorted(rows, key=lambda lot: (-lot.left * lot.unit_mass_g, lot.code))[:50]


def lots_to_contract(good: str, destination: str, kg: int, *, first: str = "") -> list[Lot]:
    """Return a lot of each producer that may be sold to a city now and of which so many kg are left; `first` leads, then who has most."""
    now = clock.now()
    rows = Lot.objects.select_related("listing__producer").filter(
        listing__good=good, opens_at__lte=now, closes_at__gt=now, buyer_limit=None, of_campaign=None,
        gates__gate="to_list", gates__destination=destination, gates__trade_mode="general", gates__is_open=True,
    )  # fmt: skip
    enough = [lot for lot in rows if lot.open_left * lot.unit_mass_g >= 1000 * kg + lot.carton_units * lot.unit_mass_g]
    enough.sort(key=lambda lot: (lot.listing.producer.code != first, -lot.open_left * lot.unit_mass_g, lot.code))
    by_producer: dict[str, Lot] = {}
    for lot in enough:
        by_producer.setdefault(lot.listing.producer.code, lot)
    return list(by_producer.values())


def quoted_lot(code: str) -> QuotedLot | None:
    """Return what a price to the door asks of a lot; two queries."""
    lot = Lot.objects.select_related("listing__producer", "packing_house").filter(code=code).first()
    if lot is None:
        return None
    producer = lot.listing.producer
    worth = Lot.objects.filter(listing__producer=producer).aggregate(all=Sum(F("quantity") * F("price_minor")))["all"]
    return QuotedLot(
        lot.code, lot.listing.good, lot.unit, lot.unit_mass_g, lot.carton_units, lot.left, producer.province_iso,
        lot.packing_house.province_iso if lot.packing_house else "", int(worth or 0),
    )  # fmt: skip


def contracts_for(viewer: Viewer) -> QuerySet[Contract]:
    """Return the contracts of somebody's organisations, disputes first by their clock; the hub's people see all; one query."""
    rows = Contract.objects.select_related("buyer", "seller", "order", "rfq", "version")
    if not viewer.is_hub:
        mine = Q()
        for party in CONTRACT_PARTIES:
            mine |= Q(**{f"{party}__in": viewer.organisations})
        rows = rows.filter(mine)
    return rows.order_by(F("due_at").asc(nulls_last=True), "-signed_at", "-id")


def contract_for(code: str, viewer: Viewer) -> Contract | None:
    rows = contracts_for(viewer).select_related(
        "buyer", "seller", "inspector", "order__lot__listing", "rfq", "version__quote", "offer__importer"
    )
    return rows.prefetch_related("milestones", "steps").filter(code=code).first()


def contract_with_steps(code: str) -> Contract | None:
    """Return a contract with all that was done, for those who carry it out: it is not for a page."""
    rows = Contract.objects.select_related("order__lot", "rfq", "version__quote")
    return rows.prefetch_related("steps", "milestones").filter(code=code).first()


def contract_of_order(order: str) -> str:
    return Contract.objects.filter(order__code=order).values_list("code", flat=True).first() or ""


def orders_of_contracts(codes: Collection[str]) -> dict[tuple[str, str], tuple[str]]:
    """Return the order of each contract by its own code, or the order's, and the lot; no query without codes."""
    rows = Contract.objects.filter(Q(code__in=codes) | Q(order__code__in=codes)) if codes else Contract.objects.none()
    found: dict[tuple[str, str], tuple[str]] = {}
    for contract, order, lot in rows.values_list("code", "order__code", "order__lot__code"):
        found |= {(contract, lot): (order,), (order, lot): (order,)}
    return found


def contracts_of_orders(orders: Sequence[str]) -> list[str]:
    """Return those of some orders that a running contract has; one query."""
    rows = Contract.objects.filter(order__code__in=list(orders), state=Contract.State.RUNNING)
    return list(rows.order_by("id").values_list("order__code", flat=True))


def contracts_to_decide() -> list[Contract]:
    rows = Contract.objects.select_related("buyer", "seller", "order", "rfq").filter(state=Contract.State.DISPUTED)
    return list(rows.order_by("due_at", "id"))


def milestones_due(contracts: Collection[str] | None = None, limit: int = 200) -> list[MilestoneDue]:
    """Return milestones that came true and are not released, the oldest first; what the delivery ends waits for its settlement."""
    rows = Milestone.objects.filter(state=Milestone.State.MET, contract__state=Contract.State.RUNNING)
    if contracts is not None:
        rows = rows.filter(contract__code__in=list(contracts))
    paid = (Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED)
    fields = (
        "contract__code", "number", "percent", "contract__order__code", "contract__order__lot__code", "contract__seller",
        "contract__order__currency",
    )  # fmt: skip
    found: list[Any] = list(
        rows.filter(contract__order__state__in=paid).order_by("met_at", "id").values_list(*fields)[:limit]
    )
    return [MilestoneDue(*row) for row in found]


def lots_with_tickets_to_meet(limit: int = 200) -> list[str]:
    """Return lots with a signed ticket for which a running contract waits: its event came to nothing, or it was paid later."""
    waits = Milestone.objects.filter(
        state=Milestone.State.WAITING, trigger=Milestone.Trigger.TICKET, contract__state=Contract.State.RUNNING,
        contract__order__lot__in=tickets_that_count().values("lot"),
    )  # fmt: skip
    return list(waits.order_by().values_list("contract__order__lot__code", flat=True).distinct()[:limit])


@dataclass(frozen=True, slots=True)
class CallRequests:
    """What buyers asked for after a call for a surplus: requests, and kg that became contracts."""

    requests: int
    contracted_kg: int


def requests_of_calls(calls: Sequence[int]) -> dict[int, CallRequests]:
    """Return by call what buyers asked for through it; one query."""
    rows = Rfq.objects.filter(surplus_call__in=list(calls)).values("surplus_call").order_by()
    found = rows.annotate(n=Count("id"), kg=Sum("quantity_kg", filter=Q(state=Rfq.State.CONTRACTED)))
    return {row["surplus_call"]: CallRequests(row["n"], int(row["kg"] or 0)) for row in found}


def lots_for_campaign(good: str, start: date, until: date, limit: int = 50) -> list[Lot]:
    """Return lots of a good that ripen within days, are not on sale and not ordered, and are in no campaign."""
    rows = Lot.objects.filter(
        listing__good=good, harvest_to__gte=start, harvest_from__lt=until, held=0, sold=0, quantity__gt=0
    )
    return list(rows.filter(opens_at__gt=clock.now(), of_campaign=None).order_by("harvest_from", "code")[:limit])
