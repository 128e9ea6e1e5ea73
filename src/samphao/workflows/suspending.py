"""A bad morning handled: somebody is suspended, and in one transaction his lots are closed and every order behind them has its answer.

A suspended packing house turns its buyers away: nobody else may pack the same fruit for them, and their money goes back. Behind a
suspended laboratory or orchard paid orders wait with their money held, for another laboratory or an upheld appeal may mend it; each
buyer reads what he can do, also take his money back. Whoever has not paid yet does not: his hold ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.accounts import services as accounts_services
from samphao.accounts.queries import Viewer
from samphao.accounts.services import Spoken, notify_each, spoken_moment
from samphao.accounts.types import SuspensionSpec
from samphao.core import clock
from samphao.core.errors import NotAllowed, NotFound, Refused
from samphao.trade import queries as trade
from samphao.trade import services
from samphao.trade.queries import WaitingOrder
from samphao.trade.services import NOT_SUSPENDED, SUSPENDED
from samphao.workflows import gates, notices
from samphao.workflows.gate_evidence import CUT, LIST, LOAD
from samphao.workflows.turning_away import failing_lots

GATES = (LIST, CUT, LOAD)
WAITS = _(
    "Your order %(order)s of lot %(lot)s waits: %(who)s. Your money stays held. You can wait, take another lot on the market, or take your money back on the page of the order."
)
RELEASED = _(
    "Your order %(order)s of lot %(lot)s was cancelled before you paid: %(who)s. Other lots stand on the market."
)
GOES_ON = _("Your order %(order)s of lot %(lot)s goes on: the suspension was lifted.")
TOLD = _(
    "%(name)s is suspended (%(code)s). An owner may appeal until %(until)s, on the page of the suspension. The reasons: %(reasons)s"
)
APPEALED = _("%(name)s appeals against its suspension %(code)s. Decide by %(until)s.")
KEPT = _("Your appeal against the suspension %(code)s was dismissed: %(reasons)s")
LIFTED = _("The suspension %(code)s of %(name)s was lifted: %(reasons)s")
WHO = {
    "packing_house": _("the packing house is suspended"), "laboratory": _("the laboratory is suspended"), "orchard": _("the orchard is suspended"),
}  # fmt: skip
MAY_NOT = _("Only the hub's people and authorities may suspend.")
NOT_BEHIND = _("This order does not wait behind a suspension, or its goods are on their way.")


@dataclass(frozen=True, slots=True)
class Touched:
    """What a suspension touches: lots that are closed, orders by what becomes of them, their money, and their goods in satang."""

    lots: int = 0
    lots_on_sale: int = 0
    refunded: int = 0
    waiting: int = 0
    released: int = 0
    refunded_minor: dict[str, int] = field(default_factory=dict)
    waiting_minor: dict[str, int] = field(default_factory=dict)
    goods_minor: int = 0


def preview(spec: SuspensionSpec, *, by: str, viewer: Viewer) -> Touched:
    """Say what a suspension would touch, by doing it and taking it back: the answer is exact, and nobody is told."""
    with transaction.atomic():
        _code, touched = _suspend(spec, by, viewer)
        transaction.set_rollback(True)
    return touched


def suspend(spec: SuspensionSpec, *, by: str, viewer: Viewer) -> tuple[str, Touched]:
    """Suspend a packing house, laboratory or orchard: gates, orders and messages in one transaction; refunds follow its events."""
    with transaction.atomic():
        return _suspend(spec, by, viewer)


def _suspend(spec: SuspensionSpec, by: str, viewer: Viewer) -> tuple[str, Touched]:
    if not accounts.may_suspend(viewer):
        raise NotAllowed(MAY_NOT)
    made = accounts_services.open_suspension(spec, by=by)
    lots = trade.lots_behind(*_behind(made))
    services.lock_lots(lots)
    on_sale = trade.lists_open(lots)
    gates.judge(GATES, lots)
    places = trade.suspended_places(lots)
    failing = {place: rule for place, rule in failing_lots(clock.today(), lots).items() if place in places}
    orders = {row.order: row for row in trade.orders_of_places(places)}
    away = services.turn_away(failing) if failing else []
    released = services.release_holds(places - failing.keys())
    gone = set(away)
    waiting = [row for code, row in orders.items() if row.is_paid and code not in gone]
    _tell_buyers(WAITS, waiting, made.code, spec.kind)
    _tell_buyers(RELEASED, (orders[code] for code in released), made.code, spec.kind)
    refunded = [orders[code] for code in away if orders[code].is_paid]
    touched = Touched(
        len(lots), on_sale, len(refunded), len(waiting), len(released) + len(away) - len(refunded), _sums(refunded), _sums(waiting),
        sum(row.goods_minor for row in (*refunded, *waiting)),
    )  # fmt: skip
    accounts_services.keep_touched(made.code, asdict(touched))
    _tell_owner("made", TOLD, made, reasons=made.reasons, until=spoken_moment(made.appeal_until))
    return made.code, touched


def appeal(code: str, text: str, *, by: str) -> None:
    """Appeal against a suspension, for an owner of who is suspended; the hub's people read by when to decide."""
    with transaction.atomic():
        found = accounts_services.appeal_suspension(code, text, by=by)
        assert found.decide_until  # noqa: S101 set with the appeal
        said = _texts(APPEALED, found, until=spoken_moment(found.decide_until))
        accounts_services.notify(accounts.ids_of_kind("hub"), subject=code, key=f"appeal:{code}", **said)


def dismiss(code: str, why: str, *, by: str, viewer: Viewer) -> None:
    """Dismiss an appeal with its reason; somebody else than who suspended."""
    if not accounts.may_suspend(viewer):
        raise NotAllowed(MAY_NOT)
    with transaction.atomic():
        found = accounts_services.dismiss_appeal(code, why, by=by)
        _tell_owner("kept", KEPT, found, reasons=found.decision)


def lift(code: str, why: str, *, by: str, viewer: Viewer) -> int:
    """Lift a suspension: its lots are judged again in the same transaction, and the buyers who waited read that it goes on. Return how many."""
    if not accounts.may_suspend(viewer):
        raise NotAllowed(MAY_NOT)
    with transaction.atomic():
        found = accounts_services.lift_suspension(code, why, by=by)
        lots = trade.lots_behind(*_behind(found))
        services.reopen(services.lock_lots(lots), [NOT_SUSPENDED])
        shut = trade.suspended_places(lots)
        gates.judge(GATES, lots)
        again = shut - trade.suspended_places(lots)
        going_on = [row for row in trade.orders_of_places(again) if row.is_paid]
        _tell_buyers(GOES_ON, going_on, f"{code}:lifted", "")
        _tell_owner("lifted", LIFTED, found, reasons=found.lifted_because)
    return len(going_on)


def take_money_back(order: str, *, by: str, viewer: Viewer) -> None:
    """Cancel a paid order that waits behind a suspension, as its buyer chooses; the refund follows the event."""
    with transaction.atomic():
        found = trade.order_for(order, organisations=viewer.organisations, sees_all=False)
        if found is None or found.buyer_id not in viewer.organisations:
            raise NotFound(_("There is no such order."))
        services.lock_lots([found.lot.code])
        if found.state != found.State.PAID or not waits_behind(found):
            raise Refused(NOT_BEHIND)
        if not services.leave_orders_behind([order], load="", reason=SUSPENDED):
            raise Refused(NOT_BEHIND)
        services.note_choice(order, by=by)


def waits_behind(order: Any) -> bool:
    """Tell whether the lot of an order waits, for where it goes, because somebody behind it is suspended; one query."""
    return (order.lot.code, order.offer.destination) in trade.suspended_places([order.lot.code])


def _behind(suspension: Any) -> tuple[str, str]:
    return (
        suspension.organisation.code if suspension.organisation else "",
        suspension.orchard.code if suspension.orchard else "",
    )


def _sums(orders: Iterable[WaitingOrder]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in orders:
        found[row.currency] += row.amount_minor
    return dict(found)


def _tell_buyers(text: str, orders: Iterable[WaitingOrder], key: str, kind: str) -> None:
    who = Spoken(WHO[kind]) if kind else ""
    notify_each(
        notices.message(row.buyer, row.order, f"suspended:{key}", text, order=row.order, lot=row.lot, who=who)
        for row in orders
    )


def _tell_owner(what: str, text: str, suspension: Any, **values: object) -> None:
    owner = suspension.organisation_id or suspension.orchard.producer_id
    key = f"suspension:{suspension.code}:{what}"
    accounts_services.notify([owner], subject=suspension.code, key=key, **_texts(text, suspension, **values))


def _texts(text: str, suspension: Any, **values: object) -> Mapping[str, str]:
    party = suspension.organisation or suspension.orchard
    name = {
        "text_en": party.name_en, "text_th": party.name_th or party.name_en, "text_zh": getattr(party, "name_zh", "") or party.name_en,
    }  # fmt: skip
    return accounts_services.in_three_languages(text, name=name, code=suspension.code, **values)
