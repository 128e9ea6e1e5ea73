"""Export declarations: written in bulk, each with its lane and the reasons of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from samphao.core.bulk import copy_rows
from samphao.core.codes import encode
from samphao.core.errors import Refused
from samphao.customs import permits
from samphao.customs.models import CustomsOffice, Declaration, EntryInspection, GoodsItem, RiskRule
from samphao.customs.services.publish import publish_released
from samphao.customs.types import DeclarationSpec, Declared, DocumentNeed
from samphao.engines import risk_lane
from samphao.engines.risk_lane import LaneDecision, RiskCase, ValuedGood

LANE = "rules of the lane"
GREEN = "Green line: papers complete and nothing unusual."
PERMIT = "quarantine-permit"
Kind, State, Lane = Declaration.Kind, Declaration.State, Declaration.Lane


def declare_exports(
    specs: Sequence[DeclarationSpec], organisations: Mapping[str, int], *, seed: int, at: datetime
) -> Declared:
    """Write export declarations with items and papers; submit the complete ones and give each its line.

    A paper of the step *declare* that is missing keeps a declaration a draft; one of a later step is for the lane to judge.
    """
    with transaction.atomic():
        covered = _cover(sorted(specs, key=lambda spec: (spec.transport.departs_at, spec.number)), organisations)
        sent = [spec for spec in covered if not _is_draft(spec)]
        lanes = {lane.code: lane for lane in _lanes(sent, organisations, seed)}
        rules = {rule.code: rule for rule in RiskRule.objects.all()}
        places = office_places()
        rows = insert(
            [
                declaration_row(
                    Kind.EXPORT, spec, organisations, place_of(places, spec.transport.exit_country, spec.transport.exit_node),
                    **_standing(lanes.get(spec.consignment), rules, spec.submitted_at or at),
                )
                for spec in covered
            ]
        )  # fmt: skip
        write_items(rows, covered)
        _write_documents(rows, covered)
        released = [row for row in rows if row.state == State.RELEASED]
        publish_released(released)
    red = [lane for lane in lanes.values() if lane.lane == "red"]
    return Declared(len(rows), len(rows) - len(sent), len(released), len(red), sum(lane.is_random for lane in red))


def office_places() -> dict[tuple[str, str], int]:
    return {
        (country, node): number for country, node, number in CustomsOffice.objects.values_list("country", "node", "id")
    }


def place_of(places: Mapping[tuple[str, str], int], country: str, node: str) -> int:
    """Return the office at a node, else that for anywhere else in the country."""
    found = places.get((country, node), places.get((country, "")))
    if found is None:
        raise Refused(f"there is no customs office in {country}: publish the offices first", country=country)
    return found


def declaration_row(
    kind: Declaration.Kind, spec: DeclarationSpec, organisations: Mapping[str, int], office: int, **standing: Any
) -> Declaration:
    transport = spec.transport
    return Declaration(
        code=encode("DX" if kind == Kind.EXPORT else "DM", spec.number), kind=kind, consignment_code=spec.consignment, load_code=transport.load,
        exporter_id=organisations[spec.exporter], importer_id=organisations[spec.importer], office_id=office,
        customs_value_minor=spec.customs_value_minor, fob_value_minor=spec.fob_value_minor, currency=spec.currency,
        origin_country=spec.origin_country, destination_country=spec.destination_country, destination=spec.destination,
        entry_node=transport.entry_node, transport_mode=transport.mode, transport_means=transport.means,
        container_number=transport.container_number, seal_number=transport.seal_number, departs_at=transport.departs_at,
        enters_at=transport.enters_at, **standing,
    )  # fmt: skip


def insert(rows: list[Declaration]) -> list[Declaration]:
    """Write declarations by COPY, with ids that the table's own sequence gives; Django's insert is four times slower."""
    table = Declaration._meta.db_table  # noqa: SLF001 Django documents it as public
    fields = [field for field in Declaration._meta.concrete_fields if field.name != "made_at"]  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)]
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
    columns = [field.attname for field in fields]
    at = columns.index("reasons")
    values = ([getattr(row, column) for column in columns] for row in rows)
    copy_rows(
        table, columns, ([*found[:at], json.dumps(found[at], ensure_ascii=False), *found[at + 1 :]] for found in values)
    )
    return rows


def write_items(rows: Sequence[Declaration], specs: Sequence[DeclarationSpec]) -> None:
    copy_rows(
        "customs_goodsitem",
        (
            "declaration_id", "number", "good", "hs6", "tariff_line", "description_en", "description_th", "description_zh", "packages",
            "net_mass_kg", "gross_mass_kg", "value_minor", "currency", "duty_minor", "vat_minor", "preference", "lot_codes",
        ),
        (
            (
                row.pk, number, item.good, item.hs6, item.tariff_line, item.description_en, item.description_th, item.description_zh, item.packages,
                item.net_mass_kg, item.gross_mass_kg, item.value_minor, spec.currency, item.duty_minor, item.vat_minor, item.preference,
                json.dumps(item.lot_codes),
            )
            for row, spec in zip(rows, specs, strict=True)
            for number, item in enumerate(spec.items, 1)
        ),
    )  # fmt: skip


def _write_documents(rows: Sequence[Declaration], specs: Sequence[DeclarationSpec]) -> None:
    copy_rows(
        "customs_requireddocument",
        (
            "declaration_id", "code", "name_en", "name_th", "name_zh", "step", "issuer", "needed_because", "source", "number", "is_present",
            "missing_because",
        ),
        (
            (
                row.pk, paper.code, paper.name_en, paper.name_th, paper.name_zh, paper.step, paper.issuer, paper.needed_because, paper.source,
                paper.number, bool(paper.number), "" if paper.number else paper.missing_because[:200],
            )
            for row, spec in zip(rows, specs, strict=True)
            for paper in spec.documents
        ),
    )  # fmt: skip


def _is_draft(spec: DeclarationSpec) -> bool:
    return any(not paper.number and paper.step == "declare" for paper in spec.documents)


def _cover(specs: Sequence[DeclarationSpec], organisations: Mapping[str, int]) -> list[DeclarationSpec]:
    """Give the permit paper its number where a permit covers good, port and kilograms, in the order of departure."""
    cover = permits.open_permits(with_reservations=True)
    covered = []
    for spec in specs:
        draws, short = cover.take(
            organisations[spec.importer], spec.transport.entry_node, spec.transport.enters_at.date(), spec.items
        )
        numbers = "; ".join(dict.fromkeys(draw.permit.number for draw in draws))
        missing = "; ".join(
            f"{item.good}: {permits.whole_kg(item.net_mass_kg):,} kg, {spec.transport.entry_node}" for item in short
        )
        papers = tuple(
            _permit_paper(paper, "" if short else numbers, missing) if paper.code == PERMIT else paper
            for paper in spec.documents
        )
        covered.append(replace(spec, documents=papers))
    return covered


def _permit_paper(paper: DocumentNeed, numbers: str, missing: str) -> DocumentNeed:
    return replace(paper, number=numbers, missing_because=missing)


def _lanes(specs: Sequence[DeclarationSpec], organisations: Mapping[str, int], seed: int) -> tuple[LaneDecision, ...]:
    """Translate declarations for the engine and back: what the season has declared so far is the measure of values."""
    known = set(
        Declaration.objects.filter(kind=Kind.EXPORT).exclude(state=State.DRAFT).values_list("exporter_id", flat=True)
    )
    findings = dict(
        EntryInspection.objects.exclude(finding="")
        .order_by()
        .values_list("declaration__exporter_id")
        .annotate(Count("id"))
    )
    cases = []
    for spec in specs:
        exporter = organisations[spec.exporter]
        missing = [paper for paper in spec.documents if not paper.number]
        cases.append(
            RiskCase(
                spec.consignment, valued(spec),
                missing_papers=tuple(paper.code for paper in missing if paper.code != PERMIT),
                permit_short=tuple(paper.missing_because for paper in missing if paper.code == PERMIT),
                invalid_packing_houses=spec.invalid_packing_houses, is_exporter_registered=spec.is_exporter_registered,
                is_first_export=exporter not in known, origin_country=spec.origin_country, departs_country=spec.transport.exit_country,
                transit_countries=spec.transport.transit_countries, is_shared_container=spec.transport.is_shared,
                earlier_findings=findings.get(exporter, 0),
            )
        )  # fmt: skip
        known.add(exporter)
    declared = [
        ValuedGood(*row)
        for row in GoodsItem.objects.filter(declaration__kind=Kind.EXPORT).values_list(
            "good", "value_minor", "net_mass_kg"
        )
    ]
    intervals = risk_lane.value_intervals([*declared, *(item for case in cases for item in case.goods)])
    rules = {
        rule.code: risk_lane.RiskRule(rule.code, rule.weight, rule.is_hard, rule.source)
        for rule in RiskRule.objects.all()
    }
    return risk_lane.decide_lanes(cases, rules, intervals, seed=seed)


def valued(spec: DeclarationSpec) -> tuple[ValuedGood, ...]:
    return tuple(ValuedGood(item.good, item.value_minor, item.net_mass_kg) for item in spec.items)


def _standing(lane: LaneDecision | None, rules: Mapping[str, RiskRule], at: datetime) -> dict[str, Any]:
    """Return state, lane and reasons: the green line is released at once, the red one waits for an officer."""
    if lane is None:
        return {"state": State.DRAFT}
    found: dict[str, Any] = {
        "lane": lane.lane, "is_random": lane.is_random, "score": lane.score, "submitted_at": at,
        "reasons": [reason_row(rules[reason.rule], reason.found) for reason in lane.reasons if reason.rule in rules],
    }  # fmt: skip
    if lane.lane == Lane.RED.value:
        return {**found, "state": State.CONTROL}
    return {**found, "state": State.RELEASED, "decided_at": at, "decided_by": LANE, "decision_reason": GREEN}


def reason_row(rule: RiskRule, found: str) -> dict[str, Any]:
    return {
        "rule": rule.code, "weight": rule.weight, "is_hard": rule.is_hard, "found": found, "name_en": rule.name_en, "name_th": rule.name_th,
        "name_zh": rule.name_zh, "source": rule.source,
    }  # fmt: skip
