"""What went wrong with a lot goes back to its producer as a dated task; a later lot of his is named as the one that mends it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_noop

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.core.errors import NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.trade.after_sale import ProductNote
from samphao.trade.models import Lot
from samphao.trade.types import AFTER_SALE, NoteSpec

NO_NOTE = gettext_noop("There is no such task.")
OWN_LOT = gettext_noop("Choose another lot of your own, of which the harvest is not before this one's.")


def note_products(specs: Iterable[NoteSpec]) -> int:
    """Write tasks for the producers of lots, each source once; return how many are new."""
    wanted = {spec.source: spec for spec in specs}
    lots = {
        lot.code: lot for lot in Lot.objects.select_related("listing").filter(code__in={s.lot for s in wanted.values()})
    }
    now = clock.now()
    due_on = (now + AFTER_SALE.note_due).astimezone(clock.BANGKOK).date()
    with transaction.atomic():
        known = set(ProductNote.objects.filter(source__in=wanted).values_list("source", flat=True))
        rows = [
            ProductNote(
                source=spec.source, kind=spec.kind, producer_id=lots[spec.lot].listing.producer_id, lot=lots[spec.lot], wrong=spec.wrong,
                bad=spec.bad, of=spec.of, noted_at=now, due_on=due_on,
            )
            for spec in wanted.values()
            if spec.source not in known and spec.lot in lots
        ]  # fmt: skip
        ProductNote.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def mend_with_lot(note: int, lot: str, *, viewer: Viewer, by: str) -> None:
    """Name the lot that mends what a note says, for its producer; naming another one later replaces it."""
    with transaction.atomic():
        rows = ProductNote.objects.select_for_update(of=("self",)).select_related("lot")
        row = rows.filter(pk=note, producer__in=viewer.organisations).first()
        if row is None:
            raise NotFound(NO_NOTE)
        found = Lot.objects.filter(code=lot, listing__producer=row.producer_id).exclude(pk=row.lot_id).first()
        if found is None or found.harvest_from < row.lot.harvest_from:
            raise Refused(OWN_LOT)
        row.done_at, row.done_by, row.done_lot = clock.now(), by, found
        row.save()
        AuditEntry.objects.create(
            at=clock.now(), actor=by, action="product_note.done", subject=row.source, detail={"lot": found.code}
        )
