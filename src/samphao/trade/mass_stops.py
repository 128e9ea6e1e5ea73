"""A lot whose ticket passes its orchard's ceiling: it stops in the transaction of the signature, and a person lets it go on or ends it."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.core import clock
from samphao.core.errors import Conflict, NotFound, Refused
from samphao.core.models import AuditEntry
from samphao.trade.models import Lot
from samphao.trade.packing_models import MassStop

NONE = _("This lot is not stopped by the mass balance.")
DECIDED = _("Somebody has decided about this lot already.")
WHY = _("Give the reason.")


def stop_lot(lot: str, gap_number: str, limit_kg: Decimal, reached_kg: Decimal) -> bool:
    """Stop a lot until a person decided, once; return whether it was new. The caller has locked the lots under the number."""
    _row, is_new = MassStop.objects.get_or_create(
        lot=Lot.objects.get(code=lot),
        defaults={"gap_number": gap_number, "limit_kg": limit_kg, "reached_kg": reached_kg, "made_at": clock.now()},
    )
    return is_new


def decide_stop(lot: str, outcome: str, reason: str, *, by: str) -> MassStop:
    """Let a stopped lot go on, or end it, with the reason; once."""
    if outcome not in (MassStop.Outcome.ALLOWED, MassStop.Outcome.REFUSED) or not reason.strip():
        raise Refused(WHY)
    with transaction.atomic():
        found = MassStop.objects.select_for_update(of=("self",)).filter(lot__code=lot).first()
        if found is None:
            raise NotFound(NONE)
        if found.outcome:
            raise Conflict(DECIDED)
        found.outcome, found.reason, found.decided_by, found.decided_at = outcome, reason.strip(), by, clock.now()
        found.save(update_fields=["outcome", "reason", "decided_by", "decided_at"])
        AuditEntry.objects.create(
            at=clock.now(), actor=by, action=f"mass_stop.{outcome}", subject=lot, detail={"reason": found.reason}
        )
    return found
