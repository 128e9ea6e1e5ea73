"""Price a season's lots to every destination in every trade mode: for households, and by the carton for wholesale buyers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from samphao.engines.trade_modes import MODES
from samphao.reference import queries as reference
from samphao.reference.types import DestinationSpec, GoodSpec
from samphao.trade.types import LotSpec, ModeAnswer, PricedOffer
from samphao.workflows.price_to_door import Goods
from samphao.workflows.trade_modes import HOUSEHOLDS, WHOLESALE, Market, Priced, Wanted

PARCEL_G = 600  # a postal parcel holds about so much: a few metres of silk, a basket


class Pricer:
    """Offers of one day's market, and which trade modes refuse which lots; `answers` is filled while offers are read."""

    def __init__(
        self, provinces: Mapping[str, str], goods: Mapping[str, GoodSpec], on: date, worth: Mapping[str, int] | None = None
    ) -> None:  # fmt: skip
        """`worth` is what each seller's lots are worth, satang; without it they are taken to be those that are priced."""
        self._provinces = provinces
        self._goods = goods
        self._market = Market(on, goods)
        self._doors = reference.province_places()
        self._is_whole = worth is None
        self._worth: dict[str, int] = defaultdict(int, worth or {})
        self.answers: list[ModeAnswer] = []

    def offers(self, lots: Sequence[LotSpec], destinations: Iterable[DestinationSpec]) -> Iterator[PricedOffer]:
        places = list(destinations)
        for lot in lots if self._is_whole else ():
            self._worth[lot.producer] += lot.quantity * lot.price_minor
        for lot in lots:
            for place in places:
                for mode in MODES:
                    yield from self._in_mode(lot, place, mode)

    def wholesale(self, lot: LotSpec, destinations: Iterable[DestinationSpec]) -> Iterator[PricedOffer]:
        """Yield a lot's offers by the carton at another price; which modes are open was answered by `offers`."""
        for place in destinations:
            for mode in MODES:
                for kind, units in _units(lot, mode):
                    if kind == WHOLESALE:
                        found = self._market.price(mode, self._wanted(lot, place, kind, units))
                        if isinstance(found, Priced):
                            yield _offer(lot, place, kind, units, found)

    def open_modes(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return for each lot and destination the modes in which it has a price."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for answer in self.answers:
            if answer.is_open:
                key = answer.lot, answer.destination
                found[key] = (*found.get(key, ()), answer.trade_mode)
        return found

    def reasons(self) -> Counter[str]:
        """Return how often each rule refused general trade abroad and domestic sales: where a lot has no price at all."""
        usual = {place.code: "domestic" if place.country == "TH" else "general" for place in reference.destinations()}
        return Counter(
            str(finding["rule"])
            for answer in self.answers
            if not answer.is_open and answer.trade_mode == usual.get(answer.destination)
            for finding in answer.findings
        )

    def _in_mode(self, lot: LotSpec, place: DestinationSpec, mode: str) -> Iterator[PricedOffer]:
        """Yield the offers of a lot in one mode, and note whether there is any; the first refusal is the one that is told."""
        refused = None
        is_open = False
        for kind, units in _units(lot, mode):
            found = self._market.price(mode, self._wanted(lot, place, kind, units))
            if isinstance(found, Priced):
                is_open = True
                yield _offer(lot, place, kind, units, found)
            elif refused is None:
                refused = found
        findings = () if is_open or refused is None else self._market.findings(refused)
        self.answers.append(ModeAnswer(lot.code, place.code, mode, is_open, findings))

    def _wanted(self, lot: LotSpec, place: DestinationSpec, kind: str, units: int) -> Wanted:
        door = self._doors[self._provinces[lot.packing_house or lot.producer]]
        goods = Goods(lot.price_minor, units, lot.unit, Decimal(lot.unit_mass_g * units) / 1000)
        return Wanted(
            self._goods[lot.good], door, place, kind, goods, bool(lot.packing_house), self._worth[lot.producer]
        )


def _units(lot: LotSpec, mode: str) -> Iterator[tuple[str, int]]:
    """Yield what one selling unit is: the hot lots and single fruit are for households, cartons for wholesale buyers.

    By post goes a small parcel, and cross-border retail sells to persons only.
    """
    if mode == "post":
        yield HOUSEHOLDS, max(1, PARCEL_G // lot.unit_mass_g)
        return
    if lot.unit in ("fruit", "kg", "pc") or mode == "cbec":
        yield HOUSEHOLDS, 1
    if not lot.is_hot and mode != "cbec":
        yield WHOLESALE, lot.carton_units


def _offer(lot: LotSpec, place: DestinationSpec, kind: str, units: int, found: Priced) -> PricedOffer:
    return PricedOffer(
        lot.code, place.code, kind, found.mode, found.importer, found.entry_node, found.incoterm, place.city_en, units, found.price_minor,
        found.currency, found.lines, 1, found.quantity_max, found.promised_days, found.carrier_service, found.buyer_year_g,
        found.buyer_year_minor,
    )  # fmt: skip
