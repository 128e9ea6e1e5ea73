from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaymentsReceived:
    """A bank reported money for these orders; it stands as held money in the ledger."""

    method: str
    orders: list[str]

    @property
    def aggregate(self) -> str:
        return "payments"
