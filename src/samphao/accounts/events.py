from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EvidenceChanged:
    """What is known of these organisations or orchards is not what it was: a suspension, a renewal, a new number, a permit."""

    organisations: list[str]
    orchards: list[str]

    @property
    def aggregate(self) -> str:
        return "accounts"
