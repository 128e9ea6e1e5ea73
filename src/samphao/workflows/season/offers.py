"""Price a season's lots to every destination: one offer for households, one for wholesale buyers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision

from samphao.accounts.types import Party
from samphao.customs import queries as customs
from samphao.customs.queries import ImporterChoice
from samphao.freight import queries as freight
from samphao.freight.types import Carriage, CarriageQuestion
from samphao.reference import queries as reference
from samphao.reference.types import DestinationSpec, GoodSpec
from samphao.trade.types import LotSpec, PricedOffer
from samphao.workflows.price_to_door import Goods, Terms, price_lines, total
from samphao.workflows.season.market_day import HOUSEHOLDS, WHOLESALE

SHELF_DAYS = {
    "chilled": 11,
    "frozen": 30,
    "ambient": 40,
}  # from the packing house to the buyer: estimates of a buyer's patience
DWELL_DAYS = 2  # entry inspection and the last stretch to the door, on top of carriage: estimate


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a lot has no price to a destination."""

    lot: str
    destination: str
    reason: str


class Pricer:
    """Prices of one day; what is the same for many lots is asked once."""

    def __init__(self, parties: Iterable[Party], goods: Mapping[str, GoodSpec], on: date) -> None:
        self._parties = {party.code: party for party in parties}
        self._goods = goods
        self._on = on
        self._places = reference.province_places()
        self._rates = reference.exchange_rates(on)
        digits = {code: int(get_currency_precision(code)) for code in self._rates}
        self._exchange = freight.exchange_in_satang(self._rates, digits)
        self._carriage = lru_cache(maxsize=None)(self._ask_carriage)
        self._charges = lru_cache(maxsize=None)(lambda country: customs.import_charges(country, on))
        self._importers = lru_cache(maxsize=None)(self._ask_importer)
        self._rule = lru_cache(maxsize=None)(
            lambda code, country, good: reference.price_rule(code, country, goods[good], on)
        )
        self.refusals: list[Refusal] = []

    def offers(self, lots: Iterable[LotSpec], destinations: Iterable[DestinationSpec]) -> Iterator[PricedOffer]:
        places = list(destinations)
        for lot in lots:
            for place in places:
                terms = self._terms(lot, place)
                if isinstance(terms, str):
                    self.refusals.append(Refusal(lot.code, place.code, terms))
                    continue
                yield from (_offer(lot, place, terms, kind, units) for kind, units in _kinds(lot))

    def reasons(self) -> Counter[str]:
        return Counter(refusal.reason for refusal in self.refusals)

    def _terms(self, lot: LotSpec, place: DestinationSpec) -> Terms | str:
        """Return all that a price rests on, or the reason why there is none."""
        good = self._goods[lot.good]
        rate = self._rates.get(place.currency)
        charges = self._charges(place.country).get(lot.good)
        importer = self._importers(place.code, lot.good)
        ports = frozenset(importer.ports) if importer and good.is_fresh_fruit and place.country == "CN" else None
        carriage = self._carriage(self._province(lot), place.node, good.temperature_class, good.is_fresh_fruit, ports)
        insurance = self._rule("insurance", "CN", lot.good)
        hub_fee = self._rule("hub_fee", place.country, lot.good)
        if rate is None:
            return "no exchange rate on that day"
        if charges is None:
            return "duty or tax unknown"
        if importer is None:
            return "no importer of record with a permit"
        if carriage is None:
            return "no carriage with a known rate in time"
        if insurance is None or hub_fee is None:
            return "no rule for insurance or fee"
        packing = self._rule("packing_house_service", "", lot.good) if lot.packing_house else None
        return Terms(
            self._on,
            place.currency,
            int(get_currency_precision(place.currency)),
            rate,
            carriage,
            charges,
            importer,
            insurance,
            hub_fee,
            packing,
        )

    def _province(self, lot: LotSpec) -> str:
        return self._parties[lot.packing_house or lot.producer].province_iso

    def _ask_carriage(
        self, province: str, node: str, temperature: str, is_fruit: bool, ports: frozenset[str] | None
    ) -> Carriage | None:
        days_max = SHELF_DAYS[temperature]
        question = CarriageQuestion(self._places[province], node, temperature, is_fruit, days_max, self._on, ports)
        return freight.carriage(question, self._exchange)

    def _ask_importer(self, destination: str, good: str) -> ImporterChoice | None:
        choices = customs.importers_for(destination, good, self._on, needs_permit=self._goods[good].is_fresh_fruit)
        return choices[0] if choices else None


def _kinds(lot: LotSpec) -> Iterator[tuple[str, int]]:
    """Yield what one selling unit is: the hot lots and single fruit are for households, cartons for wholesale buyers."""
    if lot.unit in ("fruit", "kg", "pc"):
        yield HOUSEHOLDS, 1
    if not lot.is_hot:
        yield WHOLESALE, lot.carton_units


def _offer(lot: LotSpec, place: DestinationSpec, terms: Terms, kind: str, units: int) -> PricedOffer:
    mass_kg = Decimal(lot.unit_mass_g * units) / 1000
    lines = price_lines(Goods(lot.price_minor, units, lot.unit, mass_kg), terms)
    return PricedOffer(
        lot.code, place.code, kind, "general", terms.importer.code, terms.carriage.entry_node, "DDP", place.city_en, units, total(lines),
        place.currency, lines, 1, 4 if kind == HOUSEHOLDS else 500, -(-terms.carriage.transit_h // 24) + DWELL_DAYS,
    )  # fmt: skip
