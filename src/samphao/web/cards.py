"""Shape rows of the market for the components that show them: names in the page's language, prices per kg, carton and 斤."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.reference.types import DestinationSpec
from samphao.web.templatetags.samphao import day, in_language_plain, language, money, number

# By what a good's code begins with (the first that fits): the drawing that stands for it where no photo does.
MOTIFS = {
    "durian": "durian", "mangosteen": "mangosteen", "mango": "mango", "guava": "guava", "longan": "longan", "lychee": "lychee", "rambutan": "rambutan",
    "roseapple": "roseapple", "pomelo": "pomelo", "banana": "banana", "pineapple": "pineapple", "coconut": "coconut", "fruit-": "preserve",
    "rice": "rice", "rubber": "rubber", "latex": "rubber", "coffee": "coffee", "honey": "honey", "sweet-chili": "chilli", "chilli": "chilli",
    "turmeric": "chilli", "orchid": "flower", "soap": "soap", "shampoo": "soap", "skincare": "soap", "silk": "silk", "garment-silk": "silk",
    "tshirt": "cloth", "ceramic": "pottery", "celadon": "celadon", "basketry": "craft", "rattan": "craft", "jewellery": "jewellery",
}  # fmt: skip
SUBTITLE = {"th": ("zh", "zh-Hans"), "zh-hans": ("th", "th"), "en": ("th", "th")}


def unit_name(unit: str) -> str:
    return {"fruit": _("fruit"), "kg": _("kg"), "pc": _("piece"), "m": _("metre")}[unit]


def motif(good: str) -> str:
    """Return the name of the drawing in `static/web/motifs` for a good; what has none of its own gets waves."""
    return next((name for key, name in MOTIFS.items() if good.startswith(key)), "goods")


def per_kg_minor(price_minor: int, mass_g: int) -> Decimal:
    return Decimal(price_minor) * 1000 / mass_g


def door_text(price_minor: int, currency: str, mass_g: int, city: str) -> str:
    """Say a price to the door per kg, and per 斤 where the buyer counts in it."""
    per_kg = per_kg_minor(price_minor, mass_g)
    each = f"{money(round(per_kg), currency)} / kg"
    if currency == "CNY":
        each += f" ({money(round(per_kg / 2), currency)} / 斤)"
    return _("%(price)s to the door in %(city)s") % {"price": each, "city": city}


def lot_card(lot: Any, destination: DestinationSpec | None) -> dict[str, Any]:
    """Return what `components/lot_card.html` shows of a lot with its offers and gates for one destination."""
    listing, producer = lot.listing, lot.listing.producer
    stem, subtitle_lang = SUBTITLE[language()]
    offer = next(iter(lot.offers_here), None)
    gates = [state for state in lot.gates_here if state.gate == "to_list"]
    tags = []
    if lot.is_closed:
        tags.append({"kind": "idle", "label": _("sale closed")})
    elif any(gate.is_open for gate in gates):
        tags.append({"kind": "ok", "label": _("papers in order")})
    elif gates:
        tags.append({"kind": "bad", "label": _("not for this destination")})
    share = Decimal(lot.left) / lot.quantity if lot.quantity else Decimal(0)
    if not lot.left:
        tags.append({"kind": "idle", "label": _("sold out")})
    return {
        "url": reverse("lot", args=[lot.code]),
        "motif": motif(listing.good),
        "title": in_language_plain(listing, "title"),
        "subtitle": getattr(listing, f"title_{stem}"),
        "subtitle_lang": subtitle_lang,
        "by": f"{in_language_plain(producer, 'name')} · {_('harvest')} {day(lot.harvest_from)} – {day(lot.harvest_to)}",
        "price": money(lot.price_minor, lot.currency),
        "per": _("a %(unit)s at the packing house") % {"unit": unit_name(lot.unit)},
        "door": offer
        and destination
        and door_text(
            offer.price_minor,
            offer.currency,
            offer.lot_units * lot.unit_mass_g,
            in_language_plain(destination_names(destination), "city"),
        ),
        "tags": tags,
        "left": share,
        "left_label": _("left"),
        "left_value": _("%(left)s of %(all)s")
        % {"left": number(lot.left), "all": f"{number(lot.quantity)} {unit_name(lot.unit)}"},
    }


def destination_names(destination: DestinationSpec) -> dict[str, str]:
    return {"city_en": destination.city_en, "city_th": destination.city_th, "city_zh": destination.city_zh}
