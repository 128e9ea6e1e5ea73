"""What customs says of declarations decides which loads may leave: a load waits until every consignment of it is released."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from samphao.customs import queries as customs
from samphao.freight import queries
from samphao.freight import services as freight


def declarations_released(payload: dict[str, Any]) -> None:
    if payload["kind"] == "export":
        release_complete(payload["loads"])


def declarations_stopped(payload: dict[str, Any]) -> None:
    if payload["kind"] == "export":
        freight.stop_loads(payload["loads"])


def release_complete(loads: Sequence[str]) -> int:
    """Let those loads go of which every consignment is released and whose departure is still to come; return how many."""
    released = customs.released_consignments("export", loads)
    carried = queries.consignments_of_loads(loads)
    return freight.release_loads([load for load, codes in carried.items() if codes and codes <= released])
