from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanMade:
    """Shipments have their loads; `containers` counts them by where they are stuffed."""

    plan: str
    containers: dict[str, int]

    @property
    def aggregate(self) -> str:
        return f"plan {self.plan}"


@dataclass(frozen=True, slots=True)
class LoadsSealed:
    """These loads were stuffed and sealed, and are on their way."""

    loads: list[str]

    @property
    def aggregate(self) -> str:
        return "loads"


@dataclass(frozen=True, slots=True)
class LoadsAtEntry:
    """Loads have come to where they enter their country; `loads` counts them by importer of record."""

    plan: str
    loads: dict[str, int]

    @property
    def aggregate(self) -> str:
        return f"plan {self.plan}"
