"""Shape a lot's page: gates, prices to the door with their lines, what is left."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samphao.core import clock
from samphao.reference.types import DestinationSpec
from samphao.trade.types import offer_code
from samphao.web.cards import destination_names, door_text, is_packed_fruit, motif, ready_label, unit_count, unit_name
from samphao.web.claims_page import sale_rules
from samphao.web.gates import gate_rows
from samphao.web.listing_pages import fca, tested_rows
from samphao.web.lot_words import Shown, is_spoken, photos_shown, spoken_tag, structured_data
from samphao.web.price_lines import price_rows
from samphao.web.templatetags.samphao import day, in_language_plain, kg, moment, money, number
from samphao.web.trade_modes import mode_rows, mode_sentence, mode_title


def sale_text(lot: Any, now: datetime) -> str:
    """Say when the sale opens, or when it closed."""
    if now < lot.opens_at:
        return _("The sale opens on %(at)s.") % {"at": moment(lot.opens_at)}
    return _("The sale closed on %(at)s.") % {"at": moment(lot.closes_at)}


def lot_page(
    lot: Any, destination: DestinationSpec | None, sent: Collection[tuple[str, str]], shown: Shown
) -> dict[str, Any]:
    """Shape a lot for a destination; `sent` says to which destinations its goods have gone, in which trade modes."""
    here = destination.code if destination else ""
    city = in_language_plain(destination_names(destination), "city") if destination else ""
    usual = "domestic" if destination and destination.country == "TH" else "general"
    offers = [offer for offer in lot.offers.all() if offer.destination == here]
    gates = [state for state in lot.gates.all() if state.destination == here]
    modes = [state for state in lot.modes.all() if state.destination == here]
    listing, now = lot.listing, clock.now()
    rows = [
        {"term": _("Producer"), "value": in_language_plain(listing.producer)},
        {"term": _("Lot"), "value": lot.code},
        {"term": ready_label(lot), "value": f"{day(lot.harvest_from)} – {day(lot.harvest_to)}"},
        {"term": _("Exporter of record"), "value": lot.exporter and in_language_plain(lot.exporter)},
        {
            "term": _("Price"),
            "value": f"{money(lot.price_minor, lot.currency)} / {unit_name(lot.unit)}, {fca(lot.packing_house or listing.producer)}",
        },
        {
            "term": _("Left"),
            "value": f"{number(lot.left)} / {unit_count(lot.quantity, lot.unit)} ({kg(lot.left * lot.unit_mass_g // 1000)})",
        },
    ]
    if is_packed_fruit(lot):
        rows.insert(3, {"term": _("Packing house"), "value": in_language_plain(lot.packing_house)})
    rows += [*tested_rows(lot), *shown.rows(lot)]
    return {
        "lot": lot,
        "motif": motif(listing.good),
        "title": in_language_plain(listing, "title"),
        "is_title_translated": is_spoken(listing, "title"),
        "description": in_language_plain(listing, "description") if any_text(listing, "description") else "",
        "is_description_translated": is_spoken(listing, "description"),
        "description_lang": spoken_tag(listing, "description"),
        "sentences": shown.sentences(),
        "photos": photos_shown(shown.photos, in_language_plain(listing, "title")),
        "json_ld": structured_data(lot, offers, shown),
        "rows": rows,
        "gates": gate_rows(
            [state for state in gates if state.trade_mode == usual],
            lot,
            city,
            [mode for code, mode in sent if code == here],
            now.astimezone(clock.BANGKOK).date(),
        ),
        "city": city,
        "on_sale": lot.opens_at <= now < lot.closes_at,
        "sale_text": sale_text(lot, now),
        "modes": mode_rows(modes, gates, offers),
        "offers": [offer_row(offer, lot, city) for offer in offers],
    }


def any_text(thing: Any, stem: str) -> bool:
    return any(getattr(thing, f"{stem}_{code}") for code in ("th", "zh", "en"))


def offer_row(offer: Any, lot: Any, city: str) -> dict[str, Any]:
    mass_g = offer.lot_units * lot.unit_mass_g
    unit = unit_name(lot.unit)
    if offer.kind == "wholesale":
        unit = _("carton of %(mass)s") % {"mass": kg(mass_g / 1000)}
    elif offer.lot_units > 1:
        unit = _("parcel of %(units)s") % {"units": unit_count(offer.lot_units, lot.unit)}
    is_whole = offer.incoterm != "DAP"
    return {
        "code": offer_code(offer.id),
        "kind": offer.kind,
        "mode": mode_title(offer.trade_mode),
        "sentence": mode_sentence(offer.trade_mode),
        "rules": sale_rules(lot, offer.trade_mode, is_lasting=not is_packed_fruit(lot)),
        "unit": unit,
        "price": money(offer.price_minor, offer.currency),
        "door": door_text(offer.price_minor, offer.currency, lot, offer.lot_units, city),
        "days": ngettext("%(days)s day", "%(days)s days", offer.promised_days) % {"days": number(offer.promised_days)},
        "importer": offer.importer and in_language_plain(offer.importer),
        "from": _("from %(number)s") % {"number": number(offer.quantity_min)} if offer.quantity_min > 1 else "",
        "quantity_min": offer.quantity_min,
        "quantity_max": offer.quantity_max,
        "lines": price_rows(offer.lines, offer.currency, 1),
        "foot": {
            "label": _("To the door") if is_whole else _("To the door, before import charges"),
            "rule": unit,
            "amount": money(offer.price_minor, offer.currency),
        },
    }
