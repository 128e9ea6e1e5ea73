"""What the papers of consignments say, and whether their goods were let in: the evidence of the gates to load and to enter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from samphao.core import clock
from samphao.customs.models import Declaration, GoodsItem, PermitDraw, RequiredDocument

State, Kind = Declaration.State, Declaration.Kind


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the goods of a consignment took from a permit."""

    good: str
    number: str
    port: str
    kg: int
    valid_to: date


@dataclass(frozen=True, slots=True)
class Arrival:
    """A consignment as it was declared at its entry, and what became of it there; `stopped_because` is empty when it was let in."""

    container_number: str
    seal_number: str
    entry_node: str
    on: date
    net_mass_kg: dict[str, Decimal]
    drawn: tuple[Drawn, ...]
    is_cleared: bool
    stopped_because: str


@dataclass(frozen=True, slots=True)
class ConsignmentPapers:
    """The papers of a declared export that are there, each with its number, and its arrival, which may be to come."""

    importer: str
    container_number: str
    seal_number: str
    numbers: dict[str, str]
    arrival: Arrival | None


def papers_of(consignments: Collection[str], papers: Collection[str]) -> dict[str, ConsignmentPapers]:
    """Return which of some papers each declared consignment has, and its arrival; five queries."""
    rows = Declaration.objects.filter(consignment_code__in=consignments)
    arrivals = _arrivals(rows.filter(kind=Kind.IMPORT))
    numbers: dict[str, dict[str, str]] = {}
    present = RequiredDocument.objects.filter(
        declaration__in=rows.filter(kind=Kind.EXPORT), is_present=True, code__in=papers
    ).order_by("id")
    for consignment, paper, number in present.values_list("declaration__consignment_code", "code", "number"):
        numbers.setdefault(consignment, {})[paper] = number
    return {
        row[0]: ConsignmentPapers(*row[1:], numbers.get(row[0], {}), arrivals.get(row[0]))
        for row in rows.filter(kind=Kind.EXPORT)
        .order_by("id")
        .values_list("consignment_code", "importer__code", "container_number", "seal_number")
    }


def _arrivals(imports: QuerySet[Declaration]) -> dict[str, Arrival]:
    masses: dict[int, dict[str, Decimal]] = {}
    for number, good, mass in GoodsItem.objects.filter(declaration__in=imports).values_list(
        "declaration_id", "good", "net_mass_kg"
    ):
        masses.setdefault(number, {})[good] = mass
    draws: dict[int, list[Drawn]] = {}
    for drawn in (
        PermitDraw.objects.filter(declaration__in=imports)
        .order_by("id")
        .values_list("declaration_id", "permit__good", "permit__number", "permit__port", "kg", "permit__valid_to")
    ):
        draws.setdefault(drawn[0], []).append(Drawn(*drawn[1:]))
    found = {}
    for number, consignment, container, seal, node, enters_at, ended_at, state, reason in imports.order_by("id").values_list(
        "id", "consignment_code", "container_number", "seal_number", "entry_node", "enters_at", "inspection__ended_at", "state", "decision_reason"
    ):  # fmt: skip
        is_cleared = state == State.CLEARED
        on = (ended_at if is_cleared and ended_at else enters_at).astimezone(clock.BANGKOK).date()
        found[consignment] = Arrival(
            container, seal, node, on, masses.get(number, {}), tuple(draws.get(number, ())), is_cleared, "" if is_cleared else reason
        )  # fmt: skip
    return found
