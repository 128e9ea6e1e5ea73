"""One order's road through every app: ticket, load, declarations, events and payout, as far as they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from samphao.customs import queries as customs
from samphao.freight import queries as freight
from samphao.payments import queries as payments
from samphao.trade import queries as trade


@dataclass(frozen=True, slots=True)
class OrderRoad:
    """What has become of an order; each part is None (or empty) until it happens."""

    ticket: Any | None
    shipment: Any | None
    load: Any | None
    events: tuple[Any, ...]
    export: Any | None
    entry: Any | None
    transfers: dict[str, datetime]
    """When the lot's money first moved, by kind of transfer: advance, return."""
    settled_at: datetime | None
    """The end of the order's own claim window, or of its claim, by which its seller was paid."""

    def event(self, kind: str) -> Any | None:
        """Return the first event of a kind."""
        return next((event for event in self.events if event.kind == kind), None)

    def last_event(self, *kinds: str) -> Any | None:
        return next((event for event in reversed(self.events) if event.kind in kinds), None)


def road_of(order: Any) -> OrderRoad:
    """Gather an order's road; a fixed number of queries."""
    shipment = freight.shipment_of(order.code)
    load = shipment.load if shipment else None
    declared = customs.declarations_of_consignment(freight.consignment_of(shipment)) if shipment and load else {}
    return OrderRoad(
        getattr(order.lot, "ticket", None), shipment, load, tuple(freight.events_of(load.pk)) if load else (), declared.get("export"),
        declared.get("import"), payments.first_transfers(order.lot.code, order.code),
        _settled_at(order),
    )  # fmt: skip


def _settled_at(order: Any) -> datetime | None:
    if order.state != "settled":
        return None
    window_end: datetime = order.delivered_at + order.lot.claim_window
    return max(window_end, trade.claim_closed_at(order.code, window_end) or window_end)
