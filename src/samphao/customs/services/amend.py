"""Declarations follow their goods: another departure, or none at all. What was changed stands in the audit."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from samphao.core import clock
from samphao.core.models import AuditEntry
from samphao.customs.models import Declaration
from samphao.customs.services.declare import office_places, place_of
from samphao.customs.types import NewDeparture

State = Declaration.State
BY = "the hub"


def change_departure(load: str, new: NewDeparture) -> int:
    """Write the new departure of a load into its export declarations; return how many. What was decided stays decided."""
    office = place_of(office_places(), new.exit_country, new.exit_node)
    with transaction.atomic():
        rows = _locked(load_code=load)
        _write_audit(
            rows,
            "customs.departure_changed",
            {"departs_at": new.departs_at.isoformat(), "enters_at": new.enters_at.isoformat()},
        )
        return Declaration.objects.filter(pk__in=[row.pk for row in rows]).update(
            departs_at=new.departs_at, enters_at=new.enters_at, transport_means=new.means, transport_mode=new.mode,
            entry_node=new.entry_node, office=office,
        )  # fmt: skip


def withdraw(consignments: Sequence[str], *, reason: str) -> int:
    """Withdraw the export declarations of consignments that do not travel; return how many."""
    with transaction.atomic():
        rows = _locked(consignment_code__in=consignments)
        _write_audit(rows, "customs.withdrawn", {"reason": reason})
        return Declaration.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.WITHDRAWN, decided_at=clock.now(), decided_by=BY, decision_reason=reason
        )


def _locked(**wanted: str | Sequence[str]) -> list[Declaration]:
    """Lock export declarations in the order of their ids, but those that have ended."""
    rows = Declaration.objects.select_for_update(no_key=True).filter(kind=Declaration.Kind.EXPORT, **wanted)
    return list(rows.exclude(state__in=State.ended()).order_by("id"))


def _write_audit(rows: Sequence[Declaration], action: str, after: dict[str, str]) -> None:
    at = clock.now()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=at, actor=BY, action=action, subject=row.code,
            detail={"before": {"state": row.state, "departs_at": row.departs_at.isoformat()}, "after": after},
        )
        for row in rows
    )  # fmt: skip
