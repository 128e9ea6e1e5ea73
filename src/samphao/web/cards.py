"""Shape rows of the market for the components that show them: names in the page's language, prices per kg, carton and 斤."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from samphao.reference.types import DestinationSpec
from samphao.web.templatetags.samphao import day, in_language_plain, kg, language, money, number

# By what a good's code begins with (the first that fits): the drawing that stands for it where no photo does.
MOTIFS = {
    "durian": "durian", "mangosteen": "mangosteen", "mango": "mango", "guava": "guava", "longan": "longan", "lychee": "lychee", "rambutan": "rambutan",
    "roseapple": "roseapple", "pomelo": "pomelo", "banana": "banana", "pineapple": "pineapple", "coconut": "coconut", "fruit-": "preserve",
    "rice": "rice", "rubber": "rubber", "latex": "rubber", "coffee": "coffee", "honey": "honey", "sweet-chili": "chilli", "chilli": "chilli",
    "turmeric": "chilli", "orchid": "flower", "soap": "soap", "shampoo": "soap", "skincare": "soap", "silk": "silk", "garment-silk": "silk",
    "tshirt": "cloth", "ceramic": "pottery", "celadon": "celadon", "basketry": "craft", "rattan": "craft", "jewellery": "jewellery",
}  # fmt: skip
WEIGHED = ("kg", "fruit")
NO_PHOTOS: Mapping[str, str] = MappingProxyType({})
SUBTITLE = {"th": ("zh", "zh-Hans"), "zh-hans": ("th", "th"), "en": ("th", "th")}


def unit_name(unit: str) -> str:
    return {"fruit": _("fruit"), "kg": _("kg"), "pc": _("piece"), "m": _("metre")}[unit]


def unit_count(count: int, unit: str) -> str:
    """Say so many units: 1 piece, 140 metres, 21,428 kg."""
    if unit == "kg":
        return kg(count)
    texts = {
        "fruit": ngettext("%(n)s fruit", "%(n)s fruit", count), "pc": ngettext("%(n)s piece", "%(n)s pieces", count),
        "m": ngettext("%(n)s metre", "%(n)s metres", count),
    }  # fmt: skip
    return texts[unit] % {"n": number(count)}


def is_packed_fruit(lot: Any) -> bool:
    """Whether a lot is cut and goes through a packing house; rice, silk and pots are made ready by who sells them."""
    return bool(lot.packing_house_id)


def ready_label(lot: Any) -> str:
    return _("Harvest") if is_packed_fruit(lot) else _("Ready")


def motif(good: str) -> str:
    """Return the name of the drawing in `static/web/motifs` for a good; what has none of its own gets waves."""
    return next((name for key, name in MOTIFS.items() if good.startswith(key)), "goods")


def per_kg_minor(price_minor: int, mass_g: int) -> Decimal:
    return Decimal(price_minor) * 1000 / mass_g


def door_text(price_minor: int, currency: str, lot: Any, units: int, city: str) -> str:
    """Say a price to the door by what the good is sold by: the kilogram (and 斤 where the buyer counts in it), the piece, the metre."""
    if lot.unit in WEIGHED:
        per_kg = per_kg_minor(price_minor, units * lot.unit_mass_g)
        each = f"{money(round(per_kg), currency)} / {pgettext('unit after a number', 'kg')}"
        if currency == "CNY":
            each += f" ({money(round(per_kg / 2), currency)} / 斤)"
    else:
        each = f"{money(round(Decimal(price_minor) / units), currency)} / {unit_name(lot.unit)}"
    return _("%(price)s to the door in %(city)s") % {"price": each, "city": city}


def lot_card(lot: Any, destination: DestinationSpec | None, photos: Mapping[str, str] = NO_PHOTOS) -> dict[str, Any]:
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
        "image_url": photos.get(listing.code, ""),
        "image_alt": "",
        "title": in_language_plain(listing, "title"),
        "subtitle": getattr(listing, f"title_{stem}"),
        "subtitle_lang": subtitle_lang,
        "by": f"{in_language_plain(producer, 'name')} · {ready_label(lot).lower()} {day(lot.harvest_from)} – {day(lot.harvest_to)}",
        "price": money(lot.price_minor, lot.currency),
        "per": _("a %(unit)s at the packing house") % {"unit": unit_name(lot.unit)},
        "door": offer
        and destination
        and door_text(
            offer.price_minor,
            offer.currency,
            lot,
            offer.lot_units,
            in_language_plain(destination_names(destination), "city"),
        ),
        "tags": tags,
        "left": share,
        "left_label": _("left"),
        "left_value": _("%(left)s of %(all)s") % {"left": number(lot.left), "all": unit_count(lot.quantity, lot.unit)},
    }


def destination_names(destination: DestinationSpec) -> dict[str, str]:
    return {"city_en": destination.city_en, "city_th": destination.city_th, "city_zh": destination.city_zh}
