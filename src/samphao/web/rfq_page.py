"""Shape requests and quotes: what is asked, quotes side by side by their price to the door, a quote's versions, what is signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from samphao.core import clock
from samphao.engines.quotes import Bid, Place, compare, parts_of
from samphao.reference.queries import destinations, goods
from samphao.trade import queries as trade
from samphao.web.price_lines import price_rows
from samphao.web.rfq_forms import certificate_names, sample_names
from samphao.web.templatetags.samphao import day, in_language_plain, kg, moment, money, number

NO_DAYS = 10**4


def state_tag(asked: Any) -> dict[str, str]:
    if asked.state == "open" and asked.closes_at <= clock.now():
        return {"kind": "idle", "label": _("takes no new quotes")}
    kind, label = {
        "open": ("info", _("takes quotes")), "contracted": ("ok", _("contract signed")), "closed": ("idle", _("closed by the buyer")),
    }[asked.state]  # fmt: skip
    return {"kind": kind, "label": label}


def quote_tag(quote: Any, last: Any) -> dict[str, str]:
    if quote.state == "accepted":
        return {"kind": "ok", "label": _("signed")}
    if quote.state == "withdrawn":
        return {"kind": "idle", "label": _("withdrawn")}
    if quote.rfq.state != "open":
        return {"kind": "idle", "label": _("not chosen")}
    if last.valid_until <= clock.now():
        return {"kind": "bad", "label": _("no longer valid")}
    side = {"seller": _("the buyer's turn"), "buyer": _("the seller's turn")}[last.side]
    return {"kind": "info", "label": side}


def good_name(code: str) -> str:
    known = goods()
    return in_language_plain(known[code]) if code in known else code


def good_names(codes: Iterable[str]) -> dict[str, str]:
    known = goods()
    return {code: in_language_plain(known[code]) for code in codes if code in known}


def city_names() -> dict[str, str]:
    return {row.code: in_language_plain(row, "city") for row in destinations()}


def list_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Request"), "whole": True}, {"label": _("Goods"), "wide": True}, {"label": _("Quantity"), "numeric": True}, {"label": _("To")},
        {"label": _("At the door by"), "whole": True}, {"label": _("State")},
    ]  # fmt: skip


def own_rows(requests: Iterable[Any]) -> list[list[Any]]:
    """Return a buyer's requests with how many quotes each has."""
    cities, known = city_names(), goods()
    return [
        [
            {"text": row.code, "url": reverse("rfq", args=[row.code]), "note": ngettext("%(n)s quote", "%(n)s quotes", row.quoted) % {"n": number(row.quoted)}},
            _goods(row, known), kg(row.quantity_kg), cities.get(row.destination, row.destination), day(row.wanted_by), {"tag": state_tag(row)},
        ]
        for row in requests
    ]  # fmt: skip


def seller_rows(requests: Iterable[Any]) -> list[list[Any]]:
    """Return what a seller may quote for, with whether he has."""
    cities, known = city_names(), goods()
    return [
        [
            {"text": row.code, "url": reverse("rfq", args=[row.code]), "note": _("quotes until %(at)s") % {"at": moment(row.closes_at)}},
            _goods(row, known), kg(row.quantity_kg), cities.get(row.destination, row.destination), day(row.wanted_by),
            {"tag": {"kind": "ok", "label": _("you have quoted")} if row.is_quoted else {"kind": "warn", "label": _("waits for your quote")}},
        ]
        for row in requests
    ]  # fmt: skip


def _goods(row: Any, known: Mapping[str, Any]) -> str:
    name = in_language_plain(known[row.good]) if row.good in known else row.good
    return f"{name}, {row.grade}" if row.grade else name


def request_rows(asked: Any) -> list[dict[str, Any]]:
    names = certificate_names()
    carton = _("in cartons of %(kg)s") % {"kg": kg(asked.carton_kg)} if asked.carton_kg else ""
    rows = [
        {"term": _("Goods"), "value": f"{good_name(asked.good)}{', ' + asked.grade if asked.grade else ''}"},
        {"term": _("Quantity"), "value": kg(asked.quantity_kg), "note": ", ".join(filter(None, (carton, asked.package)))},
        {"term": _("Term of delivery"), "value": f"{asked.incoterm} {asked.incoterm_place}", "note": "Incoterms 2020"},
        {"term": _("At the door"), "value": f"{day(asked.wanted_from)} – {day(asked.wanted_by)}", "note": city_names().get(asked.destination, "")},
        {"term": _("Certificates"), "value": ", ".join(str(names[name]) for name in asked.certificates) or _("none asked for")},
        {"term": _("Samples"), "value": _("wanted first") if asked.wants_samples else _("not asked for")},
        {"term": _("Inspection"), "value": in_language_plain(asked.inspector) if asked.inspector else _("the signed weigh-and-grade ticket counts")},
        {"term": _("Quotes until"), "value": moment(asked.closes_at)},
    ]  # fmt: skip
    if asked.target_minor:
        price = _("%(amount)s a kg to the door") % {"amount": money(asked.target_minor, asked.currency)}
        rows.insert(3, {"term": _("Price in mind"), "value": price})
    if asked.said:
        rows.append({"term": _("In the buyer's words"), "value": asked.said})
    return rows


def last_of(quote: Any) -> Any:
    return quote.versions.all()[len(quote.versions.all()) - 1]


def days_of(version: Any) -> int:
    return int(version.lead_days + version.promised_days)


def door_minor(quote: Any, version: Any, quantity_kg: int) -> int | None:
    door = trade.door_of(version, quantity_kg)
    return None if door is None else door.door_minor * trade.cartons_of(quote.lot, quantity_kg)


def compared(asked: Any, quotes: Sequence[Any], quantity_kg: int) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Return columns and rows of quotes side by side, the best answer to the request first; the ranking knows no seller."""
    within = (asked.wanted_by - clock.today()).days
    bids = [_bid(place, asked, quote, quantity_kg) for place, quote in enumerate(quotes)]
    columns: list[dict[str, Any]] = [
        {"label": _("Place"), "numeric": True}, {"label": _("Quote"), "wide": True}, {"label": _("To the door"), "numeric": True},
        {"label": _("Seller's price of a kg")}, {"label": _("Comes in"), "numeric": True}, {"label": _("Seller's money")}, {"label": _("Against the request")}, {"label": _("State")},
    ]  # fmt: skip
    return columns, [_row(place, quotes[place.number], asked, quantity_kg) for place in compare(bids, within)]


def _bid(place: int, asked: Any, quote: Any, quantity_kg: int) -> Bid:
    version = last_of(quote)
    missing = tuple(name for name in asked.certificates if name not in version.certificates)
    enough = (
        quote.lot.left >= trade.cartons_of(quote.lot, quantity_kg) * quote.lot.carton_units or quote.state == "accepted"
    )
    return Bid(
        place, door_minor(quote, version, quantity_kg), days_of(version) if version.doors else NO_DAYS, enough, missing
    )


def _row(place: Place, quote: Any, asked: Any, quantity_kg: int) -> list[Any]:
    version, minor = last_of(quote), door_minor(quote, last_of(quote), quantity_kg)
    each = "" if minor is None else _("%(amount)s a kg") % {"amount": money(minor / quantity_kg, asked.currency)}
    return [
        number(place.rank),
        {"text": in_language_plain(quote.seller), "url": reverse("quote", args=[quote.code]), "note": f"{quote.code} · {quote.lot.code}"},
        {"text": _("no price") if minor is None else money(minor, asked.currency), "note": each},
        {"text": step_price(version, quantity_kg), "note": f"{version.incoterm} {version.incoterm_place}"},
        days_text(version) if version.doors else _("unknown"), parts_text(version),
        {"text": against_text(place.against), "note": over_text(place, asked.currency)}, {"tag": quote_tag(quote, version)},
    ]  # fmt: skip


def over_text(place: Place, currency: str) -> str:
    """Say how a price stands to the cheapest; nothing where there is none."""
    if place.over_minor:
        return _("%(amount)s above the cheapest") % {"amount": money(place.over_minor, currency)}
    return _("the cheapest") if place.is_cheapest else ""


def step_price(version: Any, quantity_kg: int) -> str:
    steps = [step for step in version.steps if step[0] <= quantity_kg]
    return money(steps[-1][1], "THB") if steps else ""


def days_text(version: Any) -> str:
    days = days_of(version)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}


def parts_text(version: Any) -> str:
    """Say when the seller gets which percent."""
    parts = version.deposit_percent, version.checked_percent, 100 - version.deposit_percent - version.checked_percent
    return "\u202f/\u202f".join(map(str, parts)) + "\u00a0%"


def against_text(against: Iterable[str]) -> str:
    names = certificate_names() | {
        "price": _("no price to the door"),
        "quantity": _("too little is left"),
        "date": _("comes too late"),
    }
    return ", ".join(str(names[name]) if name in ("price", "quantity", "date") else _("without %(paper)s") % {"paper": names[name]} for name in against) or pgettext("against a request", "nothing")  # fmt: skip


def version_rows(quote: Any, version: Any) -> list[dict[str, Any]]:
    """Return the terms of one version."""
    names, samples = certificate_names(), dict(sample_names())
    steps = "; ".join(
        _("%(price)s from %(kg)s") % {"price": money(price, "THB"), "kg": kg(start)} if start else money(price, "THB")
        for start, price in version.steps
    )
    return [
        {"term": _("Price of a kg"), "value": steps, "note": f"{version.incoterm} {version.incoterm_place}, Incoterms 2020"},
        {"term": _("Packed"), "value": _("%(days)s days after the signature") % {"days": number(version.lead_days)}, "note": _("at the door in %(days)s") % {"days": days_text(version)} if version.doors else ""},
        {"term": _("Lot"), "value": quote.lot.code, "url": reverse("lot", args=[quote.lot.code]), "action": _("Look at it")},
        {"term": _("Certificates"), "value": ", ".join(str(names[name]) for name in version.certificates) or _("none promised")},
        {"term": _("Samples"), "value": str(samples[version.samples])},
        {"term": _("Seller's money"), "value": parts_text(version), "note": _("when the money is held / at the ticket or report / after the arrival")},
        {"term": _("Valid until"), "value": moment(version.valid_until)},
    ]  # fmt: skip


def door_section(quote: Any, version: Any, quantity_kg: int) -> dict[str, Any]:
    """Return the price to the door of a version line by line, or the rules that refuse it."""
    door = trade.door_of(version, quantity_kg)
    if door is None:
        return {"refusals": [_refusal(row) for row in version.refusals]}
    cartons = trade.cartons_of(quote.lot, quantity_kg)
    currency = quote.rfq.currency
    total = money(door.door_minor * cartons, currency)
    label = ngettext("%(n)s carton", "%(n)s cartons", cartons) % {"n": number(cartons)}
    return {
        "lines": price_rows(list(door.lines), currency, cartons), "foot": {"label": _("To the door"), "rule": f"{label} · {day(version.at)}", "amount": total},
        "total": total,
    }  # fmt: skip


def _refusal(row: Mapping[str, Any]) -> str:
    said = in_language_plain(row, "refusal") if row.get("refusal_en") else in_language_plain(row, "name")
    return f"{said} ({row['source']})"


def thread(quote: Any) -> list[dict[str, Any]]:
    """Return all versions for the component `road`, the last one now."""
    versions = list(quote.versions.all())
    sides = {"seller": _("The seller quotes"), "buyer": _("The buyer offers")}
    shown = []
    for version in versions:
        price = f"{step_price(version, quote.rfq.quantity_kg)} · {version.incoterm} {version.incoterm_place}"
        minor = door_minor(quote, version, quote.rfq.quantity_kg)
        whole = (
            _("no price to the door")
            if minor is None
            else _("%(amount)s to the door") % {"amount": money(minor, quote.rfq.currency)}
        )
        facts = [
            whole,
            parts_text(version),
            _("valid until %(at)s") % {"at": moment(version.valid_until)},
            version.said,
        ]
        shown.append(
            {
                "state": "now" if version is versions[-1] and quote.state == "open" else "done", "at": version.at, "when": moment(version.at),
                "title": f"{version.number}. {sides[version.side]}: {price}", "text": " · ".join(filter(None, facts)), "links": [],
            }
        )  # fmt: skip
    if quote.state == "withdrawn":
        shown.append(
            {"state": "stop", "at": None, "when": "", "title": _("Withdrawn by the seller"), "text": "", "links": []}
        )
    return shown


def milestone_rows(quote: Any, version: Any) -> list[list[Any]]:
    """Return what will be released when, of the seller's money in a version that is about to be signed."""
    door = trade.door_of(version, quote.rfq.quantity_kg)
    cartons = trade.cartons_of(quote.lot, quote.rfq.quantity_kg)
    lines: list[Any] = list(door.lines) if door else []
    whole = cartons * sum(int(line["receivers"].get("producer", 0)) for line in lines)
    percents = [
        version.deposit_percent,
        version.checked_percent,
        100 - version.deposit_percent - version.checked_percent,
    ]
    checked = "inspection" if quote.rfq.inspector_id else "ticket"
    return [
        [trigger_name(trigger), f"{percent} %", money(amount, quote.rfq.currency)]
        for trigger, percent, amount in zip(
            ("money", checked, "arrival"), percents, parts_of(whole, percents), strict=True
        )
        if percent
    ]


def milestone_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("What must come true"), "wide": True},
        {"label": _("Share"), "numeric": True},
        {"label": _("Amount"), "numeric": True},
    ]


def trigger_name(trigger: str) -> str:
    return {
        "money": _("The contract's money is held"), "ticket": _("The weigh-and-grade ticket of the lot is signed"),
        "inspection": _("The inspector's report is passed, or the buyer takes the goods"),
        "arrival": _("The goods have come and the claim window is over, or the buyer takes them"),
    }[trigger]  # fmt: skip


def is_valid(version: Any, now: datetime) -> bool:
    return bool(version.valid_until > now)
