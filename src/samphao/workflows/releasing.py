"""What customs says of declarations decides which loads may leave: a load waits until every consignment of it is released."""

from __future__ import annotations

from typing import Any

from samphao.customs import queries as customs
from samphao.freight import queries
from samphao.freight import services as freight


def declarations_released(payload: dict[str, Any]) -> None:
    if payload["kind"] == "export":
        released = customs.released_consignments("export", payload["loads"])
        carried = queries.consignments_of_loads(payload["loads"])
        freight.release_loads([load for load, codes in carried.items() if codes <= released])


def declarations_stopped(payload: dict[str, Any]) -> None:
    if payload["kind"] == "export":
        freight.stop_loads(payload["loads"])
