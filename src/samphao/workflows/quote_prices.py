"""What a seller's terms come to at the buyer's door: the lines of the price to the door, with the seller's own price worked out of his term.

A price on DAP has carriage in it. What is left of it for the goods is searched for, so that goods and what the seller bears
come to no more than he quoted; the hub's fee is the buyer's on every term.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from samphao.accounts import queries as accounts
from samphao.core import clock
from samphao.core.errors import NotFound
from samphao.core.money import minor_units
from samphao.customs import queries as customs
from samphao.engines.duty import half_up
from samphao.engines.quotes import BORNE_BY_SELLER, own_price
from samphao.reference import queries as reference
from samphao.reference.types import DestinationSpec, ExchangeRateSpec
from samphao.trade.rfq_types import Door, PricedTerms, QuotedLot, Terms
from samphao.workflows.price_to_door import Goods
from samphao.workflows.trade_modes import WHOLESALE, Market, Priced, Wanted

HOME = "THB"
Finding = dict[str, str | bool | None]
TOO_LITTLE: Finding = {
    "rule": "quote-covers-its-term", "name_en": "The price covers what its term makes the seller pay",
    "name_th": "ราคาพอกับค่าใช้จ่ายที่ผู้ขายต้องรับตามเงื่อนไขส่งมอบ", "name_zh": "报价足以支付该贸易术语下卖方应承担的费用", "found": "",
    "is_met": False, "source": "Incoterms 2020, A9", "valid_from": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A carton at the door, with the seller's own price of a unit of the lot in satang."""

    unit_minor: int
    priced: Priced


class QuotePricer:
    """Prices to the door of one day; what is the same for many quotes is asked once."""

    def __init__(self) -> None:
        self._goods = reference.goods()
        on = clock.today()
        self._market = Market(on, self._goods)
        self._rates = reference.exchange_rates(on)
        self._doors = reference.province_places()

    def price(self, lot: QuotedLot, terms: Terms, destination: str) -> PricedTerms:
        """Return what each price step comes to for one carton, or the rules that refuse it."""
        place = reference.destination_of(destination)
        if place is None:
            raise NotFound(_("There is no such request."))
        mode = "domestic" if place.country == "TH" else "general"
        doors: list[Door] = []
        for start, kg_minor in terms.steps:
            found = self._carton(lot, terms.incoterm, place, mode, kg_minor)
            if not isinstance(found, Found):
                return PricedTerms((), found, place.currency, trade_mode=mode)
            last = found.priced
            doors.append(Door(start, kg_minor, found.unit_minor, last.price_minor, last.lines))
        importer = accounts.ids_by_code().get(last.importer) if last.importer else None
        return PricedTerms(
            tuple(doors), (), place.currency, importer, mode, last.entry_node, last.promised_days
        )  # fmt: skip

    def _carton(
        self, lot: QuotedLot, term: str, place: DestinationSpec, mode: str, kg_minor: int
    ) -> Found | tuple[Finding, ...]:
        most = kg_minor * lot.unit_mass_g // 1000
        if most < 1:
            return (TOO_LITTLE,)
        whole = self._market.price(mode, self._wanted(lot, place, most))
        if not isinstance(whole, Priced):
            return self._market.findings(whole)
        quoted = self._in_currency(kg_minor * lot.carton_g, place.currency)
        borne = BORNE_BY_SELLER[term] | {"goods"}

        def fits(unit_minor: int) -> bool:
            found = self._market.price(mode, self._wanted(lot, place, unit_minor))
            if not isinstance(found, Priced):
                return True
            return sum(int(str(row["amount_minor"] or 0)) for row in found.lines if row["kind"] in borne) <= quoted

        unit = own_price(most, fits) if BORNE_BY_SELLER[term] else most
        found = self._market.price(mode, self._wanted(lot, place, unit)) if unit else None
        if not isinstance(found, Priced):
            return (TOO_LITTLE,)
        return Found(unit, found)

    def _wanted(self, lot: QuotedLot, place: DestinationSpec, unit_minor: int) -> Wanted:
        door = self._doors[lot.packing_house_province or lot.producer_province]
        goods = Goods(unit_minor, lot.carton_units, lot.unit, Decimal(lot.carton_g) / 1000)
        return Wanted(
            self._goods[lot.good], door, place, WHOLESALE, goods, bool(lot.packing_house_province), lot.seller_minor
        )

    def _in_currency(self, satang_grams: int, currency: str) -> int:
        """Return satang a kg times grams in minor units of a currency, rounded half up."""
        satang = Decimal(satang_grams) / 1000
        if currency == HOME:
            return half_up(satang)
        rate: ExchangeRateSpec = self._rates[currency]
        return half_up(satang * rate.rate * minor_units(currency) / 100)


def permit_gap(good: str, destination: str, importer: str, kg: int, on: date) -> Finding | None:
    """Return what an importer's permit lacks for so many kg of a good that come on a day; None where nothing does."""
    place, known = reference.destination_of(destination), reference.goods()
    if place is None or place.country == "TH":
        return None
    needs_permit = known[good].is_fresh_fruit
    choices = customs.importers_for(destination, good, on, needs_permit=needs_permit)
    chosen = next((choice for choice in choices if choice.code == importer), None)
    left = sum(chosen.ports.values()) if chosen else 0
    if chosen is not None and (not needs_permit or left >= kg):
        return None
    return {
        "rule": "contract-importer-permit", "name_en": "An importer's permit covers good, day of arrival and kilograms",
        "name_th": "ใบอนุญาตของผู้นำเข้าครอบคลุมสินค้า วันที่มาถึง และจำนวนกิโลกรัม", "name_zh": "进口商的许可证覆盖品名、到货日期和数量",
        "found": f"{left:,} kg", "is_met": False, "source": "GACC, quarantine permit of entry", "valid_from": None,
    }  # fmt: skip


def arrival_of(lead_days: int, promised_days: int) -> date:
    """Return the day on which goods of a contract that is signed today come to the door."""
    return clock.today() + timedelta(days=lead_days + promised_days)
