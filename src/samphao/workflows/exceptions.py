"""What stands still, why, who can mend it and by when: the control tower shows this before its map."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from samphao.customs import queries as customs
from samphao.freight import queries as freight


class Kind(StrEnum):
    PAPERS = "papers"
    OFFICER = "officer"
    HELD = "held"
    ENTRY = "entry"


OF_STATE = {"draft": Kind.PAPERS, "documents_asked": Kind.PAPERS, "control": Kind.OFFICER, "held": Kind.HELD}


@dataclass(frozen=True, slots=True)
class LoadException:
    """A load that customs keeps, with the declaration to look at first, its missing papers, and how many there are."""

    load: Any
    kind: Kind
    declaration: Any
    declarations: int
    due_at: datetime
    missing: tuple[Any, ...] = ()

    @property
    def owner(self) -> Any:
        """Return who can mend it: the exporter finds papers, the officer decides, the importer answers abroad."""
        if self.kind is Kind.PAPERS:
            return self.declaration.exporter
        return self.declaration.importer if self.kind is Kind.ENTRY else self.declaration.office


def load_exceptions(plan: Any) -> list[LoadException]:
    """Return the loads of a plan that customs keeps, the one that is due first before the others; four queries."""
    loads = {load.code: load for load in freight.loads_not_delivered(plan)}
    by_load: dict[str, list[Any]] = defaultdict(list)
    for row in customs.declarations_not_released(list(loads)):
        by_load[row.load_code].append(row)
    found = []
    for code, rows in by_load.items():
        first = min(rows, key=lambda row: (row.kind != "import", row.state != "held", row.id))
        kind = Kind.ENTRY if first.kind == "import" else OF_STATE[first.state]
        due = first.enters_at if kind is Kind.ENTRY else loads[code].departs_at
        missing = tuple(paper for row in rows for paper in row.documents.all())
        papers = {paper.code: paper for paper in missing}
        found.append(LoadException(loads[code], kind, first, len(rows), due, tuple(papers.values())))
    return sorted(found, key=lambda row: (row.due_at, row.load.code))
