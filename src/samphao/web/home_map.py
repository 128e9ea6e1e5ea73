"""The map of the first page: what each province sells, and where it goes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from samphao.reference.queries import province_names
from samphao.trade.queries import sales_by_province
from samphao.web.maps import Choropleth, Flow, Pin, choropleth_key, corridor_map, flow_key
from samphao.web.templatetags.samphao import in_language_plain, tonnes
from samphao.web.tower import MODES, flow_map, mode_name


def home_map(plan: Any) -> dict[str, Any]:
    """Return the drawing with its key and table; before the first sale, nothing."""
    sales = sales_by_province()
    if not any(sales.values()):
        return {}
    names = {row.code_iso: in_language_plain(row) for row in province_names()}
    titles = {iso: f"{names.get(iso, iso)}: {tonnes(sold)}" for iso, sold in sales.items()}
    shown = Choropleth({iso: float(sold) / 1000 for iso, sold in sales.items()}, titles)
    flows: list[Flow] = []
    pins: list[Pin] = []
    if plan is not None:
        drawn = flow_map(plan, "")
        flows, pins = drawn["flows"], drawn["pins"]
    rows = [
        [names.get(iso, iso), tonnes(sold)]
        for iso, sold in sorted(sales.items(), key=lambda item: (-item[1], item[0]))
        if sold
    ]
    used = {mode: mode_name(mode) for mode in MODES if any(flow.mode == mode for flow in flows)}
    return {
        "map_svg": corridor_map(
            _("Map of what the provinces sell and where it goes"), choropleth=shown, flows=flows, pins=pins
        ),
        "map_key": flow_key(used) if used else "",
        "map_classes": choropleth_key(shown, unit=_("tonnes sold")),
        "map_caption": _("what each province sold, and where it goes"),
        "map_columns": [{"label": _("province")}, {"label": _("sold"), "numeric": True}],
        "map_rows": rows,
    }
