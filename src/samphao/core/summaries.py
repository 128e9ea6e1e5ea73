"""Figures that take too long to count for each visitor: counted now and then by the worker, shown with the time of their counting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from samphao.core.clock import HubNow
from samphao.core.models import Summary


def keep(name: str, figures: Any) -> None:
    """Keep figures in the place of those that were counted before."""
    Summary.objects.update_or_create(name=name, defaults={"figures": figures, "counted_at": HubNow()})


def counted(name: str) -> tuple[datetime, Any] | None:
    """Return when figures were counted last, and the figures; None before the first time."""
    found = Summary.objects.filter(name=name).values_list("counted_at", "figures").first()
    return (found[0], found[1]) if found else None
