"""Decisions on the red line: each with a written reason, an audit row and an event."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.core.bulk import copy_rows
from samphao.core.errors import Conflict, NotAllowed, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.customs.models import Declaration, RequiredDocument, RiskRule
from samphao.customs.services.declare import reason_row
from samphao.customs.services.publish import publish_released, publish_stopped
from samphao.customs.types import Decision, DecisionSpec, SuppliedPaper

State = Declaration.State
OPEN = (State.CONTROL, State.DOCUMENTS_ASKED, State.HELD)
AFTER = {Decision.RELEASE: State.RELEASED, Decision.ASK_DOCUMENTS: State.DOCUMENTS_ASKED, Decision.HOLD: State.HELD}
REASON_LENGTH_MIN = 10


def decide(spec: DecisionSpec, *, by: str, viewer: Viewer) -> Declaration:
    """Decide one declaration as an officer of the office where it is declared; the reason is written out and kept."""
    office = Declaration.objects.filter(code=spec.declaration).values_list("office__code", flat=True).first()
    if office not in viewer.offices:
        raise NotAllowed("Only an officer of the customs office of a declaration decides it.")
    return decide_many([spec], by=by, at=clock.now())[0]


def decide_many(specs: Sequence[DecisionSpec], *, by: str, at: datetime) -> list[Declaration]:
    """Decide export declarations, all or none; return them in the order of their ids."""
    wanted = {spec.declaration: spec for spec in specs}
    if short := [spec.declaration for spec in specs if len(spec.reason.strip()) < REASON_LENGTH_MIN]:
        raise Refused("Write the reason in a sentence.", declarations=short)
    with transaction.atomic():
        rows = list(
            Declaration.objects.select_for_update().filter(code__in=wanted, kind=Declaration.Kind.EXPORT).order_by("id")
        )
        if missing := sorted(set(wanted) - {row.code for row in rows}):
            raise NotFound("There is no such export declaration.", declarations=missing)
        if done := [row.code for row in rows if row.state not in OPEN]:
            raise Conflict("It has been decided already.", declarations=done)
        audit = []
        for row in rows:
            spec = wanted[row.code]
            audit.append(
                AuditEntry(
                    at=spec.at or at, actor=by, action=f"customs.{spec.decision}", subject=row.code,
                    detail={"before": row.state, "after": AFTER[spec.decision], "reason": spec.reason.strip(), "score": row.score},
                )
            )  # fmt: skip
            row.state, row.decided_at, row.decided_by = AFTER[spec.decision], spec.at or at, by
            row.decision_reason = spec.reason.strip()
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE customs_declaration d SET state = u.state, decided_at = u.at, decided_by = %s, decision_reason = u.reason
                   FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[]) u (id, state, at, reason) WHERE d.id = u.id""",
                [
                    by, [row.pk for row in rows], [row.state for row in rows], [row.decided_at for row in rows],
                    [row.decision_reason for row in rows],
                ],
            )  # fmt: skip
        _write_audit(audit)
        publish_released([row for row in rows if row.state == State.RELEASED])
        publish_stopped([row for row in rows if row.state != State.RELEASED])
    return rows


def supply_papers(papers: Sequence[SuppliedPaper], *, by: str, at: datetime) -> list[str]:
    """Write the numbers of papers that came; return the declarations that are complete now and wait for an officer."""
    given = [paper for paper in papers if paper.number]
    came_at = {(paper.declaration, paper.document): paper.at or at for paper in given}
    with transaction.atomic(), connection.cursor() as cursor:
        rows = list(
            Declaration.objects.select_for_update()
            .filter(code__in={paper.declaration for paper in given}, state__in=(State.DRAFT, *OPEN))
            .order_by("id")
        )
        cursor.execute(
            """UPDATE customs_requireddocument p SET number = u.number, is_present = true, missing_because = ''
               FROM unnest(%s::text[], %s::text[], %s::text[]) u (declaration, document, number)
               JOIN customs_declaration d ON d.code = u.declaration
               WHERE p.declaration_id = d.id AND p.code = u.document AND NOT p.is_present AND d.id = ANY (%s)
               RETURNING u.declaration, u.document, u.number""",
            [
                [paper.declaration for paper in given], [paper.document for paper in given], [paper.number for paper in given],
                [row.pk for row in rows],
            ],
        )  # fmt: skip
        came = cursor.fetchall()
        still = set(
            RequiredDocument.objects.filter(declaration__in=[row.pk for row in rows], is_present=False).values_list(
                "declaration_id", flat=True
            )
        )
        complete = [row for row in rows if row.pk not in still and row.state in (State.DRAFT, State.DOCUMENTS_ASKED)]
        _submit_late([row for row in complete if row.state == State.DRAFT], at)
        Declaration.objects.filter(pk__in=[row.pk for row in complete]).update(state=State.CONTROL)
        _write_audit(
            AuditEntry(
                at=came_at[declaration, document], actor=by, action="customs.paper_came", subject=declaration,
                detail={"document": document, "number": number},
            )
            for declaration, document, number in came
        )  # fmt: skip
    return [row.code for row in complete]


def _submit_late(rows: Sequence[Declaration], at: datetime) -> None:
    """Submit drafts that are complete now: that a paper came late is a reason for an officer to look."""
    late = RiskRule.objects.get(code="paper-late") if rows else None
    for row in rows:
        row.submitted_at, row.lane, row.state = at, Declaration.Lane.RED, State.CONTROL
        if late:
            row.reasons, row.score = [reason_row(late, "")], late.weight
    Declaration.objects.bulk_update(rows, ["state", "submitted_at", "lane", "reasons", "score"])


def _write_audit(entries: Iterable[AuditEntry]) -> None:
    copy_rows(
        "core_auditentry",
        ("at", "actor", "action", "subject", "detail"),
        ((row.at, row.actor, row.action, row.subject, json.dumps(row.detail, ensure_ascii=False)) for row in entries),
    )
