"""Import declarations: made by the importer of record, inspected at entry, duty and VAT collected, permits drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from samphao.core.bulk import copy_rows
from samphao.customs import permits
from samphao.customs.adapters import entry_simulator
from samphao.customs.adapters.entry_simulator import Arrival, Inspected
from samphao.customs.models import Declaration, EntrySampling
from samphao.customs.permits import Draw
from samphao.customs.services.declare import declaration_row, insert, office_places, place_of, write_items
from samphao.customs.services.publish import publish_released, publish_stopped
from samphao.customs.types import DeclarationSpec, Entered, GoodsItemSpec, SamplingSpec

Kind, State, Lane = Declaration.Kind, Declaration.State, Declaration.Lane


@dataclass(frozen=True, slots=True)
class _Case:
    spec: DeclarationSpec
    inspected: Inspected
    drawn: list[Draw]
    short: list[GoodsItemSpec]


def declare_imports(specs: Sequence[DeclarationSpec], organisations: Mapping[str, int], *, seed: int) -> Entered:
    """Write import declarations in the order of arrival; cleared ones draw their permits, the others are held."""
    with transaction.atomic():
        cases = _inspected(sorted(specs, key=lambda spec: (spec.transport.enters_at, spec.number)), organisations, seed)
        places = office_places()
        rows = insert(
            [
                declaration_row(
                    Kind.IMPORT, case.spec, organisations, place_of(places, case.spec.destination_country, case.spec.transport.entry_node),
                    duty_minor=sum(item.duty_minor or 0 for item in case.spec.items), vat_minor=sum(item.vat_minor or 0 for item in case.spec.items),
                    **_standing(case),
                )
                for case in cases
            ]
        )  # fmt: skip
        write_items(rows, [case.spec for case in cases])
        copy_rows(
            "customs_entryinspection",
            ("declaration_id", "inspector", "is_sampled", "finding", "started_at", "ended_at", "source"),
            (
                (
                    row.pk, case.inspected.inspector, case.inspected.is_sampled, case.inspected.finding, case.inspected.started_at,
                    case.inspected.ended_at, case.inspected.source,
                )
                for row, case in zip(rows, cases, strict=True)
            ),
        )  # fmt: skip
        drawn = _draw(rows, cases)
        publish_released([row for row in rows if row.state == State.CLEARED])
        publish_stopped([row for row in rows if row.state == State.HELD])
    return Entered(
        len(rows), sum(case.inspected.is_sampled for case in cases), sum(bool(case.inspected.finding) for case in cases),
        sum(bool(case.short) for case in cases), sum(row.state == State.CLEARED for row in rows), drawn,
    )  # fmt: skip


def _inspected(specs: Sequence[DeclarationSpec], organisations: Mapping[str, int], seed: int) -> list[_Case]:
    rates = [
        SamplingSpec(*row)
        for row in EntrySampling.objects.order_by("id").values_list(
            "country", "port", "category", "sampled_share", "days", "days_sampled", "finding_share", "source"
        )
    ]
    cover = permits.open_permits(with_reservations=False)
    cases = []
    for spec in specs:
        transport = spec.transport
        arrival = Arrival(
            spec.consignment, spec.destination_country, transport.entry_node, frozenset(item.category for item in spec.items), transport.enters_at
        )  # fmt: skip
        inspected = entry_simulator.inspect(arrival, rates, seed)
        if inspected.finding:
            cases.append(_Case(spec, inspected, [], []))
            continue
        draws, short = cover.take(
            organisations[spec.importer], transport.entry_node, transport.enters_at.date(), spec.items
        )
        cases.append(_Case(spec, inspected, draws, short))
    return cases


def _standing(case: _Case) -> dict[str, object]:
    inspected = case.inspected
    if inspected.finding:
        state, reason = State.HELD, inspected.finding
    elif case.short:
        state, reason = State.HELD, entry_simulator.SHORT
    else:
        state, reason = State.CLEARED, entry_simulator.SAMPLED if inspected.is_sampled else entry_simulator.CLEARED
    return {
        "state": state, "lane": Lane.RED if inspected.is_sampled or case.short else Lane.GREEN, "is_random": inspected.is_sampled,
        "submitted_at": inspected.started_at - timedelta(hours=entry_simulator.AHEAD_H), "decided_at": inspected.ended_at,
        "decided_by": inspected.inspector, "decision_reason": reason,
        "reasons": [
            {"rule": "permit-missing", "weight": 0, "is_hard": True, "found": f"{item.good}: {permits.whole_kg(item.net_mass_kg):,} kg", "source": inspected.source}
            for item in case.short
        ],
    }  # fmt: skip


def _draw(rows: Sequence[Declaration], cases: Sequence[_Case]) -> int:
    """Write what each cleared import takes from its permits; the database moves `drawn_kg` and refuses too much."""
    draws = [
        (draw.permit.pk, row.pk, draw.kg, case.inspected.ended_at)
        for row, case in zip(rows, cases, strict=True)
        for draw in case.drawn
    ]
    copy_rows("customs_permitdraw", ("permit_id", "declaration_id", "kg", "drawn_at"), sorted(draws))
    return sum(kg for _, _, kg, _ in draws)
