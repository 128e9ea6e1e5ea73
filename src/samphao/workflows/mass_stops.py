"""A ticket that passes what its orchard's trees bear: nobody is paid, nothing is sold or leaves, until somebody who may decides.

It is found in the transaction that keeps the ticket, under the locks of every lot of the number: of two tickets that only together
pass the ceiling, the second stops.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts import services as accounts_services
from samphao.accounts.queries import Viewer
from samphao.core.errors import NotAllowed
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.types import TicketSpec
from samphao.workflows import gates, mass_balance, payout
from samphao.workflows.gate_evidence import CUT, LIST, LOAD
from samphao.workflows.turning_away import failing_lots

GATES = (LIST, CUT, LOAD)
ALLOWED, REFUSED = "allowed", "refused"
STOPPED = _(
    "Lot %(lot)s stops: %(reached)s kg were cut under the orchard number %(number)s, whose trees bear at most %(limit)s kg. Nothing of it is sold or leaves, and nobody is paid for it, until this was looked into."
)
GOES_ON = _("Lot %(lot)s goes on: what was cut under the orchard number %(number)s was looked into. %(reason)s")
ENDED = _(
    "Lot %(lot)s is ended: its fruit is more than the trees under the orchard number %(number)s bear. Its buyers get their money back. %(reason)s"
)
MAY_NOT = _("Only the hub's people and authorities decide about a stopped lot.")


def sign_tickets(specs: Sequence[TicketSpec], *, through: str) -> int:
    """Keep tickets that came in from elsewhere; those that pass a ceiling stop in the same transaction."""
    with transaction.atomic():
        lock_numbers([spec.lot for spec in specs])
        kept = services.sign_tickets(specs, through=through)
        stop_what_passes([spec.lot for spec in specs])
    return kept


def lock_numbers(lots: Collection[str]) -> None:
    """Lock some lots and every other one under their orchards' numbers, in the order of their ids, before a ticket is kept."""
    orchards = trade.orchards_of_lots(lots)
    services.lock_lots({row.lot for row in trade.masses_under(list(accounts.orchards_sharing(orchards)), lots)})


def stop_what_passes(lots: Collection[str]) -> list[str]:
    """Stop those of some lots whose tickets pass the ceiling of their number, and tell who waits; return them."""
    stopped = []
    for passed in mass_balance.passed_by(lots):
        if services.stop_lot(passed.lot, passed.gap_number, passed.limit_kg, passed.cut_kg):
            stopped.append(passed.lot)
            _tell(
                passed.lot, STOPPED, "stopped", number=passed.gap_number, reached=f"{passed.cut_kg:,.0f}", limit=f"{passed.limit_kg:,.0f}"
            )  # fmt: skip
    if stopped:
        gates.judge(GATES, stopped)
    return stopped


def decide(lot: str, outcome: str, reason: str, *, by: str, viewer: Viewer) -> None:
    """Let a stopped lot go on, and pay what waited; or end it: its orders are cancelled and refunded, its sale is shut for good."""
    if not accounts.may_suspend(viewer):
        raise NotAllowed(MAY_NOT)
    with transaction.atomic():
        services.lock_lots([lot])
        found = services.decide_stop(lot, outcome, reason, by=by)
        gates.judge(GATES, [lot])
        if outcome == ALLOWED:
            payout.pay_advances([lot])
        else:
            services.turn_away(failing_lots(lots=[lot]))
        said = GOES_ON if outcome == ALLOWED else ENDED
        _tell(lot, said, outcome, number=found.gap_number, reason=found.reason)


def _tell(code: str, text: str, what: str, **values: object) -> None:
    lot: Any = trade.lot_by_code(code)
    told = {lot.listing.producer_id, lot.packing_house_id, *accounts.ids_of_kind("hub")} - {None}
    said = accounts_services.in_three_languages(text, lot=code, **values)
    accounts_services.notify(sorted(told), subject=code, key=f"mass-stop:{code}:{what}", **said)
