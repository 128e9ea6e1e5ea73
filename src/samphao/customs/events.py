from __future__ import annotations

from dataclasses import dataclass

AT_ONCE = 200
"""Declarations in one event: a batch is one row of the outbox."""


@dataclass(frozen=True, slots=True)
class DeclarationsReleased:
    """These exports or imports may go on; consignments stand in the order of the declarations."""

    kind: str
    declarations: list[str]
    consignments: list[str]
    loads: list[str]

    @property
    def aggregate(self) -> str:
        return "customs"


@dataclass(frozen=True, slots=True)
class DeclarationsStopped:
    """These were held, or papers were asked for: until a release their goods stay where they are."""

    kind: str
    state: str
    declarations: list[str]
    consignments: list[str]
    loads: list[str]

    @property
    def aggregate(self) -> str:
        return "customs"
