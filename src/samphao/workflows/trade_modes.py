"""In which trade modes goods may be sold to a place, with the price in each, or the rules that refuse it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from samphao.core.money import minor_digits
from samphao.customs import queries as customs
from samphao.customs.queries import ImporterChoice
from samphao.engines.gates import Finding, Value
from samphao.engines.trade_modes import PRICE_MEASURES, ModeAnswer, Sale, decide_mode
from samphao.freight import queries as freight
from samphao.freight.types import Carriage, CarriageQuestion, Postage
from samphao.reference import queries as reference
from samphao.reference.queries import ModeRuleNames
from samphao.reference.types import DestinationSpec, GoodSpec, PostRateSpec, PriceRuleSpec
from samphao.workflows.price_by_mode import AnyTerms, CbecTerms, DomesticTerms, PostTerms, price_lines
from samphao.workflows.price_to_door import Goods, Line, Terms, total

SHELF_DAYS = {
    "chilled": 11,
    "frozen": 30,
    "ambient": 40,
}  # from the packing house to the buyer: estimates of a buyer's patience
DWELL_DAYS = 2  # entry inspection and the last stretch to the door, on top of carriage: estimate
GATHER_DAYS = 4  # what a truck inside Thailand waits for others, and the day on which it is packed
HOUSEHOLDS, WHOLESALE = "household", "wholesale"
HOUSEHOLD_MAX, WHOLESALE_MAX = 4, 500
# What cannot be known while something else is not: only that is told.
NONE: frozenset[str] = frozenset()
CAUSES = {
    "postage_to_goods": {"has_post_tariff", "exchange_is_known"},
    "gross_mass_kg": {"has_post_tariff"},
    "carriage_is_known": {"exchange_is_known"},
}
FOUND_IN_YUAN = ("value_cny_minor", "cbec_order_limit_minor")
Importers = Callable[[str, str], list[ImporterChoice]]
PostRates = Callable[[str], tuple[PostRateSpec, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One selling unit: `units` of a lot from a door to a place, for a kind of buyer.

    `seller_minor` is what the seller's lots are worth, satang; None where nobody knows.
    """

    good: GoodSpec
    door: tuple[float, float]
    place: DestinationSpec
    kind: str
    goods: Goods
    has_house: bool
    seller_minor: int | None = None

    @property
    def net_g(self) -> int:
        return int(self.goods.mass_kg * 1000)


@dataclass(frozen=True, slots=True)
class Priced:
    """A price in a trade mode, with what an offer must know of it."""

    mode: str
    lines: tuple[Line, ...]
    price_minor: int
    currency: str
    importer: str
    entry_node: str
    incoterm: str
    route: tuple[str, ...]
    transit_h: int
    promised_days: int
    quantity_max: int
    carrier_service: str = ""
    buyer_year_g: int | None = None
    buyer_year_minor: int | None = None


class Market:
    """Prices and refusals of one day; what is the same for many lots is asked once."""

    def __init__(
        self,
        on: date,
        goods: Mapping[str, GoodSpec],
        importers: Importers | None = None,
        post_rates: PostRates | None = None,
    ) -> None:
        self.on = on
        self._goods = goods
        self._rules, self.names = reference.trade_mode_rules(on)
        self._unpriced = tuple(rule for rule in self._rules if rule.condition.measure not in PRICE_MEASURES)
        self._rates = reference.exchange_rates(on)
        self._exchange = freight.exchange_in_satang(self._rates, {code: minor_digits(code) for code in self._rates})
        self._cbec_goods, self._cbec_taxes = reference.cbec_goods(on), reference.cbec_taxes(on)
        self._domestic_taxes = reference.domestic_taxes("TH", on)
        ask = importers or (lambda place, good: customs.importers_for(place, good, on, needs_permit=False))
        self._importers = lru_cache(maxsize=None)(ask)
        self._carriage = lru_cache(maxsize=None)(self._ask_carriage)
        self._charges = lru_cache(maxsize=None)(lambda country: customs.import_charges(country, on))
        self._post = lru_cache(maxsize=None)(post_rates or (lambda country: tuple(reference.post_rates(country, on))))
        self._rule = lru_cache(maxsize=None)(
            lambda code, country, good: reference.price_rule(code, country, goods[good], on)
        )
        self._decided = lru_cache(maxsize=None)(self._decide)

    def price(self, mode: str, wanted: Wanted) -> Priced | ModeAnswer:
        """Return the price in a mode, or the answer that refuses it; a rule of prices is asked when all others are met."""
        sale = self._sale(mode, wanted)
        answer: ModeAnswer = self._decided(mode, sale, False)
        if not answer.is_allowed:
            return answer
        sale, terms = self._parts(mode, wanted, sale)
        answer = self._decided(mode, sale, True)
        if not answer.is_allowed or terms is None:
            return answer
        priced = self._priced(mode, wanted, terms)
        if mode == "cbec":  # what the order is worth includes carriage and tax
            answer = self._decided(mode, replace(sale, value_cny_minor=Decimal(priced.price_minor)), True)
        return priced if answer.is_allowed else answer

    def findings(self, answer: ModeAnswer) -> tuple[dict[str, str | bool | None], ...]:
        """Return the refusals of an answer as they are stored and shown; in the wrong country nothing else matters."""
        elsewhere = tuple(finding for finding in answer.refusals if finding.rule.measure == "country")
        causes = {finding.rule.measure for finding in answer.refusals}
        told = (
            finding
            for finding in answer.refusals
            if not (_is_unknown(finding) and CAUSES.get(finding.rule.measure, NONE) & causes)
        )
        return tuple(finding_row(finding, self.names[finding.rule.code]) for finding in elsewhere or told)

    def _decide(self, mode: str, sale: Sale, with_price: bool) -> ModeAnswer:
        return decide_mode(mode, self._rules if with_price else self._unpriced, sale, on=self.on)

    def _sale(self, mode: str, wanted: Wanted) -> Sale:
        """Return what is known of a sale without asking for carriage; only what the mode's rules look at."""
        good, place = wanted.good, wanted.place
        sale = Sale(good.code, good.category, good.temperature_class, good.is_fresh_fruit, place.country, wanted.kind)
        if mode in ("general", "cbec") and place.country != "TH":
            choices = self._importers(place.code, good.code)
            has_permit = any(choice.ports for choice in choices)
            sale = replace(sale, has_importer=bool(choices), has_permit=has_permit)
        if mode == "cbec":
            listing = self._cbec_goods.get(good.code)
            limit = self._cbec_taxes.order_limit_minor if self._cbec_taxes else None
            sale = replace(
                sale, cbec_listed=listing.is_listed if listing else None,
                cbec_remark_met=listing.remark_is_met(wanted.net_g) if listing and listing.is_listed else None,
                cbec_order_limit_minor=None if limit is None else Decimal(limit), value_cny_minor=self._in_yuan(wanted),
            )  # fmt: skip
        if mode == "post":
            rates = self._post(place.country)
            item = freight.postage(rates, wanted.net_g)
            worth = wanted.goods.unit_price_minor * wanted.goods.units
            sale = replace(
                sale, gross_mass_kg=Decimal(freight.gross_mass_g(wanted.net_g)) / 1000, has_post_tariff=bool(rates),
                post_mass_max_kg=Decimal(max(rate.mass_max_g for rate in rates)) / 1000 if rates else None,
                postage_to_goods=(Decimal(item.price_minor) / worth).quantize(Decimal("0.01")) if item else None,
                value_cny_minor=self._in_yuan(wanted), is_indivisible=wanted.goods.units == 1 and wanted.goods.unit == "pc",
            )  # fmt: skip
        return sale

    def _in_yuan(self, wanted: Wanted) -> Decimal | None:
        rate = self._rates.get("CNY")
        worth = wanted.goods.unit_price_minor * wanted.goods.units
        return (worth * rate.rate).quantize(Decimal(1)) if rate else None

    def _parts(self, mode: str, wanted: Wanted, sale: Sale) -> tuple[Sale, AnyTerms | None]:
        """Ask for the parts of a price; a part that nobody knows leaves the terms empty, and the sale says which it is."""
        good, place = wanted.good, wanted.place
        rate = self._rates.get(place.currency)
        hub_fee = self._rule("hub_fee", place.country, good.code)
        packing = self._rule("packing_house_service", "", good.code) if wanted.has_house else None
        digits = minor_digits(place.currency)
        if mode == "domestic":
            return self._domestic(wanted, sale, hub_fee, packing)
        sale = replace(sale, exchange_is_known=rate is not None, fees_are_known=hub_fee is not None)
        if mode == "post":
            item = self._postage(wanted)
            if rate is None or hub_fee is None or item is None:
                return sale, None
            return sale, PostTerms(self.on, place.currency, digits, rate, item, hub_fee)
        charges = self._charges(place.country).get(good.code)
        importer = self._importer(place.code, good)
        insurance = self._rule("insurance", "CN", good.code)
        carriage = self._carriage(
            wanted.door, place.node, good.temperature_class, good.is_fresh_fruit, _ports(importer, wanted)
        )
        sale = replace(
            sale, charges_are_known=charges is not None and (mode == "general" or self._cbec_taxes is not None),
            fees_are_known=hub_fee is not None and insurance is not None, carriage_is_known=carriage is not None,
        )  # fmt: skip
        if (
            rate is None
            or hub_fee is None
            or charges is None
            or importer is None
            or insurance is None
            or carriage is None
        ):
            return sale, None
        if mode == "cbec":
            if self._cbec_taxes is None:
                return sale, None
            return sale, CbecTerms(
                self.on, place.currency, digits, rate, carriage, importer, charges.tax, self._cbec_taxes, insurance, hub_fee, packing
            )  # fmt: skip
        return sale, Terms(
            self.on, place.currency, digits, rate, carriage, charges, importer, insurance, hub_fee, packing
        )

    def _domestic(
        self, wanted: Wanted, sale: Sale, hub_fee: PriceRuleSpec | None, packing: PriceRuleSpec | None
    ) -> tuple[Sale, DomesticTerms | None]:
        tax = self._domestic_taxes.get(wanted.good.code)
        is_cold_enough = wanted.good.temperature_class != "frozen"  # the truck of the rule keeps nothing frozen
        way = freight.domestic_truck(wanted.door, wanted.place.node) if is_cold_enough else None
        sale = replace(
            sale, charges_are_known=tax is not None, fees_are_known=hub_fee is not None, carriage_is_known=way is not None
        )  # fmt: skip
        if tax is None or hub_fee is None or way is None:
            return sale, None
        return sale, DomesticTerms(self.on, way, tax, wanted.seller_minor, hub_fee, packing)

    def _importer(self, place: str, good: GoodSpec) -> ImporterChoice | None:
        choices = self._importers(place, good.code)
        if good.is_fresh_fruit:
            choices = [choice for choice in choices if choice.ports]
        return choices[0] if choices else None

    def _postage(self, wanted: Wanted) -> Postage | None:
        rates: tuple[PostRateSpec, ...] = self._post(wanted.place.country)
        return freight.postage(rates, wanted.net_g)

    def _ask_carriage(
        self, door: tuple[float, float], node: str, temperature: str, is_fruit: bool, ports: frozenset[str] | None
    ) -> Carriage | None:  # fmt: skip
        question = CarriageQuestion(door, node, temperature, is_fruit, SHELF_DAYS[temperature], self.on, ports)
        return freight.carriage(question, self._exchange)

    def _priced(self, mode: str, wanted: Wanted, terms: AnyTerms) -> Priced:
        lines = price_lines(wanted.goods, terms)
        price, most = total(lines), HOUSEHOLD_MAX if wanted.kind == HOUSEHOLDS else WHOLESALE_MAX
        match terms:
            case DomesticTerms(way=way):
                fits = min(int(way.payload_kg) * 1000 // max(1, wanted.net_g), most)
                route, hours = ("truck", wanted.place.node), way.transit_h
                return Priced(
                    mode, lines, price, "THB", "", "", "DDP", route, hours, GATHER_DAYS - (-hours // 24), max(1, fits)
                )  # fmt: skip
            case PostTerms(postage=item):
                route, hours = (item.name, wanted.place.node), item.days_max * 24
                return Priced(
                    mode, lines, price, terms.currency, "", "", "DAP", route, hours, item.days_max + 1, 1, carrier_service=item.product
                )  # fmt: skip
            case CbecTerms(taxes=taxes):
                listing = self._cbec_goods[wanted.good.code]
                year_g = listing.limit_g_per_person_year
                limits = [most, taxes.order_limit_minor // price, *([year_g // wanted.net_g] if year_g else [])]
                return replace(
                    self._by_container(mode, lines, terms, max(1, min(limits))), buyer_year_g=year_g, buyer_year_minor=taxes.year_limit_minor
                )  # fmt: skip
            case _:
                return self._by_container(mode, lines, terms, most)

    @staticmethod
    def _by_container(mode: str, lines: tuple[Line, ...], terms: Terms | CbecTerms, quantity_max: int) -> Priced:
        carriage = terms.carriage
        return Priced(
            mode, lines, total(lines), terms.currency, terms.importer.code, carriage.entry_node, "DDP", carriage.route, carriage.transit_h,
            -(-carriage.transit_h // 24) + DWELL_DAYS, quantity_max,
        )  # fmt: skip


def _ports(importer: ImporterChoice | None, wanted: Wanted) -> frozenset[str] | None:
    """Return where fresh fruit may enter China; an importer that is only asked about has no permits to look at."""
    if importer is None or not importer.code or not wanted.good.is_fresh_fruit or wanted.place.country != "CN":
        return None
    return frozenset(importer.ports)


def _is_unknown(finding: Finding) -> bool:
    return finding.is_met is None or finding.rule.measure in PRICE_MEASURES


def finding_row(finding: Finding, names: ModeRuleNames) -> dict[str, str | bool | None]:
    rule, found = finding.rule, _found(finding.rule.measure, finding.found)
    refusals = {
        f"refusal_{language}": "" if "%(found)s" in text and not found else text % {"found": found.removesuffix(" kg")}
        for language, text in (("en", names.refusal_en), ("th", names.refusal_th), ("zh", names.refusal_zh))
    }  # a number that nobody knows is not told: the name of the rule is
    return {
        "rule": rule.code, "measure": rule.measure, "name_en": names.name_en, "name_th": names.name_th, "name_zh": names.name_zh,
        **refusals, "found": found, "is_met": finding.is_met, "source": rule.source,
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else None, "is_estimate": names.is_estimate,
    }  # fmt: skip


def _found(measure: str, value: Value) -> str:
    if (
        value is None
        or isinstance(value, bool)
        or measure in ("good", "category", "country", "buyer_kind", "temperature_class")
    ):
        return ""
    if measure in FOUND_IN_YUAN and isinstance(value, Decimal):
        return f"¥ {value / 100:,.2f}"
    return f"{value} kg" if measure.endswith("_kg") else str(value)
