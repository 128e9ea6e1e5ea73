"""What a lot's page says of the goods: attributes and sentences by template, how they are kept, photos, and JSON-LD for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from samphao.core import clock
from samphao.core.money import minor_digits
from samphao.reference.queries import ProvinceName, StorageSpec
from samphao.reference.types import GoodSpec
from samphao.trade import queries as trade
from samphao.web.cards import unit_count
from samphao.web.listing_pages import attribute_texts, hs_text, steps_text, storage_text
from samphao.web.templatetags.samphao import (
    LANGUAGE_TAGS,
    day,
    in_language_plain,
    language,
    number,
    spoken_text,
)

SCHEMA = "https://schema.org"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a lot's page shows beside the lot itself."""

    good: GoodSpec | None
    storage: StorageSpec | None
    province: ProvinceName | None
    photos: Sequence[Any]
    attributes: dict[str, str]
    absolute: str = ""
    """The hub's own address, before a path."""

    def rows(self, lot: Any) -> list[dict[str, Any]]:
        """Return what the seller said of the goods, and how they are kept, as rows of a summary list."""
        rows = (
            [{"term": name, "value": value} for name, value in attribute_texts(self.good, self.attributes)]
            if self.good
            else []
        )
        if self.good:
            rows.append({"term": _("Customs code"), "value": hs_text(self.good.hs6)})
        if kept := storage_text(self.storage):
            rows.append({"term": _("Kept"), "value": kept})
        if terms := steps_text(lot):
            rows.append({"term": _("By quantity"), "value": terms})
        if lot.listing.monthly_capacity:
            rows.append({"term": _("Capacity in a month"), "value": unit_count(lot.listing.monthly_capacity, lot.unit)})
        if lot.forecast_low is not None and not lot.confirmed_at:
            bounds = {"low": unit_count(lot.forecast_low, lot.unit), "high": unit_count(lot.forecast_high, lot.unit)}
            rows.append({"term": _("Forecast"), "value": _("between %(low)s and %(high)s (estimate)") % bounds})
        elif lot.confirmed_at:
            rows.append({"term": _("Counted"), "value": day(lot.confirmed_at)})
        claim = {"hours": lot.claim_hours, "share": number(lot.tolerance_pct, 1)}
        rows.append(
            {
                "term": _("Claims"),
                "value": _("within %(hours)s hours of delivery; up to %(share)s %% may be bad") % claim,
            }
        )
        return rows

    def sentences(self) -> str:
        """Return the description by template, in the page's language; nothing where nobody said anything of the goods."""
        if self.good is None or not self.attributes:
            return ""
        return self.texts()[language()[:2]]

    def texts(self) -> dict[str, str]:
        if self.good is None:
            return {}
        names = {"en": self.good.name_en, "th": self.good.name_th, "zh": self.good.name_zh}
        row = self.province
        place = {"en": row.name_en, "th": row.name_th, "zh": row.name_zh} if row else None
        return trade.description(names, self.good.code, self.good.category, self.attributes, place)


def is_spoken(thing: object, stem: str) -> bool:
    """Say whether a text is there in the page's language."""
    return not spoken_text(thing, stem)[2]


def spoken_tag(thing: object, stem: str) -> str:
    """Return the tag of the language in which a text is shown."""
    return LANGUAGE_TAGS[spoken_text(thing, stem)[1]][0]


def photo_urls(file: Any) -> dict[str, str]:
    address = reverse("listing_photo", args=[file.code])
    return {"url": address, "small": f"{address}?size=small"}


def photos_shown(files: Sequence[Any], title: str) -> list[dict[str, str]]:
    """Return photos with a text for who does not see them: what is offered, and which photo of how many it is."""
    return [
        photo_urls(file) | {"alt": _("%(title)s: photo %(n)s of %(all)s") % {"title": title, "n": n, "all": len(files)}}
        for n, file in enumerate(files, 1)
    ]


def photos_of(files: Iterable[Any]) -> dict[str, str]:
    """Return for each listing the address of its newest photo, small."""
    found: dict[str, str] = {}
    for file in files:
        found.setdefault(file.subject, photo_urls(file)["small"])
    return found


def structured_data(lot: Any, offers: Sequence[Any], shown: Shown) -> dict[str, Any]:
    """Return a lot as schema.org describes a product and its offers: only what the page itself says."""
    listing, here = lot.listing, f"{shown.absolute}{reverse('lot', args=[lot.code])}"
    data: dict[str, Any] = {
        "@context": SCHEMA, "@type": "Product", "name": in_language_plain(listing, "title"), "sku": lot.code, "url": here,
        "brand": {"@type": "Organization", "name": in_language_plain(listing.producer)},
        "countryOfOrigin": {"@type": "Country", "name": "TH"},
        "offers": [_offer(lot, offer, here) for offer in offers],
    }  # fmt: skip
    if shown.good:
        data["category"] = hs_text(shown.good.hs6)
        data["description"] = shown.texts()[language()[:2]]
        data["additionalProperty"] = [
            {"@type": "PropertyValue", "name": name, "value": value}
            for name, value in attribute_texts(shown.good, shown.attributes)
        ]
    if shown.photos:
        data["image"] = [f"{shown.absolute}{photo_urls(file)['url']}" for file in shown.photos]
    return data


def _offer(lot: Any, offer: Any, here: str) -> dict[str, Any]:
    now = clock.now()
    if lot.closes_at <= now or not lot.left:
        availability = "SoldOut" if not lot.left else "Discontinued"
    elif lot.opens_at > now or lot.harvest_from > clock.today():
        availability = "PreOrder"
    else:
        availability = "InStock"
    digits = minor_digits(offer.currency)
    price = f"{offer.price_minor / 10**digits:.{digits}f}"
    return {
        "@type": "Offer", "url": here, "price": price, "priceCurrency": offer.currency, "priceValidUntil": offer.valid_to.date().isoformat(),
        "availability": f"{SCHEMA}/{availability}", "availabilityStarts": lot.opens_at.isoformat(), "availabilityEnds": lot.closes_at.isoformat(),
        "areaServed": offer.destination, "inventoryLevel": {"@type": "QuantitativeValue", "value": lot.left // offer.lot_units},
        "eligibleQuantity": {"@type": "QuantitativeValue", "minValue": offer.quantity_min, "maxValue": offer.quantity_max},
    }  # fmt: skip
