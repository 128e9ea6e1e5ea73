"""What an import is charged, and who may import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from samphao.customs.models import ImporterTerms, Permit
from samphao.engines.duty import DutyExpression
from samphao.reference import queries as reference
from samphao.reference.types import ChargeSpec


@dataclass(frozen=True, slots=True)
class ImportCharges:
    """Duty and import tax of a good in a country on a day."""

    duty: DutyExpression
    duty_row: ChargeSpec
    tax: ChargeSpec


@dataclass(frozen=True, slots=True)
class ImporterChoice:
    """An importer of record for a destination, with the ports for which it holds a permit for the good (kg left)."""

    code: str
    fee_minor_per_kg: int
    currency: str
    source: str
    ports: dict[str, int]


def import_charges(country: str, on: date) -> dict[str, ImportCharges]:
    """Return charges by good; a good of which a rate is unknown is not in it, for unknown is never zero."""
    taxes = reference.import_taxes(country, on)
    found = {}
    for good, rows in reference.duties(country, on).items():
        row = next((row for row in rows if _expression(row) is not None), None)
        if row is None or good not in taxes or taxes[good].percent is None:
            continue
        expression = _expression(row)
        if expression is not None:
            found[good] = ImportCharges(expression, row, taxes[good])
    return found


def _expression(row: ChargeSpec) -> DutyExpression | None:
    if row.kind == "ad_valorem" and row.percent is not None:
        return DutyExpression("ad_valorem", row.percent)
    return None


def importers_for(destination: str, good: str, on: date, *, needs_permit: bool) -> list[ImporterChoice]:
    """Return the importers of a destination, those with most kilograms left first; without a needed permit, none."""
    permits: dict[int, dict[str, int]] = {}
    for permit in Permit.objects.filter(good=good, valid_from__lte=on, valid_to__gte=on).order_by("id"):
        ports = permits.setdefault(permit.importer_id, {})
        ports[permit.port] = ports.get(permit.port, 0) + permit.left_kg
    choices = [
        ImporterChoice(
            terms.importer.code,
            terms.fee_minor_per_kg,
            terms.currency,
            terms.source,
            permits.get(terms.importer_id, {}),
        )
        for terms in ImporterTerms.objects.filter(destination=destination)
        .select_related("importer")
        .order_by("importer__code")
    ]
    if needs_permit:
        choices = [choice for choice in choices if choice.ports]
    return sorted(choices, key=lambda choice: (-sum(choice.ports.values()), choice.code))


def permitted_ports(on: date) -> dict[tuple[str, str], frozenset[str]]:
    """Return for each importer and good the ports of entry for which it holds a permit on a day."""
    found: dict[tuple[str, str], set[str]] = {}
    for importer, good, port in Permit.objects.filter(valid_from__lte=on, valid_to__gte=on).values_list(
        "importer__code", "good", "port"
    ):
        found.setdefault((importer, good), set()).add(port)
    return {key: frozenset(ports) for key, ports in found.items()}
