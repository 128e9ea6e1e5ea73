"""Shape what a packing house writes and reads: the signed ticket, what waits on the desk, the picking list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.core import clock
from samphao.trade.queries import OrderToPack, Pick
from samphao.web.cards import unit_count
from samphao.web.packing_desk import needs_test, needs_weighing
from samphao.web.templatetags.samphao import day, in_language_plain, kg, moment, number, percent
from samphao.web.tower import cities


def side_name(side: str) -> str:
    return _("Grower") if side == "grower" else _("Packing house")


def ticket_rows(ticket: Any) -> list[dict[str, Any]]:
    """Return what a ticket says, grade by grade."""
    rows = [{"term": _("Grade %(grade)s") % {"grade": row.grade}, "value": kg(row.kg)} for row in ticket.grades.all()]
    delivered = ticket.delivered_kg
    share = percent(ticket.rejected_kg / delivered, 1) if delivered else ""
    return [
        {"term": _("Cut on"), "value": day(ticket.cut_on)},
        *rows,
        {"term": _("Accepted"), "value": kg(ticket.accepted_kg)},
        {"term": _("Rejected"), "value": kg(ticket.rejected_kg), "note": share},
        {"term": _("Delivered"), "value": kg(ticket.delivered_kg)},
        {"term": _("Dry matter"), "value": f"{number(ticket.dry_matter_pct)} %" if ticket.dry_matter_pct is not None else ""},
    ]  # fmt: skip


def signatures(ticket: Any) -> list[dict[str, Any]]:
    """Return who signed; what a simulator signed has no hand."""
    found = [
        {
            "side": side_name(row.side), "name": row.name, "path": row.path, "at": moment(row.signed_at),
            "how": _("signed by hand") if row.path else _("signed by password"),
        }
        for row in ticket.signatures.all()
    ]  # fmt: skip
    if found:
        return found
    return [
        {"side": side_name(side), "name": "", "path": "", "at": moment(at), "how": _("signed by the simulator")}
        for side, at in (("grower", ticket.signed_by_grower_at), ("house", ticket.signed_by_house_at))
        if at
    ]


def stopped(stop: Any) -> dict[str, str]:
    """Say that the mass balance stopped a lot, or how a person decided."""
    values = {
        "reached": kg(round(stop.reached_kg)),
        "number": stop.gap_number,
        "limit": kg(round(stop.limit_kg)),
        "reason": stop.reason,
    }
    return {
        "": {"kind": "warn", "text": _("%(reached)s were cut under %(number)s, whose trees bear at most %(limit)s: this lot waits for a decision, and nobody is paid for it before.") % values},
        "allowed": {"kind": "info", "text": _("More was cut under %(number)s than its trees bear by our estimate; somebody looked into it, and the lot goes on: %(reason)s") % values},
        "refused": {"kind": "bad", "text": _("More was cut under %(number)s than its trees bear; the lot was ended, and its buyers get their money back: %(reason)s") % values},
    }[stop.outcome]  # fmt: skip


def settlement(ticket: Any) -> dict[str, str]:
    """Say what the ticket settles: whether what was sold is there."""
    if ticket.sold_units is None or ticket.accepted_units is None:
        return {}
    unit = ticket.lot.unit
    accepted, sold = unit_count(ticket.accepted_units, unit), unit_count(ticket.sold_units, unit)
    if ticket.accepted_units < ticket.sold_units:
        missing = unit_count(ticket.sold_units - ticket.accepted_units, unit)
        return {
            "kind": "bad",
            "text": _("%(accepted)s accepted for %(sold)s sold: %(missing)s are short. Who ordered first is served first; the others were cancelled, and their money is on its way back.")
            % {"accepted": accepted, "sold": sold, "missing": missing},
        }  # fmt: skip
    return {
        "kind": "ok",
        "text": _("%(accepted)s accepted for %(sold)s sold: every order is served, and the grower's first share is paid.")
        % {"accepted": accepted, "sold": sold},
    }  # fmt: skip


def waits(lots: Sequence[Any], loads: Sequence[Any], to_label: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the desk's five steps in the order of the fruit, each with how much waits and where to begin."""
    today = clock.today()
    receive = [lot for lot in lots if needs_weighing(lot) and lot.sold and (lot.cut_on or lot.harvest_from) <= today]
    test = [lot for lot in lots if needs_test(lot) and (lot.cut_on or lot.harvest_from) <= today]
    pack = [lot for lot in lots if not needs_weighing(lot) and lot.code in to_label]
    load = [row for row in loads if row.state == "planned" and not row.seal_number]
    seal = [row for row in loads if row.state == "loaded"]
    return [
        _step(_("Receive, weigh and grade"), _("both sign on one telephone"), receive, lambda lot: reverse("ticket", args=[lot.code])),
        _step(_("Samples for the laboratory"), _("cadmium and Basic Yellow 2, before the container is loaded"), test, lambda _lot: "#files"),
        _step(_("Pack and label"), _("cartons with the marks that the protocol asks"), pack, lambda lot: reverse("labels", args=[lot.code])),
        _step(_("Load"), _("what is to be packed a day stands on the picking list"), load, lambda _load: reverse("picking")),
        _step(_("Seal"), _("the seal's number goes onto the papers"), seal, lambda _load: "#containers"),
    ]  # fmt: skip


def _step(title: str, hint: str, waiting: Sequence[Any], address: Any) -> dict[str, Any]:
    if not waiting:
        return {"title": title, "hint": hint, "kind": "ok", "label": _("nothing waits"), "state": "done", "url": ""}
    first = waiting[0]
    named = getattr(first, "code", "")
    return {
        "title": title, "hint": f"{hint} · {_('next: %(code)s') % {'code': named}}", "kind": "warn",
        "label": _("%(n)s wait") % {"n": number(len(waiting))}, "state": "todo", "url": address(first),
    }  # fmt: skip


def plain_kg(grams: int) -> str:
    """Return kilograms as a form takes them."""
    return f"{grams / 1000:.3f}".rstrip("0").rstrip(".")


def to_pack_name(row: OrderToPack) -> str:
    city = cities().get(row.destination, row.destination)
    return f"{row.order} · {city} · {kg(row.ordered_g / 1000)}"


def to_pack_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Order"), "whole": True}, {"label": _("for"), "wide": True}, {"label": _("ordered"), "numeric": True},
        {"label": _("cartons"), "numeric": True}, {"label": _("packed"), "numeric": True}, {"label": _("weighs"), "numeric": True},
    ]  # fmt: skip


def to_pack_rows(orders: Iterable[OrderToPack], lot: Any) -> list[list[Any]]:
    """Return the paid orders that wait for their cartons; each leads to the form filled in for it."""
    names, address = cities(), reverse("labels", args=[lot.code])
    return [
        [
            {"text": row.order, "url": f"{address}?order={row.order}"}, names.get(row.destination, row.destination), kg(row.ordered_g / 1000),
            number(row.cartons), number(row.packed), kg(row.packed_g / 1000) if row.packed else "",
        ]
        for row in orders
    ]  # fmt: skip


def pick_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("lot"), "whole": True}, {"label": _("for"), "wide": True}, {"label": _("cartons"), "numeric": True},
        {"label": _("units"), "numeric": True}, {"label": _("mass"), "numeric": True}, {"label": _("labelled"), "numeric": True}, {"label": _("done")},
    ]  # fmt: skip


def pick_rows(picks: Iterable[Pick]) -> list[list[Any]]:
    """Return what is packed of each lot for each city; the last cell is for a pencil."""
    names = cities()
    return [
        [
            {"text": pick.lot, "note": in_language_plain(pick, "title")}, names.get(pick.destination, pick.destination), number(pick.cartons),
            unit_count(pick.units, pick.unit), kg(pick.mass_kg), number(pick.printed), "☐",
        ]
        for pick in picks
    ]  # fmt: skip


def pick_foot(picks: Sequence[Pick]) -> list[Any]:
    return [
        _("together"), "", number(sum(pick.cartons for pick in picks)), "", kg(sum(pick.mass_kg for pick in picks)),
        number(sum(pick.printed for pick in picks)), "",
    ]  # fmt: skip


def day_tabs(days: Sequence[date], chosen: date) -> list[dict[str, Any]]:
    return [
        {"label": day(on), "url": f"{reverse('picking')}?on={on.isoformat()}", "current": on == chosen} for on in days
    ]
