"""Shape the importer's desk: permits and what is left of them, orders behind each destination, import declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.core import clock
from samphao.customs.queries import CollectedSum
from samphao.reference import queries as reference
from samphao.trade.types import OrdersBehind
from samphao.web.officer import state_tag
from samphao.web.reasons import named
from samphao.web.sources import source_text
from samphao.web.templatetags.samphao import day, in_language_plain, kg, moment, money, money_whole, number, tonnes
from samphao.web.tower import node_name

STATES = ("held", "cleared")
NEARLY = 0.9
"""From this share on a permit is shown as nearly used up."""
ENDS_SOON_DAYS = 30


def figures(
    permits: Sequence[Any], sums: Sequence[CollectedSum], behind: Sequence[OrdersBehind]
) -> list[dict[str, Any]]:
    held = sum(row.count for row in sums if row.state == "held")
    return [
        {"label": _("orders behind you"), "value": number(sum(row.orders for row in behind))},
        {"label": _("import declarations"), "value": number(sum(row.count for row in sums))},
        {"label": _("held at entry"), "value": number(held), "kind": "bad" if held else "ok"},
        {"label": _("permits"), "value": number(len(permits))},
        {"label": _("drawn from permits"), "value": tonnes(sum(permit.drawn_kg for permit in permits))},
    ]


def permit_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("permit"), "whole": True},
        {"label": _("goods")},
        {"label": _("port of entry")},
        {"label": _("granted"), "numeric": True},
        {"label": _("drawn"), "numeric": True},
        {"label": _("left"), "numeric": True},
        {"label": _("used")},
        {"label": _("valid to"), "whole": True},
    ]


def permit_rows(permits: Iterable[Any], *, names_importer: bool) -> list[list[Any]]:
    goods, today = reference.goods(), clock.today()
    rows = []
    for permit in permits:
        is_over = permit.valid_to < today
        kind = "bad" if is_over or permit.left_kg == 0 else "warn" if permit.drawn_share >= NEARLY else ""
        note = in_language_plain(permit.importer) if names_importer else source_text(permit.source)
        good = goods.get(permit.good)
        rows.append(
            [
                {"text": permit.number, "note": note}, in_language_plain(good) if good else permit.good, node_name(permit.port), kg(permit.granted_kg),
                kg(permit.drawn_kg), kg(permit.left_kg), {"share": permit.drawn_share, "kind": kind},
                {"tag": {"kind": "bad", "label": _("ended %(on)s") % {"on": day(permit.valid_to)}}} if is_over else day(permit.valid_to),
            ]
        )  # fmt: skip
    return rows


def destination_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("destination")},
        {"label": _("orders"), "numeric": True},
        {"label": _("paid by buyers"), "numeric": True},
        {"label": _("on the way"), "numeric": True},
        {"label": _("declared"), "numeric": True},
        {"label": _("customs value"), "numeric": True},
        {"label": _("duty"), "numeric": True},
        {"label": _("VAT"), "numeric": True},
    ]


def destination_rows(
    behind: Sequence[OrdersBehind],
    way: Iterable[tuple[str, int, Any]],
    sums: Sequence[CollectedSum],
    cities: Mapping[str, str],
) -> list[list[Any]]:
    coming = {destination: (count, mass) for destination, count, mass in way}
    rows = []
    for row in behind:
        here = [found for found in sums if (found.destination, found.currency) == (row.destination, row.currency)]
        count, mass = coming.get(row.destination, (0, 0))
        rows.append(
            [
                cities.get(row.destination, row.destination), number(row.orders), money_whole(row.amount_minor, row.currency),
                {"text": number(count), "note": tonnes(mass)} if count else number(0), number(sum(found.count for found in here)),
                money_whole(sum(found.customs_value_minor for found in here), row.currency),
                money_whole(sum(found.duty_minor for found in here), row.currency), money_whole(sum(found.vat_minor for found in here), row.currency),
            ]
        )  # fmt: skip
    return rows


def held_items(rows: Iterable[Any], cities: Mapping[str, str], names: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return imports that are held, as exceptions: what was found, whose goods, since when."""
    return [
        {
            "kind": "bad", "label": state_tag(row.state)["label"], "reference": row.code, "url": reverse("declaration", args=[row.code]),
            "text": _(row.decision_reason), "options": "; ".join(named(str(reason["found"]), names) for reason in row.reasons),
            "owner": f"{in_language_plain(row.exporter)} → {cities.get(row.destination, row.destination)}", "due": moment(row.decided_at),
        }
        for row in rows
    ]  # fmt: skip


def permit_items(permits: Iterable[Any], *, names_importer: bool) -> list[dict[str, Any]]:
    """Return what permits run out, as exceptions: nearly used up, or at their end within a month, all of a good at a port together."""
    today = clock.today()
    together: dict[tuple[int, str, str], list[Any]] = {}
    for permit in permits:
        if permit.valid_to >= today:
            together.setdefault((permit.importer_id, permit.good, permit.port), []).append(permit)
    found = [_permit_item(group, today, names_importer=names_importer) for group in together.values()]
    return sorted((item for item in found if item), key=lambda item: (item["kind"] != "bad", item["reference"]))


def _permit_item(group: Sequence[Any], today: date, *, names_importer: bool) -> dict[str, Any]:
    last = max(group, key=lambda permit: (permit.valid_to, permit.number))
    left_kg, granted_kg = sum(permit.left_kg for permit in group), sum(permit.granted_kg for permit in group)
    if granted_kg - left_kg < NEARLY * granted_kg and last.valid_to > today + timedelta(days=ENDS_SOON_DAYS):
        return {}
    good = reference.goods().get(last.good)
    return {
        "kind": "warn" if left_kg else "bad", "label": _("permit runs out") if left_kg else _("permit used up"), "reference": last.number,
        "url": "#permits",
        "text": _("%(left)s left for %(good)s at %(port)s") % {
            "left": kg(left_kg), "good": in_language_plain(good) if good else last.good, "port": node_name(last.port),
        },
        "owner": in_language_plain(last.importer) if names_importer else "", "due": _("valid to %(day)s") % {"day": day(last.valid_to)},
    }  # fmt: skip


def import_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("declaration"), "whole": True},
        {"label": _("state")},
        {"label": _("enters by")},
        {"label": _("destination")},
        {"label": _("entered"), "whole": True},
        {"label": _("customs value"), "numeric": True},
        {"label": _("duty"), "numeric": True},
        {"label": _("VAT"), "numeric": True},
    ]


def import_row(row: Any, cities: Mapping[str, str]) -> list[Any]:
    return [
        {"text": row.code, "url": reverse("declaration", args=[row.code])},
        {"tag": state_tag(row.state)},
        node_name(row.entry_node),
        cities.get(row.destination, row.destination),
        moment(row.enters_at),
        money(row.customs_value_minor, row.currency),
        money(row.duty_minor, row.currency),
        money(row.vat_minor, row.currency),
    ]


def tabs(chosen: str, sums: Sequence[CollectedSum]) -> list[dict[str, Any]]:
    total = sum(row.count for row in sums)
    return [
        {"label": _("All"), "url": "?#imports", "current": not chosen, "count": number(total)},
        *(
            {
                "label": state_tag(state)["label"],
                "url": f"?state={state}#imports",
                "current": chosen == state,
                "count": number(sum(row.count for row in sums if row.state == state)),
            }
            for state in STATES
        ),
    ]
