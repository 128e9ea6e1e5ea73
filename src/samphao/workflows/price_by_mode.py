"""The price to the door in the trade modes other than general: inside Thailand, by post, by cross-border retail to China.

Every line is worked out for one selling unit, as in `price_to_door`. What nobody knows stands as a line without an
amount: it is not in the price, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from samphao.customs.queries import ImporterChoice
from samphao.engines.duty import half_up
from samphao.freight.types import Carriage, Postage, RoadCarriage
from samphao.reference.types import CbecTaxes, ChargeSpec, DomesticTax, ExchangeRateSpec, PriceRuleSpec
from samphao.workflows.price_to_door import (
    Goods,
    Line,
    Note,
    Terms,
    amount_of,
    general_lines,
    line,
    major,
    plain,
    share_of,
)

SATANG = 100
MADE_UP = ("invented", "illustrative", "estimate")  # words by which a tariff's source says that nobody charges it
BY_THE_POST = (
    "Not in this price: what the post of the destination collects on delivery; which rate it takes is not known here"
)


@dataclass(frozen=True, slots=True)
class DomesticTerms:
    """A sale inside Thailand. `seller_minor` is what the seller's lots of the season are worth, satang."""

    on: date
    way: RoadCarriage
    tax: DomesticTax
    seller_minor: int | None
    hub_fee: PriceRuleSpec
    packing_house: PriceRuleSpec | None


@dataclass(frozen=True, slots=True)
class PostTerms:
    on: date
    currency: str
    digits: int
    exchange: ExchangeRateSpec
    postage: Postage
    hub_fee: PriceRuleSpec


@dataclass(frozen=True, slots=True)
class CbecTerms:
    """Cross-border retail to China: duty and tax by its own rules, `vat` is the good's ordinary rate."""

    on: date
    currency: str
    digits: int
    exchange: ExchangeRateSpec
    carriage: Carriage
    importer: ImporterChoice
    vat: ChargeSpec
    taxes: CbecTaxes
    insurance: PriceRuleSpec
    hub_fee: PriceRuleSpec
    packing_house: PriceRuleSpec | None


AnyTerms = Terms | DomesticTerms | PostTerms | CbecTerms


def price_lines(goods: Goods, terms: AnyTerms) -> tuple[Line, ...]:
    """Return the lines of one selling unit, each with its rule in numbers, source, date, and who receives it."""
    match terms:
        case DomesticTerms():
            return domestic_lines(goods, terms)
        case PostTerms():
            return post_lines(goods, terms)
        case CbecTerms():
            return cbec_lines(goods, terms)
        case _:
            return general_lines(goods, terms)


def domestic_lines(goods: Goods, terms: DomesticTerms) -> tuple[Line, ...]:
    value = goods.unit_price_minor * goods.units
    carriage = half_up(terms.way.per_kg * goods.mass_kg)
    percent, note, is_estimate = _domestic_vat(terms)
    vat = half_up(value * percent / 100)
    hub = half_up(value * share_of(terms.hub_fee))
    packing = half_up(value * share_of(terms.packing_house)) if terms.packing_house else 0
    mass = f"{goods.mass_kg.normalize():f} kg"
    tax = terms.tax.charge
    return (
        line(
            "goods", value, f"฿ {major(goods.unit_price_minor)} × {goods.units} {goods.unit}", "the lot's own price", None,
            {"producer": value - packing, "packing_house": packing}, is_estimate=False,
        ),
        line(
            "carriage", carriage, f"฿ {major(terms.way.per_kg)} / kg × {mass}", terms.way.source, terms.on, {"carrier": carriage}, is_estimate=True,
            note=(_("a truck: %(rule)s"), {"rule": terms.way.rule}),
        ),
        line(
            "vat", vat, f"{plain(percent)} % × {amount_of(value, SATANG)}", tax.source, tax.valid_from, {"revenue": vat},
            is_estimate=is_estimate, note=note,
        ),
        _hub_fee(hub, value, SATANG, terms.hub_fee),
    )  # fmt: skip


def _domestic_vat(terms: DomesticTerms) -> tuple[Decimal, Note, bool]:
    """Return the rate, why it is that one, and whether it rests on an estimate.

    Farm produce is exempt. Of other goods a seller above the yearly limit charges VAT; one whose lots of the season are
    worth less is taken not to be registered, for what else he sells in the year nobody knows.
    """
    tax, limit = terms.tax.charge, terms.tax.registration_minor
    if tax.kind == "exempt":
        return Decimal(0), (_("exempt: unprocessed farm produce"), {}), tax.is_estimate
    if limit is not None and terms.seller_minor is not None and terms.seller_minor < limit:
        worth, most = (f"฿ {minor / SATANG:,.0f}" for minor in (terms.seller_minor, limit))
        text = _("not registered for VAT: this seller's lots are worth %(worth)s, the limit is %(most)s a year")
        return Decimal(0), (text, {"worth": worth, "most": most}), True
    return tax.percent or Decimal(0), ("", {}), tax.is_estimate


def post_lines(goods: Goods, terms: PostTerms) -> tuple[Line, ...]:
    scale = 10**terms.digits
    to_minor = terms.exchange.rate * scale / SATANG
    rate = f"{terms.exchange.rate.normalize():f}"
    value = half_up(goods.unit_price_minor * goods.units * to_minor)
    item = terms.postage
    postage = half_up(item.price_minor * to_minor)
    hub = half_up(value * share_of(terms.hub_fee))
    return (
        line(
            "goods", value, f"฿ {major(goods.unit_price_minor)} × {goods.units} {goods.unit} × {rate}", terms.exchange.source,
            terms.exchange.valid_from, {"producer": value}, is_estimate=False,
        ),
        line(
            "postage", postage, f"฿ {major(item.price_minor)} × {rate}", item.source, item.valid_from, {"carrier": postage},
            is_estimate=any(word in item.source for word in MADE_UP),
            note=(
                _("%(product)s: %(mass)s g packed, the step goes to %(step)s g"),
                {"product": item.name, "mass": f"{item.gross_mass_g:,}", "step": f"{item.step_g:,}"},
            ),
        ),
        line("import_charges", None, BY_THE_POST, "unknown is never zero", None, {}, is_estimate=False),
        _hub_fee(hub, value, scale, terms.hub_fee),
    )  # fmt: skip


def cbec_lines(goods: Goods, terms: CbecTerms) -> tuple[Line, ...]:
    scale = 10**terms.digits
    to_minor = terms.exchange.rate * scale / SATANG
    rate = f"{terms.exchange.rate.normalize():f}"
    mass = f"{goods.mass_kg.normalize():f} kg"
    value = half_up(goods.unit_price_minor * goods.units * to_minor)
    carriage = half_up(terms.carriage.to_entry_per_kg * goods.mass_kg * to_minor)
    insurance = half_up((value + carriage) * share_of(terms.insurance))
    inland = half_up(terms.carriage.inland_per_kg * goods.mass_kg * to_minor)
    transaction = value + carriage + insurance + inland
    share, percent = terms.taxes.share_of_tax.percent or Decimal(100), terms.vat.percent or Decimal(0)
    duty = half_up(transaction * (terms.taxes.duty.percent or Decimal(0)) / 100)
    vat = half_up(transaction * share / 100 * percent / 100)
    agent = half_up(terms.importer.fee_minor_per_kg * goods.mass_kg)
    hub = half_up(value * share_of(terms.hub_fee))
    packing = half_up(value * share_of(terms.packing_house)) if terms.packing_house else 0
    parts = " + ".join(amount_of(part, scale) for part in (value, carriage, insurance, inland))
    free, taxed = terms.taxes.duty, terms.taxes.share_of_tax
    return (
        line(
            "goods", value, f"฿ {major(goods.unit_price_minor)} × {goods.units} {goods.unit} × {rate}", terms.exchange.source,
            terms.exchange.valid_from, {"producer": value - packing, "packing_house": packing}, is_estimate=False,
        ),
        line(
            "carriage_to_entry", carriage, f"฿ {major(terms.carriage.to_entry_per_kg)} / kg × {mass} × {rate}", terms.carriage.source, terms.on,
            {"carrier": carriage}, is_estimate=True,
        ),
        line(
            "insurance", insurance, f"{plain(terms.insurance.percent)} % × ({amount_of(value, scale)} + {amount_of(carriage, scale)})",
            terms.insurance.source, terms.insurance.valid_from, {"insurer": insurance}, is_estimate=terms.insurance.is_estimate,
        ),
        line(
            "duty", duty, f"{plain(free.percent)} % × {amount_of(transaction, scale)}", free.source, free.valid_from, {"customs": duty},
            is_estimate=free.is_estimate, note=(_("cross-border retail, within its limits"), {}),
        ),
        line(
            "vat", vat, f"{plain(share)} % × {plain(percent)} % × ({parts})", f"{taxed.source}; {terms.vat.source}", taxed.valid_from,
            {"customs": vat}, is_estimate=taxed.is_estimate or terms.vat.is_estimate,
        ),
        line(
            "inland_carriage", inland, f"฿ {major(terms.carriage.inland_per_kg)} / kg × {mass} × {rate}", terms.carriage.source, terms.on,
            {"carrier": inland}, is_estimate=True,
        ),
        line(
            "importer", agent, f"{amount_of(terms.importer.fee_minor_per_kg, scale)} / kg × {mass}", terms.importer.source, None,
            {"importer": agent}, is_estimate="estimate" in terms.importer.source,
        ),
        _hub_fee(hub, value, scale, terms.hub_fee),
    )  # fmt: skip


def _hub_fee(amount: int, value: int, scale: int, rule: PriceRuleSpec) -> Line:
    return line(
        "hub_fee", amount, f"{plain(rule.percent)} % × {amount_of(value, scale)}", rule.source, rule.valid_from, {"hub": amount},
        is_estimate=rule.is_estimate,
    )  # fmt: skip
