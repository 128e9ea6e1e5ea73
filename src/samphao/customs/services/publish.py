"""Tell the rest of the hub what became of declarations: one event for hundreds of them."""

from __future__ import annotations

from collections.abc import Sequence

from samphao.core import events
from samphao.customs.events import AT_ONCE, DeclarationsReleased, DeclarationsStopped
from samphao.customs.models import Declaration


def publish_released(rows: Sequence[Declaration]) -> None:
    for kind in Declaration.Kind.values:
        of_kind = [row for row in rows if row.kind == kind]
        for start in range(0, len(of_kind), AT_ONCE):
            part = of_kind[start : start + AT_ONCE]
            events.publish(DeclarationsReleased(kind, *_codes(part)))


def publish_stopped(rows: Sequence[Declaration]) -> None:
    for kind, state in sorted({(row.kind, row.state) for row in rows}):
        of_kind = [row for row in rows if (row.kind, row.state) == (kind, state)]
        for start in range(0, len(of_kind), AT_ONCE):
            part = of_kind[start : start + AT_ONCE]
            events.publish(DeclarationsStopped(kind, state, *_codes(part)))


def _codes(rows: Sequence[Declaration]) -> tuple[list[str], list[str], list[str]]:
    return [row.code for row in rows], [row.consignment_code for row in rows], sorted({row.load_code for row in rows})
