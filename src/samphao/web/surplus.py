"""Shape the surplus board: the weeks ahead of each good, what is beyond what buyers take, and what came of asking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samphao.reference.queries import goods, province_names
from samphao.trade.queries import CallOutcome, CallRequests
from samphao.web.charts import Bar, bar_chart
from samphao.web.templatetags.samphao import day, in_language_plain, money_whole, number, percent, tonnes
from samphao.workflows.surplus import BUYERS, PROCESSORS, WEEKS, GoodAhead


def page(
    ahead: list[GoodAhead], outcomes: Iterable[CallOutcome], asked: Mapping[int, CallRequests], *, asks: bool
) -> dict[str, Any]:
    names = {row.code_iso: in_language_plain(row) for row in province_names()}
    called = goods()
    over = [one for one in ahead if one.over_kg >= 1]
    return {
        "figures": [
            {"label": _("goods that ripen"), "value": number(len(ahead)), "note": _("in the next %(weeks)s weeks") % {"weeks": WEEKS}},
            {"label": _("not sold yet"), "value": tonnes(sum(cell.left_kg for one in ahead for cell in one.cells))},
            {"label": _("beyond what buyers take"), "value": tonnes(sum(one.over_kg for one in ahead)), "kind": "bad" if over else "ok"},
            {"label": _("worth at sellers' prices"), "value": money_whole(sum(one.over_minor for one in ahead), "THB")},
        ],
        "goods": [_good(one, called, names, asks=asks) for one in ahead],
        "call_columns": [
            {"label": _("asked on"), "whole": True}, {"label": _("good")}, {"label": _("who was asked"), "wide": True}, {"label": _("surplus"), "numeric": True},
            {"label": _("placed since"), "numeric": True}, {"label": _("not placed"), "numeric": True}, {"label": _("worth"), "numeric": True},
        ],
        "calls": [_call(outcome, called, asked.get(outcome.call.pk)) for outcome in outcomes],
    }  # fmt: skip


def _good(one: GoodAhead, called: Mapping[str, Any], names: Mapping[str, str], *, asks: bool) -> dict[str, Any]:
    weeks: dict[date, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for cell in one.cells:
        weeks[cell.week][0] += cell.left_kg
        weeks[cell.week][1] += cell.over_kg
    name = in_language_plain(called[one.good])
    notes = [_("buyers took %(kg)s a week in the last quarter") % {"kg": tonnes(one.pace_kg)}]
    if one.undeclared_kg >= 1:
        notes.append(
            _("by the crop calendar %(kg)s more may come that nobody has declared: an estimate")
            % {"kg": tonnes(one.undeclared_kg)}
        )
    return {
        "code": one.good,
        "name": name,
        "is_over": one.over_kg >= 1,
        "over": _("%(kg)s too many, worth %(amount)s") % {"kg": tonnes(one.over_kg), "amount": money_whole(one.over_minor, "THB")}
        if one.over_kg >= 1 else _("buyers take it all"),
        "notes": notes,
        "label": _("%(good)s: beyond what buyers take, by week") % {"good": name},
        "svg": bar_chart(
            [Bar(week_name(week), over, tonnes(over), _("of %(left)s not sold") % {"left": tonnes(left)}, is_bad=True) for week, (left, over) in sorted(weeks.items())],
            label=name,
        ),
        "columns": [
            {"label": _("week from"), "whole": True}, {"label": _("province")}, {"label": _("declared"), "numeric": True}, {"label": _("not sold yet"), "numeric": True},
            {"label": _("too many"), "numeric": True}, {"label": _("worth"), "numeric": True},
        ],
        "rows": [
            [
                day(cell.week), names.get(cell.province_iso, cell.province_iso), tonnes(cell.declared_kg), tonnes(cell.left_kg),
                {"tag": {"kind": "bad", "label": tonnes(cell.over_kg)}} if cell.over_kg >= 1 else tonnes(0), money_whole(cell.over_minor, "THB"),
            ]
            for cell in sorted(one.cells, key=lambda cell: (cell.week, -cell.over_kg, cell.province_iso))
        ],
        "campaign": f"{reverse('campaign_new')}?good={one.good}" if asks and one.over_kg >= 1 else "",
        "asks": [(BUYERS, _("Ask past buyers")), (PROCESSORS, _("Offer to processors"))] if asks and one.over_kg >= 1 else [],
    }  # fmt: skip


def week_name(week: date) -> str:
    return f"{day(week)} – {day(week + timedelta(days=6))}"


def _call(outcome: CallOutcome, called: Mapping[str, Any], asked: CallRequests | None) -> list[Any]:
    call = outcome.call
    surplus = float(call.surplus_kg)
    who = {BUYERS: _("%(n)s past buyers"), PROCESSORS: _("%(n)s processors")}[call.kind] % {"n": number(call.asked)}
    requests = _requests(asked) if asked else ""
    return [
        {"text": day(call.made_at), "note": call.code}, in_language_plain(called[call.good]), {"text": who, "note": requests}, tonnes(surplus),
        {"text": tonnes(outcome.placed_kg), "note": percent(min(1.0, outcome.placed_kg / surplus), 0)},
        tonnes(max(0.0, surplus - outcome.placed_kg)), money_whole(outcome.placed_minor, "THB"),
    ]  # fmt: skip


def _requests(asked: CallRequests) -> str:
    """Say what buyers asked sellers for through a call."""
    said = ngettext("%(n)s request for quotation", "%(n)s requests for quotation", asked.requests) % {
        "n": number(asked.requests)
    }
    return f"{said}, {_('%(kg)s contracted') % {'kg': tonnes(asked.contracted_kg)}}" if asked.contracted_kg else said
