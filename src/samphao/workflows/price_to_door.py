"""The price to the door: goods, carriage, insurance, duty, VAT, inland carriage, importer, hub fee; line by line.

Goods come from trade, carriage from freight, duty and VAT from customs. Lines are worked out for one selling unit (a
carton, a fruit) and rounded to the minor unit, so an order's lines are whole multiples of them and always add up.
These are the lines of general trade; `price_by_mode` has those of the other trade modes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from samphao.customs.queries import ImportCharges, ImporterChoice
from samphao.engines.duty import duty_minor, half_up, import_tax_minor
from samphao.freight.types import Carriage
from samphao.reference.types import ExchangeRateSpec, PriceRuleSpec

Line = dict[str, object]
Note = tuple[str, dict[str, str]]
"""A remark on a line, marked by gettext_noop, with the values of its placeholders."""
REGIMES = {
    "mfn": _("ordinary rate (MFN)"), "provisional": _("provisional rate"), "acfta": _("ASEAN–China rate (ACFTA)"),
    "atiga": _("ASEAN rate (ATIGA)"), "rcep": _("RCEP rate"), "quota_in": _("quota rate"), "quota_out": _("rate outside the quota"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Goods:
    """One selling unit at the packing house: `units` of the lot at `unit_price_minor` satang."""

    unit_price_minor: int
    units: int
    unit: str
    mass_kg: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that a price rests on, as of one day."""

    on: date
    currency: str
    digits: int
    exchange: ExchangeRateSpec
    carriage: Carriage
    charges: ImportCharges
    importer: ImporterChoice
    insurance: PriceRuleSpec
    hub_fee: PriceRuleSpec
    packing_house: PriceRuleSpec | None


def general_lines(goods: Goods, terms: Terms) -> tuple[Line, ...]:
    """Return the lines of one selling unit in general trade, each with its rule in numbers, source, date, and who receives it."""
    scale = 10**terms.digits
    to_minor = terms.exchange.rate * scale / 100  # one satang in minor units of the buyer's currency
    rate = f"{terms.exchange.rate.normalize():f}"
    value = half_up(goods.unit_price_minor * goods.units * to_minor)
    carriage = half_up(terms.carriage.to_entry_per_kg * goods.mass_kg * to_minor)
    insurance = half_up((value + carriage) * share_of(terms.insurance))
    customs_value = value + carriage + insurance
    duty = duty_minor(terms.charges.duty, customs_value, goods.mass_kg)
    vat_percent = terms.charges.tax.percent or Decimal(0)
    vat = import_tax_minor(vat_percent, customs_value, duty)
    inland = half_up(terms.carriage.inland_per_kg * goods.mass_kg * to_minor)
    importer = half_up(terms.importer.fee_minor_per_kg * goods.mass_kg)
    hub = half_up(value * share_of(terms.hub_fee))
    packing = half_up(value * share_of(terms.packing_house)) if terms.packing_house else 0
    mass = f"{goods.mass_kg.normalize():f} kg"
    duty_row, tax_row = terms.charges.duty_row, terms.charges.tax
    return (
        line(
            "goods", value, f"฿ {major(goods.unit_price_minor)} × {goods.units} {goods.unit} × {rate}", terms.exchange.source,
            terms.exchange.valid_from, {"producer": value - packing, "packing_house": packing}, is_estimate=False,
        ),
        line(
            "carriage_to_entry", carriage, f"฿ {major(terms.carriage.to_entry_per_kg)} / kg × {mass} × {rate}", terms.carriage.source, terms.on,
            {"carrier": carriage}, is_estimate=terms.carriage.is_estimate,
        ),
        line(
            "insurance", insurance, f"{plain(terms.insurance.percent)} % × ({amount_of(value, scale)} + {amount_of(carriage, scale)})",
            terms.insurance.source, terms.insurance.valid_from, {"insurer": insurance}, is_estimate=terms.insurance.is_estimate,
        ),
        line(
            "duty", duty, f"{plain(duty_row.percent)} % × {amount_of(customs_value, scale)}", duty_row.source, duty_row.valid_from, {"customs": duty},
            is_estimate=duty_row.is_estimate, note=_regime(duty_row.regime, duty_row.condition),
        ),
        line(
            "vat", vat, f"{plain(vat_percent)} % × ({amount_of(customs_value, scale)} + {amount_of(duty, scale)})", tax_row.source, tax_row.valid_from,
            {"customs": vat}, is_estimate=tax_row.is_estimate,
        ),
        line(
            "inland_carriage", inland, f"฿ {major(terms.carriage.inland_per_kg)} / kg × {mass} × {rate}", terms.carriage.source, terms.on,
            {"carrier": inland}, is_estimate=terms.carriage.is_estimate,
        ),
        line(
            "importer", importer, f"{amount_of(terms.importer.fee_minor_per_kg, scale)} / kg × {mass}", terms.importer.source, None,
            {"importer": importer}, is_estimate="estimate" in terms.importer.source,
        ),
        line(
            "hub_fee", hub, f"{plain(terms.hub_fee.percent)} % × {amount_of(value, scale)}", terms.hub_fee.source, terms.hub_fee.valid_from,
            {"hub": hub}, is_estimate=terms.hub_fee.is_estimate,
        ),
    )  # fmt: skip


def total(lines: tuple[Line, ...]) -> int:
    """Return the sum of the lines; a line that is not known is not in the price, and says so."""
    return sum(int(str(line["amount_minor"])) for line in lines if line["amount_minor"] is not None)


def line(
    kind: str,
    amount: int | None,
    rule: str,
    source: str,
    valid_on: date | None,
    receivers: Mapping[str, int],
    *,
    is_estimate: bool,
    note: Note = ("", {}),
) -> Line:
    text, values = note
    return {
        "kind": kind,
        "amount_minor": amount,
        "rule": rule,
        "note": text,
        "values": values,
        "source": source,
        "valid_on": valid_on.isoformat() if valid_on else None,
        "is_estimate": is_estimate,
        "receivers": dict(receivers),
    }


def share_of(rule: PriceRuleSpec) -> Decimal:
    if rule.percent is None:
        raise ValueError(f"the price rule {rule.code} is not a percentage")
    return rule.percent / 100


def plain(value: Decimal | None) -> str:
    return "?" if value is None else f"{value.normalize():f}"


def major(satang: Decimal | int) -> str:
    return f"{Decimal(satang) / 100:,.4f}".rstrip("0").rstrip(".")


def amount_of(minor: Decimal | int, scale: int) -> str:
    return f"{Decimal(minor) / scale:,.2f}" if scale > 1 else f"{minor:,}"


def _regime(regime: str, condition: str) -> Note:
    rate = REGIMES.get(regime, regime.upper())
    return (_("%(rate)s, %(condition)s"), {"rate": rate, "condition": condition}) if condition else (rate, {})


def rule_text(row: Line) -> str:
    """Return a line's rule with its remark, in English."""
    note = str(row["note"]) % row["values"]
    return f"{row['rule']} ({note})" if note else str(row["rule"])
