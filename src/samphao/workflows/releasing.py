"""What customs says of declarations decides which loads may leave: a load waits for the last of its declarations."""

from __future__ import annotations

from typing import Any

from samphao.customs import queries as customs
from samphao.freight import services as freight


def declarations_released(payload: dict[str, Any]) -> None:
    if payload["kind"] == "export":
        stopped = customs.loads_stopped("export")
        freight.release_loads([load for load in payload["loads"] if load not in stopped])


def declarations_stopped(payload: dict[str, Any]) -> None:
    if payload["kind"] == "export":
        freight.stop_loads(payload["loads"])
