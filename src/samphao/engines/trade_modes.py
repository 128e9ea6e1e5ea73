"""Trade modes: by which of four ways a selling unit may be sold, each refusal with its rule, source and date.

A mode is decided as a gate is: every rule in force that applies to the sale must be met, and what is not known meets
none. The rules are data; this module knows what a sale is, which rules apply to it, and what a remark of the list for
cross-border e-commerce asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Final

from samphao.engines.gates import Finding, GateRule, Value, decide

MODES: Final = ("general", "cbec", "post", "domestic")
YEARLY_LIMIT: Final = "yearly_limit"
BONDED_ONLY: Final = "bonded_1210"


@dataclass(frozen=True, slots=True)
class Sale:
    """One selling unit, where it goes and who buys it. Every field is a measure that a rule may name; None is not known.

    Attributes
    ----------
    good, category, temperature_class : str
        As in the table of goods.
    is_fresh_fruit : bool
        Whether the rules for fresh fruit hold.
    country : str
        Country of destination, ISO 3166-1 alpha-2.
    buyer_kind : str
        ``household`` buys for its own use, ``wholesale`` to sell on.
    gross_mass_kg : Decimal
        Mass of the selling unit as it is packed, kg.
    value_cny_minor : Decimal
        What one selling unit costs its buyer, fen.
    is_indivisible : bool
        One thing that cannot be sent in parts.
    has_importer, has_permit : bool
        Whether an importer of record serves the place, and whether it holds a permit for the good.
    cbec_listed, cbec_remark_met : bool
        Whether the good is on China's list for cross-border e-commerce, and whether its remark is met.
    cbec_order_limit_minor : Decimal
        What one order may be worth there, fen.
    post_mass_max_kg : Decimal
        The highest step of the postal tariff for the country, kg.
    postage_to_goods : Decimal
        Postage over the value of the goods.
    has_post_tariff, exchange_is_known, charges_are_known, fees_are_known, carriage_is_known : bool
        Whether the parts of a price are known: unknown is never zero, so without one of them there is no price.
    """

    good: str
    category: str
    temperature_class: str
    is_fresh_fruit: bool
    country: str
    buyer_kind: str
    gross_mass_kg: Decimal | None = None
    value_cny_minor: Decimal | None = None
    is_indivisible: bool | None = None
    has_importer: bool | None = None
    has_permit: bool | None = None
    cbec_listed: bool | None = None
    cbec_remark_met: bool | None = None
    cbec_order_limit_minor: Decimal | None = None
    post_mass_max_kg: Decimal | None = None
    has_post_tariff: bool | None = None
    postage_to_goods: Decimal | None = None
    exchange_is_known: bool | None = None
    charges_are_known: bool | None = None
    fees_are_known: bool | None = None
    carriage_is_known: bool | None = None


MEASURES: Final = frozenset(field.name for field in fields(Sale))
PRICE_MEASURES: Final = frozenset({"exchange_is_known", "charges_are_known", "fees_are_known", "carriage_is_known"})


@dataclass(frozen=True, slots=True)
class ModeRule:
    """A rule of a trade mode (`condition.gate` names it) and the sales to which it applies; an empty field is any.

    Raises
    ------
    ValueError
        If the rule is of no mode, or measures what a sale does not have: such a rule would refuse everything unseen.
    """

    condition: GateRule
    good: str = ""
    category: str = ""
    countries: frozenset[str] = frozenset({"*"})
    buyer_kind: str = ""

    def __post_init__(self) -> None:
        if self.condition.gate not in MODES:
            raise ValueError(f"rule {self.condition.code} is of the unknown mode {self.condition.gate}")
        if self.condition.measure not in MEASURES:
            raise ValueError(f"rule {self.condition.code} measures {self.condition.measure}, which no sale has")

    def applies_to(self, sale: Sale) -> bool:
        return (
            self.good in ("", sale.good)
            and self.category in ("", sale.category)
            and bool({"*", sale.country} & self.countries)
            and self.buyer_kind in ("", sale.buyer_kind)
        )


@dataclass(frozen=True, slots=True)
class ModeAnswer:
    """What was decided of one mode; `refusals` are the findings that refuse it, empty when it is allowed."""

    mode: str
    is_allowed: bool
    findings: tuple[Finding, ...]
    refusals: tuple[Finding, ...]


def decide_mode(mode: str, rules: Sequence[ModeRule], sale: Sale, *, on: date) -> ModeAnswer:
    """Decide whether a sale may be made in one mode.

    Parameters
    ----------
    mode : str
        One of `MODES`.
    rules : sequence of ModeRule
        All rules there are; those of other modes, of other sales or not in force on `on` are passed over.
    sale : Sale
        The selling unit, its destination and its buyer.
    on : date
        The day of the decision.

    Returns
    -------
    ModeAnswer
        Findings in the order of `rules`. Of rules that are alternatives none refuses once one of them is met.

    Raises
    ------
    ValueError
        If the mode is unknown or has no rule in force at all: a mode without rules is not thereby allowed. Also if a
        rule compares things of different kinds.

    Notes
    -----
    O(rules). What is not known refuses: the answer never gets better by leaving a field out.
    """
    if mode not in MODES:
        raise ValueError(f"there is no trade mode {mode}")
    conditions = [
        rule.condition
        for rule in rules
        if rule.condition.gate == mode and rule.condition.is_in_force(on) and rule.applies_to(sale)
    ]
    if not conditions:
        raise ValueError(f"no rule of the mode {mode} is in force on {on}: it cannot be decided")
    measured: dict[str, Value] = {name: getattr(sale, name) for name in MEASURES}
    decision = decide(mode, conditions, measured, on=on)
    met = {_group(finding) for finding in decision.findings if finding.is_met}
    refusals = tuple(finding for finding in decision.findings if _group(finding) not in met)
    return ModeAnswer(mode, decision.is_open, decision.findings, refusals)


def decide_modes(rules: Sequence[ModeRule], sale: Sale, *, on: date) -> tuple[ModeAnswer, ...]:
    """Decide all four modes, in the order of `MODES`; see `decide_mode`."""
    return tuple(decide_mode(mode, rules, sale, on=on) for mode in MODES)


def _group(finding: Finding) -> str:
    return finding.rule.either or finding.rule.code


@dataclass(frozen=True, slots=True)
class CbecListing:
    """What is known of a good on China's list for cross-border e-commerce.

    `status` is ``listed``, ``listed_limited``, ``listed_bonded_only``, ``not_listed`` or ``unknown``; `remark` is the
    remark of its line, empty where none was found; `limit_g_per_person_year` belongs to ``yearly_limit``.
    """

    good: str
    status: str
    remark: str = ""
    limit_g_per_person_year: int | None = None

    @property
    def is_listed(self) -> bool | None:
        if self.status == "not_listed":
            return False
        return True if self.status.startswith("listed") else None

    def remark_is_met(self, mass_g: int, before_g: int = 0) -> bool | None:
        """Return whether the remark of the good's line is met by one order sent straight from Thailand.

        Parameters
        ----------
        mass_g : int
            Net mass of the order, g.
        before_g : int
            What the same person has had of the good this year, g, as far as the hub knows.

        Returns
        -------
        bool or None
            None where the remark is not known. Goods for bonded stock only are never met by an order sent straight.

        Raises
        ------
        ValueError
            If a mass is negative.
        """
        if mass_g < 0 or before_g < 0:
            raise ValueError("a mass is not negative")
        if self.remark == YEARLY_LIMIT and self.limit_g_per_person_year is not None:
            return before_g + mass_g <= self.limit_g_per_person_year
        return False if self.remark == BONDED_ONLY else None
