"""The one statement that decides a batch of orders, and how its answer is read.

`trade.services.place_order` calls the same statement for a single order, so the counter and the pages cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from samphao.trade.types import HOLD, OrderAnswer, OrderRequest, Placement

NUMBERS = "SELECT array_agg(nextval('trade_order_number')) FROM generate_series(1, %s)"

PLACE = """
SELECT status, code, amount, currency, units_left, expires_at
FROM trade_place_orders(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::integer[], %s)
"""


def parameters(requests: Sequence[OrderRequest], codes: Sequence[str]) -> tuple[Any, ...]:
    return (
        list(codes),
        [request.key for request in requests],
        [request.fingerprint for request in requests],
        [request.buyer for request in requests],
        [request.offer for request in requests],
        [request.quantity for request in requests],
        HOLD,
    )


def answers(row: tuple[Any, ...]) -> list[OrderAnswer]:
    status, code, amount, currency, units_left, expires_at = row
    return [
        OrderAnswer(Placement(placement), order, minor, money, left, expires_at)
        for placement, order, minor, money, left in zip(status, code, amount, currency, units_left, strict=True)
    ]
