"""Duty and import tax in exact decimals, rounded half up to the minor unit, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Kind = Literal["ad_valorem", "specific", "by_value", "lower_of", "higher_of", "sum"]
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class DutyExpression:
    """How a duty is worked out.

    `percent` is of the customs value, `minor_per_kg` minor units of the customs value's currency on a kilogram.
    `by_value` takes `percent` while the value of a kilogram is at most `threshold_minor_per_kg`, else `minor_per_kg`.
    """

    kind: Kind
    percent: Decimal | None = None
    minor_per_kg: Decimal | None = None
    threshold_minor_per_kg: Decimal | None = None

    def __post_init__(self) -> None:
        needs = {
            "ad_valorem": (self.percent,),
            "specific": (self.minor_per_kg,),
            "by_value": (self.percent, self.minor_per_kg, self.threshold_minor_per_kg),
        }.get(self.kind, (self.percent, self.minor_per_kg))
        if any(part is None for part in needs):
            raise ValueError(f"a duty of the kind {self.kind} lacks a number")


def half_up(amount: Decimal) -> int:
    """Round to a whole minor unit, halves away from zero."""
    return int(amount.quantize(ONE, ROUND_HALF_UP))


def duty_minor(expression: DutyExpression, customs_value_minor: int, net_mass_kg: Decimal) -> int:
    """Work out a duty.

    Parameters
    ----------
    expression : DutyExpression
        The rule.
    customs_value_minor : int
        Customs value (CIF at the place of entry where the country counts so), minor units.
    net_mass_kg : Decimal
        Net mass, kg.

    Returns
    -------
    int
        Minor units, half up.

    Raises
    ------
    ValueError
        If value or mass is negative, or a value per kg is asked of no mass.
    """
    if customs_value_minor < 0 or net_mass_kg < 0:
        raise ValueError("a customs value and a mass are not negative")
    by_value = Decimal(customs_value_minor) * (expression.percent or 0) / 100
    by_mass = net_mass_kg * (expression.minor_per_kg or 0)
    match expression.kind:
        case "ad_valorem":
            return half_up(by_value)
        case "specific":
            return half_up(by_mass)
        case "lower_of":
            return half_up(min(by_value, by_mass))
        case "higher_of":
            return half_up(max(by_value, by_mass))
        case "sum":
            return half_up(by_value + by_mass)
        case _:
            if not net_mass_kg:
                raise ValueError("a duty by the value of a kilogram needs a mass")
            is_cheap = customs_value_minor <= (expression.threshold_minor_per_kg or 0) * net_mass_kg
            return half_up(by_value if is_cheap else by_mass)


def import_tax_minor(
    percent: Decimal, customs_value_minor: int, duty: int, consumption_tax_percent: Decimal = Decimal(0)
) -> int:
    """Work out VAT on an import: (customs value + duty) / (1 - consumption tax rate) x rate, half up.

    Raises
    ------
    ValueError
        If the consumption tax is 100 % or more.
    """
    if consumption_tax_percent >= 100:
        raise ValueError("a consumption tax of 100 % leaves no base")
    base = Decimal(customs_value_minor + duty) / (1 - consumption_tax_percent / 100)
    return half_up(base * percent / 100)
