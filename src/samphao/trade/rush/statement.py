"""The one statement that decides a batch of orders, and how its answer is read.

`trade.services.place_order` calls the same statement for a single order, so the counter and the pages cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from samphao.trade.types import HOLD, OrderAnswer, OrderRequest, Placement

PLACEMENTS = tuple(Placement)  # by number

NUMBERS = "SELECT array_agg(nextval('trade_order_number')) FROM generate_series(1, %s)"

PLACE = """
SELECT status, code, amount, currency, units_left, expires_at
FROM trade_place_orders(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::integer[], %s)
"""

ADVANCE = "SELECT trade_advance_queues(%s)"
# Campaigns that somebody may look at: from the announcement until an hour after the end.
LIVE = """
SELECT c.id, c.code, extract(epoch FROM c.starts_at)::float8, extract(epoch FROM c.ends_at)::float8, extract(epoch FROM core_now())::float8, c.numbered,
       c.admitted, (SELECT json_object_agg(l.code, CASE WHEN l.keeps_for_waiting THEN 0 ELSE l.quantity - l.held - l.sold END)
                    FROM trade_campaignlot x JOIN trade_lot l ON l.id = x.lot_id WHERE x.campaign_id = c.id)
FROM trade_campaign c WHERE c.ends_at > core_now() - interval '1 hour'
"""
SALES = """
SELECT o.id, c.id FROM trade_campaign c JOIN trade_campaignlot x ON x.campaign_id = c.id JOIN trade_offer o ON o.lot_id = x.lot_id
WHERE c.ends_at > core_now()
"""


def parameters(requests: Sequence[OrderRequest], codes: Sequence[str], hold: timedelta = HOLD) -> tuple[Any, ...]:
    return (
        _array(codes),
        _array([_quoted(request.key) for request in requests]),
        _array([request.fingerprint for request in requests]),
        _array([str(request.buyer) for request in requests]),
        _array([str(request.offer) for request in requests]),
        _array([str(request.quantity) for request in requests]),
        hold,
    )


def _array(items: Sequence[str]) -> str:
    """Return PostgreSQL's text of an array; writing it here takes a third of the time of the driver's way, element by element."""
    return "{" + ",".join(items) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def answers(row: tuple[Any, ...]) -> list[OrderAnswer]:
    """Return what was decided, one for each request and in their order."""
    return [OrderAnswer(PLACEMENTS[status], *rest) for status, *rest in zip(*row, strict=True)]
