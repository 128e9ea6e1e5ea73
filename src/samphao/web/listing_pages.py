"""Shape the seller's own pages: questions with their titles, answers told back, listings, lots, versions, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from samphao.core.errors import Fault
from samphao.reference.queries import StorageSpec
from samphao.reference.types import DestinationSpec, GoodSpec
from samphao.trade import queries as trade
from samphao.trade.types import LotFault, PayoutSchedule
from samphao.web import files as file_shape
from samphao.web.cards import destination_names, motif, unit_count, unit_name
from samphao.web.file_faults import fault_text
from samphao.web.listing_forms import Asked, amount_unit, terms_texts
from samphao.web.templatetags.samphao import day, in_language_plain, kg, language, moment, money, number
from samphao.workflows.listing import Proceeds
from samphao.workflows.trade_modes import SHELF_DAYS

# Where the days of `trade/data/harvest_rules.csv` come from; a test holds the two against each other.
HARVEST_SOURCES = (
    gettext_noop(
        "days: International Tropical Fruits Network, durian harvest (early kinds 90-100 days from flowering); kg a tree: estimate from memory"
    ),
    gettext_noop(
        "days: International Tropical Fruits Network, durian harvest (medium kinds 100-120 days from flowering); kg a tree: estimate from memory"
    ),
    gettext_noop(
        "days: International Tropical Fruits Network, durian harvest (late kinds 120-130 days from flowering); kg a tree: estimate from memory"
    ),
)
ALL_STEPS = (*trade.QUESTIONS, "terms", "check")
OF_A_NEXT_LOT = ("place", "when", "amount", "package", "parties")
"""Questions of a lot whose listing is there already: its good, its words and its photos are the listing's."""


def titles(good: GoodSpec | None) -> dict[str, tuple[str, str]]:
    """Return each question and a sentence of why it is asked."""
    is_fruit = good is not None and good.is_fresh_fruit
    return {
        "good": (_("What do you sell?"), ""),
        "kind": (_("What is it like?"), _("Each answer is told to buyers in Thai, Chinese and English.")),
        "place": (
            _("Where does it grow?") if is_fruit else _("Where is it made?"),
            _("Orchards are shown with their GAP certificate.") if is_fruit else "",
        ),
        "when": (
            _("When is it harvested?") if is_fruit else _("When is it ready?"),
            _("Buyers order before; the sale ends on its last day."),
        ),
        "amount": (_("How much will there be?"), _("A forecast is enough now; you confirm it when it is counted.")),
        "package": (_("How is it packed, and what does it cost?"), ""),
        "photo": (_("What does it look like?"), _("A photo sells more than words. You may skip it.")),
        "parties": (_("Who packs and exports it?"), ""),
        "terms": (_("When are you paid?"), _("What you choose is kept with the lot and shown before anybody orders.")),
    }


def steps_of(draft: Any) -> tuple[str, ...]:
    """Return the questions of a draft, in their order."""
    return OF_A_NEXT_LOT if draft.listing_id else tuple(trade.QUESTIONS)


def next_step(draft: Any, step: str) -> str:
    """Return the next question without an answer, first those that follow; whoever came back goes on to the check."""
    names = steps_of(draft)
    later = names[names.index(step) + 1 :] if step in names else names
    missing = trade.unanswered(draft.answers)
    return next((name for name in (*later, *names) if name in missing), "check")


def place_of(draft: Any, step: str) -> dict[str, Any]:
    """Return where a question stands among the others, and the one before it."""
    names = steps_of(draft)
    if step not in names:
        return {"number": 0, "count": len(names), "back": "check"}
    at = names.index(step)
    return {"number": at + 1, "count": len(names), "back": names[at - 1] if at else ""}


def good_choices(goods: Mapping[str, GoodSpec], text: str) -> list[dict[str, Any]]:
    """Return what may be sold, families first, narrowed by words in any of the three languages."""
    families = trade.families()
    within = {good for family in families for _words, good in family.states}
    rows = [(family.code, family.names, [good for _words, good in family.states]) for family in families]
    rows += [
        (code, {"en": good.name_en, "th": good.name_th, "zh": good.name_zh}, [code])
        for code, good in goods.items()
        if code not in within
    ]
    wanted, found = text.casefold().split(), []
    for code, names, codes in rows:
        known = [
            name
            for one in codes
            if one in goods
            for name in (goods[one].name_en, goods[one].name_th, goods[one].name_zh)
        ]
        words = " ".join([*names.values(), *known]).casefold()
        if all(word in words for word in wanted):
            kind = "family" if len(codes) > 1 else "good"
            found.append(
                {
                    "field": kind,
                    "value": code,
                    "name": names[_language()],
                    "words": words,
                    "motif": motif(code),
                    "of": codes,
                }
            )
    return found


def state_choices(family: str, goods: Mapping[str, GoodSpec]) -> list[dict[str, str]]:
    """Return how a thing may be made ready, each with the customs code that hangs on it."""
    states = next((row.states for row in trade.families() if row.code == family), ())
    return [
        {
            "value": good,
            "label": words[_language()],
            "name": in_language_plain(goods[good]),
            "hs": hs_text(goods[good].hs6),
        }
        for words, good in states
        if good in goods
    ]


def hs_text(hs6: str) -> str:
    return f"HS {hs6[:4]}.{hs6[4:]}"


def told(draft: Any, asked: Asked) -> list[dict[str, Any]]:
    """Return the answers as rows of a summary list, each with the way back to its question."""
    given, good = draft.answers, asked.good
    names = {code: row for row in (*asked.packing_houses, *asked.exporters) for code in (row.code,)}
    orchard = next((row for row in asked.orchards if row.code == given.get("orchard")), None)
    rows = [
        ("good", _("Good"), in_language_plain(good), hs_text(good.hs6)),
        ("kind", _("Kind"), ", ".join(value for _name, value in attribute_texts(good, given.get("attributes") or {})) or None, ""),
        ("place", pgettext("of goods", "From"), f"{orchard.gap_number} · {in_language_plain(orchard)}" if orchard else in_language_plain(asked.producer), ""),
        ("when", _("Harvest") if good.is_fresh_fruit else _("Ready"), _days(given), _sale_text(given)),
        ("amount", pgettext("of goods", "Amount"), _amount(good, given), estimate_text(given)),
        ("package", _("Price"), f"{money(given['price_minor'])} / {unit_name(given['unit'])}, {fca(names.get(given.get('packing_house')) or asked.producer)}" if "price_minor" in given else None, _package(given)),
        ("photo", _("In your own words"), next((text for text in given.get("description") or () if text), None), ""),
        ("parties", _("Packing house"), in_language_plain(names[given["packing_house"]]) if given.get("packing_house") in names else _("none"), ""),
        ("parties", _("Exporter of record"), in_language_plain(names[given["exporter"]]) if given.get("exporter") in names else _("none yet"), ""),
    ]  # fmt: skip
    asks = steps_of(draft)
    return [
        {
            "term": term,
            "value": value,
            "note": note,
            **({"url": reverse("listing_question", args=[draft.code, step])} if step in asks else {}),
        }
        for step, term, value, note in rows
    ]


def attribute_texts(good: GoodSpec, chosen: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the chosen attributes as (name, value) in the page's language."""
    return [(name[_language()], value[_language()]) for name, value in trade.spoken(good.code, good.category, chosen)]


def estimate_text(given: Mapping[str, Any]) -> str:
    """Say what flowers and trees let expect: between which bounds, by which rule."""
    found = trade.estimate(given)
    if found is None:
        return ""
    return _("estimate: %(usual)s, between %(low)s and %(high)s; ripe from %(first)s to %(last)s. Rule: %(source)s") % {
        "usual": kg(found.kg_usual), "low": kg(found.kg_low), "high": kg(found.kg_high), "first": day(found.ripe_from), "last": day(found.ripe_to),
        "source": _(found.source),
    }  # fmt: skip


def schedule_rows(schedule: PayoutSchedule, proceeds: Proceeds | None = None, url: str = "") -> list[dict[str, Any]]:
    """Tell when the seller has which share of his money, in baht where it is known what the lot brings, as it is shown before he lists."""
    link = {"url": url} if url else {}
    when_sold = _("out of the money that the buyer has paid in")
    if schedule.delivery_days:
        when_sold += " · " + _("delivered within %(days)s days of the harvest") % {"days": schedule.delivery_days}
    whole = proceeds.own_minor if proceeds else 0
    sold, ticket = (whole * percent // 100 for percent in (schedule.deposit_percent, schedule.ticket_percent))

    def share(percent: int, satang: int) -> str:
        return f"{percent} % · {money(satang)}" if proceeds else f"{percent} %"

    return [
        *_whole_rows(proceeds),
        {"term": _("Terms"), "value": dict(terms_texts()).get(schedule.terms, schedule.terms), **link},
        {"term": _("When sold"), "value": share(schedule.deposit_percent, sold), "note": when_sold},
        {"term": _("At the signed ticket"), "value": share(schedule.ticket_percent, ticket), "note": _("when it is weighed and graded")},
        {"term": _("After the claim window"), "value": share(schedule.rest_percent, whole - sold - ticket), "note": _("%(hours)s hours after delivery; up to %(share)s %% of the goods may be bad without a claim") % {"hours": schedule.claim_hours, "share": number(schedule.tolerance_pct, 1)}},
    ]  # fmt: skip


def _whole_rows(proceeds: Proceeds | None) -> list[dict[str, Any]]:
    """Say what a lot brings if all of it is sold, and what of it the packing house has."""
    if proceeds is None:
        return []
    note = _("if all of it is sold at your price; what is sold is paid by the same shares")
    if proceeds.service_minor:
        note = _("%(goods)s for the goods, less %(service)s for the packing house (%(source)s)") % {
            "goods": money(proceeds.goods_minor), "service": money(proceeds.service_minor), "source": proceeds.source,
        } + " · " + note  # fmt: skip
    return [{"term": _("Your money for this lot"), "value": money(proceeds.own_minor), "note": note}]


def storage_text(storage: StorageSpec | None) -> str:
    """Say how a good is kept, and about how long; the days are an estimate."""
    if storage is None:
        return ""
    named = {"chilled": _("chilled"), "frozen": _("frozen"), "ambient": _("at room temperature")}[
        storage.temperature_class
    ]
    low, high = storage.temperature_min_c, storage.temperature_max_c
    if low is not None and high is not None:
        named += f", {number(low)}–{number(high)} °C"
    elif high is not None:
        named += f", ≤ {number(high)} °C"
    return _("%(how)s; keeps about %(days)s days from packing (estimate)") % {
        "how": named,
        "days": SHELF_DAYS[storage.temperature_class],
    }


def listing_rows(listings: Iterable[Any], now: datetime) -> list[list[Any]]:
    rows = []
    for listing in listings:
        lots = listing.lots_by_harvest
        last = lots[0] if lots else None
        rows.append([
            {"text": in_language_plain(listing, "title"), "url": reverse("listing", args=[listing.code]), "note": listing.code},
            number(len(lots)),
            _lot_cell(last),
            {"tag": lot_tag(last, now)} if last else "",
        ])  # fmt: skip
    return rows


def _lot_cell(lot: Any) -> Any:
    if lot is None:
        return ""
    return {
        "text": lot.code,
        "url": reverse("own_lot", args=[lot.code]),
        "note": f"{day(lot.harvest_from)} – {day(lot.harvest_to)}",
    }


def lot_tag(lot: Any, now: datetime | None = None) -> dict[str, str]:
    """Say in a word how a lot stands."""
    if lot.withdrawn_at:
        return {"kind": "idle", "label": _("withdrawn")}
    if now is not None and lot.closes_at <= now:
        return {"kind": "idle", "label": _("sale closed")}
    if not lot.is_judged:
        return {"kind": "info", "label": _("being worked out")}
    if lot.is_open_somewhere:
        return {"kind": "ok", "label": _("open for sale")}
    return {"kind": "bad", "label": _("gate shut")}


def lot_table(lots: Sequence[Any], now: datetime) -> list[list[Any]]:
    return [
        [
            {"text": lot.code, "url": reverse("own_lot", args=[lot.code])}, f"{day(lot.harvest_from)} – {day(lot.harvest_to)}",
            f"{money(lot.price_minor, lot.currency)} / {unit_name(lot.unit)}", f"{number(lot.sold + lot.held)} / {number(lot.quantity)}",
            {"tag": lot_tag(lot, now)},
        ]
        for lot in lots
    ]  # fmt: skip


def place_rows(lot: Any, destinations: Iterable[DestinationSpec]) -> list[list[Any]]:
    """Say for each city whether the lot is open for it, at which price, and what is missing where it is not."""
    offers, gates, modes = list(lot.offers.all()), list(lot.gates.all()), list(lot.modes.all())
    rows = []
    for place in destinations:
        usual = "domestic" if place.country == "TH" else "general"
        gate = next(
            (
                row
                for row in gates
                if row.destination == place.code and row.trade_mode == usual and row.gate == "to_list"
            ),
            None,
        )
        if gate is None:
            continue
        prices = [row for row in offers if row.destination == place.code]
        mode = next((row for row in modes if row.destination == place.code and row.trade_mode == usual), None)
        missing = _missing(gate) + ([] if mode is None or mode.is_open else _missing(mode))
        is_open = gate.is_open and any(row.trade_mode == usual for row in prices)
        rows.append([
            in_language_plain(destination_names(place), "city"),
            {"tag": {"kind": "ok", "label": _("open")} if is_open else {"kind": "bad", "label": _("shut")}},
            ", ".join(dict.fromkeys(money(min(o.price_minor for o in prices if o.lot_units == row.lot_units), row.currency) + f" / {unit_count(row.lot_units, lot.unit)}" for row in prices)),
            "; ".join(dict.fromkeys(missing)),
        ])  # fmt: skip
    return rows


def _missing(state: Any) -> list[str]:
    """Return the rules that are not met, by their names in the page's language."""
    return [in_language_plain(row, "name") for row in state.findings if row["is_met"] is not True and not state.is_open]


def lot_rows(lot: Any, good: GoodSpec | None, storage: StorageSpec | None) -> list[dict[str, Any]]:
    forecast = ""
    if lot.forecast_low is not None and not lot.confirmed_at:
        forecast = _("estimate from flowering and trees: between %(low)s and %(high)s") % {
            "low": unit_count(lot.forecast_low, lot.unit), "high": unit_count(lot.forecast_high, lot.unit),
        }  # fmt: skip
    counted = (
        _("counted on %(day)s") % {"day": day(lot.confirmed_at)}
        if lot.confirmed_at
        else (forecast or _("a forecast until you confirm it"))
    )
    return [
        {"term": _("Good"), "value": in_language_plain(good) if good else lot.listing.good, "note": hs_text(good.hs6) if good else ""},
        {"term": _("Harvest") if lot.packing_house_id else _("Ready"), "value": f"{day(lot.harvest_from)} – {day(lot.harvest_to)}"},
        {"term": _("Last day of the sale"), "value": moment(lot.closes_at)},
        {"term": pgettext("of goods", "Amount"), "value": unit_count(lot.quantity, lot.unit), "note": counted},
        {"term": _("Ordered"), "value": unit_count(lot.sold + lot.held, lot.unit)},
        {"term": _("Price"), "value": f"{money(lot.price_minor, lot.currency)} / {unit_name(lot.unit)}, {fca(lot.packing_house or lot.listing.producer)}", "note": steps_text(lot)},
        {"term": _("Packing house"), "value": in_language_plain(lot.packing_house) if lot.packing_house else _("none")},
        {"term": _("Exporter of record"), "value": in_language_plain(lot.exporter) if lot.exporter else _("none yet")},
        {"term": _("Kept"), "value": storage_text(storage)},
        *tested_rows(lot),
    ]  # fmt: skip


def fca(place: Any) -> str:
    """Say where a seller's own price holds: what comes after that place stands in the price to the door."""
    return f"FCA {in_language_plain(place)} (Incoterms 2020)"


def tested_rows(lot: Any) -> list[dict[str, Any]]:
    """Tell what was measured of a lot: dry matter, and what the laboratory found in the sample of which day."""
    rows = []
    if lot.dry_matter_pct is not None:
        rows.append({"term": _("Dry matter"), "value": f"{number(lot.dry_matter_pct)} %"})
    if lot.tested_on:
        note = f"{lot.laboratory_code} · {day(lot.tested_on)}"
        residue = {"not_detected": _("not detected"), "detected": pgettext("residue", "found")}.get(
            lot.basic_yellow_2, lot.basic_yellow_2
        )
        rows.append({"term": "Basic Yellow 2", "value": residue, "note": note})
        if lot.cadmium_mg_kg is not None:
            rows.append({"term": _("Cadmium"), "value": f"{number(lot.cadmium_mg_kg, 3)} mg/kg", "note": note})
    return rows


def steps_text(lot: Any) -> str:
    """Say prices by quantity and the smallest order."""
    parts = [
        _("from %(units)s: %(price)s")
        % {"units": unit_count(step.from_units, lot.unit), "price": money(step.price_minor, lot.currency)}
        for step in lot.steps.all()
    ]
    if lot.minimum_units > 1:
        parts.append(_("smallest order %(units)s") % {"units": unit_count(lot.minimum_units, lot.unit)})
    return " · ".join(parts)


ACTIONS = {
    "lot.list": lambda: _("listed"), "lot.change": lambda: _("changed"), "lot.confirm": lambda: _("amount confirmed"),
    "lot.withdraw": lambda: _("withdrawn from sale"), "file.remove": lambda: _("photo removed"),
}  # fmt: skip


def version_rows(entries: Iterable[Any]) -> list[list[Any]]:
    """Tell who did what to a listing and its lots, and what was there before."""
    return [
        [
            moment(entry.at),
            entry.actor,
            entry.subject,
            ACTIONS.get(entry.action, lambda name=entry.action: name)(),
            _what_changed(entry.detail),
        ]
        for entry in entries
    ]


def _what_changed(detail: Mapping[str, Any]) -> str:
    before, after = detail.get("before") or {}, detail.get("after") or {}
    parts = [f"{field_name(name)}: {_plain(before[name])} → {_plain(after.get(name))}" for name in before]
    return "; ".join([*parts, *([detail["reason"]] if detail.get("reason") else [])])


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items() if one not in (None, ""))
    if isinstance(value, list):
        return " / ".join(_plain(one) for one in value if one not in (None, "")) or "–"
    return "–" if value in (None, "") else str(value)


def field_name(field: str) -> str:
    """Return what a field of a lot is called on the pages."""
    return {
        "quantity": _("amount"), "price_minor": _("price in satang"), "price": _("price"), "steps": _("price steps"), "price_steps": _("price steps"),
        "closes_on": _("last day of the sale"), "harvest_from": _("first day of the harvest"), "harvest_to": _("last day of the harvest"),
        "attributes": _("kind"), "title": _("title"), "description": _("description"), "packing_house": _("packing house"), "exporter": _("exporter"),
        "minimum_units": _("smallest order"), "monthly_capacity": _("capacity in a month"), "orchard": _("orchard"), "schedule": _("payout schedule"),
        "carton_units": _("units in a carton"), "unit": _("unit"), "unit_mass_g": _("mass of one"), "flowering_on": _("full bloom"), "trees": _("trees"),
    }.get(field, field)  # fmt: skip


def import_page(found: Any) -> dict[str, Any]:
    """Shape a file on its way: looked through, being written, written."""
    counts = found.counts
    return {
        "figures": [
            {"label": _("rows"), "value": number(found.rows)}, {"label": _("new lots"), "value": number(counts.get("new", 0))},
            {"label": _("changed lots"), "value": number(counts.get("changed", 0))}, {"label": _("as they are"), "value": number(counts.get("unchanged", 0))},
        ],
        "faults": [[number(row["row"]), row["column"], fault_text(row)] for row in found.faults],
        "is_checked": found.state == "checked", "is_running": found.state == "running", "is_done": found.state == "done",
    }  # fmt: skip


def fault_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("row"), "numeric": True},
        {"label": _("column"), "whole": True},
        {"label": _("what is wrong"), "wide": True},
    ]


def fault_rows(faults: Iterable[Fault]) -> list[list[Any]]:
    return [[number(one.row) if one.row else "", one.column, fault_text(one)] for one in faults]


def form_errors(form: Any, faults: Iterable[LotFault]) -> None:
    """Put what the rules of a lot say beside the fields of a form; what belongs to none of them stands above."""
    named = {"quantity": "amount", "price_steps": "from_0"}
    for one in faults:
        field = named.get(one.field, one.field)
        field = "words" if field.startswith("description_") else field
        form.add_error(field if field in form.fields else None, _(one.text) % one.values)


def photos(files: Iterable[Any], by: str) -> list[dict[str, Any]]:
    return file_shape.items(files, by)


def _language() -> str:
    return language()[:2]


def _days(given: Mapping[str, Any]) -> str | None:
    if "harvest_from" not in given:
        return None
    first, last = (date.fromisoformat(given[name]) for name in ("harvest_from", "harvest_to"))
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def _sale_text(given: Mapping[str, Any]) -> str:
    return (
        _("sold until %(day)s") % {"day": day(date.fromisoformat(given["closes_on"]))} if given.get("closes_on") else ""
    )


def _amount(good: GoodSpec, given: Mapping[str, Any]) -> str | None:
    amount = given.get("amount", given.get("quantity"))
    if amount is None:
        return None
    text = unit_count(amount, amount_unit(good, given) if "amount" in given else given.get("unit", "kg"))
    if given.get("unit") == "fruit" and "quantity" in given and "amount" in given:
        text += f" ({unit_count(given['quantity'], 'fruit')})"
    return text


def _package(given: Mapping[str, Any]) -> str:
    if "carton_units" not in given:
        return ""
    mass = kg(given["carton_units"] * given.get("unit_mass_g", 1000) / 1000)
    parts = [_("carton of %(mass)s") % {"mass": mass}]
    parts += [
        _("from %(units)s: %(price)s") % {"units": unit_count(units, given["unit"]), "price": money(price)}
        for units, price in given.get("steps") or ()
    ]
    if (given.get("minimum_units") or 1) > 1:
        parts.append(_("smallest order %(units)s") % {"units": unit_count(given["minimum_units"], given["unit"])})
    return " · ".join(parts)
