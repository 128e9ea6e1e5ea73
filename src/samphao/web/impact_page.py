"""Shape the page of impact: reach by province, shares of what buyers paid, concentration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from samphao.insight.queries import Impact
from samphao.reference.queries import province_names
from samphao.web.charts import Bar, bar_chart
from samphao.web.maps import THAILAND, Choropleth, choropleth_key, corridor_map
from samphao.web.price_lines import party
from samphao.web.templatetags.samphao import in_language_plain, moment, money_whole, number, percent, tonnes


def concentration_text(reached: Impact) -> str:
    """Say how far sales are from being everybody's: 1 is one seller of everything; without a sale there is nothing to say."""
    if not reached.producers:
        return _("Nobody has sold yet, so there is no concentration to measure.")
    return _(
        "Concentration of producers' sales (Herfindahl index, from 0 to 1; 1 is one producer who sells everything): %(index)s. "
        "Were the sales of all %(producers)s producers equal, it would be %(equal)s."
    ) % {
        "index": number(reached.concentration, 4),
        "producers": number(reached.producers),
        "equal": number(1 / reached.producers, 4),
    }


def page(reached: Impact, counted_at: datetime) -> dict[str, Any]:
    names = {row.code_iso: in_language_plain(row) for row in province_names()}
    growers = {row.province_iso: row.grower_minor for row in reached.reach}
    shown = Choropleth(
        {iso: growers.get(iso, 0) / 100_000_000 for iso in names},
        {iso: f"{name}: {money_whole(growers.get(iso, 0), 'THB')}" for iso, name in names.items()},
    )
    total = reached.paid_minor or 1
    missed = sorted(name for iso, name in names.items() if iso not in growers)
    return {
        "counted": _("Counted from the orders at %(at)s.") % {"at": moment(counted_at)},
        "figures": [
            {"label": _("provinces"), "value": number(reached.provinces), "note": _("of 77")},
            {"label": _("districts"), "value": number(reached.villages)},
            {
                "label": _("producers who sold"),
                "value": number(reached.producers),
                "note": _("of %(all)s who listed") % {"all": number(reached.producers_listed)},
            },
            {"label": _("sold"), "value": tonnes(reached.kg, 0)},
            {"label": _("paid by buyers"), "value": money_whole(reached.paid_minor, "THB")},
        ],
        "map": {
            "svg": corridor_map(_("Map of what producers earned"), view=THAILAND, choropleth=shown) if growers else "",
            "key": choropleth_key(shown, unit=_("million baht")) if growers else "",
            "caption": _("what producers' goods were worth where they handed them over"),
            "columns": [
                {"label": _("province")},
                {"label": _("producers"), "numeric": True},
                {"label": _("sold"), "numeric": True},
                {"label": _("producers' goods"), "numeric": True},
            ],
            "rows": [
                [
                    names.get(row.province_iso, row.province_iso),
                    number(row.producers),
                    tonnes(row.kg),
                    money_whole(row.grower_minor, "THB"),
                ]
                for row in sorted(reached.reach, key=lambda row: (-row.grower_minor, row.province_iso))
            ],
        },
        "shares": {
            "svg": bar_chart(
                [
                    Bar(party(share.receiver), share.amount_minor, percent(share.amount_minor / total, 1))
                    for share in reached.shares
                ],
                label=_("Who gets what of what buyers paid"),
                top=total,
            )
            if reached.shares
            else "",
            "columns": [
                {"label": _("party")},
                {"label": _("amount"), "numeric": True},
                {"label": _("share"), "numeric": True},
            ],
            "rows": [
                [party(share.receiver), money_whole(share.amount_minor, "THB"), percent(share.amount_minor / total, 1)]
                for share in reached.shares
            ],
        },
        "concentration": concentration_text(reached),
        "missed": missed,
    }
