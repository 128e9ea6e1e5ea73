"""Shape the packing house's desk: lots to weigh and to test, containers with its lots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.web.templatetags.samphao import day, in_language_plain, kg, moment, number
from samphao.web.tower import load_tag, place_name

TESTED_GOOD = "durian-fresh"


def needs_weighing(lot: Any) -> bool:
    return not hasattr(lot, "ticket")


def needs_test(lot: Any) -> bool:
    return bool(lot.listing.good == TESTED_GOOD and not lot.tested_on)


def what_waits_first(lots: Iterable[Any]) -> list[Any]:
    """Return lots with those first that wait for a laboratory, then those for the scales; each by its harvest."""
    return sorted(lots, key=lambda lot: (not needs_test(lot), not needs_weighing(lot), lot.harvest_from, lot.code))


def figures(lots: Sequence[Any], loads: Sequence[Any]) -> list[dict[str, Any]]:
    to_test = sum(map(needs_test, lots))
    return [
        {"label": _("lots"), "value": number(len(lots))},
        {"label": _("to be weighed"), "value": number(sum(map(needs_weighing, lots)))},
        {"label": _("to be tested"), "value": number(to_test), "kind": "bad" if to_test else "ok"},
        {"label": _("containers"), "value": number(len(loads))},
    ]


def lot_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("lot"), "whole": True},
        {"label": _("producer"), "wide": True},
        {"label": _("harvest"), "whole": True, "wide": True},
        {"label": _("accepted"), "numeric": True},
        {"label": _("rejected"), "numeric": True},
        {"label": _("laboratory")},
    ]


def lot_rows(lots: Iterable[Any]) -> list[list[Any]]:
    """Return the lots of a packing house: ticket and tests."""
    rows = []
    for lot in lots:
        ticket = getattr(lot, "ticket", None)
        rows.append(
            [
                {"text": lot.code, "url": reverse("lot", args=[lot.code]), "note": in_language_plain(lot.listing, "title")},
                in_language_plain(lot.listing.producer),
                {"text": f"{day(lot.harvest_from)} – {day(lot.harvest_to)}", "note": _cut_on(lot)},
                {"text": kg(ticket.accepted_kg) if ticket else _("to be weighed"), "url": reverse("ticket", args=[lot.code])},
                kg(ticket.rejected_kg) if ticket else "",
                _laboratory(lot),
            ]
        )  # fmt: skip
    return rows


def _cut_on(lot: Any) -> str:
    """Say when a lot is to be cut, until its ticket says when it was."""
    if lot.cut_on is None or not needs_weighing(lot):
        return ""
    return _("to be cut on %(day)s") % {"day": day(lot.cut_on)}


def _laboratory(lot: Any) -> Any:
    if needs_test(lot):
        return {"tag": {"kind": "warn", "label": _("to be tested")}}
    return {"tag": {"kind": "ok", "label": _("tested %(day)s") % {"day": day(lot.tested_on)}}} if lot.tested_on else ""


def load_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("container"), "whole": True},
        {"label": _("state")},
        {"label": _("stuffed at"), "wide": True},
        {"label": _("leaves"), "whole": True},
        {"label": _("to")},
        {"label": _("mass"), "numeric": True},
        {"label": _("seal"), "whole": True},
        {"label": _("fill")},
    ]


def load_rows(loads: Iterable[Any], names: dict[str, str], houses: Mapping[str, Any]) -> list[list[Any]]:
    return [
        [
            load.container_number,
            {"tag": load_tag(load.state)},
            place_name(load.origin, houses),
            moment(load.departs_at),
            names.get(load.destination, load.destination),
            kg(round(load.mass_kg)),
            load.seal_number,
            {"share": load.fill},
        ]
        for load in loads
    ]
