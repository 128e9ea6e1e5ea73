"""Reads of customs: what an import is charged, who may import, what was declared, by who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from samphao.accounts.queries import Viewer
from samphao.core.models import AuditEntry
from samphao.customs.adapters.officer_simulator import WaitingCase
from samphao.customs.models import Declaration, GoodsItem, ImporterTerms, Permit, PermitDraw, RequiredDocument
from samphao.customs.permits import open_permits, whole_kg
from samphao.customs.types import PermitSpec
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


State, Kind = Declaration.State, Declaration.Kind
WAITING = (State.CONTROL, State.DOCUMENTS_ASKED, State.HELD)
"""States that keep goods where they are; only the first waits for an officer, the others for somebody's answer."""


def sees_every_declaration(viewer: Viewer) -> bool:
    return viewer.is_hub or "office" in viewer.kinds


def declarations(
    *, kind: str = "", state: str = "", lane: str = "", text: str = "", rule: str = ""
) -> QuerySet[Declaration]:
    """Return declarations, those that wait for an officer first and the earliest departure first; one query."""
    rows = Declaration.objects.select_related("exporter", "importer", "office")
    for field, wanted in (("kind", kind), ("state", state), ("lane", lane)):
        if wanted:
            rows = rows.filter(**{field: wanted})
    if rule:
        rows = rows.filter(reasons__contains=[{"rule": rule}])
    for word in text.split():
        rows = rows.filter(
            Q(code__iexact=word) | Q(consignment_code__iexact=word) | Q(load_code__iexact=word) | Q(container_number__iexact=word)
            | Q(exporter__code__iexact=word) | Q(importer__code__iexact=word) | Q(exporter__name_en__icontains=word)
            | Q(exporter__name_th__icontains=word) | Q(importer__name_zh__icontains=word) | Q(importer__name_en__icontains=word)
        )  # fmt: skip
    order = Case(
        *(When(state=name, then=Value(place)) for place, name in enumerate((*WAITING, State.DRAFT))),
        default=Value(9),
        output_field=IntegerField(),
    )
    return rows.order_by(order, "-score", "departs_at", "id")


def queue(kind: str = Kind.EXPORT) -> QuerySet[Declaration]:
    """Return what waits for an officer with its goods: high scores first, then the earliest departure; two queries."""
    return declarations(kind=kind, state=State.CONTROL).prefetch_related("items")


@dataclass(frozen=True, slots=True)
class StateCount:
    kind: str
    state: str
    lane: str
    count: int
    random: int


def counts() -> list[StateCount]:
    """Return how many declarations stand in each state and line."""
    rows = (
        Declaration.objects.order_by()
        .values_list("kind", "state", "lane")
        .annotate(count=Count("id"), random=Count("id", filter=Q(is_random=True)))
        .order_by("kind", "state", "lane")
    )
    return [StateCount(*row) for row in rows]


def rule_counts(kind: str = Kind.EXPORT) -> list[tuple[dict[str, str], int]]:
    """Return each rule that put a declaration on the red line, with its names and how often, the commonest first."""
    found: dict[str, tuple[dict[str, str], int]] = {}
    for reasons in Declaration.objects.filter(kind=kind, lane="red").values_list("reasons", flat=True):
        for rule, names in {row["rule"]: row for row in reasons if row["rule"] != "clear"}.items():
            found[rule] = names, found.get(rule, (names, 0))[1] + 1
    return sorted(found.values(), key=lambda pair: (-pair[1], pair[0]["rule"]))


def declaration_for(code: str, viewer: Viewer) -> Declaration | None:
    """Return a declaration with its items and papers if the viewer is an officer, of the hub, its exporter or importer."""
    rows = (
        Declaration.objects.select_related("exporter", "importer", "office", "inspection")
        .prefetch_related("items", "documents", "draws__permit")
        .filter(code=code)
    )
    if not sees_every_declaration(viewer):
        rows = rows.filter(Q(exporter__in=viewer.organisations) | Q(importer__in=viewer.organisations))
    return rows.first()


def history_of(declaration: str) -> list[AuditEntry]:
    """Return who did what to a declaration, in order."""
    return list(AuditEntry.objects.filter(subject=declaration).order_by("at", "id"))


def declarations_of_consignment(consignment: str) -> dict[str, Declaration]:
    """Return the export and the import declaration of a consignment, by kind."""
    return {row.kind: row for row in Declaration.objects.select_related("office").filter(consignment_code=consignment)}


def declared_consignments(kind: str) -> set[str]:
    return set(Declaration.objects.filter(kind=kind).values_list("consignment_code", flat=True))


def loads_stopped(kind: str = Kind.EXPORT) -> set[str]:
    """Return loads with a declaration that is not released: they stay where they are."""
    released = (State.RELEASED, State.CLEARED)
    return set(Declaration.objects.filter(kind=kind).exclude(state__in=released).values_list("load_code", flat=True))


def cases_in(state: str) -> list[WaitingCase]:
    """Return export declarations in a state as the simulator of an officer sees them."""
    missing: dict[int, list[str]] = {}
    for number, code in (
        RequiredDocument.objects.filter(is_present=False, declaration__state=state, declaration__kind=Kind.EXPORT)
        .order_by("id")
        .values_list("declaration_id", "code")
    ):
        missing.setdefault(number, []).append(code)
    rows = (
        Declaration.objects.filter(kind=Kind.EXPORT, state=state)
        .order_by("id")
        .values_list("id", "code", "reasons", "departs_at")
    )
    return [
        WaitingCase(code, tuple(reason["rule"] for reason in reasons), tuple(missing.get(number, ())), departs_at)
        for number, code, reasons, departs_at in rows
    ]


def permits_short() -> list[PermitSpec]:
    """Return what importers would have to be granted more for the exports that are declared, in whole tonnes.

    A consignment draws each good from one permit, so the largest consignment is added: the rest of a permit may be
    too small for any.
    """
    held = open_permits(with_reservations=False).permits
    needed: dict[tuple[int, str, str], list[int]] = {}
    for importer, good, port, mass in _entering_goods():
        if (importer, good, port) in held:
            needed.setdefault((importer, good, port), []).append(whole_kg(mass))
    found = []
    for key, masses in sorted(needed.items()):
        short_kg = sum(masses) - sum(row.left_kg for row in held[key])
        if short_kg > 0:
            last = held[key][-1].permit
            tonnes = -(-(short_kg + max(masses)) // 1000)
            found.append(
                PermitSpec(
                    last.importer.code, last.good, last.port, tonnes * 1000, last.valid_from, last.valid_to, f"{last.number}-MORE",
                    "simulator: granted when an officer asked for the permit",
                )
            )  # fmt: skip
    return found


def _entering_goods() -> QuerySet[GoodsItem, tuple[int, str, str, Decimal]]:
    arrived = Declaration.objects.filter(kind=Kind.IMPORT).values("consignment_code")
    return (
        GoodsItem.objects.filter(declaration__kind=Kind.EXPORT)
        .exclude(Q(declaration__state=State.REJECTED) | Q(declaration__consignment_code__in=arrived))
        .order_by("id")
        .values_list("declaration__importer_id", "good", "declaration__entry_node", "net_mass_kg")
    )


def permit_numbers(codes: Sequence[str]) -> dict[str, str]:
    """Return for each export the newest permits for its goods at its place of entry, where every good has one."""
    newest = {(row.importer_id, row.good, row.port): row.number for row in Permit.objects.order_by("id")}
    permitted = {good for _, good, _ in newest}
    found: dict[str, dict[str, None]] = {}
    lacking = set()
    rows = GoodsItem.objects.filter(declaration__code__in=codes, good__in=permitted).order_by("id")
    for code, importer, good, port in rows.values_list(
        "declaration__code", "declaration__importer_id", "good", "declaration__entry_node"
    ):
        number = newest.get((importer, good, port))
        if number is None:
            lacking.add(code)
        else:
            found.setdefault(code, {})[number] = None
    return {code: "; ".join(numbers) for code, numbers in found.items() if code not in lacking}


@dataclass(frozen=True, slots=True)
class ReleasedItem:
    """A goods item of a released export, for the import declaration that follows it."""

    good: str
    hs6: str
    description_en: str
    description_th: str
    description_zh: str
    packages: int
    net_mass_kg: Decimal
    gross_mass_kg: Decimal
    preference: str
    lot_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleasedExport:
    """An export that may enter its country of destination."""

    consignment: str
    load: str
    exporter: str
    importer: str
    destination: str
    destination_country: str
    origin_country: str
    fob_value_minor: int
    entry_node: str
    transport_mode: str
    transport_means: str
    container_number: str
    seal_number: str
    departs_at: datetime
    enters_at: datetime
    items: tuple[ReleasedItem, ...]


def exports_to_enter() -> list[ReleasedExport]:
    """Return released exports that have no import declaration yet; two queries."""
    arrived = Declaration.objects.filter(kind=Kind.IMPORT).values("consignment_code")
    rows = Declaration.objects.filter(kind=Kind.EXPORT, state=State.RELEASED).exclude(consignment_code__in=arrived)
    items: dict[int, list[ReleasedItem]] = {}
    for row in GoodsItem.objects.filter(declaration__in=rows).order_by("declaration_id", "number").values_list(
        "declaration_id", "good", "hs6", "description_en", "description_th", "description_zh", "packages", "net_mass_kg", "gross_mass_kg",
        "preference", "lot_codes",
    ):  # fmt: skip
        items.setdefault(row[0], []).append(ReleasedItem(*row[1:-1], tuple(row[-1])))
    return [
        ReleasedExport(*row[1:], tuple(items.get(row[0], ())))
        for row in rows.order_by("enters_at", "id").values_list(
            "id", "consignment_code", "load_code", "exporter__code", "importer__code", "destination", "destination_country", "origin_country",
            "fob_value_minor", "entry_node", "transport_mode", "transport_means", "container_number", "seal_number", "departs_at", "enters_at",
        )
    ]  # fmt: skip


def permits_of(organisations: Sequence[int], *, sees_all: bool) -> QuerySet[Permit]:
    """Return permits with what was drawn, the most used first; one query."""
    rows = Permit.objects.select_related("importer").order_by(
        F("drawn_kg") * -1.0 / F("granted_kg"), "importer__code", "good", "port"
    )
    return rows if sees_all else rows.filter(importer__in=organisations)


def imports_of(organisations: Sequence[int], *, sees_all: bool, state: str = "") -> QuerySet[Declaration]:
    """Return import declarations, held ones first, then the newest entry; one query."""
    rows = declarations(kind=Kind.IMPORT, state=state)
    held_first = Case(When(state=State.HELD, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = rows.order_by(held_first, "-enters_at", "id")
    return rows if sees_all else rows.filter(importer__in=organisations)


@dataclass(frozen=True, slots=True)
class CollectedSum:
    """What import declarations of one destination and state came to, in one currency."""

    destination: str
    currency: str
    state: str
    count: int
    customs_value_minor: int
    duty_minor: int
    vat_minor: int


def collected(organisations: Sequence[int], *, sees_all: bool) -> list[CollectedSum]:
    """Return customs value, duty and VAT of import declarations by destination and state."""
    rows = Declaration.objects.filter(kind=Kind.IMPORT)
    if not sees_all:
        rows = rows.filter(importer__in=organisations)
    return [
        CollectedSum(*row)
        for row in rows.order_by()
        .values_list("destination", "currency", "state")
        .annotate(Count("id"), Sum("customs_value_minor"), Sum("duty_minor"), Sum("vat_minor"))
        .order_by("destination", "currency", "state")
    ]


def on_their_way(organisations: Sequence[int], *, sees_all: bool) -> list[tuple[str, int, Decimal]]:
    """Return destination, consignments and kilograms of exports to importers that have not entered yet."""
    arrived = Declaration.objects.filter(kind=Kind.IMPORT).values("consignment_code")
    rows = GoodsItem.objects.filter(declaration__kind=Kind.EXPORT).exclude(declaration__consignment_code__in=arrived)
    if not sees_all:
        rows = rows.filter(declaration__importer__in=organisations)
    return list(
        rows.order_by()
        .values_list("declaration__destination")
        .annotate(Count("declaration", distinct=True), Sum("net_mass_kg"))
        .order_by("declaration__destination")
    )


def permits_drawn_wrongly() -> list[str]:
    """Return permits whose drawn kilograms differ from the sum of their draws: there may be none."""
    drawn = dict(PermitDraw.objects.order_by().values_list("permit_id").annotate(Sum("kg")))
    return [
        number for pk, number, kg in Permit.objects.values_list("id", "number", "drawn_kg") if kg != drawn.get(pk, 0)
    ]


def reasonless() -> int:
    """Count declarations with a line but without a reason for it: there may be none."""
    return Declaration.objects.filter(kind=Kind.EXPORT).exclude(lane="").filter(reasons=[]).count()
