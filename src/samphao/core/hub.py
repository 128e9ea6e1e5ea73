"""What this hub is called, speaks, sells to, and who holds buyers' money: one row, read by every page."""

from __future__ import annotations

from dataclasses import dataclass

from samphao.core.models import HubSettings


@dataclass(frozen=True, slots=True)
class Hub:
    name: str
    languages: tuple[str, ...]
    corridors: frozenset[str]
    payment: str
    is_demo: bool

    @property
    def pays_by_simulator(self) -> bool:
        return self.payment == HubSettings.Payment.SIMULATOR


def settings() -> Hub | None:
    """Return the hub's settings, or None before its setup is finished; one query."""
    row = HubSettings.objects.filter(finished_at__isnull=False).first()
    if row is None:
        return None
    return Hub(row.name, tuple(row.languages), frozenset(row.corridors), row.payment, is_demo=row.is_demo)
