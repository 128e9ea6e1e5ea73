"""Shape what a scanned carton leads to: where the lot grew, who packed and tested it, and its way. No person is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from samphao.freight.queries import LotMovement
from samphao.reference.queries import goods, province_names
from samphao.web.gates import found_text
from samphao.web.templatetags.samphao import day, in_language_plain, moment, number
from samphao.web.tower import cities, event_name, place_name
from samphao.workflows.provenance import Provenance


def page(found: Provenance) -> dict[str, Any]:
    lot = found.lot
    provinces = {row.code_iso: in_language_plain(row) for row in province_names()}
    called, names = goods().get(lot.listing.good), cities()
    return {
        "title": in_language_plain(lot.listing, "title"), "code": lot.code, "gtin": found.gtin,
        "good": in_language_plain(called) if called else lot.listing.good,
        "orchard_rows": _orchard(found, provinces), "house_rows": _house(found), "test_rows": _tests(found),
        "steps": [_step(row, found.places, names) for row in found.journey],
    }  # fmt: skip


def _orchard(found: Provenance, provinces: dict[str, str]) -> list[dict[str, Any]]:
    orchard, lot = found.orchard, found.lot
    if orchard is None:
        return [{"term": _("Province"), "value": provinces.get(lot.listing.producer.province_iso, "")}]
    return [
        {"term": _("GAP number"), "value": orchard.gap_number},
        {"term": _("Province"), "value": provinces.get(orchard.province_iso, orchard.province_iso)},
        {"term": _("Area"), "value": _("%(area)s rai") % {"area": number(orchard.area_rai)}, "note": _("%(n)s trees") % {"n": number(orchard.trees)}},
        {"term": _("Cut on"), "value": day(found.cut_on)},
        {"term": _("Dry matter"), "value": f"{number(found.dry_matter_pct)} %" if found.dry_matter_pct is not None else ""},
    ]  # fmt: skip


def _house(found: Provenance) -> list[dict[str, Any]]:
    lot = found.lot
    rows = []
    if lot.packing_house:
        rows.append(
            {"term": _("Packing house"), "value": in_language_plain(lot.packing_house), "note": found.house_number}
        )
    if lot.exporter:
        rows.append({"term": _("Exporter"), "value": in_language_plain(lot.exporter)})
    if found.is_weighed:
        rows.append({"term": _("Weighed and graded"), "value": _("grower and packing house signed one ticket")})
    return rows


def _tests(found: Provenance) -> list[dict[str, Any]]:
    lot = found.lot
    if not lot.tested_on:
        return []
    return [
        {"term": _("Laboratory"), "value": in_language_plain(found.laboratory) if found.laboratory else lot.laboratory_code, "note": day(lot.tested_on)},
        {"term": _("Basic Yellow 2"), "value": found_text(lot.basic_yellow_2)},
        {"term": _("Cadmium"), "value": f"{number(lot.cadmium_mg_kg)} mg/kg" if lot.cadmium_mg_kg is not None else ""},
    ]  # fmt: skip


def _step(row: LotMovement, places: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    when = moment(row.first_at)
    return {
        "state": "done", "when": when if row.first_at == row.last_at else f"{when} – {moment(row.last_at)}", "title": event_name(row.kind),
        "text": f"{place_name(row.node, places)} → {names.get(row.destination, row.destination)}",
    }  # fmt: skip
