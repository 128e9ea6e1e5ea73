"""Shape the control tower: the plan and its certificate, loads with their fill, flows on the map."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from samphao.core import clock
from samphao.freight import queries as freight
from samphao.freight.queries import PlanFigures
from samphao.reference.queries import destinations
from samphao.trade.types import DecisionsWaiting, UnpaidSales
from samphao.web.cards import destination_names
from samphao.web.maps import Flow, Mode, Pin, Place, corridor_map, flow_key
from samphao.web.reasons import leading, reason_text
from samphao.web.stored_texts import stored_text
from samphao.web.templatetags.samphao import (
    day,
    in_language_plain,
    kg,
    moment,
    money,
    money_whole,
    number,
    percent,
    tonnes,
)
from samphao.workflows.exceptions import Kind, LoadException, Next

MODES = ("road", "rail", "sea", "air")


def mode_name(mode: str) -> str:
    return {"road": _("road"), "rail": _("rail"), "sea": _("sea"), "air": _("air"), "post": _("post")}.get(mode, mode)


def node_name(code: str) -> str:
    node = freight.nodes().get(code)
    return (
        in_language_plain({"name_en": node.name_en, "name_th": node.name_th, "name_zh": node.name_zh}) if node else code
    )


def equipment_name(code: str) -> str:
    """Return the name of a container or truck; one that the network does not know keeps its code."""
    known = freight.equipment().get(code)
    return in_language_plain(known) if known else code


def place_name(code: str, houses: Mapping[str, Any]) -> str:
    """Return the name of where a load is stuffed: a packing house, else a node of the network."""
    return in_language_plain(houses[code]) if code in houses else node_name(code)


def short(name: str) -> str:
    """Return a name without what stands in brackets behind it, for narrow cells."""
    return re.split(r"\s*[(（]", name)[0]


def cities() -> dict[str, str]:
    return {row.code: in_language_plain(destination_names(row), "city") for row in destinations()}


def flow_map(plan: Any, label: str) -> dict[str, Any]:
    """Return the drawing, its key and its table: what each link of the network carries."""
    nodes, sums = freight.nodes(), freight.flows_of(plan)
    served = {row.node: in_language_plain(destination_names(row), "city") for row in destinations()}
    flows, rows = [], []
    pins: dict[str, Pin] = {}
    for flow in sums:
        start, end = nodes[flow.start], nodes[flow.end]
        name = f"{node_name(flow.start)} → {node_name(flow.end)}"
        title = f"{name}: {tonnes(flow.kg)}, {mode_name(flow.mode)}"
        bend = 0.12 if flow.mode in ("sea", "air") else 0.03
        flows.append(Flow(Place(start.lat, start.lon), Place(end.lat, end.lon), flow.mode, flow.kg, title, bend=bend))  # type: ignore[arg-type]
        rows.append([name, mode_name(flow.mode), number(flow.loads), tonnes(flow.kg)])
        if flow.end in served:
            pins[flow.end] = Pin(Place(end.lat, end.lon), served[flow.end])
        if start.country == "TH" != end.country:
            pins[flow.start] = Pin(Place(start.lat, start.lon), node_name(flow.start), is_minor=True)
    columns = [
        {"label": _("link")},
        {"label": _("mode")},
        {"label": _("loads"), "numeric": True},
        {"label": _("mass"), "numeric": True},
    ]
    modes = {mode: mode_name(mode) for mode in MODES if any(flow.mode == mode for flow in sums)}
    drawn = list(pins.values())
    return {
        "flows": flows, "pins": drawn, "svg": corridor_map(label, flows=flows, pins=drawn), "key": flow_key(modes), "columns": columns,
        "rows": rows,
    }  # fmt: skip


def certificate(plan: Any) -> dict[str, Any]:
    low, high = (round(plan.cost_minor * (1 + sign * plan.estimate_share / 5)) for sign in (-1, 1))
    return {
        "cost": money_whole(plan.cost_minor, plan.currency),
        "bound": money_whole(plan.lower_bound_minor, plan.currency),
        "above_best": plan.above_best,
        "rows": [
            {"label": _("rests on estimates"), "value": percent(plan.estimate_share, 0)},
            {
                "label": _("were they 20 % off"),
                "value": f"{money_whole(low, plan.currency)} – {money_whole(high, plan.currency)}",
            },
            {"label": _("solved in"), "value": f"{number(plan.seconds, 1)} s"},
        ],
        "note": _(
            "Best for these prices. Cost, feasibility and bound were recomputed order by order without the planner's code."
        ),
    }


def exception_items(
    found: Sequence[LoadException], names: dict[str, str], words: Mapping[str, Any], parties: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the tower's exceptions: what stands still, why, who mends it, by when, and what happens next."""
    labels = {
        Kind.PAPERS: ("warn", _("papers are missing")),
        Kind.OFFICER: ("warn", _("waits for an officer")),
        Kind.HELD: ("bad", _("held by customs")),
        Kind.ENTRY: ("bad", _("held at entry")),
        Kind.UNDECLARED: ("bad", _("not declared")),
    }
    items, now = [], clock.now()
    for row in found:
        kind, label = labels[row.kind]
        what = _("consignment %(code)s") if row.kind is Kind.UNDECLARED else _("declaration %(code)s")
        parts = (
            names.get(row.load.destination, row.load.destination),
            kg(round(row.load.mass_kg)),
            what % {"code": row.code},
        )
        items.append(
            {
                "kind": "bad" if row.next is Next.MISSED else kind, "label": next_label(row.next) or label, "reference": row.load.code,
                "url": reverse("load", args=[row.load.code]), "text": exception_text(row, words), "options": " · ".join(parts),
                "next": next_text(row), "owner": owner_name(row.owner, parties), "due": due_text(row.due_at, now),
            }
        )  # fmt: skip
    return items


def owner_name(owner: Any, parties: Mapping[str, Any]) -> str:
    """Return the name of whoever can mend something; `parties` are names by code."""
    named = parties.get(owner) if isinstance(owner, str) else owner
    return in_language_plain(named) if named else ""


def next_label(follows: Next) -> str:
    return {Next.MISSED: _("missed its departure"), Next.REBOOKED: _("re-booked")}.get(follows, "")


def next_text(row: LoadException) -> str:
    """Say what becomes of a load if nobody does anything."""
    if row.next is Next.MISSED:
        return _(
            "It is being booked on the next departure; where none arrives while the goods keep, its buyers are refunded."
        )
    if row.next is Next.REBOOKED:
        return _("It did not leave on %(was)s. If everything is released by then, it leaves on %(leaves)s and arrives on %(arrives)s.") % {
            "was": moment(row.missed_at), "leaves": moment(row.load.departs_at), "arrives": moment(row.load.arrives_at),
        }  # fmt: skip
    if row.next is Next.NEAR:
        return _("Hours left: %(hours)s. What is not released then is booked on a later departure.") % {
            "hours": number(row.hours_left)
        }
    if row.next is Next.ANSWER:
        return _("It goes on when the customs of the country of destination lets it in.")
    return _("What is not released by then is booked on a later departure.")


def unpaid_items(found: Sequence[UnpaidSales]) -> list[dict[str, Any]]:
    """Return what cannot be paid because nobody knows an exchange rate."""
    return [
        {
            "kind": "bad", "label": _("not paid"), "reference": "", "url": "",
            "text": _("No exchange rate of %(currency)s is known for %(on)s.") % {"currency": row.currency, "on": day(row.priced_on)},
            "options": _("%(orders)s orders of %(lots)s lots, the first %(lot)s · %(amount)s") % {
                "orders": number(row.orders), "lots": number(row.lots), "lot": row.first_lot, "amount": money(row.amount_minor, row.currency),
            },
            "next": _("Publish the rate: the payment is tried again every minute, and everybody else is paid meanwhile."), "owner": _("the hub"), "due": "",
        }
        for row in found
    ]  # fmt: skip


def decision_items(waiting: Sequence[DecisionsWaiting]) -> list[dict[str, Any]]:
    """Return what the hub's people have to decide: a line a kind, with the way to all of them."""
    now, texts = clock.now(), {
        "dispute": lambda n: ngettext("%(n)s dispute waits for a decision.", "%(n)s disputes wait for a decision.", n),
        "review": lambda n: ngettext("%(n)s review was appealed.", "%(n)s reviews were appealed.", n),
        "contract": lambda n: ngettext("%(n)s contract is disputed.", "%(n)s contracts are disputed.", n),
    }  # fmt: skip
    follows = {
        "dispute": _("Nobody is paid for these orders until it is decided."),
        "review": _("It stays to be seen until you decide."),
        "contract": _("Nothing of it is released until it is decided."),
    }
    return [
        {
            "kind": "bad" if row.kind != "review" and row.first_at <= now else "warn", "label": _("to decide"),
            "reference": _("Contracts") if row.kind == "contract" else _("Claims and returns"), "url": reverse("contracts" if row.kind == "contract" else "claims"), "text": texts[row.kind](row.count) % {"n": number(row.count)}, "options": "", "next": follows[row.kind],
            "owner": _("the hub"), "due": due_text(row.first_at, now) if row.kind != "review" else moment(row.first_at),
        }
        for row in waiting
    ]  # fmt: skip


def exception_text(row: LoadException, words: Mapping[str, Any]) -> str:
    """Say what keeps a load and what can be done: `words` are names by code, for what was found."""
    if row.kind is Kind.PAPERS and row.missing:
        papers = ", ".join(in_language_plain(paper) for paper in row.missing)
        return _("Missing: %(papers)s. The load leaves when the exporter has sent it.") % {"papers": papers}
    if row.kind is Kind.OFFICER and row.reasons:
        reasons = "; ".join(dict.fromkeys(reason_text(reason, words) for reason in leading(row.reasons)))
        return _("%(reasons)s. The customs office decides.") % {"reasons": reasons}
    if row.kind is Kind.UNDECLARED:
        return _("Its consignment has not been declared. The load leaves when the exporter has declared it.")
    return _(row.reason) if row.reason else _("Customs looks at the papers.")


def due_text(due_at: datetime, now: datetime) -> str:
    """Say by when something must be done, or for how many days it is overdue."""
    days = (now - due_at).days
    if days <= 0:
        return moment(due_at)
    return ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": number(days)}


def load_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Load"), "whole": True},
        {"label": _("Leaves"), "whole": True},
        {"label": _("Lane"), "wide": True},
        {"label": _("State")},
        {"label": _("Mass"), "numeric": True},
        {"label": _("Fill")},
    ]


def load_row(load: Any, names: dict[str, str], houses: Mapping[str, Any]) -> list[Any]:
    return [
        {"text": load.code, "url": reverse("load", args=[load.code])},
        moment(load.departs_at),
        f"{mode_name(load.mode)} · {short(place_name(load.origin, houses))} → {names.get(load.destination, load.destination)}",
        {"tag": load_tag(load.state)},
        kg(round(load.mass_kg)),
        {"share": load.fill},
    ]


def load_tag(state: str) -> dict[str, str]:
    kind, label = {
        "planned": ("idle", _("planned")),
        "loaded": ("info", _("loaded")),
        "declared": ("info", _("declared")),
        "released": ("ok", _("released")),
        "in_transit": ("info", _("on its way")),
        "at_entry": ("warn", _("at its entry")),
        "entered": ("ok", _("let in")),
        "delivered": ("ok", _("delivered")),
        "held": ("bad", _("held by customs")),
        "cancelled": ("idle", _("does not travel")),
    }[state]
    return {"kind": kind, "label": label}


def event_name(kind: str) -> str:
    return {
        "stuffed": _("stuffed"),
        "sealed": _("sealed"),
        "departed": pgettext("a load", "left"),
        "arrived": _("arrived"),
        "inspected": _("inspected and let in"),
        "delivered": _("delivered"),
        "rebooked": _("re-booked"),
    }[kind]


def load_page(
    load: Any, events: Sequence[Any], declared: Mapping[tuple[str, str], Any], parties: Mapping[str, Any]
) -> dict[str, Any]:
    names = cities()
    return {
        "load": load,
        "title": f"{names.get(load.destination, load.destination)} · {kg(round(load.mass_kg))}",
        "tag": load_tag(load.state),
        "rows": [
            {
                "term": _("Container"),
                "value": load.container_number or (_("shared container") if load.plan else _("no container")),
                "note": equipment_name(load.equipment),
            },
            {"term": _("Seal"), "value": load.seal_number},
            {"term": _("Stuffed and sealed at"), "value": place_name(load.origin, parties)},
            {"term": _("Enters by"), "value": load.entry_node and node_name(load.entry_node)},
            {"term": _("Leaves"), "value": moment(load.departs_at)},
            {"term": _("Arrives"), "value": moment(load.arrives_at)},
            {"term": _("Fill"), "value": percent(load.fill, 0)},
            {"term": _("Cost"), "value": money_whole(load.cost_minor, "THB"), "note": _("estimate")},
            {
                "term": _("CO2e of the fuel burnt, without its production"),
                "value": _("unknown") if load.emission_kg is None else kg(load.emission_kg),
            },
        ],
        "leg_columns": [
            {"label": _("leg"), "wide": True},
            {"label": _("mode")},
            {"label": _("leaves"), "whole": True},
            {"label": _("arrives"), "whole": True},
            {"label": _("cost"), "numeric": True},
        ],
        "legs": [
            [
                f"{place_name(leg['from'], parties)} → {node_name(leg['to'])}",
                mode_name(leg["mode"]),
                moment(datetime.fromisoformat(leg["departs_at"])),
                moment(datetime.fromisoformat(leg["arrives_at"])),
                money_whole(leg["cost_minor"], "THB"),
            ]
            for leg in load.legs
        ],
        "event_columns": [{"label": _("what")}, {"label": _("where"), "wide": True}, {"label": _("happened"), "whole": True}, {"label": _("planned"), "whole": True}, {"label": _("told by")}],
        "events": [[event_name(row.kind), place_name(row.node, parties), moment(row.at), moment(row.planned_at), stored_text(row.reported_by)] for row in events],
        "consignment_columns": [
            {"label": _("consignment"), "whole": True},
            {"label": _("exporter"), "whole": True},
            {"label": _("importer"), "whole": True},
            {"label": _("shipments"), "numeric": True},
            {"label": _("mass"), "numeric": True},
            {"label": _("export declaration"), "whole": True},
            {"label": _("import declaration"), "whole": True},
        ],
        "consignments": [
            [
                row.code, place_name(row.exporter, parties), place_name(row.importer, parties), number(row.shipments), kg(round(row.mass_kg)), _declaration(declared.get((row.code, "export"))),
                _declaration(declared.get((row.code, "import"))),
            ]
            for row in load.consignments.all()
        ],
    }  # fmt: skip


def _declaration(row: Any) -> Any:
    return {"text": row.code, "url": reverse("declaration", args=[row.code])} if row else _("not yet")


def tower_figures(plan: Any, figures: PlanFigures) -> list[dict[str, Any]]:
    return [
        {"label": _("shipments"), "value": number(plan.shipments)},
        {"label": _("containers"), "value": number(figures.containers)},
        {"label": _("shares of containers"), "value": number(figures.shares)},
        {"label": _("mean fill"), "value": percent(figures.mean_fill, 0)},
        {"label": _("carried"), "value": tonnes(figures.kg, 0)},
        {"label": _("left behind"), "value": number(plan.unserved), "kind": "bad" if plan.unserved else "ok"},
    ]


# A map outside a page carries its colours with it: the stylesheet is not there.
STANDALONE_STYLE = (
    "<style>.land{fill:#EDEAE3}.border,.seam{fill:none;stroke:#D9D5CC}.seam{stroke:#EDEAE3}.prov{fill:#E4EFE9;stroke:#FBFAF7;stroke-width:.5}"
    ".grat{fill:none;stroke:#E7E3DA}.flow,.halo,.ties{fill:none;stroke-linecap:round}.halo{stroke:#FBFAF7}.flow.sea{stroke:#1B5E8C}"
    ".flow.rail{stroke:#B4322A}.flow.road{stroke:#B07D1C}.flow.air{stroke:#51606E}.ties{stroke:#FBFAF7}.pin{fill:#fff;stroke:#12263A}"
    ".lab{font-family:Sarabun,sans-serif;fill:#12263A;stroke:#FBFAF7;paint-order:stroke}.near{display:none}</style>"
)


def _flow(start: Any, end: Any, mode: str, kg: float, title: str = "") -> Flow:
    bend = 0.12 if mode in ("sea", "air") else 0.03
    return Flow(Place(start.lat, start.lon), Place(end.lat, end.lon), cast("Mode", mode), kg, title, bend=bend)


def standalone_map(carried: dict[tuple[str, str, str], float]) -> str:
    """Draw flows (from, to, mode: kilograms) as an SVG file of its own."""
    nodes = freight.nodes()
    flows = [_flow(nodes[start], nodes[end], mode, kg) for (start, end, mode), kg in sorted(carried.items())]
    pins = [
        Pin(Place(nodes[code].lat, nodes[code].lon), nodes[code].name_en)
        for code in sorted({end for _, end, _ in carried} - {start for start, _, _ in carried})
    ]
    drawn = str(corridor_map("what is carried where; outlines not authoritative", flows=flows, pins=pins))
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(">", f">{STANDALONE_STYLE}", 1)
