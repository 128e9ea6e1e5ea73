"""Shape the mass balance: what was said under each GAP number against what its trees bear, and what went through packing houses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.reference.queries import goods, province_names
from samphao.web.sources import source_text
from samphao.web.templatetags.samphao import in_language_plain, kg, moment, number, percent
from samphao.workflows.mass_balance import Balance, HouseBalance

NEARLY = 0.9


def orchard_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("GAP number"), "whole": True}, {"label": _("goods"), "wide": True}, {"label": _("trees"), "numeric": True},
        {"label": _("can bear"), "numeric": True}, {"label": _("declared"), "numeric": True}, {"label": _("sold"), "numeric": True},
        {"label": _("cut"), "numeric": True}, {"label": _("used")},
    ]  # fmt: skip


def orchard_rows(balances: Iterable[Balance]) -> list[list[Any]]:
    """Return a row for each GAP number, good and season; the bar is the largest of declared, sold and cut against the ceiling."""
    called, provinces = goods(), {row.code_iso: row for row in province_names()}
    return [
        [
            {"text": one.gap_number, "note": _places(one, provinces)},
            {"text": in_language_plain(called[one.good]) if one.good in called else one.good, "note": str(one.season)},
            {"text": number(sum(plot.trees for plot in one.orchards)), "note": _("%(area)s rai") % {"area": number(sum(plot.area_rai for plot in one.orchards))}},
            kg(round(one.limit_kg)) if one.limit_kg is not None else _("unknown"), kg(round(one.declared_kg)), kg(round(one.sold_kg)),
            kg(round(one.cut_kg)), _use(one),
        ]
        for one in balances
    ]  # fmt: skip


def _use(one: Balance) -> dict[str, Any]:
    if one.limit_kg is None:
        return {"tag": {"kind": "idle", "label": _("nobody knows its yield")}}
    if one.is_over:
        return {"tag": {"kind": "bad", "label": percent(one.use, 0)}}
    return {"share": one.use, "kind": "warn" if one.use >= NEARLY else ""}


def _places(one: Balance, provinces: Mapping[str, Any]) -> str:
    named = dict.fromkeys(
        in_language_plain(provinces[plot.province_iso]) if plot.province_iso in provinces else plot.province_iso
        for plot in one.orchards
    )
    return ", ".join(named)


def rule_text(balances: Sequence[Balance]) -> str:
    """Say by which yields the ceilings stand, and on whose word."""
    called = goods()
    rules = {one.good: one.rule for one in balances if one.rule}
    said = [
        _("%(good)s %(kg)s a tree, at most %(trees)s trees on a rai")
        % {"good": in_language_plain(called[good]), "kg": kg(rule.kg_per_tree), "trees": number(rule.trees_per_rai_max)}
        for good, rule in sorted(rules.items())
        if rule and good in called
    ]
    sources = dict.fromkeys(source_text(rule.source) for rule in rules.values() if rule)
    return " · ".join([*said, *sources])


def figures(balances: Sequence[Balance]) -> list[dict[str, Any]]:
    over = sum(one.is_over for one in balances)
    return [
        {"label": _("GAP numbers in use"), "value": number(len(balances))},
        {"label": _("more than their trees bear"), "value": number(over), "kind": "bad" if over else "ok"},
        {"label": _("from nine tenths on"), "value": number(sum(NEARLY <= one.use <= 1 for one in balances))},
    ]


def stop_rows(stops: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the lots that wait for a decision, each with what was cut, what the trees bear, and who is behind it."""
    return [
        {
            "lot": stop.lot.code, "title": in_language_plain(stop.lot.listing, "title"), "ticket_url": reverse("ticket", args=[stop.lot.code]),
            "rows": [
                {"term": _("GAP number"), "value": stop.gap_number},
                {"term": _("Cut under it, with this lot"), "value": kg(round(stop.reached_kg))},
                {"term": _("Its trees bear at most"), "value": kg(round(stop.limit_kg))},
                {"term": _("Grower"), "value": in_language_plain(stop.lot.listing.producer)},
                {"term": _("Packing house"), "value": in_language_plain(stop.lot.packing_house) if stop.lot.packing_house else ""},
                {"term": _("Stopped"), "value": moment(stop.made_at)},
            ],
        }
        for stop in stops
    ]  # fmt: skip


def house_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("season"), "whole": True}, {"label": _("came in"), "numeric": True}, {"label": _("rejected"), "numeric": True},
        {"label": _("went out"), "numeric": True}, {"label": _("still there"), "numeric": True}, {"label": _("adds up")},
    ]  # fmt: skip


def house_rows(balances: Iterable[HouseBalance]) -> list[list[Any]]:
    return [
        [
            str(one.season), kg(round(one.in_kg)), kg(round(one.rejected_kg)), kg(round(one.out_kg + one.unweighed_out_kg)),
            kg(round(one.there_kg)),
            {"tag": {"kind": "bad", "label": _("more out than in")}} if one.is_over
            else {"tag": {"kind": "ok", "label": _("in = out + rejected + still there")}},
        ]
        for one in balances
    ]  # fmt: skip
