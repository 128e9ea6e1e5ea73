"""What was declared, by who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import JSONObject

from samphao.accounts.queries import Viewer
from samphao.core.models import AuditEntry
from samphao.customs.adapters.officer_simulator import WaitingCase
from samphao.customs.models import CustomsOffice, Declaration, GoodsItem, RequiredDocument
from samphao.customs.types import PaperName

State, Kind = Declaration.State, Declaration.Kind
WAITING = (State.CONTROL, State.DOCUMENTS_ASKED, State.HELD)
"""States that keep goods where they are; only the first waits for an officer, the others for somebody's answer."""


def may_open_desk(viewer: Viewer) -> bool:
    """Whether somebody has a desk: an officer that of his own office, the hub's people look at all of them."""
    return viewer.is_hub or CustomsOffice.objects.filter(code__in=viewer.offices).exists()


def is_officer_of(declaration: Declaration, viewer: Viewer) -> bool:
    """Whether somebody decides this declaration: an officer of the office where it is declared, and nobody else."""
    return declaration.office.code in viewer.offices


def _at_desk(viewer: Viewer) -> QuerySet[Declaration]:
    rows = Declaration.objects.all()
    return rows if viewer.is_hub else rows.filter(office__code__in=viewer.offices)


def offices_of(viewer: Viewer) -> list[CustomsOffice]:
    return list(CustomsOffice.objects.filter(code__in=viewer.offices).order_by("code"))


def busiest_office() -> str:
    """Return the office where most exports wait for a person, or nothing where none does."""
    rows = Declaration.objects.filter(kind=Kind.EXPORT, state=State.CONTROL).order_by().values_list("office__code")
    found = rows.annotate(waiting=Count("id")).order_by("-waiting", "office__code").first()
    return str(found[0]) if found else ""


def declarations(
    viewer: Viewer, *, kind: str = "", state: str = "", lane: str = "", text: str = "", rule: str = ""
) -> QuerySet[Declaration]:
    """Return the declarations of a viewer's desk, those that wait for an officer first and the earliest departure first; one query."""
    rows = _at_desk(viewer).select_related("exporter", "importer", "office")
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


def queue(viewer: Viewer, kind: str = Kind.EXPORT) -> QuerySet[Declaration]:
    """Return what waits for an officer at a viewer's desk, with its goods: high scores first, then the earliest departure; two queries."""
    return declarations(viewer, kind=kind, state=State.CONTROL).prefetch_related("items")


@dataclass(frozen=True, slots=True)
class StateCount:
    kind: str
    state: str
    lane: str
    count: int
    random: int


def counts(viewer: Viewer) -> list[StateCount]:
    """Return how many declarations of a viewer's desk stand in each state and line."""
    rows = (
        _at_desk(viewer)
        .order_by()
        .values_list("kind", "state", "lane")
        .annotate(count=Count("id"), random=Count("id", filter=Q(is_random=True)))
        .order_by("kind", "state", "lane")
    )
    return [StateCount(*row) for row in rows]


def rule_counts(viewer: Viewer, kind: str = Kind.EXPORT) -> list[tuple[dict[str, str], int]]:
    """Return each rule that put a declaration on the red line, with its names and how often, the commonest first."""
    found: dict[str, tuple[dict[str, str], int]] = {}
    for reasons in _at_desk(viewer).filter(kind=kind, lane="red").values_list("reasons", flat=True):
        for rule, names in {row["rule"]: row for row in reasons if row["rule"] != "clear"}.items():
            found[rule] = names, found.get(rule, (names, 0))[1] + 1
    return sorted(found.values(), key=lambda pair: (-pair[1], pair[0]["rule"]))


def declaration_for(code: str, viewer: Viewer) -> Declaration | None:
    """Return a declaration with its items and papers to the officers of its office, the hub, its exporter and its importer."""
    rows = (
        Declaration.objects.select_related("exporter", "importer", "office", "inspection")
        .prefetch_related("items", "documents", "draws__permit")
        .filter(code=code)
    )
    if not viewer.is_hub:
        is_party = Q(exporter__in=viewer.organisations) | Q(importer__in=viewer.organisations)
        rows = rows.filter(is_party | Q(office__code__in=viewer.offices))
    return rows.first()


def has_declared_lot(lot: str, viewer: Viewer) -> bool:
    """Whether goods of a lot were declared at an office of this officer: then what is known of the lot is his to read."""
    rows = GoodsItem.objects.filter(declaration__office__code__in=viewer.offices, lot_codes__contains=[lot])
    return bool(viewer.offices) and rows.exists()


def history_of(declaration: str) -> list[AuditEntry]:
    """Return who did what to a declaration, in order."""
    return list(AuditEntry.objects.filter(subject=declaration).order_by("at", "id"))


def declarations_of_consignment(consignment: str) -> dict[str, Declaration]:
    """Return the export and the import declaration of a consignment, by kind."""
    return {
        row.kind: row
        for row in Declaration.objects.select_related("office", "inspection").filter(consignment_code=consignment)
    }


def declarations_of_load(load: str) -> dict[tuple[str, str], Declaration]:
    """Return the declarations of a load by consignment and kind; one query."""
    return {(row.consignment_code, row.kind): row for row in Declaration.objects.filter(load_code=load)}


def declarations_by_code(codes: Sequence[str]) -> list[Declaration]:
    return list(Declaration.objects.filter(code__in=codes).order_by("id"))


def released_consignments(kind: str, loads: Sequence[str]) -> set[str]:
    """Return the consignments of loads whose declaration of a kind lets them go on."""
    rows = Declaration.objects.filter(kind=kind, load_code__in=loads, state__in=(State.RELEASED, State.CLEARED))
    return set(rows.values_list("consignment_code", flat=True))


def declared_consignments(kind: str) -> set[str]:
    return set(Declaration.objects.filter(kind=kind).values_list("consignment_code", flat=True))


def declared_of_loads(loads: Sequence[str]) -> set[str]:
    """Return the consignments of loads that have been declared for export."""
    rows = Declaration.objects.filter(kind=Kind.EXPORT, load_code__in=loads)
    return set(rows.values_list("consignment_code", flat=True))


def loads_stopped(kind: str = Kind.EXPORT) -> set[str]:
    """Return loads with a declaration that is not released: they stay where they are."""
    go_on_or_end = (State.RELEASED, State.CLEARED, *State.ended())
    return set(
        Declaration.objects.filter(kind=kind).exclude(state__in=go_on_or_end).values_list("load_code", flat=True)
    )


def declarations_not_released(loads: Sequence[str]) -> list[Declaration]:
    """Return the declarations that keep loads where they are, with their parties and missing papers; two queries."""
    return stops_of_loads(loads, declared_in=())[0]


def _with_missing_papers() -> QuerySet[Declaration]:
    missing = Prefetch("documents", RequiredDocument.objects.filter(is_present=False).order_by("id"))
    return _declarations().prefetch_related(missing)


def _declarations() -> QuerySet[Declaration]:
    return Declaration.objects.select_related("exporter", "importer", "office")


def stops_of_loads(loads: Sequence[str], *, declared_in: Sequence[str]) -> tuple[list[Declaration], set[str]]:
    """Return the declarations that keep loads where they are, as `declarations_not_released` does, and the consignments of some of
    the loads that have been declared for export; one query. `missing` of each holds the papers that it lacks.
    """
    go_on, near = (State.RELEASED, State.CLEARED, *State.ended()), set(declared_in)
    wanted = ~Q(state__in=go_on) | Q(kind=Kind.EXPORT, load_code__in=declared_in)
    papers = RequiredDocument.objects.filter(declaration=OuterRef("pk"), is_present=False).order_by("id")
    missing = ArraySubquery(papers.values(paper=JSONObject(**{name: name for name in PaperName.__slots__})))
    rows: list[Any] = list(_declarations().annotate(missing=missing).filter(wanted, load_code__in=loads).order_by("id"))
    for row in rows:
        row.missing = [PaperName(**paper) for paper in row.missing]
    return (
        [row for row in rows if row.state not in go_on],
        {row.consignment_code for row in rows if row.kind == Kind.EXPORT and row.load_code in near},
    )


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
        .values_list("id", "code", "load_code", "reasons", "departs_at", "submitted_at", "office__code")
    )
    return [
        WaitingCase(
            code,
            load,
            tuple(reason["rule"] for reason in reasons),
            tuple(missing.get(number, ())),
            departs_at,
            submitted_at or departs_at,
            office,
        )
        for number, code, load, reasons, departs_at, submitted_at, office in rows
    ]


def reasonless() -> int:
    """Count declarations with a line but without a reason for it: there may be none."""
    return Declaration.objects.filter(kind=Kind.EXPORT).exclude(lane="").filter(reasons=[]).count()
