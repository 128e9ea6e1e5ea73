"""Shape the pages about suspensions: who is suspended, why, what it touched, and where the appeal stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.core import clock
from samphao.web.templatetags.samphao import day, in_language_plain, moment, money, money_whole, number


def kind_name(kind: str) -> str:
    return {"packing_house": _("packing house"), "laboratory": _("laboratory"), "orchard": _("orchard")}[kind]


def scope_name(scope: str) -> str:
    return _("Every sale") if scope == "everywhere" else _("Sales to China")


def party_of(suspension: Any) -> Any:
    return suspension.organisation or suspension.orchard


def kind_of(suspension: Any) -> str:
    return suspension.organisation.kind if suspension.organisation else "orchard"


def state_tag(suspension: Any) -> dict[str, str]:
    if suspension.lifted_at:
        return {"kind": "ok", "label": _("lifted")}
    if suspension.until_on and suspension.until_on < clock.today():
        return {"kind": "idle", "label": _("over")}
    if suspension.appealed_at and not suspension.decided_at:
        return {"kind": "warn", "label": _("appealed")}
    return {"kind": "bad", "label": _("in force")}


def columns() -> list[dict[str, Any]]:
    return [
        {"label": _("suspended"), "whole": True}, {"label": _("what"), "wide": True}, {"label": _("since"), "whole": True},
        {"label": _("until"), "whole": True}, {"label": _("lots"), "numeric": True}, {"label": _("orders"), "numeric": True}, {"label": _("state")},
    ]  # fmt: skip


def rows(suspensions: Iterable[Any]) -> list[list[Any]]:
    return [
        [
            {"text": in_language_plain(party_of(row)), "url": reverse("suspension", args=[row.code]), "note": f"{kind_name(kind_of(row))} · {row.code}"},
            scope_name(row.scope), day(row.from_on), day(row.until_on) if row.until_on else _("until it is lifted"),
            number(row.touched.get("lots", 0)), number(_orders(row.touched)), {"tag": state_tag(row)},
        ]
        for row in suspensions
    ]  # fmt: skip


def _orders(touched: Mapping[str, Any]) -> int:
    return int(sum(touched.get(name, 0) for name in ("refunded", "waiting", "released")))


def touched_figures(touched: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a suspension touches, as figures: lots, orders by what becomes of them, and money."""
    return [
        {"label": _("lots closed"), "value": number(touched.get("lots", 0)), "note": _("%(n)s of them on sale") % {"n": number(touched.get("lots_on_sale", 0))}},
        {"label": _("paid orders refunded"), "value": number(touched.get("refunded", 0)), "note": _sums(touched.get("refunded_minor", {}))},
        {"label": _("paid orders that wait"), "value": number(touched.get("waiting", 0)), "note": _sums(touched.get("waiting_minor", {}))},
        {"label": _("unpaid orders ended"), "value": number(touched.get("released", 0))},
        {"label": _("worth at sellers' prices"), "value": money_whole(touched.get("goods_minor", 0), "THB")},
    ]  # fmt: skip


def _sums(amounts: Mapping[str, int]) -> str:
    return " · ".join(money(amount, currency) for currency, amount in sorted(amounts.items()))


def page(suspension: Any) -> dict[str, Any]:
    """Return what the page of a suspension shows."""
    party = party_of(suspension)
    return {
        "suspension": suspension, "title": in_language_plain(party), "tag": state_tag(suspension),
        "rows": [
            {"term": _("Who"), "value": in_language_plain(party), "note": f"{kind_name(kind_of(suspension))} · {party.code}"},
            {"term": _("What is suspended"), "value": scope_name(suspension.scope)},
            {"term": _("On whose word"), "value": suspension.source},
            {"term": _("From"), "value": day(suspension.from_on)},
            {"term": _("Until"), "value": day(suspension.until_on) if suspension.until_on else _("until it is lifted")},
            {"term": _("Made by"), "value": suspension.made_by, "note": moment(suspension.made_at)},
        ],
        "figures": touched_figures(suspension.touched), "appeal_rows": _appeal_rows(suspension),
        "appeal_until": moment(suspension.appeal_until),
    }  # fmt: skip


def _appeal_rows(suspension: Any) -> list[dict[str, Any]]:
    rows = []
    if suspension.appealed_at:
        rows += [
            {"term": _("Appeal"), "value": suspension.appeal, "note": f"{suspension.appealed_by} · {moment(suspension.appealed_at)}"},
            {"term": _("To be decided by"), "value": moment(suspension.decide_until)},
        ]  # fmt: skip
    if suspension.decided_at:
        outcome = _("upheld") if suspension.outcome == "upheld" else _("dismissed")
        rows.append(
            {"term": _("Decision: %(outcome)s") % {"outcome": outcome}, "value": suspension.decision, "note": f"{suspension.decided_by} · {moment(suspension.decided_at)}"}
        )  # fmt: skip
    if suspension.lifted_at:
        rows.append(
            {"term": _("Lifted because"), "value": suspension.lifted_because, "note": f"{suspension.lifted_by} · {moment(suspension.lifted_at)}"}
        )  # fmt: skip
    return rows
