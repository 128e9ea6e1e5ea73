"""Shape the road of an order: what has happened, where it stands, what is to come; each step from the record that proves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.trade.services import SHORT_SHARE, SHORTFALL
from samphao.web.cards import is_packed_fruit
from samphao.web.officer import lane_tag
from samphao.web.stored_texts import stored_text
from samphao.web.templatetags.samphao import day, in_language_plain, kg, moment, money, number
from samphao.web.tower import mode_name, node_name
from samphao.web.trade_modes import besides_text
from samphao.workflows.missed_departures import NO_LATER
from samphao.workflows.order_road import OrderRoad

STOPPED = ("held", "documents_asked", "control", "draft")
Tag = dict[str, str] | str | None


@dataclass(slots=True)
class Step:
    """A step of the road: `at` is when it was done, None while it is not; `is_stop` says that nothing goes on here."""

    title: str
    at: datetime | None = None
    text: str = ""
    tag: Tag = None
    links: list[dict[str, str]] = field(default_factory=list)
    is_stop: bool = False


def steps_of(order: Any, road: OrderRoad, held_by: str, *, sees_declarations: bool) -> list[dict[str, Any]]:
    """Return the steps for the component `road`: done ones, the one that is on, and those to come."""
    steps = list(_steps(order, road, held_by, sees_declarations=sees_declarations))
    shown, is_over = [], False
    for step in steps:
        if is_over and not step.at:
            state = "todo"
        elif step.is_stop:
            state, is_over = "stop", True
        elif step.at:
            state = "done"
        else:
            state, is_over = "now", True
        when = moment(step.at) if step.at else (_("now") if state == "now" else "")
        shown.append(
            {"state": state, "at": step.at, "when": when, "title": step.title, "text": step.text, "tag": step.tag, "links": step.links}
        )  # fmt: skip
    return shown


def _steps(order: Any, road: OrderRoad, held_by: str, *, sees_declarations: bool) -> Iterator[Step]:
    yield Step(_("Order placed"), order.placed_at, _placed(order))
    if hasattr(order, "pre_order"):
        yield Step(_("Deposit paid"), order.pre_order.taken_at, held_by)
    if order.state == "expired":
        title = _("The balance was not paid") if hasattr(order, "pre_order") else _("The hold ran out")
        yield Step(title, text=_("The goods are free for other buyers again."), is_stop=True)
        return
    if order.paid_at:
        yield Step(_("Paid"), order.paid_at, held_by)
    elif hasattr(order, "pre_order"):
        yield Step(_("Waiting for the balance"), text=_("until %(until)s") % {"until": moment(order.hold_expires_at)})
    else:
        yield Step(_("Waiting for payment"))
    if order.state == "cancelled":
        yield _turned_away(order, road)
        return
    is_besides = order.offer.trade_mode in ("domestic", "post")
    yield _besides(order, road) if is_besides else _planned(road)
    yield _weighed(order, road)
    if not is_besides:
        yield _released(road, sees_declarations=sees_declarations)
    yield _on_the_way(order, road)
    if not is_besides:
        yield _entered(road, sees_declarations=sees_declarations)
    delivered = road.event("delivered")
    yield Step(
        _("Delivered"),
        delivered.at if delivered else None,
        _late(delivered)
        if delivered
        else _("%(hours)s hours to report bad fruit, with photos") % {"hours": order.lot.claim_hours},
    )
    yield Step(_("Seller paid after the claim window"), road.settled_at)


def _placed(order: Any) -> str:
    text = _("%(amount)s to the door; held until %(until)s") % {
        "amount": money(order.amount_minor, order.currency), "until": moment(order.hold_expires_at),
    }  # fmt: skip
    if order.offer.importer:
        text += " · " + _("importer of record: %(name)s") % {"name": in_language_plain(order.offer.importer)}
    return text


def _turned_away(order: Any, road: OrderRoad) -> Step:
    returned = road.transfers.get("return")
    text = {
        NO_LATER: _("Customs had not released the load in time, and no later departure arrives while the goods keep."),
        "buyer": _("The buyer gave the order up in time."),
        "seller": _("The seller gave the order up: “%(reason)s”.") % {"reason": order.cancel_reason},
        SHORTFALL: _("The harvest was smaller than what was sold, and who ordered first was served first."),
        SHORT_SHARE: _(
            "The harvest was smaller than what was sold, and the share of this order is less than one package."
        ),
    }.get(order.cancelled_by or order.ended_for) or _("The lot failed a test at the packing house and does not travel.")
    if returned:
        text += " " + _("Your money went back on %(at)s.") % {"at": moment(returned)}
    return Step(_("Cancelled"), text=text, is_stop=True)


def _planned(road: OrderRoad) -> Step:
    load = road.load
    if load is None:
        return Step(_("Planned"), text=_("the plan puts the order into a container"))
    text = _("%(equipment)s leaves %(leaves)s, arrives %(arrives)s, enters by %(entry)s") % {
        "equipment": load.container_number or _("a shared container"), "leaves": moment(load.departs_at), "arrives": moment(load.arrives_at),
        "entry": node_name(load.entry_node),
    }  # fmt: skip
    missed = road.last_event("rebooked")
    if missed is None:
        return Step(_("Planned"), load.plan.made_at, text)
    why = _("booked anew on %(at)s: it could not leave on %(was)s") % {
        "at": moment(missed.at), "was": moment(missed.planned_at),
    }  # fmt: skip
    return Step(_("Planned"), load.plan.made_at, f"{text} · {why}", {"kind": "warn", "label": _("re-booked")})


def _besides(order: Any, road: OrderRoad) -> Step:
    """An order that no container takes: a truck inside Thailand, or the post; neither waits for a declaration."""
    if road.load is None:
        return Step(_("Planned"), text=_("it leaves when it is ready"))
    return Step(_("Planned"), order.paid_at, besides_text(road.shipment, road.load))


def _weighed(order: Any, road: OrderRoad) -> Step:
    ticket, lot = road.ticket, order.lot
    link = {"label": lot.code, "url": reverse("lot", args=[lot.code])}
    is_fruit = is_packed_fruit(lot)
    title = _("Cut, weighed and graded") if is_fruit else _("Weighed and graded")
    if ticket is None:
        signs = _("grower and packing house sign one ticket") if is_fruit else _("the producer signs a ticket")
        return Step(title, text=signs, links=[link])
    parts = [
        _("ticket of the lot: %(accepted)s accepted, %(rejected)s rejected, signed %(at)s")
        % {"accepted": kg(ticket.accepted_kg), "rejected": kg(ticket.rejected_kg), "at": moment(ticket.signed_by_grower_at)}
    ]  # fmt: skip
    if ticket.dry_matter_pct is not None:
        parts.append(_("dry matter %(share)s %%") % {"share": number(ticket.dry_matter_pct, 1)})
    if lot.tested_on:
        parts.append(_("tested %(on)s") % {"on": day(lot.tested_on)})
    if lot.cadmium_mg_kg is not None:
        parts.append(_("cadmium %(mass)s mg/kg") % {"mass": number(lot.cadmium_mg_kg, 3)})
    if "advance" in road.transfers:
        parts.append(_("the producer's first share is paid"))
    # A lot is cut through its harvest and its ticket closes the whole: this order's part was cut when it was ready.
    cut_at = road.shipment.ready_at if road.shipment else ticket.signed_by_grower_at
    return Step(title, cut_at, " · ".join(parts), links=[link])


def _released(road: OrderRoad, *, sees_declarations: bool) -> Step:
    row = road.export
    if row is None:
        return Step(_("Declared and released"))
    links = [_link(row)] if sees_declarations else []
    text = _("at %(office)s") % {"office": in_language_plain(row.office)}
    tag = lane_tag(row.lane) if row.lane else None
    if row.state in STOPPED:
        reason = _(row.decision_reason) if row.decision_reason else _("customs looks at the papers")
        return Step(_("Declared; stopped at customs"), text=f"{text}: {reason}", tag=tag, links=links, is_stop=True)
    if road.load and road.load.state == "held":
        reason = _("these goods are released, but others in the same container are not")
        return Step(_("Declared; the container waits"), text=f"{text}: {reason}", tag=tag, links=links, is_stop=True)
    return Step(_("Declared and released"), row.decided_at, text, tag, links)


def _on_the_way(order: Any, road: OrderRoad) -> Step:
    sealed, last = road.event("sealed"), road.last_event("departed", "arrived")
    if sealed is None or last is None or road.load is None:
        return Step(_("Packed, sealed and on the way"))
    modes = " + ".join(mode_name(mode) for mode in dict.fromkeys(leg["mode"] for leg in road.load.legs))
    where = _("left %(node)s") if last.kind == "departed" else _("came to %(node)s")
    house = order.lot.packing_house
    node = in_language_plain(house) if house and house.code == last.node else node_name(last.node)
    parts = [modes, where % {"node": node}, stored_text(last.reported_by)]
    if road.load.seal_number:
        parts.insert(0, _("seal %(number)s") % {"number": road.load.seal_number})
    return Step(_("Packed, sealed and on the way"), sealed.at, " · ".join(parts))


def _entered(road: OrderRoad, *, sees_declarations: bool) -> Step:
    row = road.entry
    if row is None:
        return Step(_("Entry inspection"))
    inspection = row.inspection
    sample = _("sampled") if inspection.is_sampled else _("not sampled")
    text = f"{node_name(row.entry_node)} · {sample} · {stored_text(inspection.inspector)}"
    links = [_link(row)] if sees_declarations else []
    if row.state == "held":
        return Step(_("Held at entry"), text=f"{text}: {_(row.decision_reason)}", links=links, is_stop=True)
    return Step(_("Entry inspection"), inspection.ended_at, text, links=links)


def _late(delivered: Any) -> str:
    hours = round((delivered.at - delivered.planned_at).total_seconds() / 3600)
    return _("%(hours)s h later than planned") % {"hours": number(hours)} if hours > 0 else _("as planned")


def _link(declaration: Any) -> dict[str, str]:
    return {"label": declaration.code, "url": reverse("declaration", args=[declaration.code])}
