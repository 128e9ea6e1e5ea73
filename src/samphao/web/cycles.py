"""Shape the pages of order cycles: what everybody reads, and for who grows and gathers the demand against the forecast and what to pick."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samphao.accounts.queries import Viewer
from samphao.core import clock
from samphao.trade import queries as trade
from samphao.trade.queries import CyclePick, Demand
from samphao.web.basket import city_of
from samphao.web.cards import unit_count
from samphao.web.charts import Bar, bar_chart
from samphao.web.pre_orders import share, term_rows
from samphao.web.templatetags.samphao import day, in_language_plain, kg, moment, number


def title_of(cycle: Any) -> str:
    """Name a cycle by what it sells and its first delivery day."""
    names = list(dict.fromkeys(in_language_plain(row.lot.listing, "title") for row in cycle.lots_in_order))
    goods = names[0]
    if len(names) > 1:
        goods = _("%(first)s and %(n)s more") % {"first": goods, "n": number(len(names) - 1)}
    return f"{goods} · {day(cycle.delivery_on[0])}"


def state_tag(cycle: Any) -> dict[str, str]:
    now = clock.now()
    if now < cycle.opens_at:
        return {"kind": "info", "label": _("to come")}
    if now < cycle.closes_at:
        return {"kind": "ok", "label": _("orders are taken")}
    if now < cycle.balance_due_at and cycle.deposit_pct < 100:
        return {"kind": "warn", "label": _("balances are due")}
    return {"kind": "idle", "label": _("closed")}


def may_make(who: Viewer) -> bool:
    return who.is_hub or bool({"producer", "exporter"} & who.kinds)


def may_manage(cycle: Any, who: Viewer) -> bool:
    """Whether somebody sees orders and picks: the hub, who opened it, its producers and the exporters who sell for them."""
    return (
        who.is_hub
        or cycle.coordinator_id in who.organisations
        or any(trade.may_make_cycle_of(row.lot, who) for row in cycle.lots_in_order)
    )


def list_page(cycles: Iterable[Any], who: Viewer) -> dict[str, Any]:
    return {
        "may_make": may_make(who),
        "columns": [
            {"label": _("Cycle"), "wide": True}, {"label": _("state")}, {"label": _("closes")}, {"label": _("first delivery")}, {"label": _("lots"), "numeric": True},
        ],
        "rows": [
            [
                {"text": title_of(row), "url": reverse("cycle", args=[row.code]), "note": row.code}, {"tag": state_tag(row)}, moment(row.closes_at),
                day(row.delivery_on[0]), number(row.lot_count),
            ]
            for row in cycles
        ],
    }  # fmt: skip


def lot_choices(lots: Iterable[Any]) -> list[tuple[str, str]]:
    """Name each lot with what is expected of it."""
    return [
        (
            lot.code,
            _("%(title)s, %(code)s: %(forecast)s expected, harvest from %(day)s") % {
                "title": in_language_plain(lot.listing, "title"), "code": lot.code, "forecast": unit_count(trade.forecast_of(lot).usual, lot.unit),
                "day": day(lot.harvest_from),
            },
        )
        for lot in lots
    ]  # fmt: skip


def one_page(cycle: Any, who: Viewer) -> dict[str, Any]:
    manages = may_manage(cycle, who)
    found = {
        "cycle": cycle,
        "title": title_of(cycle),
        "tag": state_tag(cycle),
        "terms": term_rows(trade.terms_of(cycle)),
        "by": in_language_plain(cycle.coordinator),
        "lots": [_lot(row) for row in cycle.lots_in_order],
        "lot_columns": [{"label": _("Lot"), "wide": True}, {"label": _("Producer"), "wide": True}, {"label": _("may be pre-ordered"), "numeric": True}, {"label": _("left"), "numeric": True}],
        "manages": manages,
    }  # fmt: skip
    return {**found, **_managed(cycle, who)} if manages else found


def _lot(row: Any) -> list[Any]:
    lot = row.lot
    return [
        {"text": in_language_plain(lot.listing, "title"), "url": reverse("lot", args=[lot.code]), "note": lot.code}, in_language_plain(lot.listing.producer),
        unit_count(row.offered, lot.unit), unit_count(lot.left, lot.unit),
    ]  # fmt: skip


def _managed(cycle: Any, who: Viewer) -> dict[str, Any]:
    """Return demand and picks; of a cycle of several producers each sees his own, the hub and who opened it see all."""
    sees_all = who.is_hub or cycle.coordinator_id in who.organisations
    rows = [row for row in cycle.lots_in_order if sees_all or trade.may_make_cycle_of(row.lot, who)]
    demand = trade.demand_of(cycle)
    producers = None if sees_all else {row.lot.listing.producer_id for row in rows}
    lots = {row.lot.code: row.lot for row in rows}
    picks = [pick for pick in trade.picks_of(cycle, producers) if pick.lot in lots]
    return {
        "demand_svg": demand_chart(rows, demand),
        "demand_columns": [
            {"label": _("Lot"), "whole": True}, {"label": _("forecast"), "numeric": True}, {"label": _("may be pre-ordered"), "numeric": True},
            {"label": _("wanted"), "numeric": True}, {"label": _("paid"), "numeric": True}, {"label": _("deposit paid"), "numeric": True},
            {"label": _("harvested"), "numeric": True}, {"label": _("orders"), "numeric": True},
        ],
        "demand_rows": [_demand_row(row, demand.get(row.lot.code)) for row in rows],
        "pick_columns": [
            {"label": _("Lot"), "whole": True}, {"label": _("City")}, {"label": _("orders"), "numeric": True}, {"label": _("to pick"), "numeric": True},
            {"label": _("cartons"), "numeric": True}, {"label": _("balance not paid yet"), "numeric": True},
        ],
        "pick_rows": [_pick_row(pick, lots[pick.lot]) for pick in picks],
        "pick_foot": _pick_foot(picks, lots),
    }  # fmt: skip


def demand_chart(rows: Sequence[Any], demand: Mapping[str, Demand]) -> Any:
    """Draw what is wanted of each lot on the scale of the largest forecast, beside the forecast and its lower end."""
    bars = []
    for row in rows:
        lot, found = row.lot, demand.get(row.lot.code)
        wanted, name = found.wanted if found else 0, in_language_plain(lot.listing, "title")
        at_low = wanted > row.forecast_low
        note = (
            _("more than the lower end of the forecast, %(low)s") % {"low": unit_count(row.forecast_low, lot.unit)}
            if at_low
            else ""
        )
        bars.append(
            Bar(
                _("%(lot)s: wanted") % {"lot": name},
                _kg(wanted, lot),
                unit_count(wanted, lot.unit),
                note,
                is_bad=at_low,
            )
        )
        bars.append(
            Bar(
                _("may be pre-ordered"), _kg(row.offered, lot), unit_count(row.offered, lot.unit), share(row.safety_pct)
            )
        )
        interval = (
            f"{number(row.forecast_low)} – {number(row.forecast_high)}" if row.forecast_low < row.forecast_high else ""
        )
        bars.append(Bar(_("forecast"), _kg(row.forecast, lot), unit_count(row.forecast, lot.unit), interval))
        if (harvested := _harvested(lot)) is not None:
            bars.append(
                Bar(
                    _("harvested"),
                    _kg(harvested, lot),
                    unit_count(harvested, lot.unit),
                    _("by the signed ticket"),
                    is_bad=harvested < wanted,
                )
            )
    return bar_chart(bars, label=_("Demand against forecast"))


def _kg(units: int, lot: Any) -> float:
    return float(units * lot.unit_mass_g / 1000)


def _harvested(lot: Any) -> int | None:
    ticket = getattr(lot, "ticket", None)
    return int(ticket.accepted_kg * 1000) // lot.unit_mass_g if ticket else None


def _demand_row(row: Any, found: Demand | None) -> list[Any]:
    lot, harvested = row.lot, _harvested(row.lot)
    wanted, paid, deposited, orders = (
        (found.wanted, found.paid, found.deposited, found.orders) if found else (0, 0, 0, 0)
    )
    return [
        {"text": lot.code, "url": reverse("lot", args=[lot.code])}, unit_count(row.forecast, lot.unit), unit_count(row.offered, lot.unit),
        unit_count(wanted, lot.unit), unit_count(paid, lot.unit), unit_count(deposited, lot.unit),
        "–" if harvested is None else unit_count(harvested, lot.unit), number(orders),
    ]  # fmt: skip


def _pick_row(pick: CyclePick, lot: Any) -> list[Any]:
    return [
        {"text": lot.code, "url": reverse("lot", args=[lot.code])}, city_of(pick.destination), number(pick.orders),
        {"text": unit_count(pick.units, lot.unit), "note": kg(_kg(pick.units, lot)) if lot.unit != "kg" else ""},
        number(-(-pick.units // lot.carton_units)), unit_count(pick.balance_units, lot.unit) if pick.balance_units else "–",
    ]  # fmt: skip


def _pick_foot(picks: Sequence[CyclePick], lots: Mapping[str, Any]) -> str:
    orders = sum(pick.orders for pick in picks)
    mass = kg(sum(_kg(pick.units, lots[pick.lot]) for pick in picks))
    return ngettext("%(n)s order, %(mass)s together", "%(n)s orders, %(mass)s together", orders) % {
        "n": number(orders),
        "mass": mass,
    }
